namespace MtaSuite.Common.Config.Params;

/// <summary>Parameters of names, directories, networks and what several daemons share.</summary>
public static class CommonParams
{
    public static readonly BoolParam AllowSrvLookupFallback = new("allow_srv_lookup_fallback", "no", effective: false, doc: "");
    public static readonly TextParam AlternateConfigDirectories = new("alternate_config_directories", "", effective: false, doc: "");
    public static readonly TimeParam ApplicationEventDrainTime = new("application_event_drain_time", "100s", min: "1s", effective: false,
        doc: "");
    public static readonly IntParam BerkeleyDbCreateBufferSize = new("berkeley_db_create_buffer_size", "16777216", min: 1, effective: false,
        doc: "");
    public static readonly IntParam BerkeleyDbReadBufferSize = new("berkeley_db_read_buffer_size", "131072", min: 1, effective: false,
        doc: "");
    public static readonly TextParam BestMxTransport = new("best_mx_transport", "", effective: false, doc: "");
    public static readonly TextParam CommandDirectory = new("command_directory", "/usr/sbin", required: true, doc: "");
    public static readonly TextParam CompatibilityLevel = new("compatibility_level", "3.11", doc: "");
    public static readonly TextParam ConfigDirectory = new("config_directory", "/etc/mtasuite", doc: "") { Computed = c => c.Directory };
    public static readonly TextParam DataDirectory = new("data_directory", "/var/lib/mtasuite", required: true, doc: "");
    public static readonly TextParam DefaultCacheDbType = new("default_cache_db_type", "cdb", required: true, effective: false, doc: "");
    public static readonly TextParam DefaultDatabaseType = new("default_database_type", "cdb", required: true, doc: "");
    public static readonly BoolParam DisableDnsLookups = new("disable_dns_lookups", "no", effective: false, doc: "");
    public static readonly BoolParam DnsNcacheTtlFixEnable = new("dns_ncache_ttl_fix_enable", "no", effective: false, doc: "");
    public static readonly TextParam DnssecProbe = new("dnssec_probe", "ns:.", effective: false, doc: "");
    public static readonly IntParam DontRemove = new("dont_remove", "0", effective: false, doc: "");
    public static readonly IntParam FaultInjectionCode = new("fault_injection_code", "0", effective: false, doc: "");
    public static readonly TextParam HtmlDirectory = new("html_directory", "no", required: true, effective: false, doc: "");
    public static readonly BoolParam IgnoreMxLookupError = new("ignore_mx_lookup_error", "no", effective: false, doc: "");
    public static readonly BoolParam IgnoreSrvLookupError = new("ignore_srv_lookup_error", "no", effective: false, doc: "");
    public static readonly TimeParam InFlowDelay = new("in_flow_delay", "0s", max: "10s", effective: false, doc: "");
    public static readonly TextParam InetInterfaces = new("inet_interfaces", "all", doc: "");
    public static readonly TextParam InetProtocols = new("inet_protocols", "all", doc: "");
    public static readonly TextParam InternalMailFilterClasses = new("internal_mail_filter_classes", "", effective: false, doc: "");
    public static readonly TimeParam IpcIdle = new("ipc_idle", "5s", min: "1s", effective: false, doc: "");
    public static readonly TimeParam IpcTimeout = new("ipc_timeout", "3600s", min: "1s", doc: "");
    public static readonly TimeParam IpcTtl = new("ipc_ttl", "1000s", min: "1s", effective: false, doc: "");
    public static readonly TextParam KnownTcpPorts = new("known_tcp_ports",
        "lmtp=24, smtp=25, smtps=submissions=465, submission=587", effective: false,
        doc: "");
    public static readonly LongParam LmdbMapSize = new("lmdb_map_size", "16777216", min: 1, effective: false, doc: "");
    public static readonly TextParam MailName = new("mail_name", "MtaSuite", required: true, doc: "");
    public static readonly TextParam MailOwner = new("mail_owner", "mtasuite", required: true, doc: "");
    public static readonly TextParam MailReleaseDate = new("mail_release_date", "", required: true,
        doc: "")
    { Computed = _ => Product.ReleaseDate };
    public static readonly TextParam MailVersion = new("mail_version", "", required: true, doc: "") { Computed = _ => Product.Version };
    public static readonly TextParam MailqPath = new("mailq_path", "/usr/bin/mailq", required: true, doc: "");
    public static readonly TextParam ManpageDirectory = new("manpage_directory", "/usr/share/man", required: true, effective: false,
        doc: "");
    public static readonly TextParam MetaDirectory = new("meta_directory", "/etc/mtasuite", required: true, effective: false, doc: "");
    public static readonly TextParam Mydomain = new("mydomain", "localdomain", required: true, doc: "") { Computed = HostDefaults.Domain };
    public static readonly TextParam Myhostname = new("myhostname", "localhost.localdomain", required: true,
        doc: "")
    { Computed = HostDefaults.HostName };
    public static readonly TextParam Mynetworks = new("mynetworks", "127.0.0.0/8 [::1]/128",
        doc: "")
    { Computed = OwnAddresses.NetworksText };
    public static readonly TextParam MynetworksStyle = new("mynetworks_style",
        "${{$compatibility_level} <level {2} ? {subnet} : {host}}", words: "host|subnet|class",
        doc: "");
    public static readonly TextParam Myorigin = new("myorigin", "$myhostname", required: true, doc: "") { NamesFile = true };
    public static readonly TextParam NewaliasesPath = new("newaliases_path", "/usr/bin/newaliases", required: true, doc: "");
    public static readonly TextParam ProcessId = new("process_id", "", doc: "") { Computed = Product.ProcessId, ReadOnly = true };
    public static readonly TextParam ProcessIdDirectory = new("process_id_directory", "pid", required: true, effective: false, doc: "");
    public static readonly TextParam ProcessName = new("process_name", "", doc: "") { Computed = c => c.ProcessName, ReadOnly = true };
    public static readonly TextParam ProxyInterfaces = new("proxy_interfaces", "", doc: "");
    public static readonly TextParam QueueDirectory = new("queue_directory", "/var/spool/mtasuite", required: true, doc: "");
    public static readonly LongParam QueueMinfree = new("queue_minfree", "0", doc: "");
    public static readonly TextParam ReadmeDirectory = new("readme_directory", "no", required: true, effective: false, doc: "");
    public static readonly TextParam SampleDirectory = new("sample_directory", "/etc/mtasuite", required: true, effective: false, doc: "");
    public static readonly TextParam ServiceName = new("service_name", "", doc: "") { Computed = c => c.ServiceName };
    public static readonly TextParam SetgidGroup = new("setgid_group", "postdrop", required: true, effective: false, doc: "");
    public static readonly TextParam ShlibDirectory = new("shlib_directory", "no", required: true, effective: false, doc: "");
    public static readonly TextParam ShowqServiceName = new("showq_service_name", "showq", required: true, doc: "");
    public static readonly TextParam Smtputf8AutodetectClasses = new("smtputf8_autodetect_classes",
        "sendmail, verify", required: true, effective: false,
        doc: "");
    public static readonly BoolParam Smtputf8Enable = new("smtputf8_enable", "${{$compatibility_level} <level {1} ? {no} : {yes}}",
        doc: "");
    public static readonly IntParam SocketmapMaxReplySize = new("socketmap_max_reply_size", "100000", min: 1, effective: false, doc: "");
    public static readonly TextParam Stress = new("stress", "", doc: "");
    public static readonly IntParam TcpWindowsize = new("tcp_windowsize", "0", effective: false, doc: "");
    public static readonly TimeParam TriggerTimeout = new("trigger_timeout", "10s", min: "1s", effective: false, doc: "");
    public static readonly TextParam UseSrvLookup = new("use_srv_lookup", "", effective: false, doc: "");

    public static IReadOnlyList<Param> All { get; } =
    [
        AllowSrvLookupFallback, AlternateConfigDirectories, ApplicationEventDrainTime, BerkeleyDbCreateBufferSize, BerkeleyDbReadBufferSize,
        BestMxTransport, CommandDirectory, CompatibilityLevel, ConfigDirectory, DataDirectory, DefaultCacheDbType, DefaultDatabaseType,
        DisableDnsLookups, DnsNcacheTtlFixEnable, DnssecProbe, DontRemove, FaultInjectionCode, HtmlDirectory, IgnoreMxLookupError,
        IgnoreSrvLookupError, InFlowDelay, InetInterfaces, InetProtocols, InternalMailFilterClasses, IpcIdle, IpcTimeout, IpcTtl,
        KnownTcpPorts, LmdbMapSize, MailName, MailOwner, MailReleaseDate, MailVersion, MailqPath, ManpageDirectory, MetaDirectory, Mydomain,
        Myhostname, Mynetworks, MynetworksStyle, Myorigin, NewaliasesPath, ProcessId, ProcessIdDirectory, ProcessName, ProxyInterfaces,
        QueueDirectory, QueueMinfree, ReadmeDirectory, SampleDirectory, ServiceName, SetgidGroup, ShlibDirectory, ShowqServiceName,
        Smtputf8AutodetectClasses, Smtputf8Enable, SocketmapMaxReplySize, Stress, TcpWindowsize, TriggerTimeout, UseSrvLookup,
    ];
}
