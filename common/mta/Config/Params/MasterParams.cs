namespace MtaSuite.Common.Config.Params;

/// <summary>Parameters of the supervisor and what all daemons share at start.</summary>
public static class MasterParams
{
    public static readonly TextParam DaemonDirectory = new("daemon_directory", "/usr/libexec/mtasuite", required: true,
        doc: "Directory of the daemons.");
    public static readonly BoolParam DaemonTableOpenErrorIsFatal = new("daemon_table_open_error_is_fatal", "no", effective: false,
        doc: "End a daemon that cannot open a table, instead of deferring the mail that needs it.");
    public static readonly TimeParam DaemonTimeout = new("daemon_timeout", "18000s", min: "1s",
        doc: "How long a daemon may be silent, as watchdog_timeout; the shorter one holds. And how long the queue manager waits for a "
            + "delivery.");
    public static readonly TextParam DebuggerCommand = new("debugger_command", "", effective: false,
        doc: "Command that attaches a debugger to a daemon started with -D.");
    public static readonly IntParam DefaultProcessLimit = new("default_process_limit", "10000", min: 1,
        doc: "Most clients or deliveries of a service at once where master.cf names no limit.");
    public static readonly TextParam ImportEnvironment = new("import_environment",
        "MAIL_CONFIG MAIL_DEBUG MAIL_LOGTAG TZ XAUTHORITY DISPLAY LANG=C POSTLOG_SERVICE POSTLOG_HOSTNAME "
        + "XDG_RUNTIME_DIR",
        doc: "Environment of daemons and commands: NAME is taken over from the caller, NAME=VALUE and { NAME = text with spaces } are set.")
    { Grammar = (EnvironmentList.IsValid, EnvironmentList.Expected) };
    public static readonly TextParam MasterServiceDisable = new("master_service_disable", "",
        doc: "Services of master.cf that are not started.");
    public static readonly TimeParam MaxIdle = new("max_idle", "100s", min: "1s",
        doc: "How long a daemon that is started on demand waits for its next client.");
    public static readonly IntParam MaxUse = new("max_use", "100", min: 1, effective: false,
        doc: "Requests after which a daemon of Postfix ends; means nothing here.");
    public static readonly IntParam ServiceProcesses = new("service_processes", "1", min: 1, max: 1000,
        doc: "Processes of each service that may have several.");
    public static readonly TimeParam ServiceThrottleTime = new("service_throttle_time", "60s", min: "1s",
        doc: "Pause before a daemon that failed is started again.");
    public static readonly TimeParam WatchdogTimeout = new("watchdog_timeout", "60s", min: "15s",
        doc: "How long a daemon may be silent before master takes it for hung and kills it.");

    public static IReadOnlyList<Param> All { get; } =
    [
        DaemonDirectory, DaemonTableOpenErrorIsFatal, DaemonTimeout, DebuggerCommand, DefaultProcessLimit, ImportEnvironment,
        MasterServiceDisable, MaxIdle, MaxUse, ServiceProcesses, ServiceThrottleTime, WatchdogTimeout,
    ];
}
