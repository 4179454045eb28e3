using MtaSuite.Common.Log;

namespace MtaSuite.Tests.Unit.Net;

/// <summary>What this process logs while it stands.</summary>
internal sealed class CapturedLog : IDisposable
{
    private readonly string _path = Path.GetTempFileName();

    public CapturedLog() => Log.Configure(new LogSettings("test") { File = _path });

    public string Text
    {
        get
        {
            Log.Flush();
            return File.ReadAllText(_path);
        }
    }

    public void Dispose()
    {
        Log.Configure(new LogSettings("test") { File = "/dev/null" });
        File.Delete(_path);
    }
}
