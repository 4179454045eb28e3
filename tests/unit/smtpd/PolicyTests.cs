using MtaSuite.Common.Config;
using MtaSuite.Smtpd.Access;

namespace MtaSuite.Tests.Unit.Smtpd;

/// <summary>check_policy_service: what servers are told, what their answers do, and what happens when they do not answer.</summary>
public sealed class PolicyTests
{
    private const string Accepted = "250 2.1.5 Ok";
    private const string Trouble = "451 4.3.5 <a@local.test>: Recipient address rejected: Server configuration problem";

    /// <summary>The reply to RCPT of a client, the server asked at this stage with these parameters.</summary>
    private static string Rcpt(ScriptedPolicyServer server, string config = "", Action<SmtpHarness>? then = null)
    {
        using SmtpHarness h = new("smtpd_policy_service_retry_delay = 1s\n"
            + $"smtpd_recipient_restrictions = reject_unauth_destination, check_policy_service {server.Address}\n{config}");
        string reply = Session(h);
        then?.Invoke(h);
        return reply;
    }

    private static string Session(SmtpHarness h, string address = "192.0.2.7", int recipients = 1)
    {
        string reply = "";
        h.Run(async () =>
        {
            TestClient c = h.Connect(address);
            await c.ReplyAsync();
            foreach (string command in (string[])["EHLO client.example", "MAIL FROM:<s@example.org> SIZE=1234"]) await c.AskAsync(command);
            for (int i = 0; i < recipients; i++) reply = await c.AskAsync("RCPT TO:<a@local.test>");
            c.Close();
        });
        return reply;
    }

    private static void Say(SmtpHarness h, params string[] commands) => h.Run(async () =>
    {
        TestClient c = h.Connect();
        await c.ReplyAsync();
        foreach (string command in commands) await c.AskAsync(command);
        c.Close();
    });

    [TestCase("DUNNO", Accepted)]
    [TestCase("OK", Accepted)]
    [TestCase("REJECT", "554 5.7.1 <a@local.test>: Recipient address rejected: Access denied")]
    [TestCase("REJECT 5.2.1 Not here", "554 5.2.1 <a@local.test>: Recipient address rejected: Not here")]
    [TestCase("DEFER_IF_PERMIT Greylisted", "450 4.7.1 <a@local.test>: Recipient address rejected: Greylisted")]
    [TestCase("450 4.2.0 Come back later", "450 4.2.0 <a@local.test>: Recipient address rejected: Come back later")]
    [TestCase("reject_unverified_nonsense", "451 4.3.5 Server configuration error")]
    [TestCase("reject", "554 5.7.1 <a@local.test>: Recipient address rejected: Access denied")]
    public void An_answer_acts_as_in_an_access_table(string action, string reply)
    {
        using ScriptedPolicyServer server = new((_, _) => ScriptedPolicyServer.Action(action));
        Assert.That(Rcpt(server), Is.EqualTo(reply));
    }

    [Test]
    public void A_server_is_told_everything_that_Postfix_tells()
    {
        using ScriptedPolicyServer server = new((_, _) => ScriptedPolicyServer.Action("DUNNO"));
        Assert.That(Rcpt(server, "smtpd_policy_service_policy_context = inside"), Is.EqualTo(Accepted));
        Dictionary<string, string> told = server.Requests[0];
        string[] fixedOnes = ["request=smtpd_access_policy", "protocol_state=RCPT", "protocol_name=ESMTP", "helo_name=client.example",
            "queue_id=", "sender=s@example.org", "recipient=a@local.test", "recipient_count=0", "client_address=192.0.2.7",
            "client_name=host.example", "reverse_client_name=host.example", "sasl_method=", "sasl_username=", "sasl_sender=", "size=1234",
            "ccert_subject=", "ccert_issuer=", "ccert_fingerprint=", "ccert_pubkey_fingerprint=", "encryption_protocol=",
            "encryption_cipher=", "encryption_keysize=0", "etrn_domain=", "stress=", "client_port=4711", "policy_context=inside",
            "tls_sni="];
        Assert.That(told.Select(t => $"{t.Key}={t.Value}"), Is.SupersetOf(fixedOnes));
        Assert.That(told.Keys, Is.SupersetOf(new[] { "instance", "server_address", "server_port", "compatibility_level", "mail_version" }));
    }

    [Test]
    public void Each_stage_is_named_and_one_message_is_one_instance()
    {
        using ScriptedPolicyServer server = new((_, _) => ScriptedPolicyServer.Action("DUNNO"));
        string asks = $"check_policy_service {server.Address}";
        using SmtpHarness h = new($"smtpd_delay_reject = no\nsmtpd_client_restrictions = {asks}\nsmtpd_helo_restrictions = {asks}\n"
            + $"smtpd_sender_restrictions = {asks}\nsmtpd_relay_restrictions = {asks}, reject_unauth_destination\n"
            + $"smtpd_data_restrictions = {asks}\nsmtpd_end_of_data_restrictions = {asks}\nsmtpd_etrn_restrictions = {asks}\n");
        Say(h, "EHLO a", "MAIL FROM:<s@x>", "RCPT TO:<a@local.test>", "RCPT TO:<b@local.test>", "DATA", "Subject: x\r\n\r\nbody\r\n.",
            "MAIL FROM:<>", "RCPT TO:<a@local.test>", "RSET", "ETRN local.test", "QUIT");
        Assert.That(server.Requests.Select(r => $"{r["protocol_state"]} {r["recipient"]} {r["recipient_count"]}"), Is.EqualTo(new[]
        {
            "CONNECT  0", "EHLO  0", "MAIL  0", "RCPT a@local.test 0", "RCPT b@local.test 0", "DATA  2", "END-OF-MESSAGE  2", "MAIL  0",
            "RCPT a@local.test 0", "ETRN  0",
        }));
        string[] instances = [.. server.Requests.Select(r => r["instance"])];
        Assert.That(instances[2..7].Distinct().Count(), Is.EqualTo(1));
        Assert.That(instances[7], Is.EqualTo(instances[8]).And.Not.EqualTo(instances[6]));
        Assert.That(server.Requests[6]["size"], Is.EqualTo("20"));
        Assert.That(server.Requests[9]["etrn_domain"], Is.EqualTo("local.test"));
        Assert.That(server.Connections, Is.EqualTo(1), "all go over one connection");
    }

    [Test]
    public void A_value_from_outside_cannot_add_an_attribute()
    {
        using ScriptedPolicyServer server = new((_, _) => ScriptedPolicyServer.Action("DUNNO"));
        using SmtpHarness h = new($"smtpd_recipient_restrictions = check_policy_service {server.Address}, reject_unauth_destination\n");
        Say(h, "EHLO a=b", "MAIL FROM:<\"x=y recipient=z\"@example.org>", "RCPT TO:<a@local.test>", "QUIT");
        Assert.That(server.Requests, Has.Count.EqualTo(1)); // the server fails on a name that comes twice
        Assert.That(server.Requests[0]["recipient"], Is.EqualTo("a@local.test"));
    }

    [TestCase("drop", "the server closed the connection")]
    [TestCase("action=\n\n", "the answer names no action")]
    [TestCase("\n\n", "has no attribute")]
    [TestCase("nonsense\n\n", "has no attribute")]
    [TestCase("action=DU\0NNO\n\n", "no UTF-8 text")]
    [TestCase("action=\xFF\n\n", "no UTF-8 text")]
    public void No_answer_is_asked_for_again_and_then_the_default_action_holds(string answer, string why)
    {
        using ScriptedPolicyServer server = new((_, _) => answer);
        string log = "";
        Assert.That(Rcpt(server, "", h => log = string.Join('\n', h.LogLines())), Is.EqualTo(Trouble));
        Assert.That(server.Requests, Has.Count.EqualTo(2));
        Assert.That(log, Does.Contain($"warning: problem talking to server {server.Address}: ").And.Contain(why));
    }

    [Test]
    public void An_endless_answer_is_given_up()
    {
        using ScriptedPolicyServer server = new((_, _) => "x=" + new string('y', 100_000));
        Assert.That(Rcpt(server, "smtpd_policy_service_try_limit = 1"), Is.EqualTo(Trouble));
    }

    [Test]
    public void A_silent_server_costs_its_timeout_and_its_own_session_alone()
    {
        using ScriptedPolicyServer server = new((r, _) => r["client_address"] == "192.0.2.66" ? "silent"
            : ScriptedPolicyServer.Action("DUNNO"));
        using SmtpHarness h = new("smtpd_recipient_restrictions = reject_unauth_destination,\n"
            + $" check_policy_service {{ {server.Address}, timeout=2s, try_limit=1, {{ default_action = 450 4.7.9 not now }} }}\n");
        List<string> order = [];
        h.Run(async () =>
        {
            Task slow = One("192.0.2.66"), fast = One("192.0.2.7");
            await fast;
            await slow;
        });
        Assert.That(order, Is.EqualTo(new[]
        {
            "192.0.2.7 " + Accepted, "192.0.2.66 450 4.7.9 <a@local.test>: Recipient address rejected: not now",
        }));

        async Task One(string address)
        {
            TestClient c = h.Connect(address);
            await c.ReplyAsync();
            foreach (string command in (string[])["EHLO x", "MAIL FROM:<s@x>"]) await c.AskAsync(command);
            order.Add($"{address} {await c.AskAsync("RCPT TO:<a@local.test>")}");
            c.Close();
        }
    }

    [Test]
    public void A_server_that_comes_back_within_the_retries_is_heard()
    {
        using ScriptedPolicyServer server = new((_, n) => n < 3 ? "drop" : ScriptedPolicyServer.Action("REJECT no"));
        Assert.That(Rcpt(server, "smtpd_policy_service_try_limit = 3"),
            Is.EqualTo("554 5.7.1 <a@local.test>: Recipient address rejected: no"));
    }

    [Test]
    public void A_default_action_that_names_a_server_that_is_away_ends()
    {
        using SmtpHarness h = new("smtpd_policy_service_try_limit = 1\nsmtpd_policy_service_default_action = again\n"
            + "smtpd_restriction_classes = again\nagain = check_policy_service inet:127.0.0.1:1\n"
            + "smtpd_recipient_restrictions = reject_unauth_destination, check_policy_service inet:127.0.0.1:1\n");
        Assert.That(Session(h), Is.EqualTo(Trouble));
    }

    [Test]
    public void Connections_end_with_their_requests_and_their_time()
    {
        using ScriptedPolicyServer server = new((_, _) => ScriptedPolicyServer.Action("DUNNO"));
        using SmtpHarness h = new("smtpd_recipient_restrictions = reject_unauth_destination,\n"
            + $" check_policy_service {{ {server.Address}, request_limit=2 }}\n");
        Session(h, recipients: 5);
        Assert.That(server.Requests.Select(r => r["connection"]), Is.EqualTo(new[] { "1", "1", "2", "2", "3" }));
    }

    [Test]
    public void A_server_that_closes_idle_connections_costs_no_attempt()
    {
        ScriptedPolicyServer first = new((_, _) => ScriptedPolicyServer.Action("DUNNO"), Path.GetTempFileName() + ".policy");
        string path = first.Address["unix:".Length..];
        using SmtpHarness h = new("smtpd_policy_service_try_limit = 1\n"
            + $"smtpd_recipient_restrictions = reject_unauth_destination, check_policy_service {first.Address}\n");
        Assert.That(Session(h), Is.EqualTo(Accepted));
        first.Dispose();
        File.Delete(path);
        using ScriptedPolicyServer second = new((_, _) => ScriptedPolicyServer.Action("DUNNO"), path);
        Assert.That(Session(h), Is.EqualTo(Accepted));
        File.Delete(path);
    }

    [Test]
    public void Many_sessions_have_connections_of_their_own_up_to_a_limit()
    {
        using ScriptedPolicyServer server = new((_, _) =>
        {
            Thread.Sleep(20);
            return ScriptedPolicyServer.Action("DUNNO");
        });
        using SmtpHarness h = new($"smtpd_client_connection_count_limit = 0\nsmtpd_recipient_restrictions = reject_unauth_destination,\n"
            + $" check_policy_service {server.Address}\n");
        int accepted = 0;
        h.Run(async () => await Task.WhenAll(Enumerable.Range(0, 250).Select(_ => One())));
        Assert.That(accepted, Is.EqualTo(250));
        Assert.That(server.Connections, Is.LessThanOrEqualTo(100));

        async Task One()
        {
            TestClient c = h.Connect();
            await c.ReplyAsync();
            foreach (string command in (string[])["EHLO x", "MAIL FROM:<s@x>"]) await c.AskAsync(command);
            if (await c.AskAsync("RCPT TO:<a@local.test>") == Accepted) accepted++;
            c.Close();
        }
    }

    [TestCase("inet:127.0.0.1:10023", null)]
    [TestCase("127.0.0.1:10023", null)]
    [TestCase("inet:[::1]:10023", null)]
    [TestCase("unix:private/policy", null)]
    [TestCase("{ unix:private/policy, timeout=10s, {max_idle = 20s}, { default_action = 450 4.3.0 later }, policy_context=a }", null)]
    [TestCase("{ inet:localhost:1, try_limit=0 }", "bad value of try_limit")]
    [TestCase("{ inet:localhost:1, timeout=x }", "bad value of timeout")]
    [TestCase("{ inet:localhost:1, nonsense=1 }", "unknown setting")]
    [TestCase("{ inet:localhost:1, nonsense }", "must be name=value")]
    [TestCase("{ }", "must be named")]
    [TestCase("unix:", "a path")]
    [TestCase("inet:host", "must be inet:host:port")]
    public void A_server_is_named_with_its_settings(string text, string? problem)
    {
        PolicyServerSettings? settings = PolicyServerSettings.Parse(text, MailConfig.Parse("").Config, out string said);
        Assert.That(settings != null, Is.EqualTo(problem == null), said);
        if (problem != null) Assert.That(said, Does.Contain(problem));
    }
}
