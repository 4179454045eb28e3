using System.Text;
using MtaSuite.Common.Sasl;
using MtaSuite.Common.Sasl.Client;
using MtaSuite.Smtpd.Auth;

namespace MtaSuite.Tests.Unit.Smtpd;

/// <summary>RFC 4954 at the server, with the built-in logins.</summary>
public sealed class AuthTests
{
    private static readonly string s_passwords = $"inline:{{{{joe@example.com={ScramVerifier.Make(ScramHash.Sha256, "secret", 4096)}}}}}";
    private static readonly string s_enabled = $"smtpd_sasl_auth_enable = yes\nsmtpd_sasl_path = {s_passwords}\n";
    private static readonly string s_good = B64("\0joe@example.com\0secret"), s_bad = B64("\0joe@example.com\0wrong");
    private const string Success = "235 2.7.0 Authentication successful",
        Refused = "535 5.7.8 Error: authentication failed: authentication failure";

    private static string B64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));

    /// <summary>The replies behind EHLO's.</summary>
    private static List<string> Ask(SmtpHarness h, params string[] lines)
    {
        List<string> replies = [];
        h.Run(async () =>
        {
            TestClient c = h.Connect();
            await c.ReplyAsync();
            foreach (string line in lines) replies.Add(await c.AskAsync(line));
            c.Close();
        });
        return replies;
    }

    private static string Last(string config, params string[] lines)
    {
        using SmtpHarness h = new(config);
        return Ask(h, ["EHLO client", .. lines])[^1];
    }

    [TestCase("", "AUTH SCRAM-SHA-256 SCRAM-SHA-1 PLAIN LOGIN")]
    [TestCase("smtpd_sasl_mechanism_filter = plain, login\n", "AUTH PLAIN LOGIN")]
    [TestCase("smtpd_sasl_mechanism_filter = !login, static:all\n", "AUTH SCRAM-SHA-256 SCRAM-SHA-1 PLAIN")]
    [TestCase("smtpd_sasl_security_options = noanonymous, noplaintext\n", "AUTH SCRAM-SHA-256 SCRAM-SHA-1")]
    [TestCase("smtpd_sasl_security_options = forward_secrecy\n", null)]
    [TestCase("smtpd_tls_auth_only = yes\n", null)]
    [TestCase("smtpd_discard_ehlo_keywords = auth\n", null)]
    [TestCase("smtpd_sasl_exceptions_networks = 192.0.2.0/28\n", null)]
    [TestCase("smtpd_sasl_auth_enable = no\n", null)]
    [TestCase("smtpd_sasl_type = cyrus\n", "AUTH PLAIN LOGIN")]
    [TestCase("smtpd_sasl_type = ldap\nsmtpd_sasl_path = /nonexistent\n", "AUTH PLAIN LOGIN")]
    public void Ehlo_announces(string config, string? expected)
    {
        using SmtpHarness h = new(s_enabled + config);
        string[] lines = Ask(h, "EHLO client")[0].Split('|');
        Assert.That(lines.Select(l => l[4..]).Where(l => l.StartsWith("AUTH", StringComparison.Ordinal)),
            Is.EqualTo(expected is null ? Array.Empty<string>() : [expected]));
    }

    [Test]
    public void Broken_clients_get_a_line_of_their_own()
    {
        using SmtpHarness h = new(s_enabled + "broken_sasl_auth_clients = yes\nsmtpd_sasl_mechanism_filter = plain\n");
        Assert.That(Ask(h, "EHLO client")[0], Does.Contain("|250-AUTH PLAIN|250-AUTH=PLAIN|"));
    }

    private static IEnumerable<TestCaseData> Conversations()
    {
        TestCaseData Case(string config, string expected, params string[] lines) => new(config, expected, lines);
        yield return Case("", Success, $"AUTH PLAIN {s_good}");
        yield return Case("", Success, $"auth plain {s_good}");
        yield return Case("", Success, "AUTH PLAIN", s_good);
        yield return Case("", Success, "AUTH LOGIN", B64("joe@example.com"), B64("secret"));
        yield return Case("", Success, $"AUTH LOGIN {B64("joe@example.com")}", B64("secret"));
        yield return Case("smtpd_sasl_local_domain = example.com\n", Success, $"AUTH PLAIN {B64("\0joe\0secret")}");
        yield return Case("", Refused, $"AUTH PLAIN {s_bad}");
        yield return Case("", Refused, $"AUTH PLAIN {B64("\0nobody@example.com\0secret")}");
        yield return Case("", Refused, $"AUTH PLAIN {B64("other\0joe@example.com\0secret")}");
        yield return Case("", "334 ", "AUTH PLAIN");
        yield return Case("", "334 VXNlcm5hbWU6", "AUTH LOGIN");
        yield return Case("", "501 5.7.0 Authentication aborted", "AUTH PLAIN", "*");
        yield return Case("", "501 5.5.2 Error: cannot decode response", "AUTH PLAIN", "not base64!");
        yield return Case("", "501 5.5.2 Error: cannot decode response", "AUTH PLAIN x");
        yield return Case("", "535 5.7.8 Error: authentication failed: malformed response", "AUTH PLAIN =");
        yield return Case("", "500 5.5.6 SASL response limit exceeded", "AUTH PLAIN", new string('A', 20000));
        yield return Case("", "500 5.5.2 mx.test Error: command too long", $"AUTH PLAIN {new string('A', 20000)}");
        yield return Case("", "500 5.5.2 mx.test Error: command too long", $"NOOP {new string('A', 5000)}");
        yield return Case("", "535 5.7.8 Error: authentication failed: malformed response", $"AUTH PLAIN {new string('A', 8000)}");
        yield return Case("", "501 5.5.4 Syntax: AUTH mechanism", "AUTH");
        yield return Case("", "501 5.5.4 Syntax: AUTH mechanism", "AUTH PLAIN x y");
        yield return Case("", "504 5.5.4 Error: unrecognized authentication mechanism", "AUTH NTLM");
        yield return Case("", "504 5.5.4 Error: unrecognized authentication mechanism", "AUTH EXTERNAL =");
        yield return Case("", "503 5.5.1 Error: already authenticated", $"AUTH PLAIN {s_good}", $"AUTH PLAIN {s_good}");
        yield return Case("", "503 5.5.1 Error: MAIL transaction in progress", "MAIL FROM:<a@b.test>", $"AUTH PLAIN {s_good}");
        yield return Case("smtpd_tls_auth_only = yes\n", "538 5.7.11 Encryption required for requested authentication mechanism",
            $"AUTH PLAIN {s_good}");
        yield return Case("smtpd_sasl_security_options = noplaintext\nsmtpd_sasl_tls_security_options =\n",
            "538 5.7.11 Encryption required for requested authentication mechanism", $"AUTH PLAIN {s_good}");
        yield return Case("smtpd_sasl_auth_enable = no\n", "503 5.5.1 Error: authentication not enabled", $"AUTH PLAIN {s_good}");
        yield return Case("smtpd_sasl_path = fail:x\n", "454 4.7.0 Temporary authentication failure: password table is unavailable",
            $"AUTH PLAIN {s_good}");
        yield return Case("smtpd_sasl_type = cyrus\n", "454 4.7.0 Temporary authentication failure: authentication is not set up",
            $"AUTH PLAIN {s_good}");
        yield return Case("smtpd_sasl_type = ldap\nsmtpd_sasl_path = /nonexistent\n",
            "454 4.7.0 Temporary authentication failure: directory is unavailable", $"AUTH PLAIN {s_good}");
        yield return Case("smtpd_sasl_type = dovecot\nsmtpd_sasl_path = /nonexistent\n",
            "454 4.7.0 Temporary authentication failure: Can't connect to authentication server", $"AUTH PLAIN {s_good}");
    }

    [TestCaseSource(nameof(Conversations))]
    public void Auth_is_answered(string config, string expected, string[] lines) =>
        Assert.That(Last(s_enabled + config, lines), Is.EqualTo(expected));

    [Test]
    public void Auth_needs_a_greeting() => Assert.That(new Func<string>(() =>
    {
        using SmtpHarness h = new(s_enabled + "smtpd_helo_required = yes\n");
        return Ask(h, $"AUTH PLAIN {s_good}")[0];
    })(), Is.EqualTo("503 5.5.1 Error: send HELO/EHLO first"));

    [TestCase("SCRAM-SHA-256")]
    public void Scram_over_smtp(string mechanism)
    {
        foreach ((string password, string expected) in new[] { ("secret", Success), ("wrong", Refused) })
        {
            using SmtpHarness h = new(s_enabled);
            string reply = "";
            h.Run(async () =>
            {
                TestClient c = h.Connect();
                await c.ReplyAsync();
                await c.AskAsync("EHLO client");
                SaslClient client =
                    SaslClient.Create(mechanism, new SaslCredentials("joe@example.com", password), new SaslServerFacts("mx.test", 25))!;
                reply = await c.AskAsync($"AUTH {mechanism} {Convert.ToBase64String(client.Initial()!)}");
                while (reply.StartsWith("334 ", StringComparison.Ordinal))
                    reply = await c.AskAsync(Convert.ToBase64String(client.Next(Convert.FromBase64String(reply[4..])).Data));
                Assert.That(client.MayEnd, Is.EqualTo(password == "secret"));
                c.Close();
            });
            Assert.That(reply, Is.EqualTo(expected));
        }
    }

    [Test]
    public void Failures_stand_in_the_log_as_fail2ban_expects_them()
    {
        using SmtpHarness h = new(s_enabled);
        Ask(h, "EHLO c", $"AUTH PLAIN {s_bad}", "AUTH LOGIN", "*", "AUTH FOO", $"AUTH PLAIN {s_good}", "QUIT");
        string[] log = h.LogLines();
        Assert.That(log, Does.Contain(
            "warning: host.example[192.0.2.7]: SASL PLAIN authentication failed: authentication failure (wrong password), "
            + "sasl_username=joe@example.com"));
        Assert.That(log, Does.Contain("warning: host.example[192.0.2.7]: SASL LOGIN authentication aborted"));
        Assert.That(log, Does.Contain(
            "warning: host.example[192.0.2.7]: SASL FOO authentication failed: Invalid authentication mechanism, "
            + "sasl_username=(unavailable)"));
        Assert.That(log, Has.Some.EqualTo("disconnect from host.example[192.0.2.7] ehlo=1 auth=1/4 quit=1 commands=3/6"));
        Assert.That(string.Join('\n', log), Does.Not.Contain("secret").And.Not.Contain(s_good).And.Not.Contain(s_bad));
    }

    [Test]
    public void A_login_goes_with_the_message()
    {
        string config = s_enabled + "mynetworks = 127.0.0.1\nsmtpd_relay_restrictions = permit_sasl_authenticated, "
            + "reject\nsmtpd_sasl_authenticated_header = yes\n"
            + "local_header_rewrite_clients = permit_sasl_authenticated\n";
        Assert.That(Last(config, "MAIL FROM:<s@f.test>", "RCPT TO:<x@foreign.test>"), Does.StartWith("554 5.7.1 "));
        using SmtpHarness h = new(config);
        List<string> replies = Ask(h, "EHLO client", $"AUTH PLAIN {s_good}", "MAIL FROM:<s@f.test> AUTH=e+3Dmc2@example.com",
            "RCPT TO:<x@foreign.test>", "DATA", "Subject: x\r\n\r\n.");
        Assert.That(replies[^1], Does.StartWith("250 2.0.0 Ok: queued as "));
        FakeMessage message = h.Queue.Queued.Single();
        Assert.That((message.Request.Envelope.SaslMethod, message.Request.Envelope.SaslLogin, message.Request.Envelope.SaslSender,
            message.Request.LocalClient),
            Is.EqualTo(("PLAIN", "joe@example.com", "e=mc2@example.com", true)));
        Assert.That(message.Content, Does.Contain("\n\t(Authenticated sender: joe@example.com)\n\tby mx.test").And.Contain(
            " with ESMTPA id "));
        Assert.That(h.LogLines(), Has.Some.Contains(
            ": client=host.example[192.0.2.7], sasl_method=PLAIN, sasl_username=joe@example.com, sasl_sender=e=mc2@example.com"));
    }

    [TestCase("AUTH=<>", "250 2.1.0 Ok")]
    [TestCase("AUTH=a@b AUTH=a@b", "503 5.5.4 Error: multiple AUTH= options")]
    [TestCase("AUTH=a+zz", "501 5.5.4 Bad AUTH parameter syntax")]
    public void The_parameter_of_mail(string parameter, string expected) =>
        Assert.That(Last(s_enabled, $"MAIL FROM:<s@f.test> {parameter}"), Is.EqualTo(expected));

    private const string Logins = "smtpd_sender_login_maps = inline:{{own@local.test=joe@example.com}, {shared@local.test=a, "
        + "JOE@example.com}, {other@local.test=jim}}\n";

    [TestCase("reject_sender_login_mismatch", "own", true, "250 2.1.0 Ok")]
    [TestCase("reject_sender_login_mismatch", "shared", true, "250 2.1.0 Ok")]
    [TestCase("reject_sender_login_mismatch", "other", true,
        "553 5.7.1 <other@local.test>: Sender address rejected: not owned by user joe@example.com")]
    [TestCase("reject_sender_login_mismatch", "unknown", true,
        "553 5.7.1 <unknown@local.test>: Sender address rejected: not owned by user joe@example.com")]
    [TestCase("reject_sender_login_mismatch", "own", false, "553 5.7.1 <own@local.test>: Sender address rejected: not logged in")]
    [TestCase("reject_sender_login_mismatch", "unknown", false, "250 2.1.0 Ok")]
    [TestCase("reject_known_sender_login_mismatch", "unknown", true, "250 2.1.0 Ok")]
    [TestCase("reject_known_sender_login_mismatch", "other", true,
        "553 5.7.1 <other@local.test>: Sender address rejected: not owned by user joe@example.com")]
    [TestCase("reject_known_sender_login_mismatch", "own", false, "553 5.7.1 <own@local.test>: Sender address rejected: not logged in")]
    [TestCase("reject_authenticated_sender_login_mismatch", "own", false, "250 2.1.0 Ok")]
    [TestCase("reject_authenticated_sender_login_mismatch", "other", true,
        "553 5.7.1 <other@local.test>: Sender address rejected: not owned by user joe@example.com")]
    [TestCase("reject_unauthenticated_sender_login_mismatch", "other", true, "250 2.1.0 Ok")]
    [TestCase("reject_unauthenticated_sender_login_mismatch", "own", false,
        "553 5.7.1 <own@local.test>: Sender address rejected: not logged in")]
    [TestCase("check_sasl_access inline:{{joe@example.com=REJECT gone}}", "own", true,
        "554 5.7.1 <joe@example.com>: SASL login name rejected: gone")]
    [TestCase("check_sasl_access inline:{{example.com=REJECT gone}}", "own", true, "250 2.1.0 Ok")]
    [TestCase("check_sasl_access inline:{{joe@example.com=REJECT gone}}", "own", false, "250 2.1.0 Ok")]
    public void Senders_and_logins(string restriction, string user, bool login, string expected) => Assert.That(
        Last(s_enabled + Logins + $"smtpd_delay_reject = no\nsmtpd_sender_restrictions = {restriction}\n",
            [.. login ? [$"AUTH PLAIN {s_good}"] : Array.Empty<string>(), $"MAIL FROM:<{user}@local.test>"]), Is.EqualTo(expected));

    [Test]
    public void Answers_to_failures_come_slower_each_time()
    {
        FailureDelays delays = new(TimeSpan.FromSeconds(1), TimeProvider.System);
        Assert.That(Enumerable.Range(0, 7).Select(_ => delays.Next("a").TotalSeconds), Is.EqualTo(new[] { 1, 2, 4, 8, 16, 16, 16 }));
        Assert.That(delays.Next("b").TotalSeconds, Is.EqualTo(1));
        for (int i = 0; i < 50_000; i++) delays.Next($"{i}");
        Assert.That(delays.Count, Is.LessThanOrEqualTo(20_000));
        using SmtpHarness h = new(s_enabled + "smtpd_sasl_failure_delay = 1s\n");
        long start = System.Diagnostics.Stopwatch.GetTimestamp();
        Assert.That(Ask(h, "EHLO c", $"AUTH PLAIN {s_bad}")[^1], Is.EqualTo(Refused));
        Assert.That(System.Diagnostics.Stopwatch.GetElapsedTime(start).TotalSeconds, Is.GreaterThan(0.9));
    }

    [Test]
    public void A_conversation_may_come_in_pieces()
    {
        string[] lines = ["AUTH LOGIN\r\n", B64("joe@example.com") + "\r\n", B64("secret") + "\r\n"];
        for (int split = 1; split < lines.Max(l => l.Length); split++)
        {
            using SmtpHarness h = new(s_enabled);
            string reply = "";
            h.Run(async () =>
            {
                TestClient c = h.Connect();
                await c.ReplyAsync();
                await c.AskAsync("EHLO c");
                foreach (string line in lines)
                {
                    c.Send(line[..Math.Min(split, line.Length)]);
                    await h.TurnAsync();
                    c.Send(line[Math.Min(split, line.Length)..]);
                    reply = await c.ReplyAsync();
                }
                c.Close();
            });
            Assert.That(reply, Is.EqualTo(Success));
        }
    }

    [Test]
    public void What_comes_behind_the_command_is_out_of_turn()
    {
        using SmtpHarness h = new(s_enabled);
        string reply = "";
        h.Run(async () =>
        {
            TestClient c = h.Connect();
            await c.ReplyAsync();
            await c.AskAsync("EHLO c");
            reply = await c.AskAsync($"AUTH PLAIN\r\n{s_good}");
            c.Close();
        });
        Assert.That(reply, Is.EqualTo("554 5.5.0 Error: SMTP protocol synchronization"));
    }

    [Test]
    public void A_client_that_leaves_in_between_is_forgotten()
    {
        using SmtpHarness h = new(s_enabled);
        h.Run(async () =>
        {
            TestClient c = h.Connect();
            await c.ReplyAsync();
            await c.AskAsync("EHLO c");
            Assert.That(await c.AskAsync("AUTH LOGIN"), Does.StartWith("334 "));
            c.Close();
            for (int i = 0; i < 1000 && h.Server.Active > 0; i++) await h.TurnAsync();
        });
        Assert.That(h.Server.Active, Is.Zero);
        Assert.That(h.LogLines(), Has.Some.EqualTo("lost connection after AUTH from host.example[192.0.2.7]"));
    }
}
