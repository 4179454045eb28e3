namespace MtaSuite.Common.Config.Params;

/// <summary>Parameters of logging.</summary>
public static class LogParams
{
    public static readonly IntParam DebugPeerLevel = new("debug_peer_level", "2", min: 1, effective: false, doc: "");
    public static readonly TextParam DebugPeerList = new("debug_peer_list", "", effective: false, doc: "");
    public static readonly TextParam InfoLogAddressFormat = new("info_log_address_format", "external", required: true, effective: false,
        doc: "");
    public static readonly TextParam MaillogFile = new("maillog_file", "", doc: "");
    public static readonly TextParam MaillogFileCompressor = new("maillog_file_compressor", "gzip", required: true, effective: false,
        doc: "");
    public static readonly TextParam MaillogFilePermissions = new("maillog_file_permissions", "0600", required: true, doc: "");
    public static readonly TextParam MaillogFilePrefixes = new("maillog_file_prefixes", "/var, /dev/stdout", required: true, doc: "");
    public static readonly TextParam MaillogFileRotateSuffix = new("maillog_file_rotate_suffix", "%Y%m%d-%H%M%S", required: true, doc: "");
    public static readonly TextParam MaillogFormat = new("maillog_format", "text", words: "text|json", doc: "");
    public static readonly TextParam PostlogServiceName = new("postlog_service_name", "postlog", required: true, effective: false, doc: "");
    public static readonly TimeParam PostlogdWatchdogTimeout = new("postlogd_watchdog_timeout", "10s", min: "10s", effective: false,
        doc: "");
    public static readonly BoolParam RespectfulLogging = new("respectful_logging", "${{$compatibility_level} <level {3.6} ? {no} : {yes}}",
        doc: "");
    public static readonly TextParam SyslogFacility = new("syslog_facility", "mail", required: true, doc: "");
    public static readonly TextParam SyslogName = new("syslog_name",
        "${multi_instance_name?{$multi_instance_name}:{mtasuite}}", required: true,
        doc: "");

    public static IReadOnlyList<Param> All { get; } =
    [
        DebugPeerLevel, DebugPeerList, InfoLogAddressFormat, MaillogFile, MaillogFileCompressor, MaillogFilePermissions,
        MaillogFilePrefixes, MaillogFileRotateSuffix, MaillogFormat, PostlogServiceName, PostlogdWatchdogTimeout, RespectfulLogging,
        SyslogFacility, SyslogName,
    ];
}
