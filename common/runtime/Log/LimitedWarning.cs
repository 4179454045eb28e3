using MtaSuite.Common.Net;

namespace MtaSuite.Common.Log;

/// <summary>A warning that remote clients can cause: logged at once, and then once a minute with the count of what came in between. On the
/// loop's thread.</summary>
public sealed class LimitedWarning(EventLoop loop, TimeSpan? interval = null)
{
    private readonly TimeSpan _interval = interval ?? TimeSpan.FromMinutes(1);
    private long _withheld;
    private string _last = "";
    private bool _waits;

    public void Add(string text)
    {
        if (_waits)
        {
            _withheld++;
            _last = text;
            return;
        }
        Log.Warning($"{text}");
        Wait();
    }

    private void Wait()
    {
        _waits = true;
        loop.After(_interval, Tell);
    }

    /// <summary>Logs the count now: at the end of a process as well.</summary>
    public void Tell()
    {
        _waits = false;
        if (_withheld == 0) return;
        Log.Warning($"{_last} ({_withheld} more like this in {(long)_interval.TotalSeconds} s)");
        _withheld = 0;
        Wait();
    }
}
