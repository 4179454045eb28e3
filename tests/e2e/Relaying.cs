using MtaSuite.Tests.E2e.Harness;

namespace MtaSuite.Tests.E2e;

/// <summary>Strangers may not send through us; what our own network sends elsewhere waits for a transport.</summary>
[TestFixture]
public class Relaying : InstanceTest
{
    protected override string[] Settings =>
        ["mynetworks=192.0.2.0/24", "smtpd_relay_restrictions=permit_mynetworks,reject_unauth_destination"];

    [Test]
    public void A_stranger_is_refused_for_other_domains()
    {
        using SmtpPeer peer = SmtpPeer.Open(Mta.SmtpPort);
        peer.Say("MAIL FROM:<a@client.example>").Is(250);
        foreach (string to in (string[])["victim@elsewhere.example", $"victim%elsewhere.example@{Instance.HostName}",
            $"@{Instance.HostName}:victim@elsewhere.example",
            "\"victim@elsewhere.example\"@mx.test.example"])
        {
            Reply reply = peer.Say($"RCPT TO:<{to}>");
            Assert.That(reply.Code, Is.EqualTo(554).Or.EqualTo(550).Or.EqualTo(501).Or.EqualTo(454), $"{to}: {reply}");
        }
        Assert.That(peer.Say("RCPT TO:<victim@elsewhere.example>").Is(554).Text,
            Is.EqualTo("5.7.1 <victim@elsewhere.example>: Relay access denied"));
        peer.Say($"RCPT TO:<{Address}>").Is(250);
        Mta.WaitForLog(@"NOQUEUE: reject: RCPT from \S+\[127\.0\.0\.1\]: 554 5\.7\.1 <victim@elsewhere\.example>: Relay access denied; "
            + @"from=<a@client\.example> to=<victim@elsewhere\.example> proto=ESMTP helo=<client\.example>$");
    }

    [Test]
    public void The_submission_service_of_a_stranger_refuses_everything()
    {
        using SmtpPeer peer = SmtpPeer.Open(Mta.SubmissionPort);
        Assert.That(peer.Say("MAIL FROM:<a@client.example>").Is(530).Text, Does.StartWith("5.7.0 Must issue a STARTTLS command first"));
    }
}
