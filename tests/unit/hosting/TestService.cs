using MtaSuite.Common.Config;
using MtaSuite.Common.Hosting;
using MtaSuite.Common.Net;
using MtaSuite.Common.Spool;

namespace MtaSuite.Tests.Unit.Hosting;

/// <summary>What a service is given by its host, in a test.</summary>
internal static class TestService
{
    /// <param name="listener">The socket it serves.</param>
    public static ServiceContext Context(EventLoop loop, MailConfig config, SpoolDirectory spool, string service, int listener,
        int maxProc = 0, int predecessors = 0) => new()
        {
            Loop = loop,
            Config = config,
            Spool = spool,
            ServiceName = service,
            Command = service,
            Listeners = [listener],
            MaxProc = maxProc,
            Predecessors = predecessors,
            Attributes = [],
            StartedAsRoot = false,
        };
}
