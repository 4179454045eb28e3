namespace MtaSuite.Common.Config.Params;

/// <summary>Parameters of virtual mailboxes.</summary>
public static class VirtualParams
{
    public static readonly TextParam VirtualDeliveryStatusFilter = new("virtual_delivery_status_filter",
        "$default_delivery_status_filter", effective: false,
        doc: "");
    public static readonly TextParam VirtualGidMaps = new("virtual_gid_maps", "", doc: "");
    public static readonly TextParam VirtualMailboxBase = new("virtual_mailbox_base", "", doc: "");
    public static readonly TextParam VirtualMailboxDomains = new("virtual_mailbox_domains", "$virtual_mailbox_maps", doc: "");
    public static readonly LongParam VirtualMailboxLimit = new("virtual_mailbox_limit", "51200000", doc: "");
    public static readonly TextParam VirtualMailboxLock = new("virtual_mailbox_lock", "fcntl, dotlock", required: true, doc: "");
    public static readonly TextParam VirtualMailboxMaps = new("virtual_mailbox_maps", "", doc: "");
    public static readonly IntParam VirtualMinimumUid = new("virtual_minimum_uid", "100", min: 1, doc: "");
    public static readonly TextParam VirtualUidMaps = new("virtual_uid_maps", "", doc: "");

    public static IReadOnlyList<Param> All { get; } =
    [
        VirtualDeliveryStatusFilter, VirtualGidMaps, VirtualMailboxBase, VirtualMailboxDomains, VirtualMailboxLimit, VirtualMailboxLock,
        VirtualMailboxMaps, VirtualMinimumUid, VirtualUidMaps,
    ];
}
