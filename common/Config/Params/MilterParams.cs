namespace MtaSuite.Common.Config.Params;

/// <summary>Parameters of milters.</summary>
public static class MilterParams
{
    public static readonly TimeParam MilterCommandTimeout = new("milter_command_timeout", "30s", min: "1s", effective: false, doc: "");
    public static readonly TextParam MilterConnectMacros = new("milter_connect_macros",
        "j {daemon_name} {daemon_addr} v _", effective: false,
        doc: "");
    public static readonly TimeParam MilterConnectTimeout = new("milter_connect_timeout", "30s", min: "1s", effective: false, doc: "");
    public static readonly TimeParam MilterContentTimeout = new("milter_content_timeout", "300s", min: "1s", effective: false, doc: "");
    public static readonly TextParam MilterDataMacros = new("milter_data_macros", "i", effective: false, doc: "");
    public static readonly TextParam MilterDefaultAction = new("milter_default_action", "shutdown", required: true, effective: false,
        doc: "");
    public static readonly TextParam MilterEndOfDataMacros = new("milter_end_of_data_macros", "i", effective: false, doc: "");
    public static readonly TextParam MilterEndOfHeaderMacros = new("milter_end_of_header_macros", "i", effective: false, doc: "");
    public static readonly TextParam MilterHeaderChecks = new("milter_header_checks", "", effective: false, doc: "");
    public static readonly TextParam MilterHeloMacros = new("milter_helo_macros",
        "{tls_version} {cipher} {cipher_bits} {cert_subject} {cert_issuer}", effective: false,
        doc: "");
    public static readonly TextParam MilterMacroDaemonName = new("milter_macro_daemon_name",
        "$myhostname", required: true, effective: false,
        doc: "");
    public static readonly TextParam MilterMacroDefaults = new("milter_macro_defaults", "", effective: false, doc: "");
    public static readonly TextParam MilterMacroV = new("milter_macro_v", "$mail_name $mail_version", required: true, effective: false,
        doc: "");
    public static readonly TextParam MilterMailMacros = new("milter_mail_macros",
        "i {auth_type} {auth_authen} {auth_author} {mail_addr} {mail_host} {mail_mailer}", effective: false,
        doc: "");
    public static readonly TextParam MilterProtocol = new("milter_protocol", "6", required: true, effective: false, doc: "");
    public static readonly TextParam MilterRcptMacros = new("milter_rcpt_macros",
        "i {rcpt_addr} {rcpt_host} {rcpt_mailer}", effective: false,
        doc: "");
    public static readonly TextParam MilterUnknownCommandMacros = new("milter_unknown_command_macros", "", effective: false, doc: "");
    public static readonly TextParam NonSmtpdMilters = new("non_smtpd_milters", "", effective: false, doc: "");
    public static readonly TextParam SmtpdMilterMaps = new("smtpd_milter_maps", "", effective: false, doc: "");
    public static readonly TextParam SmtpdMilters = new("smtpd_milters", "", effective: false, doc: "");

    public static IReadOnlyList<Param> All { get; } =
    [
        MilterCommandTimeout, MilterConnectMacros, MilterConnectTimeout, MilterContentTimeout, MilterDataMacros, MilterDefaultAction,
        MilterEndOfDataMacros, MilterEndOfHeaderMacros, MilterHeaderChecks, MilterHeloMacros, MilterMacroDaemonName, MilterMacroDefaults,
        MilterMacroV, MilterMailMacros, MilterProtocol, MilterRcptMacros, MilterUnknownCommandMacros, NonSmtpdMilters, SmtpdMilterMaps,
        SmtpdMilters,
    ];
}
