using System.Text;
using MtaSuite.Common.Native;
using MtaSuite.Common.Net;
using MtaSuite.Common.Tables;
using MtaSuite.Tools.Tables;

namespace MtaSuite.Tests.Unit.Tables;

/// <summary>An lmdb table that somebody writes to, as it seems: whoever asks it waits until it is released.</summary>
internal sealed class LockedTable : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly FileStream _file;
    private readonly Timer _limit;
    private volatile bool _locked;

    public LockedTable(params (string Key, string Value)[] entries)
    {
        using (TableWriter writer = TableWriter.Open("lmdb", _folder["t"], new()))
        {
            if (writer.Error?.Contains("not installed", StringComparison.Ordinal) == true) Assert.Ignore(writer.Error);
            foreach ((string key, string value) in entries) writer.TryAdd(Encoding.UTF8.GetBytes(key), Encoding.UTF8.GetBytes(value));
            Assert.That(writer.TryCommit(), writer.Error);
        }
        _file = File.OpenRead(_folder["t.lmdb"]);
        Lock();
        // a loop that waits here cannot end its own test
        _limit = new Timer(_ =>
        {
            WasTooLate = _locked;
            Release();
        }, null, TestLimits.Answer, Timeout.InfiniteTimeSpan);
    }

    public string Spec => "lmdb:" + _folder["t"];
    public bool WasTooLate { get; private set; }

    public void Lock()
    {
        Assert.That(FileLocks.Flock((int)_file.SafeFileHandle.DangerousGetHandle(), FileLocks.LOCK_EX), Is.Zero);
        _locked = true;
    }

    public void Release()
    {
        _locked = false;
        _ = FileLocks.Flock((int)_file.SafeFileHandle.DangerousGetHandle(), FileLocks.LOCK_UN);
    }

    /// <summary>Releases it when the loop has gone round a few times, which it does not while it waits itself.</summary>
    public void ReleaseSoon(EventLoop loop) => loop.After(TimeSpan.FromMilliseconds(30), Release);

    public void Dispose()
    {
        _limit.Dispose();
        _file.Dispose();
        _folder.Dispose();
    }
}
