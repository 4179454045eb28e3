using MtaSuite.Common.Ipc;
using MtaSuite.Common.Ipc.Messages;
using MtaSuite.Smtpd;
using MtaSuite.Tests.Unit.Anvil;

namespace MtaSuite.Tests.Unit.Smtpd;

/// <summary>Limits that anvil counts, and addresses that verify knows, as clients meet them.</summary>
public sealed class SharedLimitTests
{
    private const string Stranger = "198.51.100.9";
    private ServiceBench _bench = null!;

    [SetUp]
    public void Make() => _bench = new ServiceBench();

    [TearDown]
    public void Remove() => _bench.Dispose();

    private SmtpHarness Harness(string config)
    {
        SmtpHarness h = new(config);
        _ = _bench.StartAnvil(h.Loop);
        _ = _bench.StartVerify(h.Loop);
        _bench.StartCleanup(h.Loop);
        h.Server.Anvil = _bench.AnvilClient(h.Loop);
        h.Server.Probes = _bench.VerifyClient(h.Loop);
        return h;
    }

    [Test]
    public void Connections_are_limited_over_processes()
    {
        using SmtpHarness h = Harness("smtpd_client_connection_count_limit = 2");
        h.Run(async () =>
        {
            AnvilClient other = _bench.AnvilClient(h.Loop);
            await other.ConnectAsync($":{Stranger}");
            Assert.That(await h.Connect(Stranger).ReplyAsync(), Does.StartWith("220"));
            TestClient third = h.Connect(Stranger);
            Assert.That(await third.RestAsync(), Is.EqualTo($"421 4.7.0 mx.test Error: too many connections from {Stranger}\r\n"));
            Assert.That(await h.Connect("192.0.2.7").ReplyAsync(), Does.StartWith("220"), "mynetworks is not limited");
            other.Disconnect($":{Stranger}");
            await h.TurnAsync();
            Assert.That(await h.Connect(Stranger).ReplyAsync(), Does.StartWith("220"));
        });
        Assert.That(h.LogLines(), Has.Some.EqualTo(
            $"warning: Connection concurrency limit exceeded: 3 from unknown[{Stranger}] for service "));
    }

    [Test]
    public void Connections_a_minute_are_limited()
    {
        using SmtpHarness h = Harness("smtpd_client_connection_rate_limit = 2\nsmtpd_forbid_unauth_pipelining = no");
        h.Run(async () =>
        {
            foreach (string code in new[] { "220", "220", "421" })
                Assert.That(await h.Connect(Stranger).ReplyAsync(), Does.StartWith(code));
        });
        Assert.That(h.LogLines(), Has.Some.EqualTo($"warning: Connection rate limit exceeded: 3 from unknown[{Stranger}] for service "));
    }

    [Test]
    public void Messages_and_recipients_a_minute_are_limited()
    {
        using SmtpHarness h = Harness("smtpd_client_message_rate_limit = 1\nsmtpd_client_recipient_rate_limit = 2\nsmtpd_peername_lookup "
            + "= no");
        h.Run(async () =>
        {
            TestClient c = h.Connect(Stranger);
            await c.ReplyAsync();
            await c.AskAsync("EHLO x");
            Assert.That(await c.AskAsync("MAIL FROM:<a@b.test>"), Does.StartWith("250"));
            Assert.That(await c.AskAsync("RCPT TO:<user@local.test>"), Does.StartWith("250"));
            Assert.That(await c.AskAsync("RCPT TO:<a@local.test>"), Does.StartWith("250"));
            Assert.That(await c.AskAsync("RCPT TO:<b@local.test>"), Is.EqualTo($"450 4.7.1 Error: too many recipients from {Stranger}"));
            await c.AskAsync("RSET");
            Assert.That(await c.AskAsync("MAIL FROM:<a@b.test>"), Is.EqualTo($"450 4.7.1 Error: too much mail from {Stranger}"));
        });
    }

    [Test]
    public void Without_anvil_clients_are_served()
    {
        using SmtpHarness h = new("smtpd_client_connection_rate_limit = 1\nsmtpd_client_message_rate_limit = "
            + "1\nsmtpd_forbid_unauth_pipelining = no");
        h.Server.Anvil = _bench.AnvilClient(h.Loop);
        h.Run(async () =>
        {
            for (int i = 0; i < 3; i++)
            {
                TestClient c = h.Connect(Stranger);
                Assert.That(await c.ReplyAsync(), Does.StartWith("220"));
                Assert.That(await c.AskAsync("MAIL FROM:<a@b.test>"), Does.StartWith("250"));
            }
        });
    }

    [Test]
    public void An_unknown_address_is_probed_and_deferred_meanwhile()
    {
        using SmtpHarness h = Harness(
            "smtpd_recipient_restrictions = reject_unverified_recipient\nsmtpd_relay_restrictions =\naddress_verify_poll_count = 1");
        h.Run(async () =>
        {
            TestClient c = h.Connect();
            await c.ReplyAsync();
            await c.AskAsync("HELO x");
            await c.AskAsync("MAIL FROM:<a@b.test>");
            Assert.That(await c.AskAsync("RCPT TO:<user@local.test>"),
                Is.EqualTo(
                    "450 4.1.1 <user@local.test>: Recipient address rejected: unverified address: Address verification in progress"));
            _bench.VerifyClient(h.Loop).Tell(new VerifyUpdate { Address = "user@local.test", Status = ProbeStatus.Deliverable });
            await h.TurnAsync();
            await h.TurnAsync();
            Assert.That(await c.AskAsync("RCPT TO:<user@local.test>"), Does.StartWith("250"));
            Assert.That(_bench.Submitted, Has.Count.EqualTo(1));
        });
    }

    [TestCase("", "450 4.1.1 <a@local.test>: Recipient address rejected: unverified address: no such user")]
    [TestCase("unverified_recipient_reject_code = 550",
        "550 5.1.1 <a@local.test>: Recipient address rejected: undeliverable address: no such user")]
    [TestCase("unverified_recipient_reject_code = 550\nunverified_recipient_reject_reason = gone",
        "550 5.1.1 <a@local.test>: Recipient address rejected: undeliverable address: gone")]
    [TestCase("unverified_recipient_reject_code = 250", "250 2.1.5 Ok")]
    [TestCase("unverified_recipient_tempfail_action = defer",
        "450 4.1.1 <a@local.test>: Recipient address rejected: unverified address: no such user")]
    public void What_is_undeliverable_is_refused_as_configured(string config, string reply)
    {
        using SmtpHarness h = Harness("smtpd_recipient_restrictions = reject_unverified_recipient\nsmtpd_relay_restrictions =\n" + config);
        h.Run(async () =>
        {
            _bench.VerifyClient(h.Loop).Tell(
                new VerifyUpdate { Address = "a@local.test", Status = ProbeStatus.Undeliverable, Text = "no such user" });
            TestClient c = h.Connect();
            await c.ReplyAsync();
            await c.AskAsync("HELO x");
            await c.AskAsync("MAIL FROM:<x@b.test>");
            Assert.That(await c.AskAsync("RCPT TO:<a@local.test>"), Is.EqualTo(reply));
        });
    }

    [Test]
    public void A_session_waits_for_the_result_of_a_probe()
    {
        using SmtpHarness h = Harness(
            "smtpd_sender_restrictions = reject_unverified_sender\naddress_verify_poll_delay = 1s\nunverified_sender_reject_code = 550");
        h.Run(async () =>
        {
            TestClient c = h.Connect();
            await c.ReplyAsync();
            await c.AskAsync("HELO x");
            Assert.That(await c.AskAsync("MAIL FROM:<>"), Does.StartWith("250"));
            Assert.That(await c.AskAsync("RCPT TO:<user@local.test>"), Does.StartWith("250"), "the null sender needs no probe");
            await c.AskAsync("RSET");
            await c.AskAsync("MAIL FROM:<forged@far.test>");
            c.Send("RCPT TO:<user@local.test>\r\n");
            await h.Loop.Delay(TimeSpan.FromMilliseconds(300));
            Assert.That(_bench.Submitted.Single().Recipients.Single().Address, Is.EqualTo("forged@far.test"));
            _bench.VerifyClient(h.Loop).Tell(
                new VerifyUpdate { Address = "forged@far.test", Status = ProbeStatus.Undeliverable, Text = "host said: 550 no" });
            Assert.That(await c.ReplyAsync(),
                Is.EqualTo("550 5.1.7 <forged@far.test>: Sender address rejected: undeliverable address: host said: 550 no"));
        });
    }

    [Test]
    public void Without_verify_mail_is_deferred()
    {
        using SmtpHarness h = new("smtpd_recipient_restrictions = reject_unverified_recipient\nsmtpd_forbid_unauth_pipelining = no");
        string talk = h.Talk("HELO x\r\nMAIL FROM:<x@b.test>\r\nRCPT TO:<a@local.test>\r\n");
        Assert.That(talk, Does.Contain("450 4.1.1 <a@local.test>: Recipient address rejected: address verification problem"));
    }

    [Test]
    public void The_sender_of_probes_is_let_in()
    {
        using SmtpHarness h = new("smtpd_recipient_restrictions = reject\naddress_verify_sender = "
            + "probe@mx.test\naddress_verify_sender_ttl = 1h\nsmtpd_forbid_unauth_pipelining = no");
        string current = new MtaSuite.Common.Routing.ProbeSender(h.Config).At(DateTimeOffset.UtcNow);
        Assert.That(current, Does.Match("^probe[0-9a-z]+@mx.test$"));
        string talk = h.Talk($"HELO x\r\nMAIL FROM:<x@b.test>\r\nRCPT TO:<{current}>\r\nRCPT TO:<probe@mx.test>\r\n");
        Assert.That(talk.Split("\r\n")[3..5].Select(l => l[..3]), Is.EqualTo(new[] { "250", "554" }));
    }
}
