using System.Globalization;
using MtaSuite.Common.Config;
using MtaSuite.Common.Config.Params;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Native;
using MtaSuite.Common.Routing;
using MtaSuite.Local.Mailboxes;
using MtaSuite.Local.Rights;

namespace MtaSuite.Local.Pipe;

/// <summary>How addresses are changed in arguments of a pipe service (flags h, q, u).</summary>
[Flags]
public enum PipeAddressFlags { None = 0, FoldDomain = 1, Quote = 2, FoldUser = 4 }

/// <summary>
/// A pipe service as master.cf describes it: <c>flags= user= directory= chroot= eol= null_sender= size= argv=command argument...</c>, argv
/// last.
/// </summary>
public sealed record PipeSettings
{
    public required string Service { get; init; }
    public required IReadOnlyList<string> Command { get; init; }
    public required UserRights Rights { get; init; }
    public CopyOptions Copy { get; init; }
    public PipeAddressFlags Addresses { get; init; }
    /// <summary>Flag X: success means that the mail has arrived, not that it was handed on.</summary>
    public bool IsFinal { get; init; }
    public string? Directory { get; init; }
    public string? ChRoot { get; init; }
    public string EndOfLine { get; init; } = "\n";
    public string NullSender { get; init; } = "MAILER-DAEMON";
    /// <summary>Largest message in bytes; 0: any.</summary>
    public long SizeLimit { get; init; }
    public TimeSpan TimeLimit { get; init; }
    public RecipientDelimiter RecipientDelimiter { get; init; } = RecipientDelimiter.None;
    public IReadOnlyList<string> ExportEnvironment { get; init; } = [];
    public TimeProvider Clock { get; init; } = TimeProvider.System;
    /// <summary>Changes outcomes before they are logged and reported (..._delivery_status_filter).</summary>
    public StatusFilter StatusFilter { get; init; } = StatusFilter.None;

    /// <summary>As <see cref="Parse"/>, with the parameters of main.cf that pipe services share.</summary>
    public static PipeSettings? From(MailConfig config, string service, IReadOnlyList<string> attributes, out string problem)
    {
        _ = UserDatabase.Find(config.Get(CommonParams.MailOwner), out Account? owner);
        PipeSettings? found = Parse(service, attributes, owner, out problem);
        return found == null ? null : found with
        {
            TimeLimit = config.Get(PipeParams.TimeLimit, service),
            RecipientDelimiter = RecipientDelimiter.From(config),
            ExportEnvironment = config.GetList(LocalParams.ExportEnvironment),
            StatusFilter = StatusFilter.Open(config, PipeParams.PipeDeliveryStatusFilter),
        };
    }

    /// <summary>Reads the attributes of a service; null with the problem when they are not usable.</summary>
    /// <param name="mailOwner">Whom commands must not run as, besides root.</param>
    public static PipeSettings? Parse(string service, IReadOnlyList<string> attributes, Account? mailOwner, out string problem)
    {
        PipeSettings? found = Read(new PipeSettings { Service = service, Command = [], Rights = UserRights.None }, attributes, out problem);
        if (found == null) return null;
        problem = ProblemOf(found.Command, found.Rights, mailOwner);
        return problem.Length == 0 ? found : null;
    }

    /// <summary>What is wrong with a command, or with whom it is to run as; empty: nothing.</summary>
    internal static string ProblemOf(IReadOnlyList<string> command, UserRights rights, Account? mailOwner)
    {
        if (command.Count == 0) return "missing argv= command-line attribute";
        if (!FileIdentity.IsPrivileged) return ""; // everything runs as whoever started the suite
        if (rights.LogName.Length == 0) return "missing user= command-line attribute";
        if (rights.Uid == 0) return "user= command-line attribute specifies root privileges";
        if (rights.Gid == 0) return "user= command-line attribute specifies privileged group id 0";
        return mailOwner != null && (rights.Uid == mailOwner.Uid || rights.Gid == mailOwner.Gid)
            ? $"user= command-line attribute specifies mail system owner {mailOwner.Name}" : "";
    }

    private static PipeSettings? Read(PipeSettings found, IReadOnlyList<string> attributes, out string problem)
    {
        problem = "";
        for (int i = 0; i < attributes.Count; i++)
        {
            if (!ConfigList.TryUnbrace(attributes[i], out string attribute)) problem = $"bad attribute: {attributes[i]}";
            int equals = attribute.IndexOf('=');
            string name = equals < 0 ? attribute : attribute[..equals].ToLowerInvariant(), value = attribute[(equals + 1)..];
            switch (name)
            {
                case "flags": found = ReadFlags(found, value, ref problem); break;
                case "user": found = found with { Rights = FindUser(value, ref problem) }; break;
                case "directory": found = found with { Directory = value }; break;
                case "chroot": found = found with { ChRoot = value }; break;
                case "eol": found = found with { EndOfLine = Unescape(value) }; break;
                case "null_sender": found = found with { NullSender = value }; break;
                case "size" when long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out long size):
                    found = found with
                    { SizeLimit = size }; break;
                case "argv": return found with { Command = ReadCommand(value, attributes, i + 1, ref problem) };
                default: problem = $"unknown or bad attribute: {attribute}"; break;
            }
            if (problem.Length > 0) return null;
        }
        return found;
    }

    internal static List<string> ReadCommand(string first, IReadOnlyList<string> attributes, int next, ref string problem)
    {
        List<string> command = [first];
        for (; next < attributes.Count; next++)
        {
            if (!ConfigList.TryUnbrace(attributes[next], out string argument)) problem = $"bad argument: {attributes[next]}";
            command.Add(argument);
        }
        return command;
    }

    private static PipeSettings ReadFlags(PipeSettings found, string flags, ref string problem)
    {
        foreach (char flag in flags)
        {
            CopyOptions copy = flag switch
            {
                'B' => CopyOptions.BlankLine,
                'D' => CopyOptions.DeliveredTo,
                'F' => CopyOptions.FromLine,
                'O' => CopyOptions.OriginalTo,
                'R' => CopyOptions.ReturnPath,
                '.' => CopyOptions.DoubleDots,
                '>' => CopyOptions.QuoteFrom,
                _ => CopyOptions.None,
            };
            PipeAddressFlags addresses = flag switch
            {
                'h' => PipeAddressFlags.FoldDomain,
                'q' => PipeAddressFlags.Quote,
                'u' => PipeAddressFlags.FoldUser,
                _ => PipeAddressFlags.None,
            };
            if (copy == CopyOptions.None && addresses == PipeAddressFlags.None && flag != 'X') problem = $"unknown flag: {flag}";
            found = found with
            {
                Copy = found.Copy | copy,
                Addresses = found.Addresses | addresses,
                IsFinal = found.IsFinal || flag == 'X'
            };
        }
        return found;
    }

    /// <summary>user or user:group.</summary>
    internal static UserRights FindUser(string value, ref string problem)
    {
        int colon = value.IndexOf(':');
        string user = colon < 0 ? value : value[..colon], group = colon < 0 ? "" : value[(colon + 1)..];
        if (UserDatabase.Find(user, out Account? account) != 0 || account == null)
        {
            if (FileIdentity.IsPrivileged) problem = $"unknown username: {user}";
            return UserRights.None;
        }
        uint gid = account.Gid;
        if (group.Length > 0 && !UserDatabase.TryFindGroup(group, out gid)) problem = $"unknown group: {group}";
        return new UserRights(account.Uid, gid, account.Name, null, null);
    }

    /// <summary>The value of eol=.</summary>
    internal static string Unescape(string text) => CEscapes.Decode(text, 0x7f);
}
