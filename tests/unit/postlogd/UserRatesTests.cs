using MtaSuite.Common.Log;
using MtaSuite.Postlogd;
using MtaSuite.Tests.Unit.Net;

namespace MtaSuite.Tests.Unit.Postlogd;

/// <summary>How much ordinary users may log.</summary>
[NonParallelizable]
public sealed class UserRatesTests
{
    private string _path = "";

    [SetUp]
    public void Make()
    {
        _path = Path.GetTempFileName();
        Log.Configure(new LogSettings("x") { File = _path });
    }

    [TearDown]
    public void Remove()
    {
        Log.Configure(new LogSettings("test") { File = "/dev/null" });
        File.Delete(_path);
    }

    [Test]
    public void A_flood_of_one_user_is_counted_and_costs_no_other_user_a_line() => OnLoop.Run(async loop =>
    {
        UserRates rates = new(loop, linesPerSecond: 2);
        int taken = 0;
        for (int i = 0; i < 10_000; i++) taken += rates.TryTake(7, 100) ? 1 : 0;
        Assert.That(taken, Is.EqualTo(100), "fifty seconds' worth; the loop's clock stands still meanwhile");
        Assert.That(rates.TryTake(8, 100), "another user");
        int large = 0;
        for (int i = 0; i < 10_000; i++) large += rates.TryTake(9, 4096) ? 1 : 0;
        Assert.That(large, Is.EqualTo(100 / 17), "long lines cost more");
        rates.Report();
        Log.Flush();
        string log = await File.ReadAllTextAsync(_path);
        Assert.That(log, Does.Contain("uid=7: 9900 lines left out").And.Contain("uid=9: 9995 lines left out").And.Not.Contain("uid=8"));
    });

    [Test]
    public void A_flood_of_many_users_is_limited_as_well() => OnLoop.Run(async loop =>
    {
        UserRates rates = new(loop, linesPerSecond: 2);
        int taken = 0;
        for (uint uid = 100_000; uid < 110_000; uid++) taken += rates.TryTake(uid, 100) ? 1 : 0;
        Assert.That(taken, Is.LessThanOrEqualTo(1000));
        rates.Report();
        Log.Flush();
        Assert.That(await File.ReadAllLinesAsync(_path), Has.Length.LessThan(30));
    });
}
