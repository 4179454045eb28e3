using System.Net;
using MtaSuite.Common.Config;
using MtaSuite.Common.Ipc.Messages;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Native;
using MtaSuite.Common.Net;
using MtaSuite.Common.Routing;
using MtaSuite.Common.Sasl;
using MtaSuite.Common.Tables;
using MtaSuite.Common.Tls.Client;
using MtaSuite.Relay.Deliveries;
using MtaSuite.Relay.Login;
using MtaSuite.Relay.Routing;
using MtaSuite.Relay.Sessions;
using MtaSuite.Relay.Settings;
using MtaSuite.Tests.Unit.Net;
using MtaSuite.Tests.Unit.Tables;

namespace MtaSuite.Tests.Unit.Relay;

/// <summary>Logging in to servers: which login, which mechanism, and what a refusal means for the mail.</summary>
[TestFixture]
public class LoginTests
{
    private const string Plain = "AUTH PLAIN AGpvZQBzZWNyZXQ=", Server = "mx1.test[127.0.0.1]";
    private static readonly LoginSettings s_login =
        RelayFixture.Patient.Login with
        {
            IsEnabled = true,
            Passwords = Maps.Open("inline:{{mx1.test=joe:secret}}"),
            Security = SaslSecurity.NoAnonymous,
        };

    /// <summary>One delivery: what the peer heard behind EHLO, and the outcome.</summary>
    private static (List<string> Heard, Outcome Outcome, int Taken) Deliver(LoginSettings login, string offers, Dictionary<string,
        string>? script = null, string sender = "a@example.org")
    {
        using ScriptedPeer peer = new(script ?? new() { ["AUTH"] = "235 2.7.0 welcome" }, offers);
        Outcome? outcome = null;
        OnLoop.Run(async loop =>
        {
            using RelayFixture fixture =
                new(loop, RelayFixture.Patient with { Login = login, Cache = RelayFixture.Unshared }, peer.EndPoint);
            List<RecipientOutcome> outcomes = await fixture.DeliverAsync(fixture.Queue(["b@x.test"], adjust: e => e.Sender = sender));
            outcome = outcomes[0].Outcome;
        });
        List<string> heard;
        lock (peer.Commands)
            heard = [.. peer.Commands.Select(c => c[(c.IndexOf(' ') + 1)..])
                .Where(c => !c.StartsWith("EHLO", StringComparison.Ordinal) && c != "QUIT")];
        return (heard, outcome!, peer.Taken.Count);
    }

    [TestCase("mx1.test", true, "AUTH PLAIN")]
    [TestCase("127.0.0.0/8", true, "AUTH LOGIN")]
    [TestCase("mx2.test", false, "AUTH PLAIN")]
    public void Sessions_with_debug_peers_are_logged_without_secrets_and_content(string peers, bool logged, string offers)
    {
        using CapturedLog log = new();
        using ScriptedPeer peer = new(new() { ["AUTH"] = offers == "AUTH LOGIN" ? "334 VXNlcm5hbWU6" : "235 2.7.0 welcome" }, offers);
        OnLoop.Run(async loop =>
        {
            RelaySettings settings = new(
                MailConfig.Parse($"compatibility_level = 3.11\nsmtp_helo_name = client.test\ndebug_peer_list = {peers}\n").Config,
                lmtp: false, []);
            using RelayFixture fixture =
                new(loop, settings with { Login = s_login, Cache = RelayFixture.Unshared }, peer.EndPoint);
            await fixture.DeliverAsync(fixture.Queue(["b@x.test"]));
        });
        string text = log.Text, name = $"mx1.test[127.0.0.1]:{peer.EndPoint.Port}: ";
        if (!logged) Assert.That(text, Does.Not.Contain("EHLO"));
        else Assert.That(text, Does.Contain($": < {name}220 ").And.Contain($": > {name}EHLO client.test\n").And.Contain(
            $": < {name}250 ").And.Contain($": > {name}{offers}"));
        if (logged && offers == "AUTH PLAIN") Assert.That(text, Does.Contain($"> {name}RCPT TO:<b@x.test>\n"));
        Assert.That(text, Does.Not.Contain("AGpvZQBzZWNyZXQ=").And.Not.Contain("am9l").And.Not.Contain("Subject: test"));
    }

    [TestCase("smtp_sasl_password_maps")]
    [TestCase("smtp_generic_maps")]
    [TestCase("smtp_header_checks")]
    [TestCase("smtp_tls_policy_maps")]
    [TestCase("smtp_requiretls_policy")]
    [TestCase("smtp_reply_filter")]
    [TestCase("smtp_delivery_status_filter")]
    [TestCase("smtp_discard_ehlo_keyword_address_maps")]
    [TestCase("smtp_pix_workaround_maps")]
    [TestCase("smtp_connection_cache_destinations")]
    [TestCase("debug_peer_list")]
    public void A_table_that_makes_one_wait_holds_up_its_own_deliveries_alone(string param)
    {
        using LockedTable table = new(("mx1.test", "joe:secret"), ("b@x.test", "c@y.test"),
            ("dest.test", param == "smtp_requiretls_policy" ? "opportunistic" : "none"), ("Subject: test", "REPLACE Subject: seen"),
            ("250 2.0.0 taken", "250 2.0.0 changed"), ("2.0.0 250 2.0.0 taken", "2.0.0 told otherwise"),
                ("127.0.0.1", param == "smtp_pix_workaround_maps" ? "disable_esmtp" : "size"));
        string greeting = param == "smtp_pix_workaround_maps" ? "220 ********" : "220 peer.test ESMTP", text = "";
        using ScriptedPeer peer = new(new() { ["AUTH"] = "235 2.7.0 welcome", ["connect"] = greeting }, "AUTH PLAIN\nSIZE 100000");
        OnLoop.Run(async loop =>
        {
            MailConfig config = MailConfig.Parse(
                $"compatibility_level = 3.11\nsmtp_helo_name = client.test\nsmtp_sasl_auth_enable = "
                + $"{(param.Contains("sasl") ? "yes" : "no")}\nsmtp_sasl_security_options = noanonymous\n{param} = {table.Spec}\n").Config;
            using RelayFixture fixture = new(loop, new RelaySettings(config, lmtp: false, []), peer.EndPoint);
            RelayContext context = new(loop, fixture.Spool, fixture.Settings,
                fixture.Finder)
            { TlsPolicies = new TlsPolicies(new TlsClientSettings(config, lmtp: false), [], null, TimeProvider.System) };
            DeliverRequest request =
                fixture.Queue(["b@x.test"], adjust: e => e.Flags |= param == "smtp_requiretls_policy" ? MessageFlags.RequireTls : 0);
            Task<List<RecipientOutcome>> delivery = new RelayDelivery(context, request).RunAsync();
            // without a thread for it the loop would stand still here
            await loop.Delay(TimeSpan.FromMilliseconds(300));
            Assert.That(delivery.IsCompleted, Is.False);
            table.Release();
            Assert.That((await delivery)[0].Outcome.IsOk, Is.True, (await delivery)[0].Outcome.Text);
            text = (await delivery)[0].Outcome.Text;
            context.Sessions.CloseIdle();
        });
        string heard;
        lock (peer.Commands) heard = string.Join('\n', peer.Commands);
        if (param == "smtp_sasl_password_maps") Assert.That(heard, Does.Contain(Plain));
        Assert.That(heard.Contains("EHLO", StringComparison.Ordinal) && !heard.Contains("HELO client", StringComparison.Ordinal),
            Is.EqualTo(param != "smtp_pix_workaround_maps"), heard);
        Assert.That(heard.Contains("SIZE=", StringComparison.Ordinal),
            Is.EqualTo(param is not ("smtp_discard_ehlo_keyword_address_maps" or "smtp_pix_workaround_maps")), heard);
        Assert.That(text, Is.EqualTo(param == "smtp_reply_filter" ? "250 2.0.0 changed" : param == "smtp_delivery_status_filter"
            ? "told otherwise" : "250 2.0.0 taken"));
        Assert.That(heard, Does.Contain(param == "smtp_generic_maps" ? "RCPT TO:<c@y.test>" : "RCPT TO:<b@x.test>"));
    }

    [Test]
    public void A_login_comes_before_the_mail()
    {
        (List<string> heard, Outcome outcome, int taken) = Deliver(s_login, "AUTH PLAIN LOGIN");
        Assert.That((heard[0], outcome.IsOk, taken), Is.EqualTo((Plain, true, 1)));
    }

    [TestCase("AUTH LOGIN", "noanonymous", "AUTH LOGIN")]
    [TestCase("AUTH=LOGIN", "noanonymous", "AUTH LOGIN")]
    [TestCase("AUTH PLAIN CRAM-MD5", "noanonymous", "AUTH CRAM-MD5")]
    [TestCase("AUTH PLAIN XOAUTH2 NTLM", "noanonymous", Plain)]
    [TestCase("AUTH LOGIN PLAIN", "noanonymous", Plain)]
    public void The_best_mechanism_is_taken(string offers, string options, string expected)
    {
        LoginSettings login = s_login with { Security = SaslMechanism.ParseSecurity(options.Split(' '), out _) };
        Assert.That(Deliver(login, offers, new() { ["AUTH"] = "535 5.7.8 no" }).Heard[0], Does.StartWith(expected));
    }

    [TestCase("8BITMIME", "noanonymous", "")]
    [TestCase("AUTH PLAIN LOGIN", "noplaintext", "")]
    [TestCase("AUTH NTLM GSSAPI", "noanonymous", "")]
    [TestCase("AUTH PLAIN", "noanonymous", "!plain, static:all")]
    public void Without_a_usable_mechanism_the_mail_waits(string offers, string options, string filter)
    {
        LoginSettings login = s_login with
        {
            Security = SaslMechanism.ParseSecurity(options.Split(' '), out _),
            Mechanisms = filter.Length == 0 ? null : new MatchList(filter, MatchStyle.Names)
        };
        (List<string> heard, Outcome outcome, int taken) = Deliver(login, offers);
        Assert.That((heard.Count, outcome.ToString().Contains("5.", StringComparison.Ordinal), taken), Is.EqualTo((0, false, 0)),
            string.Join('|', heard));
        Assert.That(outcome.Text, Is.EqualTo(
            $"SASL authentication failed; cannot authenticate to server {Server}: no mechanism available"));
        Assert.That((outcome.IsPermanent, outcome.Status.ToString()), Is.EqualTo((false, "4.7.0")));
    }

    [TestCase("535 5.7.8 wrong password", true, false, "4.7.8")]
    [TestCase("535 5.7.8 wrong password", false, true, "5.7.8")]
    [TestCase("454 4.7.0 later", false, false, "4.7.0")]
    public void A_refusal_defers_with_the_servers_words(string reply, bool soft, bool permanent, string status)
    {
        (_, Outcome outcome, int taken) = Deliver(s_login with { SoftBounce = soft }, "AUTH PLAIN", new() { ["AUTH"] = reply });
        Assert.That(outcome.Text, Is.EqualTo($"SASL authentication failed; server {Server} said: {reply}"));
        Assert.That((outcome.IsPermanent, outcome.Status.ToString(), taken), Is.EqualTo((permanent, status, 0)));
    }

    [TestCase("535 5.7.8 wrong password", 1), TestCase("534 5.7.9 too weak", 2)]
    public void A_refused_login_is_not_tried_again_until_the_password_is_another(string reply, int attempts)
    {
        using ScriptedPeer peer = new(new() { ["AUTH"] = reply }, "AUTH PLAIN");
        LoginSettings login = s_login with
        {
            RefusalLifetime = TimeSpan.FromDays(1),
            Passwords = Maps.Open("inline:{{mx1.test=joe:secret}, {a@example.org=joe:secret}, {b@example.org=joe:new}}")
        };
        List<string> texts = [];
        int Tried() { lock (peer.Commands) return peer.Commands.Count(c => c.Contains("AUTH PLAIN", StringComparison.Ordinal)); }
        OnLoop.Run(async loop =>
        {
            using RelayFixture fixture = new(loop,
                RelayFixture.Patient with
                {
                    Login = login with
                    { IsSenderDependent = true, Addresses = new RoutingCore(MailConfig.Parse("").Config) }
                }, peer.EndPoint);
            foreach (string sender in (string[])["a@example.org", "a@example.org", "c@example.org"])
                texts.Add((await fixture.DeliverAsync(fixture.Queue(["b@x.test"], adjust: e => e.Sender = sender)))[0].Outcome.Text);
            Assert.That(Tried(), Is.EqualTo(attempts == 1 ? 1 : 3));
            await fixture.DeliverAsync(fixture.Queue(["b@x.test"], adjust: e => e.Sender = "b@example.org"));
            Assert.That(Tried(), Is.EqualTo(attempts == 1 ? 2 : 4));
        });
        Assert.That(texts[0], Is.EqualTo($"SASL authentication failed; server {Server} said: {reply}"));
        Assert.That(texts[1], Is.EqualTo($"SASL {(attempts == 1 ? "[CACHED] " : "")}authentication failed; server {Server} said: {reply}"));
    }

    [Test]
    public void A_server_that_skips_its_proof_is_not_believed()
    {
        (_, Outcome outcome, int taken) = Deliver(s_login, "AUTH SCRAM-SHA-256");
        Assert.That((outcome.IsOk, taken), Is.EqualTo((false, 0)));
        Assert.That(outcome.Text, Does.EndWith("the server ended the exchange before it was complete"));
    }

    [Test]
    public void A_nonsense_challenge_is_cancelled()
    {
        (List<string> heard, Outcome outcome, _) =
            Deliver(s_login, "AUTH SCRAM-SHA-256", new() { ["AUTH"] = "334 bm9uc2Vuc2U=", ["*"] = "501 5.7.0 cancelled" });
        Assert.That(heard[1], Is.EqualTo("*"));
        Assert.That(outcome.Text, Does.StartWith("SASL authentication failed; cannot authenticate"));
    }

    [TestCase("inline:{{other.test=joe:secret}}", 0)]
    [TestCase("fail:x", -1)]
    public void Servers_without_a_login_get_none(string maps, int expected)
    {
        (List<string> heard, Outcome outcome, int taken) = Deliver(s_login with { Passwords = Maps.Open(maps) }, "AUTH PLAIN");
        Assert.That(heard.Exists(h => h.StartsWith("AUTH", StringComparison.Ordinal)), Is.False);
        Assert.That((outcome.IsOk, taken), Is.EqualTo((expected == 0, expected == 0 ? 1 : 0)));
        if (expected < 0) Assert.That(outcome.Text, Is.EqualTo("smtp_sasl_password_maps lookup error"));
    }

    [Test]
    public void Senders_may_have_logins_of_their_own()
    {
        LoginSettings login = s_login with
        {
            IsSenderDependent = true,
            Passwords = Maps.Open("inline:{{mx1.test=joe:secret},{b@example.org=ben:pw}}"),
            Addresses = new RoutingCore(MtaSuite.Common.Config.MailConfig.Parse("myhostname = h.test\nmydomain = test\n").Config),
        };
        Assert.That(Deliver(login, "AUTH PLAIN", sender: "b@example.org").Heard[0], Is.EqualTo("AUTH PLAIN AGJlbgBwdw=="));
        Assert.That(Deliver(login, "AUTH PLAIN").Heard[0], Is.EqualTo(Plain));
        Assert.That(new Logins(new EventLoop(), login).SessionKey("b@example.org"), Is.EqualTo("b@example.org"));
    }

    [TestCase("[smtp.example]:587", "smtp.example|smtp.example:587|[smtp.example]:587|[smtp.example]")]
    [TestCase("example.com", "smtp.example|smtp.example:587|example.com")]
    [TestCase("example.com:587", "smtp.example|smtp.example:587|example.com:587|example.com")]
    public void Keys_of_a_server(string nexthop, string expected)
    {
        Nexthop parsed = Nexthop.Parse(nexthop, lmtp: false);
        Target target = new("smtp.example", new IPEndPoint(IPAddress.Loopback, 587))
        {
            Nexthop = parsed.Host,
            NexthopText = parsed.Text,
            Service = "587"
        };
        Assert.That(string.Join('|', Logins.Keys(target)), Is.EqualTo(expected));
    }

    [Test]
    public void Tokens_come_from_files_and_commands()
    {
        string folder = Directory.CreateTempSubdirectory("token").FullName;
        try
        {
            string file = $"{folder}/token", script = $"{folder}/get-token";
            File.WriteAllText(file, "tok-1\nrest\n");
            File.WriteAllText(script, $"#!/bin/sh\necho x >> {folder}/runs\necho \"tok-$1-$(wc -l < {folder}/runs)\"\n");
            File.SetUnixFileMode(script, (UnixFileMode)FileModes.PublicFolder);
            TokenSources sources = new(TimeSpan.FromMinutes(5), TimeProvider.System);
            Assert.That(sources.Read(file).Token, Is.EqualTo("tok-1"));
            File.WriteAllText(file, "tok-2");
            Assert.That(sources.Read(file).Token, Is.EqualTo("tok-2"));
            Assert.That(sources.Read($"{folder}/none").Token, Is.Null);
            for (int i = 0; i < 2; i++) Assert.That(sources.Read($"|{script} a").Token, Is.EqualTo("tok-a-1"));
            sources.Forget($"|{script} a");
            Assert.That(sources.Read($"|{script} a").Token, Is.EqualTo("tok-a-2"));
            Assert.That(sources.Read("|/bin/false").Problem, Does.Contain("it failed"));
            Assert.That(sources.Read("|/nonexistent").Token, Is.Null);
            (List<string> heard, _, _) =
                Deliver(s_login with { Tokens = Maps.Open($"inline:{{{{mx1.test=me@x:{file}}}}}") }, "AUTH PLAIN XOAUTH2");
            Assert.That(heard[0], Is.EqualTo("AUTH XOAUTH2 " + Convert.ToBase64String("user=me@x\u0001auth=Bearer tok-2\u0001\u0001"u8)));
        }
        finally { Directory.Delete(folder, true); }
    }
}
