using MtaSuite.Tests.E2e.Harness;

namespace MtaSuite.Tests.E2e;

/// <summary>The restriction greylist: a client comes again and is let in, and is known after a restart.</summary>
[TestFixture]
public class Greylisting : InstanceTest
{
    protected override string[] Settings =>
        ["smtpd_recipient_restrictions=reject_unauth_destination, reject_unlisted_recipient, greylist",
            "smtpd_authorized_xclient_hosts=127.0.0.1", "greylist_delay=2s", "greylist_auto_allow_clients=2"];

    private string Send(string client, string from, string subject, string? to = null)
    {
        using SmtpPeer peer = SmtpPeer.Open(Mta.SmtpPort);
        peer.Say($"XCLIENT ADDR={client} NAME=client.example").Is(220);
        peer.Say("EHLO client.example").Is(250);
        peer.Say($"MAIL FROM:<{from}>").Is(250);
        Reply reply = peer.Say($"RCPT TO:<{to ?? Address}>");
        if (reply.Code != 250) return reply.ToString();
        peer.Say("DATA").Is(354);
        return peer.SendContent($"Subject: {subject}\n\nbody\n").ToString();
    }

    [Test]
    public void A_client_is_deferred_comes_again_and_is_known_over_reload_and_restart()
    {
        string first = Send("198.51.100.1", "a@client.example", "grey 1");
        Assert.That(first, Does.Match($"^450 4\\.2\\.0 <{Address}>: Recipient address rejected: "
            + "Greylisted, please try again in [12] seconds$"));
        Wait.Until(() => Send("198.51.100.77", "a@client.example", "grey 1").StartsWith("250", StringComparison.Ordinal), "let in");
        Assert.That(Mta.Delivered("Subject: grey 1").Text, Does.Match("X-Greylist: delayed \\d+ seconds by mx\\.test\\.example"));
        Assert.That(Send("198.51.100.1", "a@client.example", "grey 2"), Does.StartWith("250"));
        Mta.Reload();
        Assert.That(Send("198.51.100.1", "a@client.example", "grey 3"), Does.StartWith("250"));
        Mta.Stop();
        Mta.Start();
        Assert.That(Send("198.51.100.1", "a@client.example", "grey 4"), Does.StartWith("250"));
        Assert.That(Send("203.0.113.1", "a@client.example", "grey 5"), Does.StartWith("450 4.2.0"));
        Mta.WaitForLog(@"NOQUEUE: reject: RCPT from client\.example\[198\.51\.100\.1\]: 450 4\.2\.0 <\S+>: "
            + "Recipient address rejected: Greylisted");
    }

    [Test]
    public void What_is_refused_anyway_is_refused_at_once() =>
        Assert.That(Send("192.0.2.9", "a@client.example", "grey no", $"nobody-here@{Instance.HostName}"), Does.StartWith("550 5.1.1"));

    [Test]
    public void Postaccess_asks_without_counting()
    {
        string[] arguments = ["-c", Mta.Etc, "--service", $"127.0.0.1:{Mta.SmtpPort}", "--client", "192.0.2.200",
            "--from", "p@client.example", "--rcpt", Address];
        string said = Instance.Run("postaccess", arguments).Output;
        Assert.That(said, Does.Contain("greylist").And.Contain("Greylisted"));
    }

    [Test]
    public void A_site_without_the_service_is_told()
    {
        string master = File.ReadAllText($"{Mta.Etc}/master.cf");
        using Instance other = Instance.Create("smtpd_recipient_restrictions=reject_unauth_destination, greylist");
        File.WriteAllText($"{other.Etc}/master.cf", string.Join('\n', File.ReadAllLines($"{other.Etc}/master.cf")
            .Where(l => !l.StartsWith("greylist", StringComparison.Ordinal))) + "\n");
        Assert.That(Instance.Run("mtasuite", "-c", other.Etc, "check").Error, Does.Contain("greylist needs its service in master.cf"));
        Assert.That(master, Does.Contain("greylist"));
    }
}
