using MtaSuite.Common.Hosting;
using MtaSuite.Common.Native;
using MtaSuite.Tests.Unit.Net;

namespace MtaSuite.Tests.Unit.Hosting;

/// <summary>What a process does when it has nothing to do: nothing, in little memory.</summary>
public sealed class IdleWatchTests
{
    [Test]
    public void A_process_at_rest_is_left_alone() => OnLoop.Run(async loop =>
    {
        int looks = 0;
        TimeSpan interval = TimeSpan.FromMilliseconds(20);
        _ = new IdleWatch(loop, () => looks++, interval);
        await loop.Delay(50 * interval);
        int asleep = looks;
        await loop.Delay(50 * interval);
        Assert.That(looks, Is.EqualTo(asleep).And.InRange(1, 3));
        loop.Post(() => { });
        await loop.UntilAsync(() => looks >= asleep + 2);
        await loop.Delay(50 * interval);
        Assert.That(looks, Is.EqualTo(asleep + 2)); // once for the work, once to see that there is no more
    });

    [Test]
    public void Pages_of_the_program_are_forgotten_and_come_back()
    {
        long before = ResidentKib();
        Libc.ForgetImagePages();
        long after = ResidentKib();
        Assert.That(after, Is.LessThan(before - 1024));
        Assert.That(new Version("1.2.3").Minor, Is.EqualTo(2)); // the program goes on
    }

    /// <summary>KiB of files that are in this process's memory.</summary>
    private static long ResidentKib() =>
        long.Parse(File.ReadLines("/proc/self/status").Single(l => l.StartsWith("RssFile:", StringComparison.Ordinal)).AsSpan(8)
        .Trim()[..^3]);
}
