using System.Net;
using MtaSuite.Smtpd.Access;
using MtaSuite.Tests.Unit.Dns;

namespace MtaSuite.Tests.Unit.Smtpd;

/// <summary>Restrictions that ask the DNS, against a name server that answers by script.</summary>
public sealed class DnsAccessTests
{
    private ScriptedDns _dns = null!;

    [SetUp]
    public void Start() => _dns = new();

    [TearDown]
    public void Stop() => _dns.Dispose();

    /// <summary>The reply to the last of some commands, the client's address before them.</summary>
    private string Ask(SmtpHarness h, string address, params string[] commands)
    {
        string reply = "";
        h.Run(async () =>
        {
            TestClient c = h.Connect(address);
            reply = await c.ReplyAsync();
            foreach (string command in commands) reply = await c.AskAsync(command);
            c.Close();
        });
        return reply;
    }

    private SmtpHarness With(string config, params string[] zone)
    {
        foreach (string line in zone) _dns.Add(line);
        return new SmtpHarness($"dns_servers = {_dns.Address}\n{config}\n");
    }

    private string Rcpt(SmtpHarness h, string address = "198.51.100.1", string helo = "helo.test", string from = "s@from.test",
        string to = "a@local.test") =>
        Ask(h, address, $"EHLO {helo}", $"MAIL FROM:<{from}>", $"RCPT TO:<{to}>");

    private const string Ok = "250 2.1.5 Ok";

    [Test]
    public void The_client_is_named_before_the_greeting()
    {
        using SmtpHarness h = With("", "1.100.51.198.in-addr.arpa PTR peer.test", "peer.test A 198.51.100.1", "2.100.51.198.in-addr.arpa "
            + "PTR peer.test");
        Ask(h, "198.51.100.1");
        Ask(h, "198.51.100.2");
        Ask(h, "192.0.2.7");
        Ask(h, "127.0.0.1");
        Assert.That(h.LogLines().Where(l => l.StartsWith("connect") || l.Contains("warning")), Is.EqualTo(new[]
        {
            "connect from peer.test[198.51.100.1]", "warning: hostname peer.test does not resolve to address 198.51.100.2",
                "connect from unknown[198.51.100.2]",
            "connect from host.example[192.0.2.7]", "connect from localhost[127.0.0.1]",
        }));
        using SmtpHarness off = With("smtpd_peername_lookup = no");
        int before = _dns.Requests.Count;
        Ask(off, "198.51.100.1");
        Ask(off, "192.0.2.7");
        Assert.That(off.LogLines().Where(l => l.StartsWith("connect")),
            Is.EqualTo(new[] { "connect from unknown[198.51.100.1]", "connect from unknown[192.0.2.7]" }));
        Assert.That(_dns.Requests, Has.Count.EqualTo(before));
    }

    [Test]
    public void Unknown_clients()
    {
        string[] zone = ["1.100.51.198.in-addr.arpa PTR peer.test", "peer.test A 198.51.100.1", "2.100.51.198.in-addr.arpa PTR peer.test"];
        _dns.Rcode("4.100.51.198.in-addr.arpa", 2);
        using SmtpHarness h = With("smtpd_recipient_restrictions = reject_unknown_client_hostname\nunknown_client_reject_code = 550", zone);
        Assert.That(Rcpt(h), Is.EqualTo(Ok));
        Assert.That(Rcpt(h, "198.51.100.2"), Is.EqualTo("550 5.7.25 Client host rejected: cannot find your hostname, [198.51.100.2]"));
        Assert.That(Rcpt(h, "198.51.100.3"), Does.StartWith("550 5.7.25 "));
        Assert.That(Rcpt(h, "198.51.100.4"), Is.EqualTo("450 4.7.25 Client host rejected: cannot find your hostname, [198.51.100.4]"));
        using SmtpHarness r =
            With("smtpd_recipient_restrictions = reject_unknown_reverse_client_hostname\nunknown_client_reject_code = 550");
        Assert.That(Rcpt(r), Is.EqualTo(Ok));
        Assert.That(Rcpt(r, "198.51.100.2"), Is.EqualTo(Ok), "the reverse name is there, if wrong");
        Assert.That(Rcpt(r, "198.51.100.3"),
            Is.EqualTo("550 5.7.1 Client host rejected: cannot find your reverse hostname, [198.51.100.3]"));
        Assert.That(Rcpt(r, "198.51.100.4"), Does.StartWith("450 4.7.1 "));
    }

    [Test]
    public void A_client_that_XCLIENT_names()
    {
        using SmtpHarness h = With("smtpd_authorized_xclient_hosts = 198.51.100.1\nsmtpd_recipient_restrictions = "
            + "reject_unknown_client_hostname\nunknown_client_reject_code = 550");
        string[] rest = ["EHLO x", "MAIL FROM:<>", "RCPT TO:<a@local.test>"];
        Assert.That(Ask(h, "198.51.100.1", ["EHLO x", "XCLIENT NAME=a.test ADDR=203.0.113.1", .. rest]), Is.EqualTo(Ok));
        Assert.That(Ask(h, "198.51.100.1", ["EHLO x", "XCLIENT NAME=[UNAVAILABLE] ADDR=203.0.113.1", .. rest]),
            Does.StartWith("550 5.7.25"));
        Assert.That(Ask(h, "198.51.100.1", ["EHLO x", "XCLIENT NAME=[TEMPUNAVAIL] ADDR=203.0.113.1", .. rest]),
            Does.StartWith("450 4.7.25"));
    }

    [TestCase("known.test", Ok)]
    [TestCase("mxonly.test", Ok)]
    [TestCase("nullmx.test", Ok)]
    [TestCase("six.test", Ok)]
    [TestCase("[198.51.100.9]", Ok)]
    [TestCase("no.test", "550 5.7.1 <no.test>: Helo command rejected: Host not found")]
    [TestCase("198.51.100.9", "550 5.7.1 <198.51.100.9>: Helo command rejected: Host not found")]
    [TestCase("[nonsense]", "501 5.5.2 <[nonsense]>: Helo command rejected: invalid ip address")]
    [TestCase("sick.test", "450 4.7.1 <sick.test>: Helo command rejected: Host not found")]
    public void Unknown_HELO_names(string helo, string expected)
    {
        _dns.Rcode("sick.test", 2);
        using SmtpHarness h = With("smtpd_recipient_restrictions = reject_unknown_helo_hostname\nunknown_hostname_reject_code = 550",
            "known.test A 192.0.2.1", "mxonly.test MX 1 mx.test", "nullmx.test MX 0 .", "six.test AAAA 2001:db8::1");
        Assert.That(Rcpt(h, helo: helo), Is.EqualTo(expected));
    }

    [Test]
    public void Trouble_defers_at_once_or_what_is_permitted()
    {
        _dns.Rcode("sick.test", 2);
        using SmtpHarness later = With(
            "smtpd_recipient_restrictions = reject_unknown_helo_hostname, reject_unknown_sender_domain, check_recipient_access "
            + "inline:{b@local.test=reject}", "from.test A 192.0.2.1");
        Assert.That(Rcpt(later, helo: "sick.test", to: "b@local.test"),
            Does.StartWith("554 5.7.1 <b@local.test>: Recipient address rejected"), "refused for another reason");
        Assert.That(Rcpt(later, helo: "sick.test"), Does.StartWith("450 4.7.1 <sick.test>: Helo"));
        using SmtpHarness now = With("reject_tempfail_action = defer\nsmtpd_recipient_restrictions = reject_unknown_helo_hostname, "
            + "check_recipient_access inline:{b@local.test=reject}");
        Assert.That(Rcpt(now, helo: "sick.test", to: "b@local.test"), Does.StartWith("450 4.7.1 <sick.test>: Helo"));
    }

    [TestCase("ok.test", Ok, Ok)]
    [TestCase("aonly.test", Ok, Ok)]
    [TestCase("local.test", Ok, Ok)]
    [TestCase("[192.0.2.1]", Ok, Ok)]
    [TestCase("no.test", "550 5.1.8 <x@no.test>: Sender address rejected: Domain not found",
        "550 5.1.2 <x@no.test>: Recipient address rejected: Domain not found")]
    [TestCase("null.test", "550 5.7.27 <x@null.test>: Sender address rejected: Domain null.test does not accept mail (nullMX)",
        "556 5.1.10 <x@null.test>: Recipient address rejected: Domain null.test does not accept mail (nullMX)")]
    [TestCase("junk.test", "550 5.1.8 <x@junk.test>: Sender address rejected: Malformed DNS server reply",
        "550 5.1.2 <x@junk.test>: Recipient address rejected: Malformed DNS server reply")]
    [TestCase("sick.test", "450 4.1.8 <x@sick.test>: Sender address rejected: Domain not found",
        "450 4.1.2 <x@sick.test>: Recipient address rejected: Domain not found")]
    [TestCase("b\u00fccher.test", Ok, Ok)]
    public void Unknown_domains(string domain, string asSender, string asRecipient)
    {
        _dns.Rcode("sick.test", 2);
        using SmtpHarness h = With("smtpd_relay_restrictions = permit\nunknown_address_reject_code = "
            + "550\nsmtpd_reject_unlisted_recipient = no\nsmtpd_recipient_restrictions = reject_unknown_sender_domain, "
            + "reject_unknown_recipient_domain",
            "ok.test MX 1 mx.test", "aonly.test A 192.0.2.1", "null.test MX 0 .", "junk.test MX 1 -.test",
                "xn--bcher-kva.test MX 1 mx.test");
        string utf8 = System.Text.Ascii.IsValid(domain) ? "" : " SMTPUTF8";
        Assert.That(Ask(h, "198.51.100.1", "EHLO x", $"MAIL FROM:<x@{domain}>{utf8}", "RCPT TO:<a@local.test>"), Is.EqualTo(asSender));
        Assert.That(Ask(h, "198.51.100.1", "EHLO x", $"MAIL FROM:<x@local.test>{utf8}", $"RCPT TO:<x@{domain}>"), Is.EqualTo(asRecipient));
    }

    [Test]
    public void Block_lists_of_addresses()
    {
        _dns.Rcode("5.100.51.198.bl.test", 2);
        using SmtpHarness h = With("smtpd_client_restrictions = reject_rbl_client bl.test", "1.100.51.198.bl.test A 127.0.0.2",
            "1.100.51.198.bl.test TXT see http://bl.test",
            "1.100.51.198.bl.test TXT again", "2.100.51.198.bl.test A 127.0.0.9",
                $"{Common.Dns.DomainName.Reverse(IPAddress.Parse("2001:db8::1"), "bl.test")} A 127.0.0.2");
        Assert.That(Rcpt(h), Is.EqualTo(
            "554 5.7.1 Service unavailable; Client host [198.51.100.1] blocked using bl.test; see http://bl.test / again"));
        Assert.That(Rcpt(h, "198.51.100.2"), Is.EqualTo("554 5.7.1 Service unavailable; Client host [198.51.100.2] blocked using bl.test"));
        Assert.That(Rcpt(h, "198.51.100.3"), Is.EqualTo(Ok));
        Assert.That(Rcpt(h, "198.51.100.5"), Is.EqualTo(Ok), "a list that is down blocks nobody");
        Assert.That(Rcpt(h, "2001:db8::1"), Does.Contain("[2001:db8::1] blocked"));
        Assert.That(h.LogLines(), Has.Some.StartsWith("warning: 5.100.51.198.bl.test: RBL lookup error: Host or domain name not found."));
        Assert.That(h.LogLines(), Has.Some.EqualTo(
            "NOQUEUE: reject: RCPT from unknown[198.51.100.2]: 554 5.7.1 Service unavailable; Client host [198.51.100.2] blocked using "
            + "bl.test; "
            + "from=<s@from.test> to=<a@local.test> proto=ESMTP helo=<helo.test>"));
    }

    [TestCase("bl.test=127.0.0.2", "127.0.0.2", true)]
    [TestCase("bl.test=127.0.0.3", "127.0.0.2", false)]
    [TestCase("bl.test=127.0.[0..4].[2;4..6]", "127.0.3.5", true)]
    [TestCase("bl.test=127.0.[0..4].[2;4..6]", "127.0.3.3", false)]
    [TestCase("bl.test=127.[0;0;255].0.[0..255]", "127.255.0.0", true)]
    public void Filters_of_answers(string zone, string answer, bool listed)
    {
        using SmtpHarness h = With($"smtpd_client_restrictions = reject_rbl_client {zone}", $"1.100.51.198.bl.test A {answer}");
        Assert.That(Rcpt(h), listed ? Does.StartWith("554 ").And.Contain("blocked using bl.test") : Is.EqualTo(Ok));
    }

    [TestCase("x=127.0.0")]
    [TestCase("x=127.0.0.256")]
    [TestCase("x=127.0.[0.1]")]
    [TestCase("x=127.0.0.[5..1]")]
    [TestCase("x=127.0.0.1[2]")]
    [TestCase("x=127.0.0.[]")]
    [TestCase("x=127.0.0.1..4")]
    [TestCase("x=127.0.0.1;2")]
    [TestCase("x=127.0.0.1.5")]
    [TestCase("x=")]
    public void Filters_that_are_none(string zone)
    {
        Assert.That(DnsblZone.Parse(zone), Is.Null);
        using SmtpHarness h = With($"smtpd_client_restrictions = reject_rbl_client {zone}");
        Assert.That(h.Settings.Normal.Problems(),
            Is.EqualTo(new[] { $"smtpd_client_restrictions: restriction \"reject_rbl_client\" has a bad address filter: \"{zone}\"" }));
        Assert.That(Rcpt(h), Is.EqualTo("451 4.3.5 Server configuration error"));
    }

    [Test]
    public void Lists_of_domains()
    {
        using SmtpHarness h = With("smtpd_recipient_restrictions = reject_rhsbl_helo d.test, reject_rhsbl_sender d.test, "
            + "reject_rhsbl_recipient d.test, reject_rhsbl_client d.test, reject_rhsbl_reverse_client d.test\nsmtpd_relay_restrictions = "
            + "permit\nsmtpd_reject_unlisted_recipient = no",
            "bad.test.d.test A 127.0.0.2", "1.100.51.198.in-addr.arpa PTR bad.test", "bad.test A 198.51.100.1",
                "2.100.51.198.in-addr.arpa PTR bad.test", "1.2.d.test A 127.0.0.2");
        Assert.That(Rcpt(h, "203.0.113.1", helo: "bad.test"),
            Is.EqualTo("554 5.7.1 Service unavailable; Helo command [bad.test] blocked using d.test"));
        Assert.That(Rcpt(h, "203.0.113.1", from: "x@bad.test"),
            Is.EqualTo("554 5.7.1 Service unavailable; Sender address [x@bad.test] blocked using d.test"));
        Assert.That(Rcpt(h, "203.0.113.1", to: "x@bad.test"),
            Is.EqualTo("554 5.7.1 Service unavailable; Recipient address [x@bad.test] blocked using d.test"));
        Assert.That(Rcpt(h), Is.EqualTo("554 5.7.1 Service unavailable; Client host [bad.test] blocked using d.test"));
        Assert.That(Rcpt(h, "198.51.100.2"),
            Is.EqualTo("554 5.7.1 Service unavailable; Unverified Client host [bad.test] blocked using d.test"));
        Assert.That(Rcpt(h, "203.0.113.1", helo: "1.2"), Is.EqualTo(Ok), "no question about numbers");
        Assert.That(Rcpt(h, "203.0.113.1", from: "x@[192.0.2.1]"), Is.EqualTo(Ok));
        Assert.That(Rcpt(h, "203.0.113.1", from: ""), Is.EqualTo(Ok));
    }

    [Test]
    public void Texts_of_replies()
    {
        string table = Path.GetTempFileName();
        File.WriteAllText(table, "bl.test=127.0.0.2 $rbl_code 4.7.9 x $rbl_domain $rbl_what $rbl_class $rbl_txt $client $sender_domain"
            + " $recipient_name $mynetworks end\nbl.test 521 all $rbl_domain\nodd.test nonsense\n");
        using SmtpHarness h = With($"""
            rbl_reply_maps = texthash:{table}
            smtpd_expansion_filter = abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.[]@\40
            smtpd_client_restrictions = reject_rbl_client bl.test=127.0.0.2, reject_rbl_client bl.test=127.0.0.3, reject_rbl_client odd.test
            """, "1.100.51.198.bl.test A 127.0.0.2", "1.100.51.198.bl.test TXT a<b>c",
            "2.100.51.198.bl.test A 127.0.0.3", "3.100.51.198.odd.test A 127.0.0.1");
        File.Delete(table);
        Assert.That(Rcpt(h), Is.EqualTo("554 5.7.9 x bl.test 198.51.100.1 Client host a_b_c unknown[198.51.100.1] from.test a  end"),
            "parameters are nobody's business");
        Assert.That(Rcpt(h, "198.51.100.2"), Is.EqualTo("521 5.7.1 all bl.test"));
        Assert.That(Rcpt(h, "198.51.100.3"), Is.EqualTo("450 4.7.1 Service unavailable"));
    }

    [Test]
    public void Good_clients_pass_but_open_no_relay()
    {
        _dns.Rcode("2.100.51.198.wl.test", 2);
        using SmtpHarness h = With("smtpd_relay_restrictions = permit\nsmtpd_reject_unlisted_recipient = "
            + "no\nsmtpd_recipient_restrictions = permit_dnswl_client wl.test=127.0.[0..255].[1..3], permit_rhswl_client good.test, reject",
            "1.100.51.198.wl.test A 127.0.9.2", "3.100.51.198.in-addr.arpa PTR g.test", "g.test A 198.51.100.3",
                "g.test.good.test A 127.0.0.1");
        Assert.That(Rcpt(h), Is.EqualTo(Ok));
        Assert.That(Rcpt(h, to: "x@foreign.example"),
            Does.StartWith("554 5.7.1 <x@foreign.example>: Recipient address rejected: Access denied"));
        Assert.That(Rcpt(h, "198.51.100.9"), Does.StartWith("554 "));
        Assert.That(Rcpt(h, "198.51.100.2"), Is.EqualTo("450 4.7.1 <198.51.100.2>: Client host rejected: Service unavailable"),
            "who cannot be asked about is deferred, not refused");
        Assert.That(Rcpt(h, "198.51.100.3"), Is.EqualTo(Ok));
    }

    [TestCase("check_sender_mx_access", "x@viamx.test", "554 5.7.1 <x@viamx.test>: Sender address rejected: bad server")]
    [TestCase("check_sender_mx_access", "x@viaaddr.test", "554 5.7.1 <x@viaaddr.test>: Sender address rejected: bad net")]
    [TestCase("check_sender_mx_access", "x@nomx.test", "554 5.7.1 <x@nomx.test>: Sender address rejected: bad net")]
    [TestCase("check_sender_mx_access", "x@[203.0.113.5]", "554 5.7.1 <x@[203.0.113.5]>: Sender address rejected: bad net")]
    [TestCase("check_sender_mx_access", "x@numeric.test", "554 5.7.1 <x@numeric.test>: Sender address rejected: bad net")]
    [TestCase("check_sender_mx_access", "x@null.test", Ok)]
    [TestCase("check_sender_mx_access", "x@fine.test", Ok)]
    [TestCase("check_sender_mx_access", "x@spared.test", Ok)]
    [TestCase("check_sender_mx_access", "x@praised.test", Ok)]
    [TestCase("check_sender_mx_access", "x@gone.test", Ok)]
    [TestCase("check_sender_ns_access", "x@deep.sub.viamx.test",
        "554 5.7.1 <x@deep.sub.viamx.test>: Sender address rejected: bad name server")]
    [TestCase("check_sender_ns_access", "x@[203.0.113.5]", Ok)]
    [TestCase("check_sender_a_access", "x@nomx.test", "554 5.7.1 <x@nomx.test>: Sender address rejected: bad net")]
    [TestCase("check_sender_a_access", "x@viamx.test", Ok)]
    public void Servers_of_a_domain(string word, string sender, string expected)
    {
        using SmtpHarness h = With($"smtpd_recipient_restrictions = {word} inline:{{ {{mx.evil.test = reject bad server}} {{ns.evil.test "
            + $"= reject bad name server}} {{203.0.113 = reject bad net}} {{ok.evil.test = dunno}} {{praise.test = OK}} }}",
            "viamx.test MX 10 mx.evil.test", "viamx.test NS ns.evil.test", "viaaddr.test MX 10 host.test", "host.test A 192.0.2.1",
                "host.test A 203.0.113.9", "nomx.test A 203.0.113.1", "null.test MX 0 .", "numeric.test MX 1 203.0.113.8",
            "fine.test MX 10 good.test", "good.test A 192.0.2.5", "spared.test MX 10 ok.evil.test", "ok.evil.test A 203.0.113.1",
                "praised.test MX 1 praise.test", "sub.viamx.test");
        Assert.That(Rcpt(h, from: sender), Is.EqualTo(expected));
        if (sender == "x@praised.test")
            Assert.That(h.LogLines(), Has.Some.EqualTo(
                "warning: restriction check_sender_mx_access returns OK for x@praised.test; this is not allowed for security reasons: "
                + "use DUNNO instead"));
    }

    [Test]
    public void Servers_of_clients_HELO_names_and_recipients()
    {
        const string table = "inline:{ {mx.evil.test = reject} {ns.evil.test = reject} {203.0.113 = reject} }";
        string[] zone = ["c.test MX 1 mx.evil.test", "c.test NS ns.evil.test", "c.test A 198.51.100.1", "c.test A 203.0.113.1",
            "1.100.51.198.in-addr.arpa PTR c.test", "2.100.51.198.in-addr.arpa PTR c.test"];
        foreach (string kind in new[] { "a", "mx", "ns" })
        {
            using SmtpHarness client = With($"smtpd_client_restrictions = check_client_{kind}_access {table}", kind == "a" ? zone : []);
            Assert.That(Rcpt(client), Is.EqualTo("554 5.7.1 <c.test[198.51.100.1]>: Client host rejected: Access denied"));
            Assert.That(Rcpt(client, "198.51.100.2"), Is.EqualTo(Ok), "a name that is not verified");
            using SmtpHarness reverse = With($"smtpd_client_restrictions = check_reverse_client_hostname_{kind}_access {table}");
            Assert.That(Rcpt(reverse, "198.51.100.2"), Is.EqualTo("554 5.7.1 <c.test>: Unverified Client host rejected: Access denied"));
            using SmtpHarness helo = With($"smtpd_helo_restrictions = check_helo_{kind}_access {table}");
            Assert.That(Rcpt(helo, helo: "c.test"), Is.EqualTo("554 5.7.1 <c.test>: Helo command rejected: Access denied"));
            using SmtpHarness recipient = With($"smtpd_relay_restrictions = permit\nsmtpd_recipient_restrictions = "
                + $"check_recipient_{kind}_access {table}");
            Assert.That(Rcpt(recipient, to: "x@c.test"), Is.EqualTo("554 5.7.1 <x@c.test>: Recipient address rejected: Access denied"));
        }
    }

    [TestCase("backup.test", Ok)]
    [TestCase("byaddress.test", Ok)]
    [TestCase("primary.test", "554 5.7.1 <x@primary.test>: Relay access denied")]
    [TestCase("other.test", "554 5.7.1 <x@other.test>: Relay access denied")]
    [TestCase("none.test", "554 5.7.1 <x@none.test>: Relay access denied")]
    [TestCase("untrusted.test", "554 5.7.1 <x@untrusted.test>: Relay access denied")]
    [TestCase("sick.test", "450 4.4.4 <x@sick.test>: Recipient address rejected: Unable to look up mail exchanger information: Host not "
        + "found, try again")]
    [TestCase("lost.test", "450 4.4.4 <x@lost.test>: Recipient address rejected: Unable to look up mail exchanger host gone.test: Name "
        + "or service not known")]
    public void Backup_exchanger(string domain, string expected)
    {
        _dns.Rcode("sick.test", 2);
        using SmtpHarness h = With("smtpd_relay_restrictions = permit_mx_backup, reject_unauth_destination\npermit_mx_backup_networks = "
            + "203.0.113.0/24\nsmtpd_reject_unlisted_recipient = no",
            "backup.test MX 1 best.test", "backup.test MX 5 mx.test", "best.test A 203.0.113.1", "mx.test A 192.0.2.50",
                "byaddress.test MX 1 best.test", "byaddress.test MX 5 alias.test", "alias.test A 192.0.2.99",
            "primary.test MX 1 mx.test", "primary.test MX 5 best.test", "other.test MX 1 best.test", "other.test MX 5 second.test",
                "second.test A 192.0.2.60", "untrusted.test MX 1 second.test", "untrusted.test MX 5 mx.test",
            "lost.test MX 1 gone.test", "lost.test MX 5 mx.test");
        Assert.That(Rcpt(h, to: $"x@{domain}"), Is.EqualTo(expected));
        Assert.That(Rcpt(h, to: $"x%elsewhere.test@{domain}"), Does.Contain("Relay access denied"), "nobody's relay to other hosts");
    }

    [Test]
    public void That_a_domain_takes_no_mail_is_seen_before_any_filter()
    {
        const string config = "smtpd_dns_reply_filter = regexp:{{/ MX / IGNORE}}\nsmtpd_sender_restrictions = reject_unknown_sender_domain";
        using SmtpHarness h = With(config, "null.test MX 0 .", "other.test MX 1 mx.test");
        Assert.That(Rcpt(h, from: "x@null.test"),
            Is.EqualTo("550 5.7.27 <x@null.test>: Sender address rejected: Domain null.test does not accept mail (nullMX)"));
        Assert.That(Rcpt(h, from: "x@other.test"), Is.EqualTo(Ok), "all records are filtered: nobody can tell");
    }

    [Test]
    public void A_reply_filter_holds_for_restrictions()
    {
        using SmtpHarness h = With("smtpd_dns_reply_filter = regexp:{{/ A 127\\.0\\.0\\.2$$/ IGNORE}}\nsmtpd_client_restrictions = "
            + "reject_rbl_client bl.test", "1.100.51.198.bl.test A 127.0.0.2", "2.100.51.198.bl.test A 127.0.0.3");
        Assert.That(Rcpt(h), Is.EqualTo(Ok));
        Assert.That(Rcpt(h, "198.51.100.2"), Does.StartWith("554 "));
    }
}
