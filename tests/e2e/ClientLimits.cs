using MtaSuite.Tests.E2e.Harness;

namespace MtaSuite.Tests.E2e;

/// <summary>Limits on clients, counted by anvil for two services' processes.</summary>
[TestFixture]
public class ClientLimits : InstanceTest
{
    protected override string[] Settings =>
    [
        "smtpd_client_event_limit_exceptions=", "smtpd_client_message_rate_limit=3", "smtpd_client_connection_count_limit=4",
            "anvil_status_update_time=1s",
        "service_processes=3",
    ];

    [Test, Order(1)]
    public void Connections_at_once_are_counted_over_all_processes()
    {
        List<SmtpPeer> peers = [];
        for (int i = 0; i < 4; i++) peers.Add(SmtpPeer.Open(Mta.SmtpPort));
        using (SmtpPeer fifth = new(Mta.SmtpPort))
            Assert.That(fifth.Read().Is(421).Text, Does.EndWith("Error: too many connections from 127.0.0.1"));
        foreach (SmtpPeer peer in peers) peer.Dispose();
        OpenWhenThereIsRoom().Dispose();
        Assert.That(Mta.LogText(), Does.Match(
            @"warning: Connection concurrency limit exceeded: 5 from localhost\[127\.0\.0\.1\] for service 127\.0\.0\.1:\d+"));
    }

    /// <summary>That the others left comes to anvil's ears from several processes, in its own time.</summary>
    private SmtpPeer OpenWhenThereIsRoom()
    {
        SmtpPeer? peer = null;
        Wait.Until(() =>
        {
            peer?.Dispose();
            peer = new SmtpPeer(Mta.SmtpPort);
            return peer.Read().Code == 220;
        }, "a connection after the others left");
        peer!.Say("EHLO client.example").Is(250);
        return peer;
    }

    [Test, Order(2)]
    public void Messages_are_counted_over_all_connections()
    {
        List<int> codes = [];
        for (int i = 0; i < 5; i++)
        {
            using SmtpPeer peer = OpenWhenThereIsRoom();
            codes.Add(peer.Say("MAIL FROM:<>").Code);
        }
        Assert.That(codes, Is.EqualTo(new[] { 250, 250, 250, 450, 450 }));
        Mta.WaitForLog(@"anvil\[\d+\]: statistics: max message rate \d/60s for \(127\.0\.0\.1:\d+:127\.0\.0\.1\) at ");
    }

    [Test, Order(3)]
    public void A_killed_anvil_stops_nobody()
    {
        Assert.That(Mta.Signal(Instance.SIGKILL, "anvil"), Is.GreaterThan(0));
        using SmtpPeer peer = SmtpPeer.Open(Mta.SmtpPort);
        peer.Say("MAIL FROM:<>").Is(250);
    }
}
