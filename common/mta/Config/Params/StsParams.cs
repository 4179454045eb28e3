namespace MtaSuite.Common.Config.Params;

/// <summary>Parameters of MTA-STS (RFC 8461).</summary>
public static class StsParams
{
    public static readonly BoolParam SmtpMtaSts = new("smtp_mta_sts", "yes",
        doc: "Honour the MTA-STS policies of domains where the TLS security level is may, encrypt or dane.");
    public static readonly TextParam MtaStsServiceName = new("mta_sts_service_name", "sts", required: true,
        doc: "Service that looks for MTA-STS policies and keeps them.");
    public static readonly TextParam MtaStsCacheFile = new("mta_sts_cache_file", "$data_directory/mta_sts_cache",
        doc: "File that keeps the MTA-STS policies of domains; empty is none.");
    public static readonly TextParam MtaStsCAfile = new("mta_sts_CAfile", "",
        doc: "File of the authorities for the web servers of MTA-STS policies; empty is the system's.");
    public static readonly TimeParam MtaStsFetchTimeout = new("mta_sts_fetch_timeout", "30s", min: "1s",
        doc: "Time for the web server of an MTA-STS policy to hand it over.");

    public static IReadOnlyList<Param> All { get; } = [SmtpMtaSts, MtaStsServiceName, MtaStsCacheFile, MtaStsCAfile, MtaStsFetchTimeout];
}
