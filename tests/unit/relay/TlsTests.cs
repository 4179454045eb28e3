using System.Security.Cryptography.X509Certificates;
using MtaSuite.Common.Config;
using MtaSuite.Common.Ipc.Messages;
using MtaSuite.Common.Tls.Client;
using MtaSuite.Relay.Deliveries;
using MtaSuite.Relay.Sessions;
using MtaSuite.Tests.Unit.Net;
using MtaSuite.Tests.Unit.Tls;

namespace MtaSuite.Tests.Unit.Relay;

/// <summary>The levels of TLS against servers that have it, do not, or get it wrong. The nexthop is dest.test, the host mx1.test.</summary>
[TestFixture]
public class TlsTests
{
    private TestCa _ca = null!;

    [SetUp]
    public void MakeAuthority() => _ca = new TestCa();

    [TearDown]
    public void RemoveAuthority() => _ca.Dispose();

    private TlsPeer Peer(TlsMode mode, string host = "mx1.test") => new(_ca.ChainText(host, ecdsa: true, null, "", out _), mode);

    /// <summary>Delivers a message; its outcome as "status text".</summary>
    private static async Task<string> DeliverAsync(RelayFixture f, RelayContext context)
    {
        List<RecipientOutcome> outcomes = await new RelayDelivery(context, f.Queue(["b@x.test"])).RunAsync();
        return $"{outcomes[0].Outcome.Status} {outcomes[0].Outcome.Text}";
    }

    private static RelayContext Context(RelayFixture f, Common.Net.EventLoop loop, string config)
    {
        (TlsClientSettings settings, var keys) = TlsPolicies.Load(
            MailConfig.Parse("compatibility_level = 3.11\nsmtp_tls_fingerprint_digest = sha256\n" + config).Config, lmtp: false);
        return new RelayContext(loop, f.Spool, f.Settings, f.Finder)
        { TlsPolicies = new TlsPolicies(settings, keys, null, TimeProvider.System) };
    }

    private string Run(TlsPeer peer, string config, int messages = 1)
    {
        string result = "";
        OnLoop.Run(async loop =>
        {
            using RelayFixture f = new(loop, null, peer.EndPoint);
            RelayContext context = Context(f, loop, $"smtp_tls_CAfile = {_ca.RootFile}\n{config}");
            for (int i = 0; i < messages; i++) result = await DeliverAsync(f, context);
            context.Sessions.CloseIdle();
        });
        return result;
    }

    private const string Sent = "2.0.0 250 2.0.0 taken";

    [TestCase("none", TlsMode.Good, Sent, "C")]
    [TestCase("may", TlsMode.Good, Sent, "T")]
    [TestCase("may", TlsMode.NotOffered, Sent, "C")]
    [TestCase("may", TlsMode.Refused, Sent, "C")]
    [TestCase("may", TlsMode.Garbage, Sent, "C")]
    [TestCase("may", TlsMode.HangUp, Sent, "C")]
    [TestCase("may", TlsMode.Injected, "4.5.0 protocol error", "")]
    [TestCase("encrypt", TlsMode.Good, Sent, "T")]
    [TestCase("encrypt", TlsMode.NotOffered, "4.7.4 TLS is required, but was not offered by host mx1.test[127.0.0.1]", "")]
    [TestCase("encrypt", TlsMode.Refused, "4.7.4 TLS is required, but host mx1.test[127.0.0.1] refused to start TLS: 454 4.7.0 not now",
        "")]
    [TestCase("encrypt", TlsMode.Garbage, "4.7.5 Cannot start TLS: handshake failure", "")]
    [TestCase("encrypt", TlsMode.HangUp, "4.7.5 Cannot start TLS: handshake failure", "")]
    [TestCase("encrypt\nsmtp_tls_wrappermode = yes", TlsMode.Wrapped, Sent, "T")]
    [TestCase("verify", TlsMode.Good, Sent, "T")]
    [TestCase("secure", TlsMode.Good, "4.7.5 Server certificate not verified", "")]
    [TestCase("secure\nsmtp_tls_secure_cert_match = nexthop, mx1.test", TlsMode.Good, Sent, "T")]
    [TestCase("secure\nsmtp_tls_policy_maps = inline:{{dest.test = verify}}", TlsMode.Good, Sent, "T")]
    [TestCase("none\nsmtp_tls_policy_maps = inline:{{.test = secure match=.test}}", TlsMode.Good, Sent, "T")]
    [TestCase("none\nsmtp_tls_policy_maps = inline:{{dest.test = safe}}", TlsMode.Good,
        "4.7.5 client TLS configuration problem: invalid security level \"safe\"", "")]
    [TestCase("may\nsmtp_tls_policy_maps = inline:{{dest.test = encrypt protocols=TLSv1.2:TLSv1.3 match=x}}", TlsMode.Good,
        "4.7.5 client TLS configuration problem: invalid attribute \"match=x\"", "")]
    [TestCase("may\nsmtp_tls_policy_maps = fail:x", TlsMode.Good, "4.7.5 TLS policy lookup error for dest.test", "")]
    [TestCase("dane-only", TlsMode.Good, "4.7.5 non DNSSEC destination", "")]
    [TestCase("dane", TlsMode.Good, Sent, "T")]
    public void What_a_level_makes_of_a_server(string level, TlsMode mode, string outcome, string mail)
    {
        using TlsPeer peer = Peer(mode);
        Assert.That(Run(peer, $"smtp_tls_security_level = {level}\n"), Does.StartWith(outcome));
        // nothing of a message goes the other way
        Assert.That(peer.Said.Where(s => s.Contains("MAIL", StringComparison.Ordinal)).Select(s => s[..1]),
            Is.EqualTo(mail.Select(c => c.ToString())));
    }

    // TLS 1.3 has no renegotiation
    [Test]
    public void A_server_that_wants_to_renegotiate_is_refused()
    {
        using TlsPeer peer = Peer(TlsMode.Renegotiates);
        string outcome = Run(peer, $"smtp_tls_security_level = encrypt\nsmtp_tls_mandatory_protocols = TLSv1.2\nsmtp_tls_chain_files = "
            + $"{_ca.Chain("client.test")}\n");
        Assert.That(outcome, Is.EqualTo(Sent).Or.StartsWith("4.4.2 lost connection"));
        Assert.That(peer.HasRenegotiated, Is.False);
    }

    [Test]
    public void A_certificate_of_an_unknown_authority_is_not_trusted()
    {
        using TestCa foreign = new("Foreign");
        using TlsPeer peer = new(foreign.ChainText("mx1.test", true, null, "", out var certificate));
        Assert.That(Run(peer, "smtp_tls_security_level = verify\n"), Is.EqualTo("4.7.5 Server certificate not trusted"));
        Assert.That(Run(peer, "smtp_tls_security_level = may\n"), Is.EqualTo(Sent));
        string print = BitConverter.ToString(System.Security.Cryptography.SHA256.HashData(certificate.RawData)).Replace('-', ':')
            .ToLowerInvariant();
        Assert.That(Run(peer, $"smtp_tls_security_level = fingerprint\nsmtp_tls_fingerprint_cert_match = {print}\n"), Is.EqualTo(Sent));
        string key = BitConverter.ToString(System.Security.Cryptography.SHA256.HashData(certificate.PublicKey.ExportSubjectPublicKeyInfo()))
            .Replace('-', ':');
        Assert.That(Run(peer, $"smtp_tls_security_level = none\nsmtp_tls_policy_maps = inline:{{{{dest.test = fingerprint "
            + $"match=00:11|{key}}}}}\n"), Is.EqualTo(Sent));
        Assert.That(Run(peer, "smtp_tls_security_level = fingerprint\nsmtp_tls_fingerprint_cert_match = 00:11\n"),
            Is.EqualTo("4.7.5 Server certificate not verified"));
        Assert.That(Run(peer, "smtp_tls_security_level = fingerprint\n"), Is.EqualTo("4.7.5 Server certificate not verified"));
    }

    [Test]
    public void An_expired_certificate_is_not_trusted()
    {
        using TlsPeer peer = new(_ca.ChainText("mx1.test", true, TimeSpan.FromDays(-1), "", out _));
        Assert.That(Run(peer, "smtp_tls_security_level = verify\n"), Is.EqualTo("4.7.5 Server certificate not trusted"));
    }

    [TestCase("", "")]
    [TestCase("smtp_tls_servername = hostname\n", "mx1.test")]
    [TestCase("smtp_tls_servername = other.test\n", "other.test")]
    [TestCase("smtp_tls_policy_maps = inline:{{dest.test = may servername=mine.test}}\n", "mine.test")]
    public void The_name_asked_for(string config, string name)
    {
        using TlsPeer peer = Peer(TlsMode.Good);
        Assert.That(Run(peer, "smtp_tls_security_level = may\n" + config), Is.EqualTo(Sent));
        Assert.That(peer.ServerName, Is.EqualTo(name));
    }

    [Test]
    public void Messages_share_a_session()
    {
        using TlsPeer peer = Peer(TlsMode.Good);
        Assert.That(Run(peer, "smtp_tls_security_level = encrypt\n", messages: 4), Is.EqualTo(Sent));
        Assert.That((peer.Messages, peer.Said.Count(s => s.EndsWith("STARTTLS", StringComparison.Ordinal))), Is.AnyOf((4, 1), (4, 2)));
    }

    [Test]
    public void A_client_with_a_certificate_of_its_own_still_speaks_with_everybody()
    {
        using TlsPeer peer = Peer(TlsMode.Good);
        Assert.That(Run(peer, $"smtp_tls_security_level = verify\nsmtp_tls_chain_files = {_ca.Chain("client.test")}\n"), Is.EqualTo(Sent));
    }

    [TestCase("ca", false, Sent), TestCase("ca", true, Sent), TestCase("key", false, Sent),
        TestCase("leaf", true, "4.7.5 Server certificate not trusted"), TestCase("other ca", false, Sent)]
    [TestCase("other", false, "4.7.5 Server certificate not trusted"), TestCase("other", true, "4.7.5 Server certificate not trusted")]
    [TestCase("nothing", false, "4.7.5 client TLS configuration problem: "),
        TestCase("empty", true, "4.7.5 client TLS configuration problem: ")]
    public void Trust_anchors_stand_in_for_the_authorities(string anchors, bool byPolicy, string expected)
    {
        using TestCa other = new("Other CA");
        string chain = _ca.ChainText("mx1.test", ecdsa: true, null, "", out X509Certificate2 leaf);
        using TlsPeer peer = new(chain, TlsMode.Good);
        using X509Certificate2 root = X509Certificate2.CreateFromPem(File.ReadAllText(_ca.RootFile));
        File.WriteAllText($"{_ca.Folder}/key.pem", root.GetECDsaPublicKey()!.ExportSubjectPublicKeyInfoPem());
        File.WriteAllText($"{_ca.Folder}/leaf.pem", leaf.ExportCertificatePem());
        File.WriteAllText($"{_ca.Folder}/empty.pem", "");
        File.Copy(other.RootFile, $"{_ca.Folder}/other.pem");
        List<string> files = [.. anchors.Split(' ').Select(a => $"{_ca.Folder}/{a}.pem")];
        string config = byPolicy ? $"smtp_tls_policy_maps = inline:{{{{dest.test=secure match=mx1.test "
            + $"{string.Join(' ', files.Select(f => $"tafile={f}"))}}}}}"
            : $"smtp_tls_security_level = secure\nsmtp_tls_secure_cert_match = mx1.test\nsmtp_tls_trust_anchor_file = "
            + $"{string.Join(' ', files)}";
        // the authorities of the configuration do not count beside trust anchors
        string result = Run(peer, (anchors == "other" ? "" : $"smtp_tls_CAfile = {other.RootFile}\n") + config + "\n", messages: 2);
        Assert.That(result, Does.StartWith(expected));
    }
}
