using MtaSuite.Common.Config;
using MtaSuite.Common.Native;
using MtaSuite.Common.Net;
using MtaSuite.Common.Tables;
using MtaSuite.Smtpd;
using MtaSuite.Smtpd.Access;
using MtaSuite.Tests.Unit.Tables;

namespace MtaSuite.Tests.Unit.Smtpd;

/// <summary>Tables that make the server wait hold up the sessions that need them, and no others.</summary>
[TestFixture]
public class SlowTableTests
{
    private const string Slow = "192.0.2.9", Quick = "192.0.2.7";

    /// <summary>Clients at <see cref="Slow"/> are asked about in the table, others in none.</summary>
    private static string OnlySome(LockedTable table) => "smtpd_restriction_classes = slow, strict\n"
        + $"smtpd_client_restrictions = check_client_access inline:{{{{{Slow}=slow}}}}\nslow = check_sender_access {table.Spec}\nstrict "
        + $"= reject\n";

    private static async Task<string> AskRecipientAsync(TestClient client, string recipient = "a@local.test", string sender = "s@f.test")
    {
        await client.ReplyAsync();
        await client.AskAsync("EHLO x");
        await client.AskAsync($"MAIL FROM:<{sender}>");
        return await client.AskAsync($"RCPT TO:<{recipient}>");
    }

    [Test]
    public void Sessions_that_need_no_slow_table_go_on()
    {
        using LockedTable table = new(("s@f.test", "REJECT"));
        using SmtpHarness h = new(OnlySome(table));
        List<string> events = [];
        h.Run(async () =>
        {
            async Task RecipientAsync(string address) => events.Add($"{address} {(await AskRecipientAsync(h.Connect(address)))[..3]}");
            Task[] waiting = [RecipientAsync(Slow), RecipientAsync(Slow), RecipientAsync(Slow)];
            for (int i = 0; i < 3; i++) await RecipientAsync(Quick);
            table.Release();
            await Task.WhenAll(waiting);
        });
        Assert.That(table.WasTooLate, Is.False, "the loop waited for the table");
        string[] expected = [$"{Quick} 250", $"{Quick} 250", $"{Quick} 250", $"{Slow} 554", $"{Slow} 554", $"{Slow} 554"];
        Assert.That(events, Is.EqualTo(expected));
    }

    [Test]
    public void Several_sessions_wait_at_the_same_time()
    {
        using ManualResetEventSlim answer = new();
        using SmtpHarness h = new();
        int asked = 0, loop = 0;
        h.Addresses.Wait = () =>
        {
            if (Environment.CurrentManagedThreadId != loop) Interlocked.Increment(ref asked);
            answer.Wait(TestLimits.Wait);
        };
        h.Run(async () =>
        {
            loop = Environment.CurrentManagedThreadId;
            Task<string>[] waiting = [.. Enumerable.Range(0, 3).Select(_ => AskRecipientAsync(h.Connect(), "u@slow.test"))];
            while (Volatile.Read(ref asked) < 3) await h.TurnAsync();
            Assert.That(await AskRecipientAsync(h.Connect(), "u@elsewhere.test"), Does.StartWith("250"),
                "an address of which no slow table is asked");
            Assert.That(waiting.Any(w => w.IsCompleted), Is.False);
            answer.Set();
            Assert.That(await Task.WhenAll(waiting), Has.All.EqualTo("250 2.1.5 Ok"));
        });
    }

    [Test]
    public void A_client_may_leave_while_its_table_is_asked()
    {
        using LockedTable table = new(("s@f.test", "REJECT"));
        using SmtpHarness h = new(OnlySome(table));
        h.Run(async () =>
        {
            TestClient client = h.Connect(Slow);
            Task<string> reply = AskRecipientAsync(client);
            await AskRecipientAsync(h.Connect());
            client.Close();
            await h.TurnAsync();
            Assert.That(h.Server.Active, Is.EqualTo(2));
            table.Release();
            while (h.Server.Active > 1) await h.TurnAsync();
            Assert.That(await AskRecipientAsync(h.Connect()), Does.StartWith("250"));
        });
        Assert.That(table.WasTooLate, Is.False);
        Assert.That(h.LogLines(), Has.One.StartsWith("lost connection after RCPT from unknown[192.0.2.9]"));
    }

    // What RCPT answers once the table does.
    [TestCase("smtpd_sender_restrictions = check_sender_access TABLE\n", "s@f.test=REJECT away",
        "554 5.7.1 <s@f.test>: Sender address rejected: away")]
    [TestCase("smtpd_sender_restrictions = warn_if_reject check_sender_access TABLE\n", "s@f.test=REJECT away", "250 2.1.5 Ok")]
    [TestCase("smtpd_sender_restrictions = check_sender_access TABLE\n", "s@f.test=strict",
        "554 5.7.1 <s@f.test>: Sender address rejected: Access denied")]
    [TestCase("smtpd_sender_restrictions = check_sender_access TABLE\n", "x=x", "250 2.1.5 Ok")]
    [TestCase("smtpd_recipient_restrictions = check_recipient_access TABLE, reject\n", "a@local.test=OK", "250 2.1.5 Ok")]
    [TestCase("smtpd_recipient_restrictions = check_recipient_access TABLE\n", "a@local.test=strict",
        "554 5.7.1 <a@local.test>: Recipient address rejected: Access denied")]
    [TestCase("smtpd_helo_restrictions = TABLE\n", "client=450 later", "450 4.7.1 <client>: Helo command rejected: later")]
    [TestCase("smtpd_client_restrictions = TABLE\n", "192.0.2=REJECT",
        "554 5.7.1 <host.example[192.0.2.7]>: Client host rejected: Access denied")]
    [TestCase("smtpd_recipient_restrictions = reject_sender_login_mismatch\nsmtpd_sender_login_maps = TABLE\n", "s@f.test=joe",
        "553 5.7.1 <s@f.test>: Sender address rejected: not logged in")]
    [TestCase("smtpd_recipient_restrictions = permit_mynetworks, reject\nmynetworks = TABLE\nsmtpd_forbid_bare_newline_exclusions =\n",
        "192.0.2.7=x", "250 2.1.5 Ok")]
    [TestCase("smtpd_recipient_restrictions = permit_mynetworks, reject\nmynetworks = TABLE\nsmtpd_forbid_bare_newline_exclusions =\n",
        "192.0.2.8=x", "554 5.7.1 <a@local.test>: Recipient address rejected: Access denied")]
    public void Restrictions_wait_beside_the_loop(string config, string entry, string expected)
    {
        string[] pair = entry.Split('=');
        using LockedTable table = new((pair[0], pair[1]));
        using SmtpHarness h =
            new("smtpd_restriction_classes = strict\nstrict = reject\n" + config.Replace("TABLE", table.Spec, StringComparison.Ordinal));
        h.Run(async () =>
        {
            TestClient client = h.Connect();
            await client.ReplyAsync();
            await client.AskAsync("EHLO client");
            await client.AskAsync("MAIL FROM:<s@f.test>");
            table.ReleaseSoon(h.Loop);
            Assert.That(await client.AskAsync("RCPT TO:<a@local.test>"), Is.EqualTo(expected));
        });
        Assert.That(table.WasTooLate, Is.False, "the loop waited for the table");
    }

    [Test]
    public void Lists_of_clients_wait_beside_the_loop()
    {
        using LockedTable table = new((Quick, "x"), ("there.test", "x"));
        using SmtpHarness h = new($"smtpd_authorized_xclient_hosts = {table.Spec}\nfast_flush_domains = {table.Spec}\n");
        h.Run(async () =>
        {
            TestClient client = h.Connect();
            table.ReleaseSoon(h.Loop);
            await client.ReplyAsync();
            Assert.That(await client.AskAsync("EHLO x"), Does.Contain("XCLIENT"));
            table.Lock();
            Task<string> etrn = client.AskAsync("ETRN elsewhere.test");
            table.ReleaseSoon(h.Loop);
            Assert.That(await etrn, Does.StartWith("459"));
            table.Lock();
            Task<string> again = client.AskAsync("XCLIENT ADDR=192.0.2.50");
            table.ReleaseSoon(h.Loop);
            Assert.That(await again, Does.StartWith("220"));
            Assert.That(await client.AskAsync("EHLO x"), Does.Not.Contain("XCLIENT"), "the new address is not on the list");
        });
        Assert.That(table.WasTooLate, Is.False, "the loop waited for the table");
    }

    // Commands and their last reply; the table is locked for each of them.
    [TestCase("smtpd_reject_footer_maps = TABLE\n", "502 5.5.1 VRFY command is disabled=Call us", "VRFY x",
        "502-5.5.1 VRFY command is disabled|502 5.5.1 Call us")]
    [TestCase("smtpd_reject_filter_maps = TABLE\n", "502 5.5.1 VRFY command is disabled=521 Leave", "VRFY x", "521 Leave")]
    [TestCase("smtpd_noop_commands = TABLE\n", "shrug=x", "SHRUG", "250 2.0.0 Ok")]
    [TestCase("smtpd_forbidden_commands = TABLE\n", "shrug=x", "SHRUG", "221 2.7.0 Error: I can break rules, too. Goodbye.")]
    [TestCase("smtpd_command_filter = TABLE\n", "shrug=NOOP", "SHRUG", "250 2.0.0 Ok")]
    public void Commands_and_refusals_wait_beside_the_loop(string config, string entry, string command, string expected)
    {
        string[] pair = entry.Split('=');
        using LockedTable table = new((pair[0].ToLowerInvariant(), pair[1]));
        using SmtpHarness h = new("smtpd_forbid_unauth_pipelining = no\ndisable_vrfy_command = yes\n"
            + config.Replace("TABLE", table.Spec, StringComparison.Ordinal));
        h.Run(async () =>
        {
            TestClient client = h.Connect();
            await client.ReplyAsync();
            table.ReleaseSoon(h.Loop);
            // the reply to what is pipelined behind it comes behind it
            client.Send(System.Text.Encoding.ASCII.GetBytes(command + "\r\nQUIT\r\n"));
            Assert.That(await client.ReplyAsync(), Is.EqualTo(expected));
            Assert.That(await client.ReplyAsync(),
                Is.EqualTo(expected[0] == '2' && expected[1] == '5'
                    || expected.Contains('|', StringComparison.Ordinal) ? "221 2.0.0 Bye" : "EOF"));
        });
        Assert.That(table.WasTooLate, Is.False, "the loop waited for the table");
    }

    [Test]
    public void Clients_of_local_rewriting_wait_beside_the_loop()
    {
        using LockedTable table = new((Quick, "x"));
        using SmtpHarness h = new($"local_header_rewrite_clients = {table.Spec}\n");
        h.Run(async () =>
        {
            TestClient client = h.Connect();
            await client.ReplyAsync();
            await client.AskAsync("EHLO x");
            table.ReleaseSoon(h.Loop);
            foreach (string command in (string[])["MAIL FROM:<a@b>", "RCPT TO:<a@local.test>", "DATA"]) await client.AskAsync(command);
            Assert.That(await client.AskAsync("Subject: x\r\n\r\n."), Does.StartWith("250"));
        });
        Assert.That(h.Queue.Messages[^1].Request.LocalClient);
        Assert.That(table.WasTooLate, Is.False, "the loop waited for the table");
    }

    [Test]
    public void Exceptions_from_limits_wait_beside_the_loop()
    {
        using LockedTable table = new((Quick, "x"));
        table.Release();
        using SmtpHarness h = new($"smtpd_client_event_limit_exceptions = {table.Spec}\nsmtpd_client_connection_count_limit = 1\n");
        h.Run(async () =>
        {
            foreach (string address in (string[])[Slow, Quick]) Assert.That(await h.Connect(address).ReplyAsync(), Does.StartWith("220"));
            table.Lock();
            Task<string>[] more = [h.Connect(Slow).ReplyAsync(), h.Connect(Quick).ReplyAsync()];
            Assert.That(await h.Connect("192.0.2.10").ReplyAsync(), Does.StartWith("220"), "a client that is below its limit");
            table.Release();
            Assert.That(await more[0], Does.StartWith("421 4.7.0"));
            Assert.That(await more[1], Does.StartWith("220"));
        });
        Assert.That(table.WasTooLate, Is.False, "the loop waited for the table");
    }

    [Test]
    public void A_table_that_cannot_answer_is_trouble_for_now()
    {
        using SmtpHarness h = new("smtpd_sender_restrictions = check_sender_access lmdb:/no/such\n");
        h.Run(async () => Assert.That(await AskRecipientAsync(h.Connect()),
            Is.EqualTo("451 4.3.5 <s@f.test>: Sender address rejected: Server configuration error")));
        RoutingAddresses addresses = new(MailConfig.Parse("mydestination = local.test\nlocal_recipient_maps = lmdb:/no/such\n").Config);
        Assert.That(addresses.CheckListedAsync("s@f.test", "a@local.test", isSender: false).Completed().ToString(),
            Is.EqualTo("451 4.3.0 <a@local.test>: Temporary lookup failure"));
    }

    [TestCase("", false, false)]
    [TestCase("local_recipient_maps = lmdb:/no/such\n", true, false)]
    [TestCase("relay_recipient_maps = lmdb:/no/such\n", false, false)]
    [TestCase("recipient_canonical_maps = lmdb:/no/such\n", true, true)]
    [TestCase("transport_maps = lmdb:/no/such\n", true, true)]
    [TestCase("mydestination = local.test, lmdb:/no/such\n", false, true)]
    public void Only_addresses_with_slow_tables_wait(string config, bool local, bool foreign)
    {
        using SmtpHarness h = new();
        RoutingAddresses addresses = new(MailConfig.Parse("mydestination = local.test\nlocal_recipient_maps = static:x\n" + config).Config);
        h.Run(async () =>
        {
            await CheckAsync("", "a@local.test", isSender: false, local);
            await CheckAsync("", "a@elsewhere.test", isSender: false, foreign);
            await CheckAsync("a@local.test", "", isSender: true, local);
        });

        async Task CheckAsync(string sender, string recipient, bool isSender, bool waits)
        {
            ValueTask<Common.Smtp.SmtpReply> check = addresses.ForSession().CheckListedAsync(sender, recipient, isSender);
            Assert.That(check.IsCompleted, Is.EqualTo(!waits), $"{sender} {recipient}");
            await check;
        }
    }

    [Test]
    public void A_stuck_table_holds_up_nobody_who_asks_another_one()
    {
        using LockedTable stuck = new(("s@f.test", "REJECT")), other = new(("s@f.test", "REJECT"));
        using SmtpHarness h = new($"smtpd_restriction_classes = stuck, other\nstuck = check_sender_access {stuck.Spec}\n"
            + $"other = check_sender_access {other.Spec}\n"
            + $"smtpd_client_restrictions = check_client_access inline:{{{{{Slow}=stuck}},{{{Quick}=other}}}}\n");
        other.Release();
        h.Run(async () =>
        {
            Task<string>[] waiting = [.. Enumerable.Range(0, 30).Select(_ => AskRecipientAsync(h.Connect(Slow)))];
            for (int i = 0; i < 3; i++) Assert.That(await AskRecipientAsync(h.Connect(Quick)), Does.StartWith("554"));
            Assert.That(waiting.Any(w => w.IsCompleted), Is.False);
            stuck.Release();
            Assert.That(await Task.WhenAll(waiting), Has.All.StartsWith("554"));
        });
        Assert.That(stuck.WasTooLate, Is.False, "the loop waited for the table");
    }

    [Test]
    public void What_is_remembered_of_an_address_is_the_sessions_and_the_commands_own()
    {
        const string domain = "remembered.test";
        RoutingAddresses tables = new(MailConfig.Parse("mydestination = local.test\nrelay_domains = environ:any\n").Config);
        IAddresses one = tables.ForSession(), two = tables.ForSession();
        DestinationStatus Ask(IAddresses addresses) => addresses.IsAuthorizedDestinationAsync("", $"a@{domain}").Completed();
        Assert.That(Ask(one), Is.EqualTo(DestinationStatus.Foreign));
        Environment.SetEnvironmentVariable(domain, "x");
        Assert.That(Ask(one), Is.EqualTo(DestinationStatus.Foreign), "the same command");
        Assert.That(Ask(two), Is.EqualTo(DestinationStatus.Authorized), "another session");
        one.Forget();
        Assert.That(Ask(one), Is.EqualTo(DestinationStatus.Authorized), "the next command");
        Environment.SetEnvironmentVariable(domain, null);
    }
}
