using MtaSuite.Common.Config;
using MtaSuite.Common.Tables;
using MtaSuite.Smtpd;
using MtaSuite.Smtpd.Access;
using MtaSuite.Tools.Check;

namespace MtaSuite.Tests.Unit.Smtpd;

[TestFixture]
public class AccessTests
{
    // What RCPT answers under a configuration. The client is host.example[192.0.2.7] (in mynetworks) unless said otherwise.
    [TestCase("", "user@local.test", "250 2.1.5 Ok")]
    [TestCase("", "x@foreign.test", "250 2.1.5 Ok")]
    [TestCase("mynetworks = 127.0.0.1\n", "x@foreign.test", "454 4.7.1 <x@foreign.test>: Relay access denied")]
    [TestCase("mynetworks = !192.0.2.7, 192.0.2.0/24\n", "x@foreign.test", "454 4.7.1 <x@foreign.test>: Relay access denied")]
    [TestCase("mynetworks = .example\n", "x@foreign.test", "250 2.1.5 Ok")]
    [TestCase("smtpd_relay_restrictions = reject_unauth_destination\n", "x@foreign.test",
        "554 5.7.1 <x@foreign.test>: Relay access denied")]
    [TestCase("smtpd_relay_restrictions = reject_unauth_destination\n", "x@trouble.test",
        "451 4.3.0 <x@trouble.test>: Temporary lookup failure")]
    [TestCase("smtpd_relay_restrictions = warn_if_reject reject_unauth_destination\n", "x@foreign.test", "250 2.1.5 Ok")]
    [TestCase("smtpd_recipient_restrictions = reject\n", "user@local.test",
        "554 5.7.1 <user@local.test>: Recipient address rejected: Access denied")]
    [TestCase("smtpd_recipient_restrictions = defer\n", "user@local.test",
        "450 4.3.2 <user@local.test>: Recipient address rejected: Try again later")]
    [TestCase("smtpd_recipient_restrictions = reject\nsoft_bounce = yes\n", "user@local.test",
        "454 4.7.1 <user@local.test>: Recipient address rejected: Access denied")]
    [TestCase("smtpd_recipient_restrictions = defer_if_reject, reject\n", "user@local.test",
        "450 4.7.0 <user@local.test>: Recipient address rejected: defer_if_reject requested")]
    [TestCase("smtpd_sender_restrictions = defer_if_permit\n", "user@local.test",
        "450 4.7.0 <s@f.test>: Sender address rejected: defer_if_permit requested")]
    [TestCase("smtpd_sender_restrictions = defer_if_permit\n", "no@local.test",
        "450 4.7.0 <s@f.test>: Sender address rejected: defer_if_permit requested")]
    [TestCase("smtpd_reject_unlisted_recipient = no\n", "no@local.test", "250 2.1.5 Ok")]
    [TestCase("smtpd_reject_unlisted_recipient = no\nsmtpd_recipient_restrictions = reject_unlisted_recipient\n", "no@local.test",
        "550 5.1.1 <no@local.test>: Recipient address rejected: User unknown in local recipient table")]
    [TestCase("smtpd_recipient_restrictions = warn_if_reject reject_unlisted_recipient\n", "no@local.test",
        "550 5.1.1 <no@local.test>: Recipient address rejected: User unknown in local recipient table")]
    [TestCase("smtpd_recipient_restrictions = reject_non_fqdn_recipient\n", "user",
        "504 5.5.2 <user>: Recipient address rejected: need fully-qualified address")]
    [TestCase("smtpd_sender_restrictions = reject\n", "postmaster", "250 2.1.5 Ok")]
    [TestCase("smtpd_helo_restrictions = reject_non_fqdn_helo_hostname\n", "user@local.test",
        "504 5.5.2 <client>: Helo command rejected: need fully-qualified hostname")]
    [TestCase("smtpd_helo_restrictions = reject_invalid_helo_hostname\n", "user@local.test", "250 2.1.5 Ok")]
    [TestCase("smtpd_recipient_restrictions = check_policy_service nowhere\n", "user@local.test",
        "451 4.3.5 Server configuration error")]
    [TestCase("smtpd_recipient_restrictions = warn_if_reject no_such_word\n", "user@local.test", "451 4.3.5 Server configuration error")]
    [TestCase("smtpd_client_restrictions = check_client_access inline:{example=REJECT}\n", "user@local.test", "250 2.1.5 Ok")]
    [TestCase("smtpd_client_restrictions = check_client_access inline:{{.example=REJECT}}\nparent_domain_matches_subdomains =\n",
        "user@local.test",
        "554 5.7.1 <host.example[192.0.2.7]>: Client host rejected: Access denied")]
    [TestCase("smtpd_client_restrictions = inline:{{192.0=554 5.1.2 away}}\n", "user@local.test",
        "554 5.0.0 <host.example[192.0.2.7]>: Client host rejected: away")]
    [TestCase("smtpd_sender_restrictions = inline:{{f.test=450 4.1.2 later}}\n", "user@local.test",
        "450 4.1.8 <s@f.test>: Sender address rejected: later")]
    [TestCase("smtpd_sender_restrictions = inline:{{s@=REJECT no s}}\n", "user@local.test",
        "554 5.7.1 <s@f.test>: Sender address rejected: no s")]
    [TestCase("smtpd_recipient_restrictions = inline:{{user@local.test=strict}}\nsmtpd_restriction_classes = strict\nstrict = reject\n",
        "user@local.test",
        "554 5.7.1 <user@local.test>: Recipient address rejected: Access denied")]
    [TestCase("smtpd_recipient_restrictions = inline:{{user@local.test=OK}}, reject\n", "user@local.test", "250 2.1.5 Ok")]
    [TestCase("smtpd_recipient_restrictions = inline:{{user@local.test=1234567}}, reject\n", "user@local.test", "250 2.1.5 Ok")]
    [TestCase("smtpd_recipient_restrictions = inline:{{user@local.test=DUNNO}}, reject\n", "user@local.test",
        "554 5.7.1 <user@local.test>: Recipient address rejected: Access denied")]
    [TestCase("smtpd_recipient_restrictions = check_recipient_access fail:x\n", "user@local.test",
        "451 4.3.5 <user@local.test>: Recipient address rejected: Server configuration error")]
    [TestCase("smtpd_recipient_restrictions = loop\nsmtpd_restriction_classes = loop\nloop = loop\n", "user@local.test",
        "451 4.3.5 Server configuration error")]
    public void Recipient_is_answered(string config, string recipient, string expected)
    {
        using SmtpHarness h = new("parent_domain_matches_subdomains = smtpd_access_maps\n"
            + config.Replace("inline:{example", "inline:{never.example", StringComparison.Ordinal));
        string reply = "";
        h.Run(async () =>
        {
            TestClient c = h.Connect();
            await c.ReplyAsync();
            await c.AskAsync("EHLO client");
            Assert.That(await c.AskAsync("MAIL FROM:<s@f.test>"), Is.EqualTo("250 2.1.0 Ok"));
            reply = await c.AskAsync($"RCPT TO:<{recipient}>");
            c.Close();
        });
        Assert.That(reply, Is.EqualTo(expected));
    }

    [Test]
    public void Without_delay_each_stage_answers_for_itself()
    {
        using SmtpHarness h = new("smtpd_delay_reject = no\nsmtpd_helo_restrictions = inline:{{bad=REJECT}}\nsmtpd_sender_restrictions = "
            + "inline:{{s@f.test=REJECT}}\n"
            + "smtpd_client_restrictions = inline:{{192.0.2.9=554 no}}\n");
        h.Run(async () =>
        {
            TestClient c = h.Connect();
            Assert.That(await c.ReplyAsync(), Does.StartWith("220"));
            Assert.That(await c.AskAsync("EHLO bad"), Is.EqualTo("554 5.7.1 <bad>: Helo command rejected: Access denied"));
            Assert.That(await c.AskAsync("EHLO good"), Does.StartWith("250-"));
            Assert.That(await c.AskAsync("MAIL FROM:<s@f.test>"),
                Is.EqualTo("554 5.7.1 <s@f.test>: Sender address rejected: Access denied"));
            Assert.That(await c.AskAsync("MAIL FROM:<t@f.test>"), Is.EqualTo("250 2.1.0 Ok"));
            TestClient d = h.Connect("192.0.2.9");
            Assert.That(await d.ReplyAsync(), Is.EqualTo("554 5.7.1 <unknown[192.0.2.9]>: Client host rejected: no"));
            Assert.That(await d.AskAsync("EHLO x"), Is.EqualTo("503 5.7.0 Error: access denied for unknown[192.0.2.9]"));
            Assert.That(await d.AskAsync("QUIT"), Is.EqualTo("221 2.0.0 Bye"));
            c.Close();
            d.Close();
        });
    }

    [Test]
    public void Table_actions_reach_the_message()
    {
        using SmtpHarness h = new("smtpd_forbid_unauth_pipelining = no\nsmtpd_sender_restrictions = inline:{{h@f.test=HOLD}, "
            + "{r@f.test=REDIRECT z@f.test}, {b@f.test=BCC z@f.test},"
            + " {p@f.test=PREPEND X-Y: z}, {d@f.test=DISCARD}, {w@f.test=WARN careful}, {f@f.test=FILTER smtp:[x]}}\n");
        string mails = string.Concat("hrbpdwf".Select(s => $"MAIL FROM:<{s}@f.test>\r\nRCPT TO:<a@local.test>\r\nDATA\r\nx\r\n.\r\n"));
        string reply = h.Talk("EHLO x\r\n" + mails + "QUIT\r\n");
        Assert.That(System.Text.RegularExpressions.Regex.Count(reply, "250 2.0.0 Ok: queued as"), Is.EqualTo(7));
        FakeMessage[] m = [.. h.Queue.Queued];
        Assert.That(m.Select(x => x.Request.Envelope.Sender[0]), Is.EqualTo("hrbpwf".ToCharArray()));
        Assert.That(m[0].Request.Envelope.Flags, Is.EqualTo(Common.Mail.MessageFlags.Hold));
        Assert.That(m[1].Request.Envelope.Redirect, Is.EqualTo("z@f.test"));
        Assert.That(m[2].Request.Envelope.Recipients.Select(r => r.Address), Is.EqualTo(new[] { "a@local.test", "z@f.test" }));
        Assert.That(m[3].Content, Does.StartWith("X-Y: z\nReceived: "));
        Assert.That(m[5].Request.Envelope.Filter, Is.EqualTo("smtp:[x]"));
        string[] log = h.LogLines();
        Assert.That(log, Has.Some.EqualTo(
            "NOQUEUE: hold: RCPT from host.example[192.0.2.7]: <h@f.test>: Sender address triggers HOLD action; "
            + "from=<h@f.test> to=<a@local.test> proto=ESMTP helo=<x>"));
        Assert.That(log, Has.Some.StartsWith(
            "NOQUEUE: discard: RCPT from host.example[192.0.2.7]: <d@f.test>: Sender address triggers DISCARD action"));
    }

    [Test]
    public void Data_and_etrn_stages_and_permit_logging()
    {
        using SmtpHarness h = new("smtpd_data_restrictions = reject_multi_recipient_bounce\nsmtpd_etrn_restrictions = "
            + "reject\nsmtpd_log_access_permit_actions = permit_mynetworks\n");
        h.Run(async () =>
        {
            TestClient c = h.Connect();
            await c.ReplyAsync();
            await c.AskAsync("EHLO x");
            Assert.That(await c.AskAsync("ETRN d.test"), Is.EqualTo("554 5.7.1 <d.test>: Etrn command rejected: Access denied"));
            await c.AskAsync("MAIL FROM:<>");
            await c.AskAsync("RCPT TO:<a@local.test>");
            await c.AskAsync("RCPT TO:<b@local.test>");
            Assert.That(await c.AskAsync("DATA"), Is.EqualTo("550 5.5.3 <DATA>: Data command rejected: Multi-recipient bounce"));
            c.Close();
        });
        Assert.That(h.LogLines(), Has.Some.EqualTo(
            "NOQUEUE: permit: RCPT from host.example[192.0.2.7]: action=permit_mynetworks for Client host=host.example[192.0.2.7]; "
            + "from=<> to=<a@local.test> proto=ESMTP helo=<x>"));
    }

    [TestCase("local_header_rewrite_clients = fail:x\n", "451 4.3.0 Temporary lookup error")]
    [TestCase("local_header_rewrite_clients = inline:{192.0.2.7=yes}, fail:x\n", "250 2.1.0 Ok")]
    [TestCase("local_header_rewrite_clients = permit_mynetworks, fail:x\n", "250 2.1.0 Ok")]
    [TestCase("local_header_rewrite_clients = permit_tls_all_clientcerts, permit_tls_clientcerts\n", "250 2.1.0 Ok")]
    public void Whose_headers_are_completed_is_known_at_MAIL_or_it_is_refused(string config, string expected)
    {
        using SmtpHarness h = new(config);
        h.Run(async () =>
        {
            TestClient c = h.Connect();
            await c.ReplyAsync();
            await c.AskAsync("EHLO x");
            Assert.That(await c.AskAsync("MAIL FROM:<a@b>"), Is.EqualTo(expected));
            string next = expected[0] == '2' ? "250 " : "503 5.5.1 Error: need MAIL";
            Assert.That(await c.AskAsync("RCPT TO:<a@local.test>"), Does.StartWith(next), "no transaction is left behind");
            c.Close();
        });
        string logged = $"NOQUEUE: reject: MAIL from host.example[192.0.2.7]: {expected}";
        Assert.That(h.LogLines().Count(l => l.StartsWith(logged)), Is.EqualTo(expected[0] == '2' ? 0 : 1));
    }

    [TestCase("0.255.255.255", false)]
    [TestCase("0.0.0.1", false)]
    [TestCase("0.0.0.0", true)]
    [TestCase("10.0.0.0", true)]
    [TestCase("255.255.255.255", true)]
    [TestCase("1.2.3.256", false)]
    [TestCase("1.2.3", false)]
    [TestCase("[0.1.2.3]", false)]
    [TestCase("[1.2.3.4]", true)]
    [TestCase("host.example.", true)]
    public void An_address_as_a_HELO_name(string helo, bool good)
    {
        using SmtpHarness h = new("smtpd_helo_restrictions = reject_invalid_helo_hostname\nsmtpd_delay_reject = no\n");
        string expected = good ? "250 mx.test" : $"501 5.5.2 <{helo}>: Helo command rejected: ";
        Assert.That(h.Talk($"HELO {helo}\r\n").Split("\r\n")[1], Does.StartWith(expected));
    }

    [TestCase("Ask $client_name for $$5", "502-5.5.1 VRFY command is disabled|502 5.5.1 Ask host.example for $5")]
    [TestCase("\\c, ask us", "502 5.5.1 VRFY command is disabled, ask us")]
    [TestCase("one\\ntwo", "502-5.5.1 VRFY command is disabled|502-5.5.1 one|502 5.5.1 two")]
    [TestCase("ask ${client_name", "502 5.5.1 VRFY command is disabled")]
    [TestCase("one\\ntwo ${", "502 5.5.1 VRFY command is disabled")]
    [TestCase("ask ${client_name:", "502 5.5.1 VRFY command is disabled")]
    [TestCase("ask $nobody$myhostname", "502-5.5.1 VRFY command is disabled|502 5.5.1 ask ")]
    public void A_footer_that_cannot_be_expanded_adds_nothing(string footer, string expected)
    {
        using SmtpHarness h = new($"disable_vrfy_command = yes\nsmtpd_reject_footer = {footer}\n");
        string reply = "";
        h.Run(async () =>
        {
            TestClient c = h.Connect();
            await c.ReplyAsync();
            reply = await c.AskAsync("VRFY x");
            c.Close();
        });
        Assert.That(reply, Is.EqualTo(expected));
    }

    [Test]
    public void Check_names_what_is_wrong_with_the_lists()
    {
        using SmtpHarness h = new("smtpd_client_restrictions = permit, reject\nsmtpd_recipient_restrictions = nonsense, sleep x, "
            + "check_sender_access, reject_rbl_client a.b\n"
            + "smtpd_data_restrictions = inline:{a=b}\n");
        Assert.That(h.Settings.Normal.Problems(), Is.EqualTo(new[]
        {
            "smtpd_client_restrictions: restriction \"reject\" after \"permit\" is ignored",
            "smtpd_recipient_restrictions: unknown restriction \"nonsense\"",
            "smtpd_recipient_restrictions: restriction \"sleep\" must be followed by a time, not \"x\"",
            "smtpd_recipient_restrictions: restriction \"check_sender_access\" must be followed by type:table, not \"reject_rbl_client\"",
            "smtpd_recipient_restrictions: unknown restriction \"a.b\"",
            "smtpd_data_restrictions: a check_..._access word must stand before \"inline:{a=b}\"",
        }));
    }

    [Test]
    public void Older_spellings_of_restrictions_are_known()
    {
        Restriction[] renamed = [.. RestrictionWords.All.Where(r => r.OldName.Length > 0)];
        Assert.That(renamed, Is.Not.Empty);
        foreach (Restriction restriction in renamed) Assert.That(RestrictionWords.Find(restriction.OldName), Is.SameAs(restriction));
    }

    [Test]
    public void Names_of_restrictions_stand_in_one_table()
    {
        House.Source.Require();
        // names of one word are also actions of access tables and services
        string[] names = [.. RestrictionWords.Names.Where(n => n.Contains('_')).Select(n => $"\"{n}\"")];
        foreach (string file in House.Source.Files("smtpd"))
        {
            string code = string.Join('\n', File.ReadLines(file).Where(l => !l.TrimStart().StartsWith("//", StringComparison.Ordinal)));
            Assert.That(names.Where(n => code.Contains(n, StringComparison.Ordinal)), Is.Empty, file);
        }
    }

    [TestCase("x@open.example", "250 2.1.5 Ok")]
    [TestCase("x%elsewhere.example@open.example", "554 5.7.1 <x%elsewhere.example@open.example>: Relay access denied")]
    [TestCase("x%elsewhere.example@list.example", "554 5.7.1 <x%elsewhere.example@list.example>: Relay access denied")]
    public void A_permitted_domain_relays_to_no_other(string recipient, string expected)
    {
        using SmtpHarness h = new("mynetworks = 203.0.113.1\nsmtpd_relay_restrictions = check_recipient_access inline:{open.example=OK, "
            + "list.example=permit}, reject_unauth_destination\nsmtpd_reject_unlisted_recipient = no\n");
        h.Run(async () =>
        {
            TestClient c = h.Connect();
            await c.ReplyAsync();
            await c.AskAsync("EHLO x");
            await c.AskAsync("MAIL FROM:<>");
            Assert.That(await c.AskAsync($"RCPT TO:<{recipient}>"), Is.EqualTo(expected));
            c.Close();
        });
    }

    [Test]
    public void Routing_through_us_needs_permission()
    {
        string config = "myhostname = mx.test\nmydestination = here.test\n";
        Assert.That(new RoutingAddresses(Common.Config.MailConfig.Parse(config).Config)
            .IsAuthorizedDestinationAsync("", "a%b.test@here.test").Completed(),
            Is.EqualTo(DestinationStatus.Foreign));
        Assert.That(new RoutingAddresses(Common.Config.MailConfig.Parse(config + "allow_untrusted_routing = yes\n").Config)
            .IsSourceRoutedAsync("", "a%b.test@here.test").Completed(), Is.False);
    }

    [Test]
    public void Check_knows_what_is_not_there_yet() => Assert.That(
        Protections.Restrictions.Select(p => p.Name),
        Is.EquivalentTo(RestrictionWords.All.Where(r => r != RestrictionWords.WarnIfReject && RestrictionHandlers.Of(r) is null)
            .Select(r => r.Name)));

    // Postfix's smtpd_dsn_fix: X.1.1, X.1.4 and X.1.6 are about mailboxes that mail is to go to
    [TestCase(nameof(ReplyClass.Sender), "5.1.1", "5.1.7")]
    [TestCase(nameof(ReplyClass.Sender), "4.1.2", "4.1.8")]
    [TestCase(nameof(ReplyClass.Sender), "5.1.3", "5.1.7")]
    [TestCase(nameof(ReplyClass.Sender), "5.1.4", "5.1.7")]
    [TestCase(nameof(ReplyClass.Sender), "5.1.5", "5.1.0")]
    [TestCase(nameof(ReplyClass.Sender), "5.1.6", "5.1.7")]
    [TestCase(nameof(ReplyClass.Sender), "5.1.7", "5.1.7")]
    [TestCase(nameof(ReplyClass.Sender), "5.1.8", "5.1.8")]
    [TestCase(nameof(ReplyClass.Sender), "5.1.10", "5.1.0")]
    [TestCase(nameof(ReplyClass.Recipient), "5.1.1", "5.1.1")]
    [TestCase(nameof(ReplyClass.Recipient), "5.1.4", "5.1.4")]
    [TestCase(nameof(ReplyClass.Recipient), "5.1.6", "5.1.6")]
    [TestCase(nameof(ReplyClass.Recipient), "5.1.7", "5.1.3")]
    [TestCase(nameof(ReplyClass.Recipient), "5.1.8", "5.1.2")]
    [TestCase(nameof(ReplyClass.Recipient), "5.1.10", "5.1.0")]
    [TestCase(nameof(ReplyClass.Recipient), "4.1.2", "4.1.2")]
    [TestCase(nameof(ReplyClass.Client), "4.1.8", "4.0.0")]
    [TestCase(nameof(ReplyClass.Sender), "5.7.1", "5.7.1")]
    public void Status_fits_what_is_refused(string refused, string status, string expected)
    {
        ReplyClass replyClass = refused switch
        {
            nameof(ReplyClass.Sender) => ReplyClass.Sender,
            nameof(ReplyClass.Recipient) => ReplyClass.Recipient,
            _ => ReplyClass.Client,
        };
        Assert.That(StatusFix.For(replyClass, Common.Mail.DsnStatus.Parse(status)).ToString(), Is.EqualTo(expected));
    }
}
