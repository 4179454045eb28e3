using MtaSuite.Common.Config.Params;
using MtaSuite.Common.Hosting;
using MtaSuite.Common.Ipc;
using MtaSuite.Common.Log;
using MtaSuite.Common.Net;

namespace MtaSuite.Pickup;

/// <summary>pickup as a daemon: users' streams on its socket and files in maildrop, both on to cleanup.</summary>
internal sealed class PickupService : LinkService, IService
{
    private readonly MaildropScanner _maildrop;

    public PickupService(ServiceContext context) : base(context)
    {
        Settings = new PickupSettings(context.Config);
        foreach (string error in Settings.SubmitUsers.Problems) Log.Warning($"authorized_submit_users: {error}");
        Cleanup = new CleanupClient(Loop, context.Spool.SocketPath(false, context.Config.Get(CleanupParams.CleanupServiceName)));
        _maildrop = new MaildropScanner(this, context.Spool);
        Refusals = new LimitedWarning(Loop);
        Serve(_ => new UserSubmission(this), users: UserLimits.From(context.Config, context.OpenFileLimit));
        Loop.Post(_maildrop.Scan);
    }

    public PickupSettings Settings { get; }
    public CleanupClient Cleanup { get; }

    /// <summary>Users who may not submit.</summary>
    public LimitedWarning Refusals { get; }

    public void Wakeup() => _maildrop.Scan();

    public override void Drain(Action done)
    {
        _maildrop.Stop();
        base.Drain(done);
    }

    protected override void Close() => Cleanup.Close();
}
