using MtaSuite.Common.Config;
using MtaSuite.Common.Config.Params;
using MtaSuite.Common.Ipc;
using MtaSuite.Common.Log;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Spool;

namespace MtaSuite.Common.Hosting;

/// <summary>The log as configured.</summary>
public static class Logging
{
    private static readonly string[] Facilities =
    [
        "kern", "user", "mail", "daemon", "auth", "syslog", "lpr", "news", "uucp", "cron", "authpriv", "ftp", "", "", "", "",
        "local0", "local1", "local2", "local3", "local4", "local5", "local6", "local7",
    ];

    /// <summary>Starts a daemon's logging as <c>syslog_name/program</c>; false when a log file cannot be opened.</summary>
    public static bool Start(MailConfig config, string program, bool verbose = false)
    {
        DeliveryLog.Resolution = config.Get(QmgrParams.DelayLoggingResolutionLimit);
        LogLine.AddressForm = config.Get(LogParams.InfoLogAddressFormat) == "internal" ? null : Address.Quote822;
        bool ok = Start(config, program, "", verbose, FileOf(config, out string? refused));
        if (refused != null) Log.Log.Warning($"{refused}: logging goes to syslog");
        return ok;
    }

    /// <summary>
    /// What is wrong with where maillog_file lies, by maillog_file_prefixes; null: nothing. The default of that is not enforced: instances
    /// have their logs in folders of their own.
    /// </summary>
    public static string? RefusedFile(MailConfig config)
    {
        string file = config.Get(LogParams.MaillogFile);
        if (file.Length == 0 || !config.Explicit(LogParams.MaillogFilePrefixes.Name)) return null;
        return config.GetList(LogParams.MaillogFilePrefixes).Exists(prefix => file.StartsWith(prefix, StringComparison.Ordinal)) ? null
            : $"{LogParams.MaillogFile.Name} {file} begins with nothing that {LogParams.MaillogFilePrefixes.Name} allows";
    }

    private static string FileOf(MailConfig config, out string? refused) =>
        (refused = RefusedFile(config)) == null ? config.Get(LogParams.MaillogFile) : "";

    /// <summary>
    /// The same for a command, perhaps under a tag of one's own. The standard output of a command is its caller's, so with <c>maillog_file
    /// = /dev/stdout</c> its lines go to postlogd.
    /// </summary>
    public static bool StartCommand(MailConfig config, string program, string tag = "", bool verbose = false)
    {
        string file = FileOf(config, out _);
        return Start(config, program, tag, verbose, file == "/dev/stdout" ? "" : file,
            serviceOnly: file == "/dev/stdout" && File.Exists(ServiceSocket(config)));
    }

    private static string ServiceSocket(MailConfig config) =>
        $"{config.Get(CommonParams.QueueDirectory)}/{SpoolDirectory.Public}/{config.Get(LogParams.PostlogServiceName)}";

    private static bool Start(MailConfig config, string program, string tag, bool verbose, string file, bool serviceOnly = false)
    {
        int facility = Array.IndexOf(Facilities, config.Get(LogParams.SyslogFacility));
        return Log.Log.Configure(new LogSettings(tag.Length > 0 ? tag : $"{config.Get(LogParams.SyslogName)}/{program}")
        {
            File = file,
            Permissions = LogFile.Mode(config.Get(LogParams.MaillogFilePermissions)),
            Service = ServiceSocket(config),
            ServiceOnly = serviceOnly,
            Facility = facility > 0 ? facility : 2,
            Json = config.Get(LogParams.MaillogFormat) == "json",
            Host = config.Get(CommonParams.Myhostname),
            Verbose = verbose,
        });
    }
}
