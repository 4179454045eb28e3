namespace MtaSuite.Common.Config.Params;

/// <summary>Parameters of local delivery.</summary>
public static class LocalParams
{
    public static readonly TextParam AliasDatabase = new("alias_database", "hash:/etc/aliases", doc: "");
    public static readonly TextParam AliasMaps = new("alias_maps", "hash:/etc/aliases", doc: "");
    public static readonly TextParam AllowMailToCommands = new("allow_mail_to_commands", "alias, forward", doc: "");
    public static readonly TextParam AllowMailToFiles = new("allow_mail_to_files", "alias, forward", doc: "");
    public static readonly BoolParam Biff = new("biff", "yes", doc: "");
    public static readonly RawParam CommandExecutionDirectory = new("command_execution_directory", "", doc: "");
    public static readonly TextParam CommandExpansionFilter = new("command_expansion_filter",
        "1234567890!@%-_=+:,./abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ", required: true,
        doc: "");
    public static readonly TextParam DefaultPrivs = new("default_privs", "nobody", required: true, doc: "");
    public static readonly IntParam DeliverLockAttempts = new("deliver_lock_attempts", "20", min: 1, doc: "");
    public static readonly TimeParam DeliverLockDelay = new("deliver_lock_delay", "1s", min: "1s", doc: "");
    public static readonly TextParam ExecutionDirectoryExpansionFilter = new("execution_directory_expansion_filter",
        "1234567890!@%-_=+:,./abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ", required: true,
        doc: "");
    public static readonly BoolParam ExpandOwnerAlias = new("expand_owner_alias", "no", doc: "");
    public static readonly TextParam ExportEnvironment = new("export_environment", "TZ MAIL_CONFIG LANG", doc: "");
    public static readonly TextParam FallbackTransport = new("fallback_transport", "", doc: "");
    public static readonly TextParam FallbackTransportMaps = new("fallback_transport_maps", "", doc: "");
    public static readonly TextParam ForwardExpansionFilter = new("forward_expansion_filter",
        "1234567890!@%-_=+:,./abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ", required: true,
        doc: "");
    public static readonly RawParam ForwardPath = new("forward_path", "$home/.forward${recipient_delimiter}${extension}, $home/.forward",
        doc: "");
    public static readonly BoolParam FrozenDeliveredTo = new("frozen_delivered_to", "yes", doc: "");
    public static readonly TextParam HomeMailbox = new("home_mailbox", "", doc: "");
    public static readonly TextParam LocalCommandShell = new("local_command_shell", "", doc: "");
    public static readonly TextParam LocalDeliveryStatusFilter = new("local_delivery_status_filter",
        "$default_delivery_status_filter", effective: false,
        doc: "");
    public static readonly IntParam LocalDestinationConcurrencyLimit = new("local_destination_concurrency_limit", "20", doc: "");
    public static readonly IntParam LocalDestinationRecipientLimit = new("local_destination_recipient_limit", "1", doc: "");
    public static readonly RawParam LuserRelay = new("luser_relay", "", doc: "");
    public static readonly TextParam MailSpoolDirectory = new("mail_spool_directory", "/var/mail", doc: "");
    public static readonly RawParam MailboxCommand = new("mailbox_command", "", doc: "");
    public static readonly TextParam MailboxCommandMaps = new("mailbox_command_maps", "", doc: "");
    public static readonly TextParam MailboxDeliveryLock = new("mailbox_delivery_lock", "fcntl, dotlock", required: true, doc: "");
    public static readonly LongParam MailboxSizeLimit = new("mailbox_size_limit", "51200000", doc: "");
    public static readonly TextParam MailboxTransport = new("mailbox_transport", "", doc: "");
    public static readonly TextParam MailboxTransportMaps = new("mailbox_transport_maps", "", doc: "");
    public static readonly TextParam PrependDeliveredHeader = new("prepend_delivered_header", "command, file, forward", doc: "");
    public static readonly BoolParam RequireHomeDirectory = new("require_home_directory", "no", doc: "");
    public static readonly BoolParam ResetOwnerAlias = new("reset_owner_alias", "no", doc: "");
    public static readonly TimeParam StaleLockTime = new("stale_lock_time", "500s", min: "1s", doc: "");
    public static readonly BoolParam StrictMailboxOwnership = new("strict_mailbox_ownership", "yes", doc: "");
    public static readonly BoolParam SunMailtoolCompatibility = new("sun_mailtool_compatibility", "no", effective: false, doc: "");

    public static IReadOnlyList<Param> All { get; } =
    [
        AliasDatabase, AliasMaps, AllowMailToCommands, AllowMailToFiles, Biff, CommandExecutionDirectory, CommandExpansionFilter,
        DefaultPrivs, DeliverLockAttempts, DeliverLockDelay, ExecutionDirectoryExpansionFilter, ExpandOwnerAlias, ExportEnvironment,
        FallbackTransport, FallbackTransportMaps, ForwardExpansionFilter, ForwardPath, FrozenDeliveredTo, HomeMailbox, LocalCommandShell,
        LocalDeliveryStatusFilter, LocalDestinationConcurrencyLimit, LocalDestinationRecipientLimit, LuserRelay, MailSpoolDirectory,
        MailboxCommand, MailboxCommandMaps, MailboxDeliveryLock, MailboxSizeLimit, MailboxTransport, MailboxTransportMaps,
        PrependDeliveredHeader, RequireHomeDirectory, ResetOwnerAlias, StaleLockTime, StrictMailboxOwnership, SunMailtoolCompatibility,
    ];
}
