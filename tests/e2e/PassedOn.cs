using MtaSuite.Tests.E2e.Harness;

namespace MtaSuite.Tests.E2e;

/// <summary>Local delivery hands a recipient to another transport: that one tells what became of it, once.</summary>
[TestFixture]
public class PassedOn : InstanceTest
{
    protected override string[] Settings =>
        ["local_recipient_maps=", "fallback_transport=error:5.1.1 nobody here", "fallback_transport_maps=inline:{{lost=nosuch:x}}"];

    private string[] Told(string user, string last)
    {
        using SmtpPeer peer = SmtpPeer.Open(Mta.SmtpPort);
        string id = peer.Deliver(Address, $"{user}@{Instance.HostName}", "Subject: passed\n\nx\n").Is(250).QueueId;
        peer.Quit();
        Mta.WaitForLog($"{id}: {last}");
        return [.. Mta.LogText().Split('\n').Where(l => l.Contains($"{id}: to=<", StringComparison.Ordinal))];
    }

    [Test]
    public void The_outcome_is_logged_once_by_the_agent_that_had_it()
    {
        string[] told = Told("gone", "removed");
        Assert.That(told, Has.Length.EqualTo(1));
        Assert.That(told[0], Does.Contain("/error[").And.Contain("dsn=5.1.1, status=bounced (nobody here)"));
        Assert.That(Mta.LogText(), Does.Contain($"passing <gone@{Instance.HostName}> to transport=error"));
    }

    [Test]
    public void A_transport_that_is_not_there_is_told_by_local()
    {
        string[] told = Told("lost", "to=<lost");
        Assert.That(told, Has.Length.EqualTo(1));
        Assert.That(told[0], Does.Contain("/local[").And.Contain("dsn=4.3.0, status=deferred (mail transport nosuch unavailable)"));
    }
}
