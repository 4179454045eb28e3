using MtaSuite.Tests.E2e.Harness;

namespace MtaSuite.Tests.E2e;

/// <summary>Address probes through the whole suite: nothing is delivered, nothing comes back, the answer is remembered.</summary>
[TestFixture]
public class Probes : InstanceTest
{
    protected override string[] Settings =>
    [
        "local_recipient_maps=", "smtpd_recipient_restrictions=reject_unverified_recipient", "unverified_recipient_reject_code=550",
        "address_verify_poll_delay=1s", "virtual_alias_domains=virtual.example",
            "virtual_alias_maps=inline:{boss@virtual.example=" + Instance.User + "}",
        "local_transport=discard", "address_verify_local_transport=local",
    ];

    private Reply Ask(string recipient)
    {
        using SmtpPeer peer = SmtpPeer.Open(Mta.SmtpPort);
        peer.Say("MAIL FROM:<>").Is(250);
        return peer.Say($"RCPT TO:<{recipient}>");
    }

    [Test, Order(1)]
    public void A_known_recipient_is_accepted_and_an_unknown_one_refused()
    {
        Ask(Address).Is(250);
        Assert.That(Ask($"nobody-at-all@{Instance.HostName}").Is(550).Text,
            Does.Contain($"5.1.1 <nobody-at-all@{Instance.HostName}>: Recipient address rejected: undeliverable address: unknown user: "
                + $"\"nobody-at-all\""));
        Ask("boss@virtual.example").Is(250);
        Mta.WaitUntilEmpty();
        Assert.That(Mta.Mailbox(), Is.Empty);
        Assert.That(Mta.LogText(), Does.Match(
            $@"local\[\d+\]: \w+: to=<{Address}>, .*status=deliverable \(delivers to mail(box|dir)\)").And.Match("status=undeliverable"));
        Assert.That(Mta.LogText(), Does.Not.Contain("notification"));
    }

    [Test, Order(2)]
    public void Answers_outlive_the_process_that_was_killed()
    {
        foreach (int pid in Mta.Pids("verify")) _ = MtaSuite.Common.Native.Signals.Kill(pid, 9);
        int mark = Mta.LogMark();
        Ask(Address).Is(250);
        Ask($"nobody-at-all@{Instance.HostName}").Is(550);
        Assert.That(Mta.LogText()[mark..], Does.Not.Contain("status="));
    }
}
