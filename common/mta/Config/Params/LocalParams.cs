namespace MtaSuite.Common.Config.Params;

/// <summary>Parameters of local delivery.</summary>
public static class LocalParams
{
    public static readonly TextParam AliasDatabase = new("alias_database", "hash:/etc/aliases",
        doc: "Alias tables that newaliases rebuilds.");
    public static readonly TextParam AliasMaps = new("alias_maps", "hash:/etc/aliases",
        doc: "Alias tables of local delivery, searched in order.");
    public static readonly TextParam AllowMailToCommands = new("allow_mail_to_commands", "alias, forward",
        each: WordLists.DeliveryPlaces,
        doc: "Where a command may be a destination: alias, forward, include.");
    public static readonly TextParam AllowMailToFiles = new("allow_mail_to_files", "alias, forward",
        each: WordLists.DeliveryPlaces,
        doc: "Where a file may be a destination: alias, forward, include.");
    public static readonly BoolParam Biff = new("biff", "yes", effective: false, doc: "Tell the comsat service about new local mail.");
    public static readonly RawParam CommandExecutionDirectory = new("command_execution_directory", "",
        doc: "Directory in which a user's command runs.");
    public static readonly TextParam CommandExpansionFilter = new("command_expansion_filter",
        "1234567890!@%-_=+:,./abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ", required: true,
        doc: "Characters allowed in values of $names in mailbox_command; others become underscores.");
    public static readonly TextParam DefaultPrivs = new("default_privs", "nobody", required: true,
        doc: "User with whose rights files and commands of root's aliases are used.");
    public static readonly IntParam DeliverLockAttempts = new("deliver_lock_attempts", "20", min: 1,
        doc: "How often a mailbox lock is tried.");
    public static readonly TimeParam DeliverLockDelay = new("deliver_lock_delay", "1s", min: "1s",
        doc: "Pause between two tries for a mailbox lock.");
    public static readonly TextParam ExecutionDirectoryExpansionFilter = new("execution_directory_expansion_filter",
        "1234567890!@%-_=+:,./abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ", required: true,
        doc: "Characters allowed in values of $names in command_execution_directory.");
    public static readonly BoolParam ExpandOwnerAlias = new("expand_owner_alias", "no",
        doc: "Use the members of owner-LIST, not that name, as the sender of a list.");
    public static readonly TextParam ExportEnvironment = new("export_environment", "TZ MAIL_CONFIG LANG",
        doc: "Environment variables that commands inherit: NAME, NAME=VALUE, { NAME = text with spaces }.")
    { Grammar = (EnvironmentList.IsValid, EnvironmentList.Expected) };
    public static readonly TextParam FallbackTransport = new("fallback_transport", "",
        doc: "Transport for local recipients without an account or alias.");
    public static readonly TextParam FallbackTransportMaps = new("fallback_transport_maps", "",
        doc: "Table that names such a transport for each recipient.");
    public static readonly TextParam ForwardExpansionFilter = new("forward_expansion_filter",
        "1234567890!@%-_=+:,./abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ", required: true,
        doc: "Characters allowed in values of $names in forward_path; others become underscores.");
    public static readonly RawParam ForwardPath = new("forward_path", "$home/.forward${recipient_delimiter}${extension}, $home/.forward",
        doc: "Files with a user's own destinations; the first that exists counts.");
    public static readonly BoolParam FrozenDeliveredTo = new("frozen_delivered_to", "yes",
        doc: "Take Delivered-To: as it was at the start of a local delivery.");
    public static readonly TextParam HomeMailbox = new("home_mailbox", "",
        doc: "Mailbox below the home directory; with a slash at the end a Maildir.");
    public static readonly TextParam LocalCommandShell = new("local_command_shell", "",
        doc: "Shell that runs mailbox_command and |command.");
    public static readonly TextParam LocalDeliveryStatusFilter = new("local_delivery_status_filter",
        "$default_delivery_status_filter",
        doc: "Table that changes the status of local deliveries.");
    public static readonly IntParam LocalDestinationConcurrencyLimit = new("local_destination_concurrency_limit", "20",
        doc: "Parallel deliveries to one local recipient.");
    public static readonly IntParam LocalDestinationRecipientLimit = new("local_destination_recipient_limit", "1",
        doc: "Recipients in one local delivery.");
    public static readonly IntParam LocalExpansionLimit = new("local_expansion_limit", "100000",
        doc: "Destinations that one recipient may expand to by aliases, .forward and included files; 0 is no limit.");
    public static readonly LongParam LocalListSizeLimit = new("local_list_size_limit", "16777216",
        doc: "Bytes of .forward and included files that are read for one recipient; 0 is no limit.");
    public static readonly RawParam LuserRelay = new("luser_relay", "", doc: "Who gets mail for local users that do not exist.");
    public static readonly TextParam MailSpoolDirectory = new("mail_spool_directory", "/var/mail", doc: "Directory of mailbox files.");
    public static readonly RawParam MailboxCommand = new("mailbox_command", "", doc: "Command that takes mail for users with an account.");
    public static readonly TextParam MailboxCommandMaps = new("mailbox_command_maps", "",
        doc: "Table that names such a command for each user.");
    public static readonly TextParam MailboxDeliveryLock = new("mailbox_delivery_lock", "fcntl, dotlock", required: true,
        each: WordLists.MailboxLocks,
        doc: "How mailbox files are locked, in order.");
    public static readonly LongParam MailboxSizeLimit = new("mailbox_size_limit", "51200000",
        doc: "Largest mailbox file in bytes; 0 is no limit.");
    public static readonly TextParam MailboxTransport = new("mailbox_transport", "",
        doc: "Transport for local users, instead of their mailboxes.");
    public static readonly TextParam MailboxTransportMaps = new("mailbox_transport_maps", "",
        doc: "Table that names such a transport for each user.");
    public static readonly TextParam PrependDeliveredHeader = new("prepend_delivered_header", "command, file, forward",
        each: "command|file|forward",
        doc: "Deliveries that get a Delivered-To: line: command, file, forward.");
    public static readonly BoolParam RequireHomeDirectory = new("require_home_directory", "no",
        doc: "Deliver only to users whose home directory exists.");
    public static readonly BoolParam ResetOwnerAlias = new("reset_owner_alias", "no",
        doc: "Take the sender of a list from the innermost list, not from the outermost.");
    public static readonly TimeParam StaleLockTime = new("stale_lock_time", "500s", min: "1s",
        doc: "Age at which a mailbox lock file is considered stale.");
    public static readonly BoolParam StrictMailboxOwnership = new("strict_mailbox_ownership", "yes",
        doc: "Refuse to write to a mailbox that its user does not own.");
    public static readonly BoolParam SunMailtoolCompatibility = new("sun_mailtool_compatibility", "no", effective: false,
        doc: "Old name for locking mailboxes as mailtool did.");

    public static IReadOnlyList<Param> All { get; } =
    [
        AliasDatabase, AliasMaps, AllowMailToCommands, AllowMailToFiles, Biff, CommandExecutionDirectory, CommandExpansionFilter,
        DefaultPrivs, DeliverLockAttempts, DeliverLockDelay, ExecutionDirectoryExpansionFilter, ExpandOwnerAlias, ExportEnvironment,
        FallbackTransport, FallbackTransportMaps, ForwardExpansionFilter, ForwardPath, FrozenDeliveredTo, HomeMailbox,
        LocalCommandShell, LocalDeliveryStatusFilter, LocalDestinationConcurrencyLimit, LocalDestinationRecipientLimit,
        LocalExpansionLimit, LocalListSizeLimit, LuserRelay, MailSpoolDirectory, MailboxCommand, MailboxCommandMaps,
        MailboxDeliveryLock, MailboxSizeLimit, MailboxTransport, MailboxTransportMaps, PrependDeliveredHeader, RequireHomeDirectory,
        ResetOwnerAlias, StaleLockTime, StrictMailboxOwnership, SunMailtoolCompatibility,
    ];
}
