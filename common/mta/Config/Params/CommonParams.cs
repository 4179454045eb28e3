namespace MtaSuite.Common.Config.Params;

/// <summary>Parameters of names, directories, networks and what several daemons share.</summary>
public static class CommonParams
{
    public static readonly TextParam AcceptIneffectiveParameters = new("accept_ineffective_parameters", "",
        doc: "What protects, has no effect yet and keeps the suite from starting unless it is named here: parameters, restrictions, "
            + "commands of master.cf.");
    public static readonly BoolParam AllowSrvLookupFallback = new("allow_srv_lookup_fallback", "no",
        doc: "Without an SRV record for a domain, use its MX records.");
    public static readonly TextParam AlternateConfigDirectories = new("alternate_config_directories", "", effective: false,
        doc: "Other configuration directories that commands may be pointed at.");
    public static readonly TimeParam ApplicationEventDrainTime = new("application_event_drain_time", "100s", min: "1s", effective: false,
        doc: "How long a short-lived program waits for work in progress before it ends.");
    public static readonly IntParam BerkeleyDbCreateBufferSize = new("berkeley_db_create_buffer_size", "16777216", min: 1, effective: false,
        doc: "Memory for creating a Berkeley DB table.");
    public static readonly IntParam BerkeleyDbReadBufferSize = new("berkeley_db_read_buffer_size", "131072", min: 1, effective: false,
        doc: "Memory for reading a Berkeley DB table.");
    public static readonly TextParam BestMxTransport = new("best_mx_transport", "",
        doc: "Where to send mail whose best mail exchanger is this machine.");
    public static readonly TextParam CommandDirectory = new("command_directory", "/usr/sbin", required: true,
        doc: "Directory of the administrator's commands.");
    public static readonly TextParam CompatibilityLevel = new("compatibility_level", "3.11",
        doc: "Release whose defaults hold where later releases changed them.");
    public static readonly TextParam ConfigDirectory = new("config_directory", "/etc/mtasuite",
        doc: "Directory of main.cf and master.cf.")
    { Computed = c => c.Directory };
    public static readonly TextParam DataDirectory = new("data_directory", "/var/lib/mtasuite", required: true,
        doc: "Directory with files that daemons write for themselves: caches, keys.");
    public static readonly TextParam DefaultCacheDbType = new("default_cache_db_type", "cdb", required: true, effective: false,
        doc: "Table type for caches that daemons write.");
    public static readonly TextParam DefaultDatabaseType = new("default_database_type", "cdb", required: true,
        doc: "Table type of postmap and postalias where none is named.");
    public static readonly BoolParam DisableDnsLookups = new("disable_dns_lookups", "no",
        doc: "Never ask the DNS in the SMTP client.");
    public static readonly BoolParam DnsNcacheTtlFixEnable = new("dns_ncache_ttl_fix_enable", "no", effective: false,
        doc: "Work around servers that misreport how long \"not found\" holds.");
    public static readonly TextParam DnsServers = new("dns_servers", "",
        doc: "Name servers to ask, address or address:port each; none: those in /etc/resolv.conf.");
    public static readonly TextParam DnssecProbe = new("dnssec_probe", "ns:.",
        doc: "DNS query that finds out whether the resolver validates.");
    public static readonly IntParam DontRemove = new("dont_remove", "0", min: int.MinValue,
        doc: "Keep delivered queue files under \"saved\", for debugging.");
    public static readonly IntParam FaultInjectionCode = new("fault_injection_code", "0", effective: false,
        doc: "Makes things fail on purpose, for tests.");
    public static readonly TextParam FileSyncMethod = new("file_sync_method", "journal", words: "journal|group|fsync",
        doc: "How queue files become durable: small ones by a copy in a journal (journal); several with one syncfs(2) where they come "
            + "together, while that is quick (group); each by its own fsync(2). Deliveries into mailboxes on the queue's file system "
            + "rely on the journal while it has the message; others: as with group, or each by its own.");
    public static readonly TextParam HtmlDirectory = new("html_directory", "no", required: true, effective: false,
        doc: "Directory of HTML documentation.");
    public static readonly BoolParam IgnoreMxLookupError = new("ignore_mx_lookup_error", "no",
        doc: "When the MX query fails, use the address record.");
    public static readonly BoolParam IgnoreSrvLookupError = new("ignore_srv_lookup_error", "no",
        doc: "When the SRV query fails, use the MX or address record.");
    public static readonly TimeParam InFlowDelay = new("in_flow_delay", "1s", max: "10s",
        doc: "Pause in accepting mail when it comes in faster than it goes out.");
    public static readonly TextParam InetInterfaces = new("inet_interfaces", "all",
        doc: "Addresses to receive mail on: all, loopback-only, or names and addresses.");
    public static readonly TextParam InetProtocols = new("inet_protocols", "all",
        each: "all|ipv4|ipv6",
        doc: "Protocols to use: all, ipv4, ipv6.");
    public static readonly TextParam InternalMailFilterClasses = new("internal_mail_filter_classes", "", each: "bounce|notify",
        doc: "Internal mail that checks and milters see too: bounce, notify.");
    public static readonly TimeParam IpcIdle = new("ipc_idle", "5s", min: "1s", effective: false,
        doc: "How long an idle connection to another daemon is kept.");
    public static readonly TimeParam IpcTimeout = new("ipc_timeout", "3600s", min: "1s", doc: "Longest wait for another daemon.");
    public static readonly TimeParam IpcTtl = new("ipc_ttl", "1000s", min: "1s", effective: false,
        doc: "Longest life of a connection to another daemon.");
    public static readonly TextParam KnownTcpPorts = new("known_tcp_ports",
        "lmtp=24, smtp=25, smtps=submissions=465, submission=587",
        doc: "Port numbers of service names, instead of the system's list.");
    public static readonly LongParam LmdbMapSize = new("lmdb_map_size", "16777216", min: 1,
        doc: "First size of an LMDB table in bytes.");
    public static readonly TextParam MailName = new("mail_name", "MtaSuite", required: true,
        doc: "Name of this mail system in greetings and headers.");
    public static readonly TextParam MailOwner = new("mail_owner", "mtasuite", required: true, doc: "User the daemons run as.");
    public static readonly TextParam MailReleaseDate = new("mail_release_date", "", required: true,
        doc: "Date of this release, YYYYMMDD.")
    { Computed = _ => Product.ReleaseDate };
    public static readonly TextParam MailVersion = new("mail_version", "", required: true,
        doc: "Version of this release.")
    { Computed = _ => Product.Version };
    public static readonly TextParam MailqPath = new("mailq_path", "/usr/bin/mailq", required: true, doc: "Where the mailq command is.");
    public static readonly TextParam ManpageDirectory = new("manpage_directory", "/usr/share/man", required: true, effective: false,
        doc: "Directory of manual pages.");
    public static readonly TextParam MetaDirectory = new("meta_directory", "/etc/mtasuite", required: true, effective: false,
        doc: "Directory of the files that describe this installation.");
    public static readonly TextParam Mydomain = new("mydomain", "localdomain", required: true,
        doc: "Domain of this machine.")
    { Computed = HostDefaults.Domain };
    public static readonly TextParam Myhostname = new("myhostname", "localhost.localdomain", required: true,
        doc: "Full name of this machine.")
    { Computed = HostDefaults.HostName };
    public static readonly TextParam Mynetworks = new("mynetworks", "127.0.0.0/8 [::1]/128",
        doc: "Networks of trusted clients, which may for instance relay.")
    { Computed = OwnAddresses.NetworksText };
    public static readonly TextParam MynetworksStyle = new("mynetworks_style",
        "${{$compatibility_level} <level {2} ? {subnet} : {host}}", words: "host|subnet|class",
        doc: "Width of the default of mynetworks: host, subnet or class.");
    public static readonly TextParam Myorigin = new("myorigin", "$myhostname", required: true,
        doc: "Domain of mail that is sent here without one; a path names a file that holds it.")
    { NamesFile = true };
    public static readonly TextParam NewaliasesPath = new("newaliases_path", "/usr/bin/newaliases", required: true,
        doc: "Where the newaliases command is.");
    public static readonly TextParam ProcessId = new("process_id", "",
        doc: "Number of this process.")
    { Computed = Product.ProcessId, ReadOnly = true };
    public static readonly TextParam ProcessIdDirectory = new("process_id_directory", "pid", required: true,
        doc: "Directory of lock files with process numbers, below the queue.");
    public static readonly TextParam ProcessName = new("process_name", "",
        doc: "Name of this program.")
    { Computed = c => c.ProcessName, ReadOnly = true };
    public static readonly TextParam ProxyInterfaces = new("proxy_interfaces", "",
        doc: "Addresses of proxies through which mail reaches this machine.");
    public static readonly TextParam QueueDirectory = new("queue_directory", "/var/spool/mtasuite", required: true,
        doc: "Directory of the queue.");
    public static readonly LongParam QueueMinfree = new("queue_minfree", "0",
        doc: "Free bytes below which mail is refused; 0 is one and a half times message_size_limit.");
    public static readonly TextParam ReadmeDirectory = new("readme_directory", "no", required: true, effective: false,
        doc: "Directory of README files.");
    public static readonly TextParam SampleDirectory = new("sample_directory", "/etc/mtasuite", required: true, effective: false,
        doc: "Directory of examples.");
    public static readonly TextParam ServiceName = new("service_name", "",
        doc: "Name of the service of master.cf that this process serves.")
    { Computed = c => c.ServiceName };
    public static readonly TextParam SetgidGroup = new("setgid_group", "postdrop", required: true, effective: false,
        doc: "Group of Postfix's set-gid commands; there are none here.");
    public static readonly TextParam ShlibDirectory = new("shlib_directory", "no", required: true, effective: false,
        doc: "Directory of shared libraries.");
    public static readonly TextParam ShowqServiceName = new("showq_service_name", "showq", required: true,
        doc: "Service that lists the queue.");
    public static readonly TextParam Smtputf8AutodetectClasses = new("smtputf8_autodetect_classes",
        "sendmail, verify", required: true, effective: false,
        doc: "Mail that is looked at to find out whether it needs SMTPUTF8.");
    public static readonly BoolParam Smtputf8Enable = new("smtputf8_enable", "${{$compatibility_level} <level {1} ? {no} : {yes}}",
        doc: "Support SMTPUTF8 (RFC 6531): addresses and headers in UTF-8.");
    public static readonly IntParam SocketmapMaxReplySize = new("socketmap_max_reply_size", "100000", min: 1, effective: false,
        doc: "Bytes of an answer of a socketmap server.");
    public static readonly TextParam Stress = new("stress", "",
        doc: "Not empty while the server is overloaded; chosen on by other defaults.");
    public static readonly IntParam TcpWindowsize = new("tcp_windowsize", "0",
        doc: "Size of TCP's window; 0 leaves it to the system.");
    public static readonly TimeParam TriggerTimeout = new("trigger_timeout", "10s", min: "1s",
        doc: "Longest wait for a daemon that is woken up.");
    public static readonly TextParam UseSrvLookup = new("use_srv_lookup", "",
        doc: "Services whose servers are found by SRV records.");

    public static IReadOnlyList<Param> All { get; } =
    [
        AcceptIneffectiveParameters, AllowSrvLookupFallback, AlternateConfigDirectories, ApplicationEventDrainTime,
            BerkeleyDbCreateBufferSize, BerkeleyDbReadBufferSize,
        BestMxTransport, CommandDirectory, CompatibilityLevel, ConfigDirectory, DataDirectory, DefaultCacheDbType, DefaultDatabaseType,
        DisableDnsLookups, DnsNcacheTtlFixEnable, DnsServers, DnssecProbe, DontRemove, FaultInjectionCode, FileSyncMethod, HtmlDirectory,
            IgnoreMxLookupError,
        IgnoreSrvLookupError, InFlowDelay, InetInterfaces, InetProtocols, InternalMailFilterClasses, IpcIdle, IpcTimeout, IpcTtl,
        KnownTcpPorts, LmdbMapSize, MailName, MailOwner, MailReleaseDate, MailVersion, MailqPath, ManpageDirectory, MetaDirectory, Mydomain,
        Myhostname, Mynetworks, MynetworksStyle, Myorigin, NewaliasesPath, ProcessId, ProcessIdDirectory, ProcessName, ProxyInterfaces,
        QueueDirectory, QueueMinfree, ReadmeDirectory, SampleDirectory, ServiceName, SetgidGroup, ShlibDirectory, ShowqServiceName,
        Smtputf8AutodetectClasses, Smtputf8Enable, SocketmapMaxReplySize, Stress, TcpWindowsize, TriggerTimeout, UseSrvLookup,
    ];
}
