using MtaSuite.Common.Config;
using MtaSuite.Common.Config.Params;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Routing;
using MtaSuite.Common.Tables;
using MtaSuite.Local.Mailboxes;

namespace MtaSuite.Local.Virtual;

/// <summary>The parameters of virtual mailboxes, read once.</summary>
public sealed record VirtualSettings
{
    public string Base { get; init; } = "";
    public Maps Mailboxes { get; init; } = Maps.Empty;
    public Maps Uids { get; init; } = Maps.Empty;
    public Maps Gids { get; init; } = Maps.Empty;
    public uint MinimumUid { get; init; } = 100;
    public long MailboxLimit { get; init; } = 51_200_000;
    public bool StrictOwnership { get; init; } = true;
    public bool OriginalRecipient { get; init; } = true;
    public RecipientDelimiter RecipientDelimiter { get; init; } = RecipientDelimiter.None;
    public MailboxLocking Locking { get; init; } =
        new(LockMethods.Fcntl | LockMethods.DotLock, 20, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(500), TimeProvider.System);
    public TimeProvider Clock { get; init; } = TimeProvider.System;
    /// <summary>Has the last word on outcomes.</summary>
    public StatusFilter StatusFilter { get; init; } = StatusFilter.None;

    /// <summary>Reads everything from the configuration and opens the tables. What is wrong goes to <paramref name="problems"/>.</summary>
    public static VirtualSettings From(MailConfig config, List<string> problems, TimeProvider? clock = null)
    {
        clock ??= TimeProvider.System;
        Maps Open(TextParam param)
        {
            Maps maps = Maps.Open(config.Get(param), new TableOptions { AllowSubstitution = false, Clock = clock });
            problems.AddRange(maps.OpenErrors);
            return maps;
        }
        return new VirtualSettings
        {
            Base = config.Get(VirtualParams.VirtualMailboxBase),
            Mailboxes = Open(VirtualParams.VirtualMailboxMaps),
            Uids = Open(VirtualParams.VirtualUidMaps),
            Gids = Open(VirtualParams.VirtualGidMaps),
            MinimumUid = (uint)config.Get(VirtualParams.VirtualMinimumUid),
            MailboxLimit = config.Get(VirtualParams.VirtualMailboxLimit),
            StrictOwnership = config.Get(LocalParams.StrictMailboxOwnership),
            OriginalRecipient = config.Get(CleanupParams.EnableOriginalRecipient),
            RecipientDelimiter = RecipientDelimiter.From(config),
            Locking = LocalSettings.ReadLocking(config, VirtualParams.VirtualMailboxLock, clock, problems),
            Clock = clock,
            StatusFilter = StatusFilter.Open(config, VirtualParams.VirtualDeliveryStatusFilter, problems),
        };
    }
}
