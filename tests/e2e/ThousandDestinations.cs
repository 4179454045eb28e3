using System.Net;
using MtaSuite.Tests.E2e.Harness;

namespace MtaSuite.Tests.E2e;

/// <summary>Mail for a thousand hosts, of which a tenth is dead or slow: the others do not notice.</summary>
[TestFixture]
public class ThousandDestinations : InstanceTest
{
    private const int Port = 4330, Hosts = 1000, Letters = 3, RecipientsAtOnce = 50;
    private readonly SmtpSink[] _sinks = new SmtpSink[Hosts];

    private static IPAddress AddressOf(int host) => new([127, 1, (byte)(host / 250), (byte)(host % 250 + 1)]);

    private static SinkMode ModeOf(int host) => (host % 20) switch { 7 => SinkMode.Closes, 17 => SinkMode.IsSilent, _ => SinkMode.Takes };

    protected override string[] Settings => ["mynetworks=127.0.0.0/8", "inet_protocols=ipv4", "initial_destination_concurrency=2"];

    protected override void Prepare()
    {
        File.WriteAllLines($"{Mta.Etc}/transport", Enumerable.Range(0, Hosts).Select(i => $"{Domain(i)} relay:[{AddressOf(i)}]:{Port}"));
        Mta.Configure($"transport_maps=texthash:{Mta.Etc}/transport");
    }

    private static string Domain(int host) => $"d{host / 250}x{host % 250 + 1}.example";

    [Test]
    public void A_dead_or_slow_tenth_delays_nobody()
    {
        for (int i = 0; i < Hosts; i++) _sinks[i] = new SmtpSink(AddressOf(i), Port, ModeOf(i));
        try
        {
            for (int letter = 0; letter < Letters; letter++) Send();
            int healthy = Enumerable.Range(0, Hosts).Count(i => ModeOf(i) == SinkMode.Takes);
            Wait.Until(() => _sinks.Sum(s => s.Count) == healthy * Letters,
                () => $"{_sinks.Sum(s => s.Count)} of {healthy * Letters} delivered");
            Assert.That(Enumerable.Range(0, Hosts).Where(i => ModeOf(i) == SinkMode.Takes).All(i => _sinks[i].Count == Letters),
                "each once");
            // those that close are dead after two attempts, those that say nothing are still waited for
            string[] states = Mta.Command("mtasuite", "", "destinations", "-j")
                .Succeeded().Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
            Assert.That(states.Count(s => s.Contains("\"dead\": true")), Is.EqualTo(50));
            Assert.That(states.Count(s => s.Contains("\"dead\": false") && s.Contains("\"running\": 2")), Is.EqualTo(50));
            Assert.That(Mta.LogText(), Does.Match(@"status=deferred \(delivery temporarily suspended: "));
        }
        finally
        {
            foreach (SmtpSink sink in _sinks) sink?.Dispose();
        }
    }

    private void Send()
    {
        using SmtpPeer peer = SmtpPeer.Open(Mta.SmtpPort);
        for (int first = 0; first < Hosts; first += RecipientsAtOnce)
        {
            peer.Say("MAIL FROM:<sender@client.example>").Is(250);
            for (int i = first; i < first + RecipientsAtOnce; i++) peer.Say($"RCPT TO:<user@{Domain(i)}>").Is(250);
            peer.Say("DATA").Is(354);
            peer.Say("Subject: to many\r\n\r\ntext\r\n.").Is(250);
        }
        peer.Quit();
    }
}
