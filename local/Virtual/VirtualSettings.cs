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
    public string Base { get; init; }
    public Maps Mailboxes { get; init; }
    public Maps Uids { get; init; }
    public Maps Gids { get; init; }
    public uint MinimumUid { get; init; }
    public long MailboxLimit { get; init; }
    public bool StrictOwnership { get; init; }
    public bool OriginalRecipient { get; init; }
    public RecipientDelimiter RecipientDelimiter { get; init; }
    public MailboxLocking Locking { get; init; }
    public TimeProvider Clock { get; init; }
    /// <summary>Changes outcomes before they are logged and reported (..._delivery_status_filter).</summary>
    public StatusFilter StatusFilter { get; init; }

    /// <summary>Reads everything from the configuration and opens the tables. What is wrong goes to <paramref name="problems"/>.</summary>
    public VirtualSettings(MailConfig config, List<string> problems, TimeProvider? clock = null)
    {
        clock ??= TimeProvider.System;
        Maps Open(TextParam param)
        {
            Maps maps = Maps.Open(config.Get(param), new TableOptions { AllowSubstitution = false, Clock = clock });
            problems.AddRange(maps.OpenErrors);
            return maps;
        }
        Base = config.Get(VirtualParams.VirtualMailboxBase);
        Mailboxes = Open(VirtualParams.VirtualMailboxMaps);
        Uids = Open(VirtualParams.VirtualUidMaps);
        Gids = Open(VirtualParams.VirtualGidMaps);
        MinimumUid = (uint)config.Get(VirtualParams.VirtualMinimumUid);
        MailboxLimit = config.Get(VirtualParams.VirtualMailboxLimit);
        StrictOwnership = config.Get(LocalParams.StrictMailboxOwnership);
        OriginalRecipient = config.Get(CleanupParams.EnableOriginalRecipient);
        RecipientDelimiter = RecipientDelimiter.From(config);
        Locking = LocalSettings.ReadLocking(config, VirtualParams.VirtualMailboxLock, clock, problems);
        Clock = clock;
        StatusFilter = StatusFilter.Open(config, VirtualParams.VirtualDeliveryStatusFilter, problems);
    }
}
