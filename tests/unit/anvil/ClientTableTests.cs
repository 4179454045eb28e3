using MtaSuite.Anvil;
using MtaSuite.Common.Ipc.Messages;
using MtaSuite.Tests.Unit.Tables;

namespace MtaSuite.Tests.Unit.Anvil;

/// <summary>What is counted, for how long, and what the log says of it.</summary>
public sealed class ClientTableTests
{
    private readonly ManualClock _clock = new();

    private ClientTable Table(int capacity = 100) => new(TimeSpan.FromSeconds(60), _clock, capacity);

    [Test]
    public void Events_count_within_a_window_and_each_kind_for_itself()
    {
        ClientTable table = Table();
        for (int i = 1; i <= 3; i++) Assert.That(table.Count(ClientEvent.Message, "smtp:a", false).Rate, Is.EqualTo(i));
        Assert.That(table.Count(ClientEvent.Recipient, "smtp:a", false).Rate, Is.EqualTo(1));
        Assert.That(table.Count(ClientEvent.Message, "smtp:b", false).Rate, Is.EqualTo(1));
        Assert.That(table.Count(ClientEvent.Message, "smtp:a", report: true).Rate, Is.EqualTo(3), "asking is no event");
        _clock.Advance(TimeSpan.FromSeconds(60));
        Assert.That(table.Count(ClientEvent.Message, "smtp:a", false).Rate, Is.EqualTo(1));
    }

    [Test]
    public void Connections_add_up_over_processes_and_go_with_them()
    {
        ClientTable table = Table();
        HeldConnections one = new(), two = new();
        table.Hold(one, "c", 2);
        table.Hold(two, "c", 3);
        Assert.That(table.Count(ClientEvent.Connect, "c", true).Count, Is.EqualTo(5));
        table.Hold(one, "c", 1);
        Assert.That(table.Count(ClientEvent.Connect, "c", true).Count, Is.EqualTo(4));
        table.Hold(one, "c", 1);
        table.Release(two);
        Assert.That(table.Count(ClientEvent.Connect, "c", true).Count, Is.EqualTo(1));
    }

    [Test]
    public void Who_is_gone_is_forgotten_and_who_is_there_is_not()
    {
        ClientTable table = Table();
        HeldConnections process = new();
        table.Hold(process, "there", 1);
        table.Count(ClientEvent.Message, "gone", false);
        _clock.Advance(TimeSpan.FromSeconds(61));
        table.Purge();
        Assert.That(table.Size, Is.EqualTo(1));
        table.Hold(process, "there", 0);
        table.Purge();
        Assert.That(table.Size, Is.Zero);
    }

    [Test]
    public void A_full_table_limits_nobody_new()
    {
        ClientTable table = Table(capacity: 2);
        foreach (string ident in new[] { "a", "b", "c", "c" }) table.Count(ClientEvent.Message, ident, false);
        Assert.That((table.Size, table.Count(ClientEvent.Message, "c", false).Rate, table.Count(ClientEvent.Message, "a", false).Rate),
            Is.EqualTo((2, 0, 2)));
        _clock.Advance(TimeSpan.FromSeconds(61));
        Assert.That(table.Count(ClientEvent.Message, "c", false).Rate, Is.EqualTo(1));
    }

    [Test]
    public void Statistics_name_the_highest_values_once()
    {
        ClientTable table = Table();
        HeldConnections process = new();
        table.Hold(process, "smtp:192.0.2.1", 2);
        table.Count(ClientEvent.Connect, "smtp:192.0.2.1", false);
        table.Count(ClientEvent.Message, "smtp:192.0.2.2", false);
        string when = _clock.GetLocalNow() is var t
            ? string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{t:MMM} {t.Day,2} {t:HH:mm:ss}") : "";
        Assert.That(table.Statistics.Take(), Is.EqualTo(new[]
        {
            $"statistics: max connection rate 1/60s for (smtp:192.0.2.1) at {when}",
            $"statistics: max connection count 2 for (smtp:192.0.2.1) at {when}",
            $"statistics: max message rate 1/60s for (smtp:192.0.2.2) at {when}",
            $"statistics: max cache size 2 at {when}",
        }));
        Assert.That(table.Statistics.Take(), Is.Empty);
    }
}
