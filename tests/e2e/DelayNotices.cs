using MtaSuite.Tests.E2e.Harness;

namespace MtaSuite.Tests.E2e;

/// <summary>Mail that waits: the sender is told once, and with confirm_delay_cleared again when it went out.</summary>
[TestFixture]
public class DelayNotices : InstanceTest
{
    protected override string[] Settings =>
    [
        "delay_warning_time=1s", "minimal_backoff_time=1s", "maximal_backoff_time=2s", "queue_run_delay=1s", "confirm_delay_cleared=yes",
        "transport_maps=inline:{slow.example=slow:}", "defer_transports=slow", "smtpd_relay_restrictions=permit_mynetworks,reject",
    ];

    protected override void Prepare() => File.AppendAllText($"{Mta.Etc}/master.cf", "slow unix - n n - - virtual\n");

    private Mail Report(string text)
    {
        List<Mail> found = [];
        Wait.Until(() => (found = Mta.Mailbox().FindAll(m => m.Text.Contains(text, StringComparison.Ordinal))).Count > 0,
            $"a report with {text}");
        Assert.That(found, Has.Count.EqualTo(1));
        return found[0];
    }

    [Test]
    public void A_delay_is_told_once_and_its_end_too()
    {
        using SmtpPeer peer = SmtpPeer.Open(Mta.SmtpPort);
        peer.Deliver(Address, "somebody@slow.example", "Subject: slow\n\nsecret body\n").Is(250);
        Mail delayed = Report("Action: delayed");
        Assert.That(delayed.Text, Does.Contain("Final-Recipient: rfc822; somebody@slow.example").And.Contain(
            "Will-Retry-Until: ").And.Contain("Status: 4.3.2")
            .And.Not.Contain("secret body"));
        int attempts = Mta.CountLog("status=deferred");
        Wait.Until(() => Mta.CountLog("status=deferred") > attempts + 1, "more attempts");
        Assert.That(Mta.CountLog("sender delay notification"), Is.EqualTo(1));
        Mta.Configure("defer_transports=", "virtual_mailbox_base=" + Mta.MailFolder, "virtual_mailbox_maps=static:slow/",
            "virtual_uid_maps=static:12345",
            "virtual_gid_maps=static:12345");
        Mta.Reload();
        Mail delivered = Report("Action: delivered");
        Assert.That(delivered.Text, Does.Contain("Final-Recipient: rfc822; somebody@slow.example"));
        Mta.WaitUntilEmpty();
    }
}
