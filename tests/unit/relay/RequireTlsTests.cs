using MtaSuite.Common.Config;
using MtaSuite.Common.Ipc.Messages;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Net;
using MtaSuite.Common.Tables;
using MtaSuite.Common.Tls.Client;
using MtaSuite.Relay.Deliveries;
using MtaSuite.Relay.Routing;
using MtaSuite.Relay.Sessions;
using MtaSuite.Relay.Settings;
using MtaSuite.Tests.Unit.Net;
using MtaSuite.Tests.Unit.Tls;

namespace MtaSuite.Tests.Unit.Relay;

/// <summary>
/// REQUIRETLS and "TLS-Required: no" (RFC 8689) against servers that are fit for them and servers that are not. The nexthop is dest.test.
/// </summary>
[TestFixture]
public class RequireTlsTests
{
    private const string Sent = "2.0.0 250 2.0.0 taken", Start = "5.7.10 Sender requested REQUIRETLS, but ";
    private const string Last = "The last attempted server was mx1.test[127.0.0.1]";
    private TestCa _ca = null!;

    [SetUp]
    public void MakeAuthority() => _ca = new TestCa();

    [TearDown]
    public void RemoveAuthority() => _ca.Dispose();

    private TlsPeer Peer(TlsMode mode, string offer = "REQUIRETLS") =>
        new(_ca.ChainText("mx1.test", ecdsa: true, null, "", out _), mode) { Offer = offer };

    /// <summary>Delivers a message; its outcome as "status text".</summary>
    private string Run(TlsPeer[] peers, string config, MessageFlags flags, bool signed = false)
    {
        string result = "";
        OnLoop.Run(async loop =>
        {
            MailConfig parsed = MailConfig.Parse($"compatibility_level = 3.11\nmydomain = home.test\nsmtp_tls_CAfile = "
                + $"{_ca.RootFile}\n{config}").Config;
            List<string> problems = [];
            RelaySettings settings = RelayFixture.Patient with { RequireTls = RequireTlsPolicy.From(parsed, lmtp: false, problems) };
            Assert.That(problems, Is.Empty);
            using RelayFixture f = new(loop, settings, [.. peers.Select(p => p.EndPoint)]);
            for (int i = 0; i < f.Finder.Targets.Count; i++)
                f.Finder.Targets[i] = f.Finder.Targets[i] with { Host = "mx1.test", IsAuthenticated = signed, Nexthop = "dest.test" };
            (TlsClientSettings tls, var keys) = TlsPolicies.Load(parsed, lmtp: false);
            RelayContext context = new(loop, f.Spool, settings, f.Finder)
            { TlsPolicies = new TlsPolicies(tls, keys, null, TimeProvider.System) };
            RelayDelivery delivery = new(context, f.Queue(["b@x.test"], adjust: e => e.Flags = flags));
            List<RecipientOutcome> outcomes = await delivery.RunAsync();
            if (outcomes[0].Outcome.IsPermanent) Assert.That(delivery.SiteFailed, Is.False, "other mail may go there");
            result = $"{outcomes[0].Outcome.Status} {outcomes[0].Outcome.Text}";
            context.Sessions.CloseIdle();
        });
        return result;
    }

    private static string[] Mail(TlsPeer peer) =>
        [.. peer.Said.Where(s => s.Contains("MAIL", StringComparison.Ordinal))
        .Select(s => s[..1] + (s.EndsWith(" REQUIRETLS", StringComparison.Ordinal) ? "+" : "-"))];

    private const string ByName = "verify\nsmtp_tls_verify_cert_match = mx1.test";

    // the policy, the server, the outcome; what MAIL said: T in TLS, C in clear, + with REQUIRETLS
    [TestCase(ByName, TlsMode.Good, "REQUIRETLS", Sent, "T+")]
    [TestCase("verify", TlsMode.Good, "REQUIRETLS",
        Start + "the mail exchangers of dest.test cannot be looked up securely. The last attempted server was mx1.test", "")]
    [TestCase(ByName, TlsMode.Good, "DSN", "5.7.30 Sender requested REQUIRETLS, but no server was found that supports REQUIRETLS. " + Last,
        "")]
    [TestCase(ByName, TlsMode.NotOffered, "REQUIRETLS",
        "5.7.30 Sender requested REQUIRETLS, but TLS service was not offered by host mx1.test[127.0.0.1]", "")]
    [TestCase(ByName, TlsMode.Refused, "REQUIRETLS", Start + "host mx1.test[127.0.0.1] refused to start TLS: 454 4.7.0 not now", "")]
    [TestCase(ByName, TlsMode.Garbage, "REQUIRETLS", "4.7.5 Cannot start TLS: handshake failure", "")]
    [TestCase("secure", TlsMode.Good, "REQUIRETLS", Start + "no matching server certificate was found. " + Last, "")]
    [TestCase("secure\nsmtp_tls_CAfile =", TlsMode.Good, "REQUIRETLS", Start + "no trusted server certificate was found. " + Last, "")]
    [TestCase("may", TlsMode.Good, "REQUIRETLS",
        Start + "my configured TLS security level 'may' disables certificate matching. The last attempted server was mx1.test", "")]
    [TestCase("none", TlsMode.Good, "REQUIRETLS",
        Start + "my configured TLS security level 'none' disables certificate matching. The last attempted server was mx1.test", "")]
    [TestCase("may\nsmtp_requiretls_policy = opportunistic", TlsMode.Good, "REQUIRETLS", Sent, "T+")]
    [TestCase("may\nsmtp_requiretls_policy = opportunistic", TlsMode.Good, "DSN", Sent, "T-")]
    [TestCase("may\nsmtp_requiretls_policy = opportunistic", TlsMode.NotOffered, "DSN", Sent, "C-")]
    [TestCase("may\nsmtp_requiretls_policy = opportunistic+starttls", TlsMode.Good, "DSN", Sent, "T-")]
    [TestCase("may\nsmtp_requiretls_policy = opportunistic+starttls", TlsMode.NotOffered, "DSN",
        "5.7.30 Sender requested REQUIRETLS, but TLS service was not offered by host mx1.test[127.0.0.1]", "")]
    [TestCase("may\nsmtp_requiretls_policy = opportunistic+starttls", TlsMode.HangUp, "DSN", "4.7.5 Cannot start TLS: handshake failure",
        "")]
    [TestCase("none\nsmtp_requiretls_policy = opportunistic+starttls", TlsMode.Good, "DSN",
        Start + "my configured TLS security level 'none' disables encryption. The last attempted server was mx1.test", "")]
    [TestCase("may\nsmtp_requiretls_policy = disable", TlsMode.Good, "REQUIRETLS", Sent, "T-")]
    [TestCase("may\nrequiretls_enable = no", TlsMode.NotOffered, "REQUIRETLS", Sent, "C-")]
    [TestCase("may\nsmtp_requiretls_policy = inline:{{.test = opportunistic}}", TlsMode.Good, "REQUIRETLS", Sent, "T+")]
    [TestCase("may\nsmtp_requiretls_policy = regexp:{{/^\\.test$$/ opportunistic}}, inline:{{dest.test = sometimes}}", TlsMode.Good,
        "REQUIRETLS", "4.7.10 REQUIRETLS policy configuration error", "")]
    public void Required(string level, TlsMode mode, string offer, string outcome, string mail)
    {
        using TlsPeer peer = Peer(mode, offer);
        Assert.That(Run([peer], $"smtp_tls_security_level = {level}\n", MessageFlags.RequireTls | MessageFlags.TlsOptional),
            Is.EqualTo(outcome));
        Assert.That(string.Join(' ', Mail(peer)), Is.EqualTo(mail));
    }

    [TestCase("may", Sent)]
    [TestCase("encrypt", Sent)]
    [TestCase("verify", Sent)]
    [TestCase("none", Start + "my configured TLS security level 'none' disables certificate matching. The last attempted server was "
        + "mx1.test")]
    public void A_signed_exchanger_is_checked_by_its_name(string level, string outcome)
    {
        using TlsPeer peer = Peer(TlsMode.Good);
        Assert.That(Run([peer], $"smtp_tls_security_level = {level}\n", MessageFlags.RequireTls, signed: true), Is.EqualTo(outcome));
        if (level != "may") return;
        using TestCa foreign = new("Foreign");
        using TlsPeer other = new(foreign.ChainText("mx1.test", true, null, "", out _)) { Offer = "REQUIRETLS" };
        Assert.That(Run([other], "smtp_tls_security_level = may\n", MessageFlags.RequireTls, signed: true),
            Is.EqualTo(Start + "no trusted server certificate was found. " + Last));
    }

    [Test]
    public void The_next_host_may_be_fit_and_one_that_fails_for_now_keeps_the_mail()
    {
        using TlsPeer bare = Peer(TlsMode.Good, "DSN"), fit = Peer(TlsMode.Good), broken = Peer(TlsMode.HangUp);
        string level = $"smtp_tls_security_level = {ByName}\n";
        Assert.That(Run([bare, fit], level, MessageFlags.RequireTls), Is.EqualTo(Sent));
        Assert.That((Mail(bare).Length, string.Join(' ', Mail(fit))), Is.EqualTo((0, "T+")));
        Assert.That(Run([broken, bare], level, MessageFlags.RequireTls), Does.StartWith("4.7.5"));
        Assert.That(Run([bare, broken], level, MessageFlags.RequireTls), Does.StartWith("4.7.5"));
    }

    [TestCase("secure", TlsMode.Good, Sent, "T-")]
    [TestCase("none\nsmtp_tls_policy_maps = inline:{{dest.test = secure match=other.test}}", TlsMode.Good, Sent, "C-")]
    [TestCase("may\nsmtp_tls_policy_maps = fail:x", TlsMode.Good, Sent, "T-")]
    [TestCase("encrypt", TlsMode.NotOffered, Sent, "C-")]
    [TestCase("verify", TlsMode.Garbage, Sent, "C-")]
    [TestCase("dane-only", TlsMode.Good, Sent, "T-")]
    public void Not_required(string level, TlsMode mode, string outcome, string mail)
    {
        using TlsPeer peer = Peer(mode);
        Assert.That(Run([peer], $"smtp_tls_security_level = {level}\n", MessageFlags.TlsOptional), Is.EqualTo(outcome));
        Assert.That(string.Join(' ', Mail(peer)), Is.EqualTo(mail));
    }

    [TestCase("dest.test", RequireTlsAction.Enforce)]
    [TestCase("home.test", RequireTlsAction.Opportunistic)]
    [TestCase("mx.home.test", RequireTlsAction.Opportunistic)]
    [TestCase("localhost", RequireTlsAction.Opportunistic)]
    [TestCase("192.0.2.1", RequireTlsAction.Opportunistic)]
    [TestCase("2001:db8::1", RequireTlsAction.Opportunistic)]
    public void The_standard_policy(string domain, RequireTlsAction action)
    {
        List<string> problems = [];
        RequireTlsPolicy policy = RequireTlsPolicy.From(MailConfig.Parse("mydomain = home.test\n").Config, lmtp: false, problems)!;
        Assert.That(problems, Is.Empty);
        Assert.That(policy.ForAsync(domain).Completed(), Is.EqualTo(action));
        Assert.That(RequireTlsPolicy.From(MailConfig.Parse("").Config, lmtp: true, problems)!.ForAsync(domain).Completed(),
            Is.EqualTo(RequireTlsAction.Opportunistic));
    }
}
