using MtaSuite.Common.Native;
using MtaSuite.Common.Net;
using MtaSuite.Tests.Unit.Milter;

namespace MtaSuite.Tests.E2e.Harness;

/// <summary>A scripted milter on a thread of its own, for real processes.</summary>
internal sealed class MilterThread : IDisposable
{
    private readonly EventLoop _loop = new();
    private readonly Thread _thread;
    private readonly string _path;
    private ScriptedMilter? _milter;

    /// <param name="path">Where it listens; everybody may connect.</param>
    public MilterThread(string path, Func<Heard, byte[][]?> script)
    {
        _path = path;
        using ManualResetEventSlim listens = new();
        _loop.Post(() =>
        {
            Listen(script);
            listens.Set();
        });
        _thread = new Thread(_loop.Run) { IsBackground = true };
        _thread.Start();
        Assert.That(listens.Wait(TestLimits.Answer));
    }

    private void Listen(Func<Heard, byte[][]?> script)
    {
        File.Delete(_path);
        _milter = new ScriptedMilter(_loop, _path) { Script = script };
        File.SetUnixFileMode(_path, (UnixFileMode)FileModes.WorldWritableFile);
    }

    /// <summary>Closes all connections in whatever they are, and the socket; then it is there again.</summary>
    public void Crash(Func<Heard, byte[][]?> script)
    {
        using ManualResetEventSlim done = new();
        _loop.Post(() =>
        {
            _milter!.Dispose();
            Listen(script);
            done.Set();
        });
        Assert.That(done.Wait(TestLimits.Answer));
    }

    public void Dispose()
    {
        _loop.Post(() => _milter!.Dispose());
        _loop.Stop();
        _thread.Join(TestLimits.Answer);
        _loop.Dispose();
        File.Delete(_path);
    }
}
