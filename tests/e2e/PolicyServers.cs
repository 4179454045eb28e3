using MtaSuite.Tests.E2e.Harness;
using MtaSuite.Tests.Unit.Dns;

namespace MtaSuite.Tests.E2e;

/// <summary>Policy servers as sites have them: one that master starts for each connection (spawn), postgrey, and policyd-spf.</summary>
[TestFixture]
public class PolicyServers : InstanceTest
{
    /// <summary>Refuses bad@..., defers the first attempt for a recipient, and knows a message by its instance.</summary>
    private const string Script = """
        import os, sys
        seen = set()
        request = {}
        for line in sys.stdin:
            name, equals, value = line.rstrip('\n').partition('=')
            if equals:
                request[name] = value
                continue
            action = 'DUNNO'
            if request['sender'].startswith('bad@'): action = 'REJECT 5.7.9 Bad sender'
            elif request['sender'].startswith('who@'): action = f'REJECT {os.getuid()} {os.environ.get("HOME")}'
            elif request['sender'].startswith('die@'): sys.exit(3)
            elif request['sender'].startswith('twice@'):
                action = 'REJECT the same instance' if request['instance'] in seen else 'DUNNO'
            seen.add(request['instance'])
            request = {}
            print(f'action={action}\n', flush=True)
        """;

    private ScriptedDns? _dns;

    private string PolicydSpf => $"{Mta.Folder}/policyd-spf";

    protected override string[] Settings =>
        ["smtpd_recipient_restrictions=reject_unauth_destination, check_policy_service unix:private/policy",
            "smtpd_policy_service_retry_delay=1s", "smtpd_authorized_xclient_hosts=127.0.0.1", "policy_time_limit=1h"];

    protected override void Prepare()
    {
        File.WriteAllText($"{Mta.Folder}/policy.py", Script);
        _dns = new ScriptedDns("pass.example 60 TXT v=spf1 ip4:192.0.2.0/24 -all");
        // the resolver of the test instead of the machine's
        File.WriteAllText(PolicydSpf, $"""
            import runpy, sys
            # pyspf takes the one of these libraries that it finds first
            try:
                import dns.resolver
                dns.resolver.default_resolver = dns.resolver.Resolver(configure=False)
                dns.resolver.default_resolver.nameservers, dns.resolver.default_resolver.port = ['127.0.0.1'], {_dns.EndPoint.Port}
            except ImportError:
                import DNS
                DNS.defaults['server'], DNS.defaults['port'] = ['127.0.0.1'], {_dns.EndPoint.Port}
            sys.argv = ['policyd-spf']
            runpy.run_path('/usr/bin/policyd-spf', run_name='__main__')

            """);
        string user = Programs.IsRoot ? "nobody" : User;
        // one that any user may run, and that has Debian's modules
        const string python = "/usr/bin/python3";
        if (!File.Exists(python)) Assert.Ignore($"no {python}");
        File.AppendAllText($"{Mta.Etc}/master.cf", $"""

            policy unix - n n - 0 spawn user={user} argv={python} {Mta.Folder}/policy.py
            spf    unix - n n - 0 spawn user={user} argv={python} {PolicydSpf}

            """);
    }

    [OneTimeTearDown]
    public void RemoveDns() => _dns?.Dispose();

    private string Rcpt(string from, int recipients = 1, string? client = null)
    {
        using SmtpPeer peer = SmtpPeer.Open(Mta.SmtpPort);
        if (client != null)
        {
            peer.Say($"XCLIENT ADDR={client} NAME=client.example").Is(220);
            peer.Say("EHLO client.example").Is(250);
        }
        peer.Say($"MAIL FROM:<{from}>").Is(250);
        string reply = "";
        for (int i = 0; i < recipients; i++) reply = peer.Say($"RCPT TO:<{Address}>").ToString();
        return reply;
    }

    [Test]
    public void A_command_that_spawn_starts_is_asked()
    {
        Assert.That(Rcpt("good@client.example"), Does.StartWith("250 2.1.5"));
        Assert.That(Rcpt("bad@client.example"), Is.EqualTo($"554 5.7.9 <{Address}>: Recipient address rejected: Bad sender"));
        Assert.That(Rcpt("twice@client.example", recipients: 2), Does.EndWith("the same instance"));
        Mta.WaitForLog(@"smtpd\[\d+\]: \w+: reject: RCPT from \S+: 554 5\.7\.9 .*from=<bad@client\.example>");
    }

    [Test]
    public void The_command_runs_as_its_user_and_with_the_environment_that_is_meant()
    {
        string reply = Rcpt("who@client.example");
        string uid = Programs.Run("id", ["-u", Programs.IsRoot ? "nobody" : User]).Output.Trim();
        Assert.That(reply, Does.EndWith($"rejected: {uid} None"));
    }

    [Test]
    public void A_command_that_dies_is_started_anew_and_mail_waits_meanwhile()
    {
        Assert.That(Rcpt("die@client.example"),
            Is.EqualTo($"451 4.3.5 <{Address}>: Recipient address rejected: Server configuration problem"));
        Assert.That(Rcpt("good@client.example"), Does.StartWith("250 2.1.5"));
        Mta.WaitForLog(@"warning: command \S*python3\S* exit status 3");
        Mta.WaitForLog(@"warning: problem talking to server unix:private/policy: the server closed the connection");
    }

    [Test]
    public void A_reload_leaves_no_command_behind()
    {
        Assert.That(Rcpt("good@client.example"), Does.StartWith("250"));
        string[] before = Commands();
        Assert.That(before, Is.Not.Empty);
        Mta.Reload();
        Wait.Until(() => Rcpt("good@client.example").StartsWith("250", StringComparison.Ordinal), "a server after the reload");
        Wait.Until(() => !Commands().Intersect(before).Any(), "none of those from before the reload");
    }

    /// <summary>The pids of commands that serve connections.</summary>
    private string[] Commands() =>
        Programs.Run("pgrep", ["-f", $"{Mta.Folder}/policy.py"]).Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    [Test]
    public void Postgrey_defers_a_new_client_and_lets_it_in_later()
    {
        if (!Programs.IsRoot) Assert.Ignore("postgrey takes the rights of its user as root");
        string data = Directory.CreateDirectory($"{Mta.Folder}/postgrey").FullName;
        Programs.Run("chown", ["nobody", data]).Succeeded();
        int port = Instance.FreePort();
        using ForeignDaemon postgrey = new("postgrey", ["--inet", $"127.0.0.1:{port}", "--delay=2", $"--dbdir={data}", "--user=nobody",
            "--group=nogroup", $"--pidfile={data}/pid"], () => ForeignDaemon.Listens(port));
        using Instance other = Instance.Create($"smtpd_authorized_xclient_hosts=127.0.0.1",
            $"smtpd_recipient_restrictions=reject_unauth_destination, check_policy_service inet:127.0.0.1:{port}");
        other.Start();
        string first = Try();
        Assert.That(first, Does.StartWith("450 4.2.0 ").And.Contain("Greylisted"));
        Wait.Until(() => Try().StartsWith("250", StringComparison.Ordinal), "the client is let in");

        string Try()
        {
            using SmtpPeer peer = SmtpPeer.Open(other.SmtpPort);
            peer.Say("XCLIENT ADDR=198.51.100.7 NAME=client.example").Is(220);
            peer.Say("EHLO client.example").Is(250);
            peer.Say("MAIL FROM:<a@client.example>").Is(250);
            string reply = peer.Say($"RCPT TO:<{Address}>").ToString();
            if (reply.StartsWith("250", StringComparison.Ordinal)) return reply;
            Thread.Sleep(500);
            return reply;
        }
    }

    [Test]
    public void Policyd_spf_refuses_a_forged_sender()
    {
        Programs.Require("policyd-spf");
        using Instance other = Instance.Create("smtpd_authorized_xclient_hosts=127.0.0.1",
            $"smtpd_recipient_restrictions=reject_unauth_destination, check_policy_service unix:{Mta.Spool}/private/spf");
        if (Programs.IsRoot) Programs.Run("chmod", ["755", Mta.Spool, $"{Mta.Spool}/private"]).Succeeded();
        other.Start();
        string forged = Try("203.0.113.5"), right = Try("192.0.2.5");
        Assert.That(forged, Does.StartWith("550 5.7.").And.Contain("SPF"));
        Assert.That(right, Does.StartWith("250 2.1.5"));

        string Try(string client)
        {
            using SmtpPeer peer = SmtpPeer.Open(other.SmtpPort);
            peer.Say($"XCLIENT ADDR={client} NAME=client.example").Is(220);
            peer.Say("EHLO client.example").Is(250);
            peer.Say("MAIL FROM:<a@pass.example>").Is(250);
            return peer.Say($"RCPT TO:<{Address}>").ToString();
        }
    }
}
