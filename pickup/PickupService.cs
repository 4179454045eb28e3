using MtaSuite.Common.Config.Params;
using MtaSuite.Common.Hosting;
using MtaSuite.Common.Ipc;
using MtaSuite.Common.Log;
using MtaSuite.Common.Net;

namespace MtaSuite.Pickup;

/// <summary>pickup as a daemon: users' streams on its socket and files in maildrop, both on to cleanup.</summary>
internal sealed class PickupService : IService
{
    private readonly List<LinkServer> _servers = [];
    private readonly MaildropScanner _maildrop;
    private Action? _drained;
    private int _serversLeft;

    public PickupService(ServiceContext context)
    {
        Loop = context.Loop;
        Settings = new PickupSettings(context.Config);
        foreach (string error in Settings.SubmitUsers.Problems) Log.Warning($"authorized_submit_users: {error}");
        Cleanup = new CleanupClient(Loop, context.Spool.SocketPath(false, context.Config.Get(CleanupParams.CleanupServiceName)));
        _maildrop = new MaildropScanner(this, context.Spool);
        foreach (int fd in context.Listeners) _servers.Add(new LinkServer(Loop, fd, _ => new UserSubmission(this)));
        Loop.Post(_maildrop.Scan);
    }

    public EventLoop Loop { get; }
    public PickupSettings Settings { get; }
    public CleanupClient Cleanup { get; }

    /// <summary>Messages under way.</summary>
    public int Active { get; private set; }

    public void Begin() => Active++;

    public void End()
    {
        Active--;
        LeaveIfDone();
    }

    public void Wakeup() => _maildrop.Scan();

    public void Drain(Action done)
    {
        _drained = done;
        _maildrop.Stop();
        _serversLeft = _servers.Count;
        foreach (LinkServer server in _servers)
        {
            server.Left = () =>
            {
                _serversLeft--;
                LeaveIfDone();
            };
            server.Leave();
        }
        LeaveIfDone();
    }

    private void LeaveIfDone()
    {
        if (_drained == null || _serversLeft > 0 || Active > 0) return;
        Action done = _drained;
        _drained = null;
        Cleanup.Close();
        done();
    }
}
