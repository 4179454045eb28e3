using MtaSuite.Common.Config.Params;
using MtaSuite.Common.Hosting;
using MtaSuite.Common.Ipc;
using MtaSuite.Common.Log;
using MtaSuite.Common.Native;
using MtaSuite.Common.Net;
using MtaSuite.Common.Routing;
using MtaSuite.Common.Spool;

namespace MtaSuite.Showq;

/// <summary>showq as a daemon: listings for users who may see the queue.</summary>
internal sealed class ShowqService : LinkService
{
    /// <summary>Threads that read the queue: a listing of a million messages does not keep a small one waiting.</summary>
    private const int Readers = 2;
    /// <summary>Listings of one user at once: each asks qmgr for the state of every message. Others wait (docs/PARAMETERS.md).</summary>
    private const int ListingsOfUser = 8;
    private readonly UserList _users;
    private readonly uint _ownUid = Credentials.GetEUid();

    public ShowqService(ServiceContext context) : base(context)
    {
        Qmgr = new LinkClient(Loop, Spool.SocketPath(false, context.Config.Get(QmgrParams.QueueServiceName)));
        Pool = new WorkerPool(Loop, "reader", Readers);
        _users = new UserList(context.Config.Get(PickupParams.AuthorizedMailqUsers));
        foreach (string error in _users.Problems) Log.Warning($"authorized_mailq_users: {error}");
        Refusals = new LimitedWarning(Loop);
        Serve(_ => new ListingStream(this), users: UserLimits.From(context.Config, context.OpenFileLimit, ListingsOfUser));
    }

    public LinkClient Qmgr { get; }
    public WorkerPool Pool { get; }

    /// <summary>Users who may not see the queue.</summary>
    public LimitedWarning Refusals { get; }

    public override int Active => StreamCount;

    /// <summary>An error text for a user who may not see the queue.</summary>
    public async ValueTask<string?> RefusalAsync(uint uid)
    {
        if (uid == 0 || uid == _ownUid) return null;
        return await _users.MatchAsync(uid) switch
        {
            (MatchResult.Yes, _) => null,
            (MatchResult.Error, _) => "authorized_mailq_users: table lookup problem",
            (_, string name) => $"User {name}({uid}) is not allowed to view the mail queue",
        };
    }

    protected override void Close() => Qmgr.Close();
}
