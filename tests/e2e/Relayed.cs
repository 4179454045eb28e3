using MtaSuite.Common.Native;
using MtaSuite.Tests.E2e.Harness;
using MtaSuite.Tests.Unit.Relay;

namespace MtaSuite.Tests.E2e;

/// <summary>Mail to other hosts: the usual case, and peers that misbehave.</summary>
[TestFixture]
public class Relayed : InstanceTest
{
    private ScriptedPeer _peer = null!;

    private string Store => $"{Mta.Folder}/lmtp";

    protected override string[] Settings =>
    [
        "smtpd_relay_restrictions=permit_mynetworks,reject", "smtp_mail_timeout=2s", "smtp_rcpt_timeout=2s", "smtp_data_done_timeout=2s",
            "smtp_helo_timeout=2s",
        "smtp_generic_maps=inline:{inside@mx.test.example=outside@world.example}", "smtp_header_checks=inline:{{X-Secret: s=IGNORE}}",
    ];

    protected override void Prepare()
    {
        _peer = new ScriptedPeer(new()
        {
            ["RCPT unknown@far.example"] = "550 5.1.1 no such user",
            ["RCPT later@far.example"] = "450 4.2.1 try again",
            ["RCPT drops@far.example"] = "drop",
            ["RCPT silent@far.example"] = "silent",
            ["RCPT bye@far.example"] = "say+drop:421 4.3.2 going down",
        });
        Mta.Configure($"relayhost=[127.0.0.1]:{_peer.EndPoint.Port}", $"transport_maps=inline:{{store.example=lmtp:unix:{Store}}}");
    }

    [OneTimeTearDown]
    public void ClosePeer() => _peer.Dispose();

    private string Send(string to, string from = "a@mx.test.example")
    {
        using SmtpPeer peer = SmtpPeer.Open(Mta.SmtpPort);
        string id = peer.Deliver(from, to, "Subject: relayed\nX-Secret: s\n\n.dot\n").Is(250).QueueId;
        peer.Quit();
        return id;
    }

    [Test]
    public void A_message_is_sent_and_logged()
    {
        string id = Send("b@far.example", "inside@mx.test.example");
        Mta.WaitForLog(
            $@"smtp\[\d+\]: {id}: to=<b@far\.example>, relay=127\.0\.0\.1\[127\.0\.0\.1\]:{_peer.EndPoint.Port}, "
            + @"(conn_use=\d+, )?delay=[\d.]+, delays=[\d.]+/[\d.]+/[\d.]+/[\d.]+, (tls=\S+, )?"
            + @"dsn=2\.0\.0, status=sent \(250 2\.0\.0 taken\)$");
        Mta.WaitForLog($"{id}: removed");
        (_, string sender, byte[] content) = _peer.Taken.Single(t => t.Recipients.Contains("b@far.example"));
        Assert.That(sender, Is.EqualTo("outside@world.example"));
        string text = System.Text.Encoding.ASCII.GetString(content);
        Assert.That(text, Does.EndWith("\r\n\r\n..dot\r\n.\r\n").And.Not.Contain("X-Secret").And.Contain("Received: "));
        Assert.That(text.Replace("\r\n", ""), Does.Not.Contain("\r").And.Not.Contain("\n"));
    }

    [Test]
    public void What_a_client_of_our_own_networks_sends_in_bare_line_feeds_leaves_in_whole_lines()
    {
        using (SmtpPeer peer = SmtpPeer.Open(Mta.SmtpPort))
        {
            peer.Say("MAIL FROM:<a@mx.test.example>").Is(250);
            peer.Say("RCPT TO:<bare@far.example>").Is(250);
            peer.Say("DATA").Is(354);
            peer.Send("Subject: bare\nX: a\r\n\none\ntwo\rthree\r\r\nfour\n..dot\n.\n");
            peer.Read().Is(250);
            peer.Quit();
        }
        Wait.Until(() => _peer.Taken.Any(t => t.Recipients.Contains("bare@far.example")), "the message");
        byte[] content = _peer.Taken.Single(t => t.Recipients.Contains("bare@far.example")).Content;
        string text = System.Text.Encoding.ASCII.GetString(content);
        Assert.That(text, Does.Contain("\r\nX: a\r\n").And.EndWith("\r\n\r\none\r\ntwo three\r\nfour\r\n..dot\r\n.\r\n"));
        Assert.That(text.Replace("\r\n", ""), Does.Not.Contain("\r").And.Not.Contain("\n"));
    }

    [TestCase("unknown",
        @"dsn=5\.1\.1, status=bounced \(host 127\.0\.0\.1\[127\.0\.0\.1\] said: 550 5\.1\.1 no such user \(in reply to RCPT TO "
        + @"command\)\)")]
    [TestCase("later",
        @"dsn=4\.2\.1, status=deferred \(host 127\.0\.0\.1\[127\.0\.0\.1\] said: 450 4\.2\.1 try again \(in reply to RCPT TO command\)\)")]
    [TestCase("drops", @"dsn=4\.4\.2, status=deferred \(lost connection with 127\.0\.0\.1\[127\.0\.0\.1\] while sending RCPT TO\)")]
    [TestCase("silent", @"dsn=4\.4\.2, status=deferred \(conversation with 127\.0\.0\.1\[127\.0\.0\.1\] timed out while sending RCPT TO\)")]
    [TestCase("bye",
        @"dsn=4\.3\.2, status=deferred \(host 127\.0\.0\.1\[127\.0\.0\.1\] said: 421 4\.3\.2 going down \(in reply to RCPT TO command\)\)")]
    public void A_failure_is_logged(string user, string line)
    {
        string id = Send($"{user}@far.example");
        Mta.WaitForLog($@"{id}: to=<{user}@far\.example>, relay=127\.0\.0\.1\[127\.0\.0\.1\]:{_peer.EndPoint.Port}, .*{line}$");
        Mta.Command("postsuper", "", "-d", id);
    }

    [Test]
    public void Mail_goes_to_a_Unix_socket_by_LMTP()
    {
        using ScriptedPeer store = new(lmtp: true, path: Store);
        File.SetUnixFileMode(Store, (UnixFileMode)FileModes.WorldWritableFolder);
        string id = Send("b@store.example");
        Mta.WaitForLog(
            $@"lmtp\[\d+\]: {id}: to=<b@store\.example>, relay=mx\.test\.example\[{Store}\], .*dsn=2\.0\.0, status=sent \(250 2\.0\.0 "
            + @"<b@store\.example> taken\)$");
        Assert.That(store.TakenFor("b@store.example"), Is.EqualTo(1));
    }
}
