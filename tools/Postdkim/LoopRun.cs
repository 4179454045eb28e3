using MtaSuite.Common.Log;
using MtaSuite.Common.Net;

namespace MtaSuite.Tools.Postdkim;

/// <summary>Runs one task on an event loop of its own, where the resolver works.</summary>
internal static class LoopRun
{
    public static T Run<T>(Func<EventLoop, Task<T>> start)
    {
        Log.Configure(new LogSettings(PostdkimSyntax.Name) { File = "/dev/null" });
        using EventLoop loop = new();
        T result = default!;
        async Task RunAsync()
        {
            result = await start(loop);
            loop.Stop();
        }
        loop.Post(() => RunAsync().Detach());
        loop.Run();
        return result;
    }
}
