namespace MtaSuite.Common.Config.Params;

/// <summary>Parameters of logging.</summary>
public static class LogParams
{
    public static readonly IntParam DebugPeerLevel = new("debug_peer_level", "2", min: 1, effective: false,
        doc: "Additional log detail for peers in debug_peer_list.");
    public static readonly TextParam DebugPeerList = new("debug_peer_list", "",
        doc: "Peers, by name, address or network, whose sessions are logged.");
    public static readonly TextParam InfoLogAddressFormat = new("info_log_address_format", "external", words: "external|internal",
        doc: "Form of addresses in the log: external (quoted) or internal.");
    public static readonly TextParam MaillogFile = new("maillog_file", "", doc: "Log file, or /dev/stdout; empty logs to syslog.");
    public static readonly TextParam MaillogFileCompressor = new("maillog_file_compressor", "gzip", required: true,
        doc: "Program that compresses a log file that was rotated.");
    public static readonly TextParam MaillogFilePermissions = new("maillog_file_permissions", "0600", words: "0600|0640|0644",
        doc: "Permissions of a new log file: 0600, 0640 or 0644.");
    public static readonly TextParam MaillogFilePrefixes = new("maillog_file_prefixes", "/var, /dev/stdout", required: true,
        doc: "How the path of a log file may begin.");
    public static readonly TextParam MaillogFileRotateSuffix = new("maillog_file_rotate_suffix", "%Y%m%d-%H%M%S", required: true,
        doc: "Form of the date that a rotated log file's name gets.");
    public static readonly TextParam MaillogFormat = new("maillog_format", "text", words: "text|json",
        doc: "Form of a log line: text, or one JSON object.");
    public static readonly TextParam PostlogServiceName = new("postlog_service_name", "postlog", required: true,
        doc: "Service that writes the log file for programs that may not.");
    public static readonly TimeParam PostlogdWatchdogTimeout = new("postlogd_watchdog_timeout", "10s", min: "10s",
        doc: "As daemon_timeout, for the log service.");
    public static readonly BoolParam RespectfulLogging =
        new("respectful_logging", "${{$compatibility_level} <level {3.6} ? {no} : {yes}}", effective: false,
        doc: "Log \"allowlist\" and \"denylist\" instead of older words.");
    public static readonly TextParam SyslogFacility = new("syslog_facility", "mail", required: true,
        words: "auth|authpriv|cron|daemon|ftp|kern|lpr|mail|news|syslog|user|uucp|local0|local1|local2|local3|local4|local5|local6|local7",
        doc: "Facility of the log lines.");
    public static readonly TextParam SyslogName = new("syslog_name",
        "${multi_instance_name?{$multi_instance_name}:{mtasuite}}", required: true,
        doc: "Name before the process name in log lines.");

    public static IReadOnlyList<Param> All { get; } =
    [
        DebugPeerLevel, DebugPeerList, InfoLogAddressFormat, MaillogFile, MaillogFileCompressor, MaillogFilePermissions,
        MaillogFilePrefixes, MaillogFileRotateSuffix, MaillogFormat, PostlogServiceName, PostlogdWatchdogTimeout, RespectfulLogging,
        SyslogFacility, SyslogName,
    ];
}
