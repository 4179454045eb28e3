using System.Net;
using MtaSuite.Common.Config;
using MtaSuite.Common.Dns;
using MtaSuite.Common.Ipc;
using MtaSuite.Common.Ipc.Messages;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Net;
using MtaSuite.Common.Routing;
using MtaSuite.Common.Tls.Client;
using MtaSuite.Relay.Deliveries;
using MtaSuite.Relay.Routing;
using MtaSuite.Relay.Sessions;
using MtaSuite.Relay.Settings;
using MtaSuite.Tests.Unit.Dns;
using MtaSuite.Tests.Unit.Net;
using MtaSuite.Tests.Unit.Tls;

namespace MtaSuite.Tests.Unit.Relay;

/// <summary>
/// What the client makes of MTA-STS policies. The nexthop is dest.test, the host mx1.test; the service sts says what the test wants.
/// </summary>
[TestFixture]
public class StsTests
{
    private const string Sent = "2.0.0 250 2.0.0 taken";
    private readonly TestCa _ca = new();

    [OneTimeTearDown]
    public void RemoveAuthority() => _ca.Dispose();

    /// <summary>The service: one answer for dest.test.</summary>
    private sealed class Service(StsReply reply) : IStreamHandler
    {
        public List<string> Asked { get; } = [];

        public void OnMessage(LinkStream stream, FrameType type, ReadOnlySpan<byte> payload)
        {
            StsQuery query = new();
            Assert.That(AttributeDecoder.TryDecode(payload, query));
            Asked.Add(query.Domain);
            stream.Send(FrameType.Reply, query.Domain == "dest.test" ? reply : new StsReply());
        }

        public void OnData(LinkStream stream, ReadOnlySpan<byte> data) { }

        public void OnReset(LinkStream stream, string reason) { }
    }

    private static StsReply Policy(StsMode mode, string mx = "mx1.test") =>
        new() { Mode = mode, Patterns = [mx], Lines = ["version: STSv1"] };

    private static TlsPolicies PoliciesOf(RelayFixture f, EventLoop loop, string config, StsReply reply, out Service service,
        DnsResolver? resolver = null)
    {
        service = new Service(reply);
        IStreamHandler handler = service;
        string path = f.Spool.SocketPath(true, "sts");
        _ = new LinkServer(loop, OnLoop.Listen(path), _ => handler);
        TlsClientSettings settings = new(MailConfig.Parse($"compatibility_level = 3.11\n{config}").Config, lmtp: false);
        return new TlsPolicies(settings, [], resolver, TimeProvider.System) { Sts = new StsClient(loop, path) };
    }

    /// <summary>Delivers a message; its outcome as "status text", and what the log line says of TLS.</summary>
    private (string Outcome, string Log) Deliver(string certificate, string config, StsReply reply, string nexthop = "dest.test",
        TlsMode mode = TlsMode.Good,
        MessageFlags flags = MessageFlags.None, string offer = "")
    {
        string outcome = "", log = "";
        using TlsPeer peer = new(_ca.ChainText(certificate, ecdsa: true, null, "", out _), mode) { Offer = offer };
        List<string> problems = [];
        RelaySettings relay = RelayFixture.Patient with
        {
            RequireTls = RequireTlsPolicy.From(MailConfig.Parse("compatibility_level = 3.11\nmydomain = home.test\n").Config,
            lmtp: false, problems)
        };
        OnLoop.Run(async loop =>
        {
            using RelayFixture f = new(loop, relay, peer.EndPoint);
            RelayContext context = new(loop, f.Spool, f.Settings,
                f.Finder)
            { TlsPolicies = PoliciesOf(f, loop, $"smtp_tls_CAfile = {_ca.RootFile}\n{config}", reply, out _) };
            DeliverRequest request = f.Queue(["b@x.test"], adjust: e => e.Flags = flags);
            request.Nexthop = nexthop;
            using CapturedLog captured = new();
            List<RecipientOutcome> outcomes = await new RelayDelivery(context, request).RunAsync();
            log = captured.Text;
            context.Sessions.CloseIdle();
            outcome = $"{outcomes[0].Outcome.Status} {outcomes[0].Outcome.Text}";
        });
        return (outcome, log);
    }

    // RFC 8689 4.2.1: an enforced policy is one of the ways to know a host's name; one in testing is not
    private const string Unknown =
        "5.7.10 Sender requested REQUIRETLS, but my configured TLS security level 'may' disables certificate matching. The last "
        + "attempted server was mx1.test";

    [TestCase(StsMode.Enforce, "mx1.test", "mx1.test", TlsMode.Good, "REQUIRETLS", Sent)]
    [TestCase(StsMode.Enforce, "*.test", "mx1.test", TlsMode.Good, "REQUIRETLS", Sent)]
    [TestCase(StsMode.Enforce, "mx1.test", "mx1.test", TlsMode.Good, "DSN",
        "5.7.30 Sender requested REQUIRETLS, but no server was found that supports REQUIRETLS. The last attempted server was "
            + "mx1.test[127.0.0.1]")]
    [TestCase(StsMode.Enforce, "mx1.test", "other.test", TlsMode.Good, "REQUIRETLS",
        "5.7.10 Sender requested REQUIRETLS, but no matching server certificate was found. The last attempted server was "
            + "mx1.test[127.0.0.1]")]
    [TestCase(StsMode.Enforce, "mx1.test", "mx1.test", TlsMode.NotOffered, "REQUIRETLS",
        "5.7.30 Sender requested REQUIRETLS, but TLS service was not offered by host mx1.test[127.0.0.1]")]
    [TestCase(StsMode.Enforce, "mx2.test", "mx1.test", TlsMode.Good, "REQUIRETLS",
        "4.7.5 MTA-STS policy of dest.test does not allow host mx1.test")]
    [TestCase(StsMode.Testing, "mx1.test", "mx1.test", TlsMode.Good, "REQUIRETLS", Unknown)]
    [TestCase(StsMode.None, "mx1.test", "mx1.test", TlsMode.Good, "REQUIRETLS", Unknown)]
    public void Mail_that_requires_TLS(StsMode mode, string pattern, string certificate, TlsMode server, string offer, string expected) =>
        Assert.That(Deliver(certificate, May, Policy(mode, pattern), mode: server, flags: MessageFlags.RequireTls, offer: offer).Outcome,
        Is.EqualTo(expected));

    [Test]
    public void Mail_that_prefers_delivery_asks_for_no_policy() =>
        Assert.That(Deliver("other.test", May, Policy(StsMode.Enforce), mode: TlsMode.NotOffered, flags: MessageFlags.TlsOptional).Outcome,
        Is.EqualTo(Sent));

    private const string May = "smtp_tls_security_level = may\n";

    [Test]
    public void Enforced_policies_demand_the_right_certificate_of_the_right_host()
    {
        (string outcome, string log) = Deliver("mx1.test", May, Policy(StsMode.Enforce));
        Assert.That(outcome, Is.EqualTo(Sent));
        Assert.That(log, Does.Contain("tls=sts, "));
        Assert.That(Deliver("mx1.test", May, Policy(StsMode.Enforce, "*.test")).Outcome, Is.EqualTo(Sent));
        (outcome, log) = Deliver("other.test", May, Policy(StsMode.Enforce));
        Assert.That(outcome, Is.EqualTo("4.7.5 Server certificate not verified"));
        Assert.That(log, Does.Contain("tls=!sts, "));
        Assert.That(Deliver("dest.test", May, Policy(StsMode.Enforce)).Outcome, Is.EqualTo("4.7.5 Server certificate not verified"),
            "the domain's name is not the host's");
        Assert.That(Deliver("mx1.test", May, Policy(StsMode.Enforce, "mx2.test")).Outcome,
            Is.EqualTo("4.7.5 MTA-STS policy of dest.test does not allow host mx1.test"));
        Assert.That(Deliver("mx1.test", May, Policy(StsMode.Enforce), mode: TlsMode.NotOffered).Outcome,
            Does.StartWith("4.7.4 TLS is required, but was not offered"));
        Assert.That(Deliver("mx1.test", May, Policy(StsMode.Enforce), mode: TlsMode.Garbage).Outcome,
            Does.StartWith("4.7.5 Cannot start TLS"), "never in clear");
        using TestCa stranger = new("Stranger");
        Assert.That(Deliver("mx1.test", $"{May}smtp_tls_CAfile = {stranger.RootFile}\n", Policy(StsMode.Enforce)).Outcome,
            Is.EqualTo("4.7.5 Server certificate not trusted"));
    }

    [Test]
    public void The_common_name_of_a_certificate_does_not_count()
    {
        using TlsPeer peer = new(_ca.ChainText("other.test", true, null, "mx1.test", out _));
        Assert.That(Deliver("mx1.test", May, Policy(StsMode.Enforce)).Outcome, Is.EqualTo(Sent));
        OnLoop.Run(async loop =>
        {
            using RelayFixture f = new(loop, null, peer.EndPoint);
            RelayContext context = new(loop, f.Spool, f.Settings,
                f.Finder)
            { TlsPolicies = PoliciesOf(f, loop, $"smtp_tls_CAfile = {_ca.RootFile}\n{May}", Policy(StsMode.Enforce), out _) };
            Assert.That((await new RelayDelivery(context, f.Queue(["b@x.test"])).RunAsync())[0].Outcome.Text,
                Is.EqualTo("Server certificate not verified"));
            Assert.That(peer.ServerName, Is.EqualTo("mx1.test"), "SNI has the host's name");
        });
    }

    [Test]
    public void Policies_in_testing_and_withdrawn_ones_let_mail_through()
    {
        (string outcome, string log) = Deliver("other.test", May, Policy(StsMode.Testing));
        Assert.That(outcome, Is.EqualTo(Sent));
        Assert.That(log, Does.Contain("tls=may, ").And.Contain(
            "MTA-STS policy of dest.test in testing: host mx1.test would be refused: certificate-host-mismatch"));
        log = Deliver("mx1.test", May, Policy(StsMode.Testing, "mx2.test")).Log;
        Assert.That(log, Does.Contain("would be refused: not named by the policy"));
        (outcome, log) = Deliver("mx1.test", May, Policy(StsMode.Testing));
        Assert.That((outcome, log.Contains("MTA-STS", StringComparison.Ordinal)), Is.EqualTo((Sent, false)));
        (outcome, log) = Deliver("other.test", May, Policy(StsMode.None));
        Assert.That((outcome, log.Contains("MTA-STS", StringComparison.Ordinal)), Is.EqualTo((Sent, false)));
        Assert.That(Deliver("other.test", May, new StsReply { Failure = TlsResult.StsPolicyFetchError }).Outcome, Is.EqualTo(Sent));
    }

    [TestCase("none", "dest.test", "C")]
    [TestCase("verify\nsmtp_tls_verify_cert_match = mx1.test", "dest.test", "verify")]
    [TestCase("encrypt", "dest.test", "!sts")]
    [TestCase("may", "[dest.test]", "may")]
    [TestCase("may", "other.test", "may")]
    [TestCase("may\nsmtp_tls_policy_maps = inline:{{dest.test = encrypt}}", "dest.test", "encrypt")]
    [TestCase("dane", "dest.test", "!sts")]
    public void What_the_administrator_said_comes_first(string level, string nexthop, string tls)
    {
        string log = Deliver("mx1.test", $"smtp_tls_security_level = {level}\n", Policy(StsMode.Enforce, "mx2.test"), nexthop).Log;
        if (tls == "C") Assert.That(log, Does.Not.Contain("tls="));
        else if (tls == "!sts") Assert.That(log, Does.Contain("MTA-STS policy of dest.test does not allow host mx1.test"));
        else Assert.That(log, Does.Contain($"tls={tls}, "));
    }

    [Test]
    public void Validated_TLSA_records_come_before_the_policy_and_their_absence_leaves_it_in_charge() => OnLoop.Run(async loop =>
    {
        using ScriptedDns dns = new($"_25._tcp.mx1.test TLSA 3 1 1 {new string('a', 64)}", "mx2.test A 127.0.0.1") { Validates = true };
        using RelayFixture f = new(loop, null);
        TlsPolicies policies = PoliciesOf(f, loop, "smtp_tls_security_level = dane\n", Policy(StsMode.Enforce, "*.test"),
            out Service service, dns.Resolver(loop));
        async Task<TlsPolicy> PolicyAsync(string host) => (await policies.ApplyAsync(Nexthop.Parse("dest.test", lmtp: false),
            new Target(host, new IPEndPoint(IPAddress.Loopback, 25)) { IsAuthenticated = true, Nexthop = "dest.test" },
            optional: false)).Tls;
        TlsPolicy dane = await PolicyAsync("mx1.test");
        Assert.That((dane.Level, dane.Tlsa.Count, service.Asked.Count), Is.EqualTo((TlsLevel.Dane, 1, 0)));
        Assert.That((await PolicyAsync("mx2.test")).Level, Is.EqualTo(TlsLevel.Sts));
        Assert.That((await PolicyAsync("mx2.test")).Match, Is.EqualTo(new[] { "mx2.test" }));
        Assert.That(service.Asked, Is.EqualTo(new[] { "dest.test" }), "what was said is kept for a moment");
    });
}
