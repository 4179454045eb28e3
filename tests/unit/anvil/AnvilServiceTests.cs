using MtaSuite.Anvil;
using MtaSuite.Common.Ipc;
using MtaSuite.Common.Ipc.Messages;
using MtaSuite.Smtpd;
using MtaSuite.Tests.Unit.Net;

namespace MtaSuite.Tests.Unit.Anvil;

/// <summary>Two processes that count together.</summary>
public sealed class AnvilServiceTests
{
    private ServiceBench _bench = null!;

    [SetUp]
    public void Make() => _bench = new ServiceBench();

    [TearDown]
    public void Remove() => _bench.Dispose();

    [Test]
    public void Connections_of_two_processes_are_one_count_and_a_process_takes_its_own_along() => OnLoop.Run(async loop =>
    {
        AnvilService service = _bench.StartAnvil(loop);
        AnvilClient one = _bench.AnvilClient(loop), two = _bench.AnvilClient(loop);
        Assert.That((await one.ConnectAsync("smtp:a"))!.Count, Is.EqualTo(1));
        Assert.That((await one.ConnectAsync("smtp:a"))!.Count, Is.EqualTo(2));
        AnvilReply third = (await two.ConnectAsync("smtp:a"))!;
        Assert.That((third.Count, third.Rate), Is.EqualTo((3, 3)));
        one.Disconnect("smtp:a");
        Assert.That((await one.CountAsync(ClientEvent.Connect, "smtp:a", report: true))!.Count, Is.EqualTo(2));
        one.Close();
        await loop.TurnAsync(5);
        Assert.That((await two.CountAsync(ClientEvent.Connect, "smtp:a", report: true))!.Count, Is.EqualTo(1));
        Assert.That(service.Active, Is.EqualTo(1));
    });

    [Test]
    public void A_new_anvil_is_told_of_the_connections_there_are() => OnLoop.Run(async loop =>
    {
        AnvilService first = _bench.StartAnvil(loop);
        AnvilClient one = _bench.AnvilClient(loop), two = _bench.AnvilClient(loop);
        await one.ConnectAsync("smtp:a");
        await two.ConnectAsync("smtp:a");
        await ServiceBench.DrainAsync(first);
        _ = _bench.StartAnvil(loop);
        // the other process tells with its next question
        await two.CountAsync(ClientEvent.Message, "smtp:b");
        Assert.That((await one.ConnectAsync("smtp:a"))!.Count, Is.EqualTo(3));
    });

    [Test]
    public void Without_anvil_there_is_no_count_and_nobody_waits() => OnLoop.Run(async loop =>
    {
        AnvilClient client = _bench.AnvilClient(loop);
        Assert.That(await client.ConnectAsync("smtp:a"), Is.Null);
        Assert.That(await client.CountAsync(ClientEvent.Message, "smtp:a"), Is.Null);
        client.Disconnect("smtp:a");
    });

    [Test]
    public void An_anvil_that_hangs_is_waited_for_once() => OnLoop.Run(async loop =>
    {
        _ = OnLoop.Listen(_bench.Spool.SocketPath(true, "anvil")); // nobody accepts
        AnvilClient client = _bench.AnvilClient(loop);
        long start = Environment.TickCount64;
        Assert.That(await client.ConnectAsync("smtp:a"), Is.Null);
        long waited = Environment.TickCount64 - start;
        Assert.That(waited, Is.GreaterThanOrEqualTo(1500));
        for (int i = 0; i < 100; i++) Assert.That(await client.ConnectAsync("smtp:a"), Is.Null);
        Assert.That(Environment.TickCount64 - start - waited, Is.LessThan(100 * 1500), "the time that each would wait");
    });
}
