using System.Diagnostics;
using System.Net.Sockets;
using System.Security.Cryptography;
using MtaSuite.Tests.E2e.Harness;
using MtaSuite.Tests.Unit.Milter;

namespace MtaSuite.Tests.E2e;

/// <summary>Milters beside real processes: the connection passes from smtpd to cleanup and back.</summary>
[TestFixture]
public class Milters : InstanceTest
{
    private MilterThread? _milter;

    private string SocketPath => $"{Mta.Folder}/milter";

    protected override string[] Settings => ["smtpd_milters=unix:PLACE", "milter_default_action=tempfail", "smtpd_peername_lookup=no"];

    protected override void Prepare()
    {
        Mta.Configure($"smtpd_milters=unix:{SocketPath}", $"non_smtpd_milters=unix:{SocketPath}");
        _milter = new MilterThread(SocketPath, Marks);
    }

    [OneTimeTearDown]
    public void StopMilter() => _milter?.Dispose();

    /// <summary>Marks each message; refuses one whose subject asks for it.</summary>
    private static byte[][]? Marks(Heard heard)
    {
        if (heard is { Command: Common.Milter.MilterCommand.Header, Texts: ["Subject", var subject] } && subject.Contains("refuse"))
            return [ScriptedMilter.Packet('y', "554 5.7.1 not this\0")];
        return heard.Command != Common.Milter.MilterCommand.EndOfMessage ? null
            : [ScriptedMilter.Packet('h', "X-Seen\0by the milter\0"), ScriptedMilter.Packet('m', "\0\0\0\u0001Subject\0seen by it\0"),
                ScriptedMilter.Packet('c')];
    }

    private static string Text(string subject, string body) => $"From: a@b.example\nSubject: {subject}\n\n{body}\n";

    [Test]
    public void Mail_of_clients_is_changed_message_after_message_of_one_session()
    {
        using SmtpPeer client = SmtpPeer.Open(Mta.SmtpPort);
        for (int i = 0; i < 3; i++)
            client.Deliver("a@b.example", Address, Text("first", $"mail of a client, number {i}")).Is(250);
        Assert.That(client.Deliver("a@b.example", Address, Text("refuse", "no")).Is(554).Text, Does.Contain("not this"));
        client.Deliver("a@b.example", Address, Text("first", "mail behind a refused one")).Is(250);
        client.Quit();
        foreach (string text in (string[])["number 0", "number 1", "number 2", "behind a refused"])
        {
            Mail mail = Mta.Delivered(text);
            Assert.That((mail.Header("X-Seen"), mail.Header("Subject")), Is.EqualTo(("by the milter", "seen by it")));
        }
        Assert.That(Mta.LogText(), Does.Match("milter-reject: END-OF-MESSAGE from unknown\\[127\\.0\\.0\\.1\\]: 5\\.7\\.1 not this; "
            + "from=<a@b\\.example> to=<.*> proto=ESMTP helo=<.*>"));
    }

    [Test]
    public void Mail_of_local_users_is_changed_too()
    {
        Mta.Sendmail("Subject: local\n\nmail of a local user\n", Address).Succeeded();
        Assert.That(Mta.Delivered("mail of a local user").Header("X-Seen"), Is.EqualTo("by the milter"));
    }

    [Test]
    public void A_milter_that_is_killed_under_load_lets_nothing_pass_unseen()
    {
        int accepted = 0, refused = 0;
        Thread[] clients = [.. Enumerable.Range(0, 4).Select(t => new Thread(() =>
        {
            for (int i = 0; i < 25; i++)
            {
                using SmtpPeer client = SmtpPeer.Open(Mta.SmtpPort);
                client.Say("MAIL FROM:<a@b.example>");
                if (client.Say($"RCPT TO:<{Address}>").Code == 250 && client.Say("DATA").Code == 354)
                {
                    if (client.SendContent(Text("load", $"load {t} {i}")).Code == 250) Interlocked.Increment(ref accepted);
                    else Interlocked.Increment(ref refused);
                }
                else Interlocked.Increment(ref refused);
            }
        }))];
        foreach (Thread client in clients) client.Start();
        while (clients.Any(c => c.IsAlive))
        {
            Thread.Sleep(20);
            _milter!.Crash(Marks);
        }
        Wait.Until(() => Mta.Mailbox().Count(m => m.Body.StartsWith("load ", StringComparison.Ordinal)) >= accepted,
            "all that was accepted");
        Assert.That(accepted + refused, Is.EqualTo(100));
        foreach (Mail mail in Mta.Mailbox().Where(m => m.Body.StartsWith("load ", StringComparison.Ordinal)))
            Assert.That(mail.Header("X-Seen"), Is.EqualTo("by the milter"), mail.Text);
    }
}

/// <summary>Debian's opendkim, a program on libmilter, signs mail.</summary>
[TestFixture]
public class OpenDkim : InstanceTest
{
    private Process? _opendkim;
    private int _port;

    protected override void Prepare()
    {
        if (!File.Exists("/usr/sbin/opendkim") || !Programs.IsRoot) Assert.Ignore("no opendkim, or not root");
        _port = Instance.FreePort();
        using RSA key = RSA.Create(2048);
        File.WriteAllText($"{Mta.Folder}/key.pem", key.ExportPkcs8PrivateKeyPem());
        File.SetUnixFileMode($"{Mta.Folder}/key.pem", UnixFileMode.UserRead | UnixFileMode.UserWrite);
        File.WriteAllText($"{Mta.Folder}/opendkim.conf", $"""
            Mode s
            Domain {Instance.HostName}
            Selector test
            KeyFile {Mta.Folder}/key.pem
            Socket inet:{_port}@127.0.0.1
            Syslog no
            Background no
            RequireSafeKeys no
            """);
        _opendkim = Process.Start("/usr/sbin/opendkim", ["-f", "-x", $"{Mta.Folder}/opendkim.conf"]);
        Wait.Until(() =>
        {
            using Socket probe = new(SocketType.Stream, ProtocolType.Tcp);
            try { probe.Connect("127.0.0.1", _port); }
            catch (SocketException) { return false; }
            return true;
        }, "opendkim listens");
        Mta.Configure($"smtpd_milters=inet:127.0.0.1:{_port}", $"non_smtpd_milters=inet:localhost:{_port}");
    }

    [OneTimeTearDown]
    public void StopFilter()
    {
        _opendkim?.Kill();
        _opendkim?.WaitForExit();
    }

    [Test]
    public void Mail_is_signed_whichever_way_it_comes([Values] bool local)
    {
        string text = $"From: x@{Instance.HostName}\nSubject: to be signed\n\nsigned {local}\n";
        if (local) Mta.Sendmail(text, Address).Succeeded();
        else
        {
            using SmtpPeer client = SmtpPeer.Open(Mta.SmtpPort);
            client.Deliver($"x@{Instance.HostName}", Address, text).Is(250);
            client.Quit();
        }
        Assert.That(Mta.Delivered($"signed {local}").Header("DKIM-Signature"),
            Does.Contain($"d={Instance.HostName}").And.Contain("s=test;"));
    }
}
