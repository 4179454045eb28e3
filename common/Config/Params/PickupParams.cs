namespace MtaSuite.Common.Config.Params;

/// <summary>Parameters of mail of local users.</summary>
public static class PickupParams
{
    public static readonly BoolParam AllowMinUser = new("allow_min_user", "no", doc: "");
    public static readonly TextParam AuthorizedFlushUsers = new("authorized_flush_users", "static:anyone", doc: "");
    public static readonly TextParam AuthorizedMailqUsers = new("authorized_mailq_users", "static:anyone", doc: "");
    public static readonly TextParam AuthorizedSubmitUsers = new("authorized_submit_users", "static:anyone", doc: "");
    public static readonly TextParam DefaultVerpDelimiters = new("default_verp_delimiters", "+=", required: true, effective: false,
        doc: "");
    public static readonly IntParam ForkAttempts = new("fork_attempts", "5", min: 1, effective: false, doc: "");
    public static readonly TimeParam ForkDelay = new("fork_delay", "1s", min: "1s", effective: false, doc: "");
    public static readonly TextParam FullNameEncodingCharset = new("full_name_encoding_charset", "utf-8", required: true, doc: "");
    public static readonly TextParam PickupServiceName = new("pickup_service_name", "pickup", required: true, doc: "");
    public static readonly TextParam SendmailFixLineEndings = new("sendmail_fix_line_endings", "always", required: true, doc: "");
    public static readonly TextParam SendmailPath = new("sendmail_path", "/usr/sbin/sendmail", required: true, doc: "");
    public static readonly TextParam VerpDelimiterFilter = new("verp_delimiter_filter", "-=+", required: true, effective: false, doc: "");

    public static IReadOnlyList<Param> All { get; } =
    [
        AllowMinUser, AuthorizedFlushUsers, AuthorizedMailqUsers, AuthorizedSubmitUsers, DefaultVerpDelimiters, ForkAttempts, ForkDelay,
        FullNameEncodingCharset, PickupServiceName, SendmailFixLineEndings, SendmailPath, VerpDelimiterFilter,
    ];
}
