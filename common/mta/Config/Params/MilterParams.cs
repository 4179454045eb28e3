namespace MtaSuite.Common.Config.Params;

/// <summary>Parameters of milters.</summary>
public static class MilterParams
{
    public static readonly TimeParam MilterCommandTimeout = new("milter_command_timeout", "30s", min: "1s",
        doc: "Longest wait for a milter's answer to an SMTP command (command_timeout).");
    public static readonly TextParam MilterConnectMacros = new("milter_connect_macros",
        "j {daemon_name} {daemon_addr} v _",
        doc: "Macros sent to milters with a new session.");
    public static readonly TimeParam MilterConnectTimeout = new("milter_connect_timeout", "30s", min: "1s",
        doc: "Longest wait for the connection to a milter; a milter in braces may have its own connect_timeout.");
    public static readonly TimeParam MilterContentTimeout = new("milter_content_timeout", "300s", min: "1s",
        doc: "Longest wait for a milter's answer to message content (content_timeout).");
    public static readonly TextParam MilterDataMacros = new("milter_data_macros", "i",
        doc: "Macros sent to milters with DATA.");
    public static readonly TextParam MilterDefaultAction = new("milter_default_action", "shutdown", required: true,
        doc: "What to do when a milter fails: accept, reject, tempfail, quarantine, shutdown (default_action).");
    public static readonly TextParam MilterEndOfDataMacros = new("milter_end_of_data_macros", "i",
        doc: "Macros sent to milters at the end of a message.");
    public static readonly TextParam MilterEndOfHeaderMacros = new("milter_end_of_header_macros", "i",
        doc: "Macros sent to milters at the end of the headers.");
    public static readonly TextParam MilterHeaderChecks = new("milter_header_checks", "",
        doc: "As header_checks, for header fields that milters add, insert or change.");
    public static readonly TextParam MilterHeloMacros = new("milter_helo_macros",
        "{tls_version} {cipher} {cipher_bits} {cert_subject} {cert_issuer}",
        doc: "Macros sent to milters with HELO.");
    public static readonly TextParam MilterMacroDaemonName = new("milter_macro_daemon_name",
        "$myhostname", required: true,
        doc: "Value of the milter macro {daemon_name}.");
    public static readonly TextParam MilterMacroDefaults = new("milter_macro_defaults", "",
        doc: "Values of milter macros that have none otherwise, as name=value.");
    public static readonly TextParam MilterMacroV = new("milter_macro_v", "$mail_name $mail_version", required: true,
        doc: "Value of the milter macro v.");
    public static readonly TextParam MilterMailMacros = new("milter_mail_macros",
        "i {auth_type} {auth_authen} {auth_author} {mail_addr} {mail_host} {mail_mailer}",
        doc: "Macros sent to milters with MAIL.");
    public static readonly BoolParam MilterPipelining = new("milter_pipelining", "yes",
        doc: "Send header fields together with the end of the header, and the body with the end of the message, instead of waiting for an "
            + "answer to each (pipelining).");
    public static readonly TextParam MilterProtocol = new("milter_protocol", "6", required: true,
        doc: "Version of the milter protocol: 2, 3, 4 or 6, and perhaps no_header_reply (protocol).");
    public static readonly TextParam MilterRcptMacros = new("milter_rcpt_macros",
        "i {rcpt_addr} {rcpt_host} {rcpt_mailer}",
        doc: "Macros sent to milters with RCPT.");
    public static readonly TextParam MilterUnknownCommandMacros = new("milter_unknown_command_macros", "",
        doc: "Macros sent to milters with an unknown command.");
    public static readonly TextParam NonSmtpdMilters = new("non_smtpd_milters", "",
        doc: "Milters for mail that does not come by SMTP, in order.");
    public static readonly TextParam SmtpdMilterMaps = new("smtpd_milter_maps", "",
        doc: "Table that names the milters for a client by its address, or DISABLE.");
    public static readonly TextParam SmtpdMilters = new("smtpd_milters", "",
        doc: "Milters for mail that comes by SMTP, in order: inet:host:port, unix:path, { service, name=value, ... }.");

    public static IReadOnlyList<Param> All { get; } =
    [
        MilterCommandTimeout, MilterConnectMacros, MilterConnectTimeout, MilterContentTimeout, MilterDataMacros, MilterDefaultAction,
        MilterEndOfDataMacros, MilterEndOfHeaderMacros, MilterHeaderChecks, MilterHeloMacros, MilterMacroDaemonName, MilterMacroDefaults,
        MilterMacroV, MilterMailMacros, MilterPipelining, MilterProtocol, MilterRcptMacros, MilterUnknownCommandMacros, NonSmtpdMilters,
        SmtpdMilterMaps, SmtpdMilters,
    ];
}
