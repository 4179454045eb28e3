using MtaSuite.Tests.E2e.Harness;

namespace MtaSuite.Tests.Faults;

/// <summary>
/// Whoever takes part in address probes dies again and again: clients are put off meanwhile, never refused, and nothing is left behind.
/// </summary>
[TestFixture, Category("faults")]
public class KilledProbes : InstanceTest
{
    protected override string[] Settings =>
    [
        "smtpd_recipient_restrictions=reject_unverified_recipient", "unverified_recipient_reject_code=550", "address_verify_poll_delay=1s",
        "address_verify_poll_count=1", "recipient_delimiter=+", "smtpd_soft_error_limit=1000", "smtpd_hard_error_limit=1000",
    ];

    [TestCase("verify")]
    [TestCase("qmgr")]
    [TestCase("local")]
    public void A_good_address_is_never_refused(string program)
    {
        Random random = new(1);
        for (int round = 0; round < 2; round++)
        {
            using SmtpPeer peer = SmtpPeer.Open(Mta.SmtpPort);
            peer.Say("MAIL FROM:<>").Is(250);
            for (int i = 0; i < 6; i++)
            {
                // one that has settled: else master waits before it starts another
                if (i == 3 && Mta.SettledPid(program) > 0) Mta.Signal(Instance.SIGKILL, program);
                Reply reply = peer.Say($"RCPT TO:<{User}+{program}{round}x{i}@{Instance.HostName}>");
                Assert.That(reply.Code, Is.EqualTo(250).Or.EqualTo(450), reply.ToString());
                Thread.Sleep(random.Next(50));
            }
        }
        Wait.Until(() =>
        {
            using SmtpPeer peer = SmtpPeer.Open(Mta.SmtpPort);
            peer.Say("MAIL FROM:<>").Is(250);
            return peer.Say($"RCPT TO:<{User}+{program}after@{Instance.HostName}>").Code == 250;
        }, "the answer to a probe after the last death");
        Mta.WaitUntilEmpty();
        Assert.That(Mta.Mailbox(), Is.Empty);
        Assert.That(Mta.LogText(), Does.Not.Contain("notification: "));
    }
}
