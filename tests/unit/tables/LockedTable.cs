using MtaSuite.Common.Native;
using MtaSuite.Common.Tables;

namespace MtaSuite.Tests.Unit.Tables;

/// <summary>An lmdb: table that a writer has locked, so that every lookup waits until <see cref="Unlock"/>.</summary>
internal sealed class LockedTable : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private int _fd;

    public LockedTable(params (string Key, string Value)[] entries)
    {
        using (TableWriter writer = TableWriter.Open("lmdb", _folder["t"], new()))
        {
            if (writer.Error?.Contains("not installed", StringComparison.Ordinal) == true) Assert.Ignore(writer.Error);
            foreach ((string key, string value) in entries) writer.TryAdd(System.Text.Encoding.UTF8.GetBytes(key), System.Text.Encoding.UTF8.GetBytes(value));
            Assert.That(writer.TryCommit(), writer.Error);
        }
        _fd = Libc.Open(_folder["t.lmdb"], Libc.O_RDWR | Libc.O_CLOEXEC, 0);
        Assert.That(Libc.Flock(_fd, Libc.LOCK_EX), Is.Zero);
    }

    public string Spec => "lmdb:" + _folder["t"];

    public void Unlock()
    {
        if (_fd >= 0) _ = Libc.Close(_fd);
        _fd = -1;
    }

    public void Dispose()
    {
        Unlock();
        _folder.Dispose();
    }
}
