using MtaSuite.Common.Config.Params;
using MtaSuite.Common.Hosting;
using MtaSuite.Common.Ipc;
using MtaSuite.Common.Log;
using MtaSuite.Common.Native;
using MtaSuite.Common.Net;
using MtaSuite.Common.Routing;
using MtaSuite.Common.Spool;

namespace MtaSuite.Showq;

/// <summary>showq as a daemon: listings for whoever may see the queue.</summary>
internal sealed class ShowqService : IService
{
    /// <summary>Threads that read the queue: a listing of a million messages does not keep a small one waiting.</summary>
    private const int Readers = 2;
    private readonly List<LinkServer> _servers = [];
    private readonly UserList _users;
    private readonly uint _ownUid = Libc.GetEUid();

    public ShowqService(ServiceContext context)
    {
        Loop = context.Loop;
        Spool = context.Spool;
        Qmgr = new LinkClient(Loop, Spool.SocketPath(false, context.Config.Get(QmgrParams.QueueServiceName)));
        Pool = new WorkerPool(Loop, "reader", Readers);
        _users = new UserList(context.Config.Get(PickupParams.AuthorizedMailqUsers));
        foreach (string error in _users.Problems) Log.Warning($"authorized_mailq_users: {error}");
        foreach (int fd in context.Listeners) _servers.Add(new LinkServer(Loop, fd, _ => new ListingStream(this)));
    }

    public EventLoop Loop { get; }
    public SpoolDirectory Spool { get; }
    public LinkClient Qmgr { get; }
    public WorkerPool Pool { get; }

    public int Active => _servers.Sum(s => s.StreamCount);

    /// <summary>An error text for a user who may not see the queue.</summary>
    public string? Refusal(uint uid)
    {
        if (uid == 0 || uid == _ownUid) return null;
        return _users.Match(uid, out string name) switch
        {
            MatchResult.Yes => null,
            MatchResult.Error => "authorized_mailq_users: table lookup problem",
            _ => $"User {name}({uid}) is not allowed to view the mail queue",
        };
    }

    public void Drain(Action done)
    {
        int left = _servers.Count;
        foreach (LinkServer server in _servers)
        {
            server.Left = () =>
            {
                if (--left == 0) Finish(done);
            };
            server.Leave();
        }
        if (left == 0 && _servers.Count == 0) Finish(done);
    }

    private void Finish(Action done)
    {
        Qmgr.Close();
        done();
    }
}
