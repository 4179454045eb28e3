using MtaSuite.Common.Hosting;
using MtaSuite.Common.Ipc;
using MtaSuite.Common.Ipc.Messages;
using MtaSuite.Common.Log;
using MtaSuite.Relay.Deliveries;
using MtaSuite.Relay.Routing;
using MtaSuite.Relay.Settings;

namespace MtaSuite.Relay.Service;

/// <summary>The daemon: takes jobs from qmgr (and from local, which passes recipients on), carries them out all at once on its loop, answers.</summary>
internal sealed class RelayService : IService
{
    private readonly List<LinkServer> _servers = [];
    private readonly RelayContext _context;
    private Action? _drained;
    private bool _noLinks;

    public RelayService(ServiceContext context)
    {
        List<string> problems = [];
        RelaySettings settings = RelaySettings.From(context.Config, context.Command == "lmtp", problems);
        foreach (string problem in problems) Log.Warning($"{problem}");
        _context = new RelayContext(context.Loop, context.Spool, settings, new LiteralTargets(settings.Routes, settings.IsLmtp));
        foreach (int fd in context.Listeners) _servers.Add(new LinkServer(context.Loop, fd, _ => new DeliveryStream(this)));
    }

    /// <summary>Deliveries under way.</summary>
    public int Active { get; private set; }

    /// <summary>Carries out one request and answers it. When the asker goes away meanwhile the delivery is finished all the same, and marked in the file.</summary>
    public async Task DeliverAsync(DeliverRequest request, LinkStream stream)
    {
        Active++;
        List<RecipientOutcome> outcomes = await new Delivery(_context, request).RunAsync();
        Active--;
        stream.Send(FrameType.Reply, new DeliverReply { QueueId = request.QueueId, Recipients = outcomes });
        LeaveIfDone();
    }

    public void Drain(Action done)
    {
        _drained = done;
        _context.Destinations.CloseIdle();
        int left = _servers.Count;
        foreach (LinkServer server in _servers)
        {
            server.Left = () =>
            {
                _noLinks = --left == 0;
                LeaveIfDone();
            };
            server.Leave();
        }
    }

    private void LeaveIfDone()
    {
        if (!_noLinks || Active > 0) return;
        _context.Destinations.CloseIdle();
        Action? done = _drained;
        _drained = null;
        done?.Invoke();
    }
}
