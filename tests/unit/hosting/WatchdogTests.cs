using MtaSuite.Common.Config;
using MtaSuite.Common.Hosting;

namespace MtaSuite.Tests.Unit.Hosting;

/// <summary>The time after which a silent daemon counts as hung.</summary>
public sealed class WatchdogTests
{
    [TestCase("", "smtpd", 60, 5)]
    [TestCase("watchdog_timeout = 15s", "smtpd", 15, 5)]
    [TestCase("daemon_timeout = 9s", "smtpd", 9, 3)]
    [TestCase("daemon_timeout = 9s", "qmgr", 60, 5)]
    [TestCase("qmgr_daemon_timeout = 3s", "qmgr", 3, 1)]
    [TestCase("", "postlogd", 10, 10 / 3.0)]
    [TestCase("postlogd_watchdog_timeout = 30s", "postlogd", 30, 5)]
    public void Timeouts_of_daemons(string setting, string command, int seconds, double interval)
    {
        TimeSpan timeout = Watchdog.TimeoutFor(MailConfig.Parse($"compatibility_level = 3.11\n{setting}\n").Config, command);
        Assert.That(timeout, Is.EqualTo(TimeSpan.FromSeconds(seconds)));
        Assert.That(Watchdog.IntervalFor(timeout).TotalSeconds, Is.EqualTo(interval).Within(0.001));
    }
}
