using MtaSuite.Tests.E2e.Harness;

namespace MtaSuite.Tests.Lab;

/// <summary>
/// A second instance of ours as others' provider: submission on 587, 465 (TLS from the first byte) and 2525, for those who log in. Mail
/// lands at alice's.
/// </summary>
internal sealed class ProviderPeer
{
    public const string Login = "customer@provider.lab", Password = "Zuckerhut-Passwort";
    private static readonly string s_bin = $"{Programs.Build}/sbin";

    /// <summary>The domains that it hosts, each with the transport and the next hop by which ours sends to it.</summary>
    public static readonly (int Port, string Domain, string Transport, string Nexthop)[] Ways =
    [
        (587, "via587.lab", "smtp", "[mx.provider.lab]:587"), (465, "via465.lab", "wrapped", "[mx.provider.lab]:465"),
            (2525, "via2525.lab", "smtp", "[mx.provider.lab]:2525"),
    ];

    public ProviderPeer(LabHost host)
    {
        Host = host;
        host.Run($"{s_bin}/mtasuite", "init", "/var/suite", "--hostname", host.Name, "--smtp-port", "2525", "--submission-port", "587",
            "--submissions-port", "465").Succeeded();
        host.Run([$"{s_bin}/postconf", "-c", "/var/suite/etc", "-P",
            .. ((string[])["smtpd_tls_security_level=encrypt", "smtpd_sasl_auth_enable=yes",
            "smtpd_relay_restrictions=permit_sasl_authenticated,reject"]).Select(p => $"127.0.0.1:2525/inet/{p}")]).Succeeded();
        host.Run(s_bin + "/postconf", "-c", "/var/suite/etc", "-e", "inet_interfaces=all", "inet_protocols=ipv4",
            $"mydestination={string.Join(", ", Ways.Select(w => w.Domain))}",
            "mail_spool_directory=/var/mail", "recipient_delimiter=+", "local_recipient_maps=", "smtpd_tls_chain_files=/etc/tls/mx.pem",
                "smtpd_sasl_failure_delay=0").Succeeded();
        host.Shell($"sed -i 's/^127.0.0.1:\\([0-9]\\)/\\1/' /var/suite/etc/master.cf && echo {Password} | {s_bin}/postpasswd -c "
            + $"/var/suite/etc {Login}"
            + $" && {s_bin}/mtasuite -c /var/suite/etc start >/var/log/start 2>&1 </dev/null").Succeeded();
    }

    public LabHost Host { get; }

    public string Log() => Host.Read("/var/suite/log/mail.log");

    /// <summary>Waits for a message with this text in alice's mailbox.</summary>
    public void Receives(string text) =>
        Wait.Until(() => Host.Read("/var/mail/alice").Contains(text, StringComparison.Ordinal),
        () => $"\"{text}\" at the provider\n{Log()}");
}
