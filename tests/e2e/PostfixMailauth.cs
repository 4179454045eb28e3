using MtaSuite.Common.Native;
using MtaSuite.Tests.E2e.Harness;
using MtaSuite.Tests.Unit.Dns;

namespace MtaSuite.Tests.E2e;

/// <summary>mailauth, started by hand, behind Debian's Postfix: over TCP and over a Unix socket, signing and checking.</summary>
[TestFixture, Category("e2e")]
public class PostfixMailauth
{
    private const string Stranger = "127.0.0.9";

    [Test]
    public void Debians_Postfix_signs_and_checks_with_it([Values("inet", "unix")] string type)
    {
        Programs.RequireBuild();
        string folder = Directory.CreateTempSubdirectory("mta-mailauth-").FullName;
        File.SetUnixFileMode(folder, (UnixFileMode)FileModes.PublicFolder);
        try { Run(folder, type); }
        finally { Directory.Delete(folder, recursive: true); }
    }

    private static void Run(string folder, string type)
    {
        if (!Programs.IsRoot) Assert.Ignore("a private Postfix needs root");
        using ScriptedDns dns = new(["sender.example TXT v=spf1 ip4:127.0.0.1 -all", "_dmarc.sender.example TXT v=DMARC1; p=reject",
            .. SigningKeys.Records("sender.example")]);
        using SmtpSink sink = new(System.Net.IPAddress.Loopback, 0);
        int port = Instance.FreePort();
        string run = Directory.CreateDirectory($"{folder}/run").FullName;
        File.SetUnixFileMode(run, (UnixFileMode)FileModes.PublicFolder);
        string listen = type == "inet" ? $"inet:127.0.0.1:{port}" : $"unix:{run}/mailauth";
        File.WriteAllText($"{folder}/main.cf", $"""
            compatibility_level = 3.11
            myhostname = postfix.example.net
            mail_owner = {Instance.User}
            maillog_file = {folder}/log
            dns_servers = {dns.Address}
            mailauth_signing_table = inline:{"{{"}sender.example={new SigningKeys(folder).Both}{"}}"}
            mailauth_trusted_networks = 127.0.0.1/32
            mailauth_dmarc_action = reject

            """);
        using ForeignDaemon mailauth = new($"{Programs.Build}/libexec/mailauth",
            ["-c", folder, "--listen", listen, "--socket-group", "postfix"],
            () => type == "inet" ? ForeignDaemon.Listens(port) : File.Exists($"{run}/mailauth"));
        Wait.Until(() => !File.ReadAllText($"/proc/{mailauth.Pid}/status").Contains("\nUid:\t0\t", StringComparison.Ordinal),
            "rights are given up");
        using PostfixPeer postfix = new($"smtpd_milters={listen}", "non_smtpd_milters=$smtpd_milters", "milter_default_action=tempfail",
            $"relayhost=[127.0.0.1]:{sink.Port}", $"relay_transport=smtp:[127.0.0.1]:{sink.Port}", "smtpd_peername_lookup=no",
            "smtpd_error_sleep_time=0");
        Exchange(postfix, sink, folder);
    }

    private static void Exchange(PostfixPeer postfix, SmtpSink sink, string folder)
    {
        string Sent(string text)
        {
            Wait.Until(() => sink.Messages.Any(m => m.Contains(text, StringComparison.Ordinal)), () => $"{text}\n{postfix.LogText}");
            return sink.Messages.First(m => m.Contains(text, StringComparison.Ordinal));
        }
        const string head = "From: ann@sender.example\nTo: b@example.net\nSubject: x\nDate: Mon, 30 Nov 2026 10:00:00 +0000\n"
            + "Message-ID: <x@sender.example>\n";
        postfix.Send("b@far.example", $"{head}\nby sendmail\n");
        using (SmtpPeer inside = SmtpPeer.Open(postfix.Port))
        {
            inside.Deliver("ann@sender.example", "b@far.example", $"{head}\nfrom inside\n").Is(250);
            inside.Quit();
        }
        foreach (string text in new[] { "by sendmail", "from inside" })
            Assert.That(Sent(text).Split("DKIM-Signature: v=1;"), Has.Length.EqualTo(3), text);
        using SmtpPeer outside = new(postfix.Port, from: Stranger);
        outside.Read().Is(220);
        outside.Say("EHLO client.example").Is(250);
        string forged = "Authentication-Results: postfix.example.net; dmarc=pass\n";
        outside.Deliver("x@client.example", "b@example.net", $"X-Round: two\n{forged}{Sent("from inside")}").Is(250);
        string seen = Sent("X-Round: two");
        Assert.That(seen, Does.Contain("Authentication-Results: postfix.example.net;\n\tspf=none"));
        Assert.That(seen.Split("dkim=pass"), Has.Length.EqualTo(3), seen);
        Assert.That(seen, Does.Contain("dmarc=pass (p=reject of sender.example").And.Not.Contain("postfix.example.net; dmarc=pass"));
        Assert.That(outside.Deliver("x@client.example", "b@example.net", $"{head}\nforged\n").ToString(), Does.StartWith("550 5.7.26 "));
        outside.Quit();
        Assert.That(File.ReadAllText($"{folder}/log"), Does.Contain("dkim=signed, author=<ann@sender.example>").And.Contain("action=reject")
            .And.Not.Contain("panic:"));
    }

    [Test]
    public void What_cannot_be_served_is_said_where_a_person_sees_it()
    {
        Programs.RequireBuild();
        string program = $"{Programs.Build}/libexec/mailauth", folder = Directory.CreateTempSubdirectory("mta-mailauth-").FullName;
        File.WriteAllText($"{folder}/main.cf", $"mail_owner = {Instance.User}\nmaillog_file = {folder}/log\n");
        try
        {
            foreach ((string listen, string problem) in new[]
            {
                ("inet:name.example:8891", "must be an address"), ("unix:relative", "must begin with a slash"),
                ("nonsense", "must be inet"),
            })
            {
                ProgramResult result = Programs.Run(program, ["-c", folder, "--listen", listen]);
                Assert.That((result.ExitCode, result.Error), Is.EqualTo((64, result.Error)));
                Assert.That(result.Error, Does.Contain(problem));
            }
            File.WriteAllText($"{folder}/file", "x");
            ProgramResult taken = Programs.Run(program, ["-c", folder, "--listen", $"unix:{folder}/file"]);
            Assert.That(taken.ExitCode, Is.EqualTo(78), taken.ToString());
            Assert.That(taken.Error, Does.Contain("there is a file that is no socket"));
            Assert.That(Programs.Run(program, ["--help"]).Output, Does.Contain("--listen ADDRESS"));
        }
        finally { Directory.Delete(folder, recursive: true); }
    }
}
