using System.Net;
using System.Net.Sockets;
using MtaSuite.Common.Config;
using MtaSuite.Common.Config.Params;
using MtaSuite.Common.Tls;
using MtaSuite.Tools.Shared;

namespace MtaSuite.Tools.Doctor;

/// <summary>A service of master.cf that serves SMTP to the network, with its configuration.</summary>
internal sealed record SmtpService(ServiceEntry Entry, MailConfig Config, IPEndPoint? EndPoint, string Port)
{
    /// <summary>Where mail programs, not other mail systems, connect: they log in.</summary>
    public bool IsSubmission =>
        Config.Get(SmtpdParams.SmtpdSaslAuthEnable) || Config.Get(TlsParams.SmtpdTlsWrappermode)
        || Port is "587" or "465" or "submission" or "submissions" or "smtps";

    public static List<SmtpService> All(MailConfig config, string directory)
    {
        List<SmtpService> result = [];
        foreach (ServiceEntry entry in MasterCf.Load(directory, []))
        {
            if (entry.Type != ServiceType.Inet || entry.Command != "smtpd") continue;
            MailConfig own = MailConfig.Load(directory, entry.Overrides, entry.Name, entry.Command).Config;
            int colon = entry.Name.LastIndexOf(':');
            string host = colon < 0 ? "" : entry.Name[..colon].Trim('[', ']'), port = entry.Name[(colon + 1)..];
            result.Add(new SmtpService(entry, own,
                PeerEndPoint.TryPort(port, out int number)
                    && AddressFor(config, host) is { } address ? new IPEndPoint(address, number) : null, port));
        }
        return result;
    }

    /// <summary>Where a client on this machine finds the service: its own host, or what inet_interfaces has, IPv4 first.</summary>
    private static IPAddress? AddressFor(MailConfig config, string host)
    {
        if (IPAddress.TryParse(host, out IPAddress? literal)) return literal;
        if (host.Length > 0) return config.Host.Resolve(host) is [var first, ..] ? first : null;
        List<IPAddress> own =
            [.. OwnAddresses.Of(config).Select(a => a.Address).OrderBy(a => a.AddressFamily == AddressFamily.InterNetworkV6)];
        return own.Find(IPAddress.IsLoopback) ?? own.FirstOrDefault();
    }
}

/// <summary>Connects to one of our services as a client does, and evaluates smtpd's rules for an unknown client.</summary>
internal sealed class ServiceSection(DoctorContext c, SmtpService service, string directory)
{
    private const string Area = "service";

    private MailConfig Config => service.Config;

    private string HostName => Config.Get(CommonParams.Myhostname);

    public async Task RunAsync(Section s)
    {
        if (service.EndPoint is not { } endPoint)
        {
            s.Problem(Area, $"master.cf: where {service.Entry.Name} listens cannot be told", "it cannot be looked at",
                "use an address and a port number, or names that are known");
            return;
        }
        if (Config.Get(SmtpdParams.SmtpdUpstreamProxyProtocol).Length > 0)
        {
            s.Note(Area, $"{endPoint} expects a proxy in front of it (smtpd_upstream_proxy_protocol)", "it cannot be asked directly",
                "ask the proxy's address, with posttls-finger");
            return;
        }
        bool wrapper = Config.Get(TlsParams.SmtpdTlsWrappermode);
        ServerReport report = await ServerProbe.RunAsync(c, endPoint, HostName, wrapper);
        if (JudgeGreeting(s, endPoint, report, wrapper))
        {
            JudgeTls(s, report, wrapper);
            JudgeLogins(s, report, wrapper);
        }
        await new RelayTest(c, service, directory).RunAsync(s);
    }

    /// <summary>False: there is no use in going on.</summary>
    private bool JudgeGreeting(Section s, IPEndPoint endPoint, ServerReport report, bool wrapper)
    {
        if (!report.IsConnected)
        {
            s.Problem(Area, $"no connection to {endPoint}: {report.Error}", "no client gets in",
                "start the mail system (mtasuite start), or see in its log why it does not listen");
            return false;
        }
        if (report.Greeting.Length == 0 && wrapper && report.TlsError.Length > 0)
        {
            s.Problem("tls", $"{endPoint} takes connections, but TLS fails: {report.TlsError}", "no client gets in",
                "smtpd_tls_chain_files = key, certificate and intermediate certificates; see the log");
            return false;
        }
        if (!report.Greeting.StartsWith('2') || (report.Clear ?? report.Encrypted) == null && !report.OffersStartTls)
        {
            s.Problem(Area, $"{endPoint}: {report.Error}", "no mail gets in", "see the log");
            return false;
        }
        if (report.GreetingName.Equals(HostName, StringComparison.OrdinalIgnoreCase))
            s.Ok(Area, $"{endPoint} greets as {report.GreetingName}");
        else s.Warning(Area, $"{endPoint} greets as {report.GreetingName}, not as {HostName}",
            "RFC 5321 4.2 wants the host's name there; loops are noticed by it",
            "smtpd_banner = $myhostname ESMTP ...");
        return true;
    }

    private void JudgeTls(Section s, ServerReport report, bool wrapper)
    {
        bool must = new TlsServerSettings(Config).Level == TlsServerLevel.Encrypt;
        if (!wrapper && !report.OffersStartTls)
        {
            if (service.IsSubmission) s.Problem("tls", "STARTTLS is not offered", "passwords and mail of your own users travel in clear, "
                + "or mail programs refuse",
                "smtpd_tls_chain_files = a certificate, and smtpd_tls_security_level = encrypt for this service");
            else s.Warning("tls", "STARTTLS is not offered",
                "mail from other servers comes in clear; those with MTA-STS or forced encryption do not deliver",
                "smtpd_tls_chain_files = a certificate, and smtpd_tls_security_level = may");
            return;
        }
        if (!wrapper && must && !service.IsSubmission && service.Port is "25" or "smtp")
            s.Warning("tls", "TLS is demanded on port 25",
                "mail from servers without TLS never arrives (RFC 3207 4 forbids this on public servers)",
                "smtpd_tls_security_level = may");
        if (!wrapper && !must && service.IsSubmission) s.Note("tls", "TLS is offered here, not demanded",
            "a mail program that is set up wrongly sends mail in clear", "smtpd_tls_security_level = encrypt for this service");
        CertificateCheck.Judge(s, "tls", report, HostName, c.Now, service.IsSubmission);
    }

    private void JudgeLogins(Section s, ServerReport report, bool wrapper)
    {
        bool clear = report.Clear != null && SmtpDialogue.Parameters(report.Clear, "AUTH") != null;
        string? mechanisms = report.Encrypted == null ? null : SmtpDialogue.Parameters(report.Encrypted, "AUTH");
        if (clear) s.Problem("auth", "AUTH is offered before TLS", "passwords can be read on the way", "smtpd_tls_auth_only = yes");
        bool enabled = Config.Get(SmtpdParams.SmtpdSaslAuthEnable);
        if (mechanisms != null) s.Ok("auth", $"AUTH is offered "
            + $"{(wrapper ? "within TLS" : clear ? "with TLS as well" : "only after STARTTLS")}: {mechanisms}");
        else if (enabled && !clear) s.Problem("auth", "smtpd_sasl_auth_enable is on, and AUTH is not offered", "nobody can log in",
            report.Encrypted == null ? "give the service TLS: smtpd_tls_chain_files"
                : "see the log for the back end (smtpd_sasl_type), and postpasswd for users");
        else if (service.IsSubmission && !clear)
            s.Warning("auth", "nobody can log in here", "mail programs outside of mynetworks cannot send",
            "smtpd_sasl_auth_enable = yes for this service");
    }
}
