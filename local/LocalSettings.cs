using MtaSuite.Common.Config;
using MtaSuite.Common.Config.Params;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Native;
using MtaSuite.Common.Routing;
using MtaSuite.Common.Tables;
using MtaSuite.Local.Mailboxes;
using MtaSuite.Local.Rights;

namespace MtaSuite.Local;

/// <summary>Where a destination was found (allow_mail_to_commands, allow_mail_to_files).</summary>
[Flags]
public enum ExpansionSource { None = 0, Alias = 1, Forward = 2, Include = 4 }

/// <summary>Where Delivered-To is added (prepend_delivered_header).</summary>
[Flags]
public enum DeliveredContext { None = 0, Command = 1, File = 2, Forward = 4 }

/// <summary>The parameters of local delivery, read once.</summary>
public sealed record LocalSettings
{
    public Maps AliasMaps { get; init; }
    public ExpansionSource AllowCommands { get; init; }
    public ExpansionSource AllowFiles { get; init; }
    /// <summary>Unexpanded.</summary>
    public string CommandDirectory { get; init; }
    public string CommandFilter { get; init; }
    public string DirectoryFilter { get; init; }
    public string ForwardFilter { get; init; }
    public string CommandShell { get; init; }
    public TimeSpan CommandTimeLimit { get; init; }
    public UserRights DefaultRights { get; init; }
    /// <summary>duplicate_filter_limit where main.cf sets it; 0: as many entries as an expansion may have.</summary>
    public int DuplicateFilterLimit { get; init; }
    public int ExpansionLimit { get; init; }
    public long ListSizeLimit { get; init; }
    public bool ExpandOwnerAlias { get; init; }
    public IReadOnlyList<string> ExportEnvironment { get; init; }
    public string FallbackTransport { get; init; }
    public Maps FallbackTransportMaps { get; init; }
    /// <summary>Unexpanded, in the order in which they are tried.</summary>
    public IReadOnlyList<string> ForwardPath { get; init; }
    public bool FrozenDeliveredTo { get; init; }
    public string HomeMailbox { get; init; }
    public int LineLengthLimit { get; init; }
    public MailboxLocking Locking { get; init; }
    /// <summary>Unexpanded.</summary>
    public string LuserRelay { get; init; }
    /// <summary>A shell command; its $names are those of its environment.</summary>
    public string MailboxCommand { get; init; }
    public Maps MailboxCommandMaps { get; init; }
    public long MailboxSizeLimit { get; init; }
    public string MailboxTransport { get; init; }
    public Maps MailboxTransportMaps { get; init; }
    public string MailSpoolDirectory { get; init; }
    public bool OriginalRecipient { get; init; }
    public bool OwnerRequestSpecial { get; init; }
    public DeliveredContext PrependDelivered { get; init; }
    /// <summary>Which expansions pass an unmatched address extension on (propagate_unmatched_extensions).</summary>
    public ExpansionSource PropagateExtensions { get; init; }
    public RecipientDelimiter RecipientDelimiter { get; init; }
    public bool RequireHomeDirectory { get; init; }
    public bool ResetOwnerAlias { get; init; }
    public bool StrictOwnership { get; init; }
    public TimeProvider Clock { get; init; }
    /// <summary>Changes outcomes before they are logged and reported (..._delivery_status_filter).</summary>
    public StatusFilter StatusFilter { get; init; }

    /// <summary>
    /// Reads everything from the configuration and opens the tables. What is wrong goes to <paramref name="problems"/>, and a default
    /// holds.
    /// </summary>
    public LocalSettings(MailConfig config, List<string> problems, TimeProvider? clock = null)
    {
        clock ??= TimeProvider.System;
        Maps Open(TextParam param)
        {
            Maps maps = Maps.Open(config.Get(param), new TableOptions { AllowSubstitution = false, Clock = clock });
            problems.AddRange(maps.OpenErrors);
            return maps;
        }
        AliasMaps = Open(LocalParams.AliasMaps);
        AllowCommands = Sources(config, LocalParams.AllowMailToCommands, problems);
        AllowFiles = Sources(config, LocalParams.AllowMailToFiles, problems);
        CommandDirectory = config.Get(LocalParams.CommandExecutionDirectory);
        CommandFilter = config.Get(LocalParams.CommandExpansionFilter);
        DirectoryFilter = config.Get(LocalParams.ExecutionDirectoryExpansionFilter);
        ForwardFilter = config.Get(LocalParams.ForwardExpansionFilter);
        CommandShell = config.Get(LocalParams.LocalCommandShell);
        CommandTimeLimit = config.Get(PipeParams.CommandTimeLimit);
        DefaultRights = FindDefaultRights(config.Get(LocalParams.DefaultPrivs), problems);
        DuplicateFilterLimit = config.Explicit(CleanupParams.DuplicateFilterLimit.Name)
            ? config.Get(CleanupParams.DuplicateFilterLimit) : 0;
        ExpansionLimit = config.Get(LocalParams.LocalExpansionLimit);
        ListSizeLimit = config.Get(LocalParams.LocalListSizeLimit);
        ExpandOwnerAlias = config.Get(LocalParams.ExpandOwnerAlias);
        ExportEnvironment = config.GetList(LocalParams.ExportEnvironment);
        FallbackTransport = config.Get(LocalParams.FallbackTransport);
        FallbackTransportMaps = Open(LocalParams.FallbackTransportMaps);
        ForwardPath = MailConfig.SplitList(config.Get(LocalParams.ForwardPath));
        FrozenDeliveredTo = config.Get(LocalParams.FrozenDeliveredTo);
        HomeMailbox = config.Get(LocalParams.HomeMailbox);
        LineLengthLimit = config.Get(CleanupParams.LineLengthLimit);
        Locking = ReadLocking(config, LocalParams.MailboxDeliveryLock, clock, problems);
        LuserRelay = config.Get(LocalParams.LuserRelay);
        MailboxCommand = config.Get(LocalParams.MailboxCommand);
        MailboxCommandMaps = Open(LocalParams.MailboxCommandMaps);
        MailboxSizeLimit = config.Get(LocalParams.MailboxSizeLimit);
        MailboxTransport = config.Get(LocalParams.MailboxTransport);
        MailboxTransportMaps = Open(LocalParams.MailboxTransportMaps);
        MailSpoolDirectory = config.Get(LocalParams.MailSpoolDirectory);
        OriginalRecipient = config.Get(CleanupParams.EnableOriginalRecipient);
        OwnerRequestSpecial = config.Get(RewriteParams.OwnerRequestSpecial);
        PrependDelivered = Contexts(config, problems);
        PropagateExtensions = Propagation(config);
        RecipientDelimiter = RecipientDelimiter.From(config);
        RequireHomeDirectory = config.Get(LocalParams.RequireHomeDirectory);
        ResetOwnerAlias = config.Get(LocalParams.ResetOwnerAlias);
        StrictOwnership = config.Get(LocalParams.StrictMailboxOwnership);
        Clock = clock;
        StatusFilter = StatusFilter.Open(config, LocalParams.LocalDeliveryStatusFilter, problems);
    }

    /// <summary>How mailboxes are locked, from the parameter that names the methods and those that all agents share.</summary>
    internal static MailboxLocking ReadLocking(MailConfig config, TextParam methods, TimeProvider clock, List<string> problems)
    {
        if (!MailboxLocking.TryParseMethods(config.Get(methods), out LockMethods found))
        {
            problems.Add($"parameter {methods.Name} specifies no applicable mailbox locking method: {config.Get(methods)}");
            found = LockMethods.Fcntl | LockMethods.DotLock;
        }
        return new MailboxLocking(found, config.Get(LocalParams.DeliverLockAttempts), config.Get(LocalParams.DeliverLockDelay),
            config.Get(LocalParams.StaleLockTime), clock);
    }

    private static UserRights FindDefaultRights(string name, List<string> problems)
    {
        if (UserDatabase.Find(name, out Account? account) == 0 && account is { Uid: not 0, Gid: not 0 })
            return UserRights.Of(account) with { Home = null, Shell = null };
        problems.Add($"default_privs: unknown or privileged user: {name}");
        return new UserRights(65534, 65534, "nobody", null, null);
    }

    private static ExpansionSource Sources(MailConfig config, TextParam param, List<string> problems)
    {
        ExpansionSource sources = ExpansionSource.None;
        foreach (string word in config.GetList(param))
        {
            ExpansionSource one = Source(word);
            if (one == ExpansionSource.None) problems.Add($"unknown word in {param.Name}: {word}");
            sources |= one;
        }
        return sources;
    }

    private static ExpansionSource Source(string word) => word switch
    {
        "alias" => ExpansionSource.Alias,
        "forward" => ExpansionSource.Forward,
        "include" => ExpansionSource.Include,
        _ => ExpansionSource.None,
    };

    private static ExpansionSource Propagation(MailConfig config) =>
        config.GetList(RewriteParams.PropagateUnmatchedExtensions).Aggregate(ExpansionSource.None, (all, word) => all | Source(word));

    private static DeliveredContext Contexts(MailConfig config, List<string> problems)
    {
        DeliveredContext contexts = DeliveredContext.None;
        foreach (string word in config.GetList(LocalParams.PrependDeliveredHeader))
        {
            DeliveredContext one = word switch
            {
                "command" => DeliveredContext.Command,
                "file" => DeliveredContext.File,
                "forward" => DeliveredContext.Forward,
                _ => DeliveredContext.None,
            };
            if (one == DeliveredContext.None) problems.Add($"unknown word in prepend_delivered_header: {word}");
            contexts |= one;
        }
        return contexts;
    }
}
