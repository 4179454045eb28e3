namespace MtaSuite.Common.Config.Params;

/// <summary>Parameters of virtual mailboxes.</summary>
public static class VirtualParams
{
    public static readonly TextParam VirtualDeliveryStatusFilter = new("virtual_delivery_status_filter",
        "$default_delivery_status_filter",
        doc: "Table that changes the status of deliveries to virtual mailboxes.");
    public static readonly TextParam VirtualGidMaps = new("virtual_gid_maps", "", doc: "Tables that name the group of a virtual mailbox.");
    public static readonly TextParam VirtualMailboxBase = new("virtual_mailbox_base", "",
        doc: "Directory put before every virtual mailbox's path.");
    public static readonly TextParam VirtualMailboxDomains = new("virtual_mailbox_domains", "$virtual_mailbox_maps",
        doc: "Domains delivered to virtual mailboxes.");
    public static readonly LongParam VirtualMailboxLimit = new("virtual_mailbox_limit", "51200000",
        doc: "Largest virtual mailbox file in bytes; 0 is no limit.");
    public static readonly TextParam VirtualMailboxLock = new("virtual_mailbox_lock", "fcntl, dotlock", required: true,
        each: WordLists.MailboxLocks,
        doc: "How virtual mailbox files are locked, in order.");
    public static readonly TextParam VirtualMailboxMaps = new("virtual_mailbox_maps", "",
        doc: "Tables that name the mailbox of an address; with a slash at the end a Maildir.");
    public static readonly IntParam VirtualMinimumUid = new("virtual_minimum_uid", "100", min: 1,
        doc: "Smallest user number a virtual mailbox may have.");
    public static readonly TextParam VirtualUidMaps = new("virtual_uid_maps", "", doc: "Tables that name the user of a virtual mailbox.");

    public static IReadOnlyList<Param> All { get; } =
    [
        VirtualDeliveryStatusFilter, VirtualGidMaps, VirtualMailboxBase, VirtualMailboxDomains, VirtualMailboxLimit, VirtualMailboxLock,
        VirtualMailboxMaps, VirtualMinimumUid, VirtualUidMaps,
    ];
}
