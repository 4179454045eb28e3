namespace MtaSuite.Common.Config.Params;

/// <summary>Parameters of mail of local users.</summary>
public static class PickupParams
{
    public static readonly BoolParam AllowMinUser =
        new("allow_min_user", "no", doc: "Accept senders and recipients that begin with a hyphen.");
    public static readonly TextParam AuthorizedFlushUsers = new("authorized_flush_users", "static:anyone",
        doc: "Users who may flush the queue.");
    public static readonly TextParam AuthorizedMailqUsers = new("authorized_mailq_users", "static:anyone",
        doc: "Users who may list the queue.");
    public static readonly TextParam AuthorizedSubmitUsers = new("authorized_submit_users", "static:anyone",
        doc: "Users who may submit mail with sendmail.");
    public static readonly TextParam DefaultVerpDelimiters = new("default_verp_delimiters", "+=", required: true,
        doc: "The two delimiters of a VERP sender address.");
    public static readonly IntParam ForkAttempts = new("fork_attempts", "5", min: 1, effective: false,
        doc: "How often starting a process is tried.");
    public static readonly TimeParam ForkDelay = new("fork_delay", "1s", min: "1s", effective: false,
        doc: "Pause between two tries to start a process.");
    public static readonly TextParam FullNameEncodingCharset = new("full_name_encoding_charset", "utf-8", required: true, effective: false,
        doc: "Character set of full names in From: lines that are made up.");
    public static readonly TextParam PickupServiceName = new("pickup_service_name", "pickup", required: true,
        doc: "Service that takes mail of local users.");
    public static readonly TextParam SendmailFixLineEndings = new("sendmail_fix_line_endings", "always", required: true,
        doc: "When the sendmail command turns CR LF into line feeds: always, strict, never.");
    public static readonly TextParam SendmailPath = new("sendmail_path", "/usr/sbin/sendmail", required: true,
        doc: "Where the sendmail command is.");
    public static readonly TextParam VerpDelimiterFilter = new("verp_delimiter_filter", "-=+", required: true,
        doc: "Characters that may be VERP delimiters.");

    public static IReadOnlyList<Param> All { get; } =
    [
        AllowMinUser, AuthorizedFlushUsers, AuthorizedMailqUsers, AuthorizedSubmitUsers, DefaultVerpDelimiters, ForkAttempts, ForkDelay,
        FullNameEncodingCharset, PickupServiceName, SendmailFixLineEndings, SendmailPath, VerpDelimiterFilter,
    ];
}
