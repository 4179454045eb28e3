using MtaSuite.Tests.E2e.Harness;

namespace MtaSuite.Tests.Faults;

/// <summary>Reloads while many clients send: no session is dropped, no message lost or doubled.</summary>
[TestFixture]
public class ReloadUnderLoad : InstanceTest
{
    [Test]
    public void Ten_reloads_with_forty_clients()
    {
        // some come and go, some stay through several reloads
        using SteadyClients coming = SteadyClients.OverSmtp(Mta, 25, messagesPerSession: 3),
            staying = SteadyClients.OverSmtp(Mta, 15, messagesPerSession: 100);
        coming.WaitForMore(20);
        for (int i = 0; i < 10; i++)
        {
            int mark = Mta.LogMark();
            Mta.Configure($"message_size_limit={20_000_000 + i}");
            Mta.Reload();
            Mta.WaitForLog(@"master\[\d+\]: reload --", mark);
            coming.WaitForMore(30);
        }
        staying.WaitForMore(20);
        // else they keep the queue from becoming empty where there is little processor to be had
        staying.Dispose();
        coming.FinishAndCheck();
        staying.FinishAndCheck();
        Assert.That(coming.Broken, Is.Zero, coming.Troubles);
        Assert.That(staying.Broken, Is.Zero, staying.Troubles);
        using SmtpPeer peer = new(Mta.SmtpPort);
        peer.Read();
        Assert.That(peer.Say("EHLO here").Lines, Does.Contain("SIZE 20000009"));
    }
}
