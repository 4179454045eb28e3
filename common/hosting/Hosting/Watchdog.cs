using MtaSuite.Common.Config;
using MtaSuite.Common.Config.Params;

namespace MtaSuite.Common.Hosting;

/// <summary>How long a daemon may be silent before master considers it hung, and how often it reports.</summary>
public static class Watchdog
{
    private static readonly TimeSpan MostSilence = TimeSpan.FromSeconds(5);

    /// <summary>watchdog_timeout, or daemon_timeout where that is shorter; some daemons have one of their own.</summary>
    /// <param name="config">With the settings of the service.</param>
    /// <param name="command">The command column of master.cf.</param>
    public static TimeSpan TimeoutFor(MailConfig config, string command)
    {
        TimeSpan own = config.Get(command switch
        {
            "qmgr" => QmgrParams.QmgrDaemonTimeout,
            "postlogd" => LogParams.PostlogdWatchdogTimeout,
            _ => MasterParams.DaemonTimeout,
        });
        TimeSpan all = config.Get(MasterParams.WatchdogTimeout);
        return own < all ? own : all;
    }

    /// <summary>The time between two signs of life.</summary>
    public static TimeSpan IntervalFor(TimeSpan timeout) => timeout / 3 < MostSilence ? timeout / 3 : MostSilence;
}
