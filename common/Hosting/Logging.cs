using MtaSuite.Common.Config;
using MtaSuite.Common.Config.Params;
using MtaSuite.Common.Log;

namespace MtaSuite.Common.Hosting;

/// <summary>The log as the configuration wants it.</summary>
public static class Logging
{
    private static readonly string[] Facilities =
    [
        "kern", "user", "mail", "daemon", "auth", "syslog", "lpr", "news", "uucp", "cron", "authpriv", "ftp", "", "", "", "",
        "local0", "local1", "local2", "local3", "local4", "local5", "local6", "local7",
    ];

    /// <summary>Starts logging as <c>syslog_name/program</c>; false when a log file cannot be opened.</summary>
    public static bool Start(MailConfig config, string program, bool verbose = false, bool alsoStandardError = false) =>
        Start(config, program, "", verbose, alsoStandardError);

    /// <summary>The same under a tag of one's own; empty: the usual one.</summary>
    public static bool Start(MailConfig config, string program, string tag, bool verbose = false, bool alsoStandardError = false)
    {
        int facility = Array.IndexOf(Facilities, config.Get(LogParams.SyslogFacility));
        return Log.Log.Configure(new LogSettings(tag.Length > 0 ? tag : $"{config.Get(LogParams.SyslogName)}/{program}")
        {
            File = config.Get(LogParams.MaillogFile),
            Facility = facility > 0 ? facility : 2,
            Json = config.Get(LogParams.MaillogFormat) == "json",
            Host = config.Get(CommonParams.Myhostname),
            Verbose = verbose,
            AlsoStandardError = alsoStandardError,
        });
    }
}
