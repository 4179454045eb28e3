using MtaSuite.Common.Hosting;
using MtaSuite.Common.Native;
using MtaSuite.Common.Net;
using MtaSuite.Tests.Unit.Net;

namespace MtaSuite.Tests.Unit.Hosting;

/// <summary>Between master and a daemon.</summary>
public sealed class StatusChannelTests
{
    [Test]
    public void Messages_arrive_whole_and_the_end_is_told_once() => OnLoop.Run(async loop =>
    {
        (int a, int b) = OnLoop.Pair();
        List<string> got = [];
        int lost = 0;
        StatusChannel one = new(loop, a, (kind, value) => got.Add($"{kind}{value}"), () => lost++);
        StatusChannel other = new(loop, b, (_, _) => { }, () => { });
        other.Send(StatusKind.Ready);
        other.Send(StatusKind.Busy, -7);
        await loop.UntilAsync(() => got.Count == 2);
        other.Close();
        await loop.UntilAsync(() => lost == 1);
        one.Send(StatusKind.Drain);
        await loop.TurnAsync();
        Assert.That(got, Is.EqualTo(new[] { "Ready0", "Busy-7" }));
        Assert.That(lost, Is.EqualTo(1));
    });

    [Test]
    public void A_message_may_come_in_pieces() => OnLoop.Run(async loop =>
    {
        (int a, int raw) = OnLoop.Pair();
        List<string> got = [];
        _ = new StatusChannel(loop, a, (kind, value) => got.Add($"{kind}{value}"), () => { });
        foreach (byte b in new byte[] { 2, 0, 0, 0, 5, 1, 0, 0, 3, 0, 0, 0 })
        {
            Sockets.Send(raw, [b]);
            await loop.TurnAsync(1);
        }
        Assert.That(got, Is.EqualTo(new[] { "Busy261" }));
        FileIO.Close(raw);
    });
}
