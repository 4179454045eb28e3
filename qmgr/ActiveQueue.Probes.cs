using MtaSuite.Common.Ipc.Messages;
using MtaSuite.Common.Mail;

namespace MtaSuite.Qmgr;

/// <summary>
/// Address probes: routed by parameters of their own, told to verify after one round, and gone then, whatever came of it.
/// </summary>
internal sealed partial class ActiveQueue
{
    private IRouter? _probeRouter;

    /// <summary>Makes the router for probes when the first one comes; null: that for mail serves.</summary>
    public Func<IRouter>? MakeProbeRouter { get; init; }

    /// <summary>Takes what became of a probe.</summary>
    public Action<VerifyUpdate> Probed { get; set; } = _ => { };

    private IRouter RouterFor(QueuedMessage message)
    {
        if ((message.Envelope.Flags & MessageFlags.Probe) == 0 || MakeProbeRouter == null) return _router;
        return _probeRouter ??= MakeProbeRouter();
    }

    /// <summary>An address that stands for several is as good as the best of them.</summary>
    private void ReportProbe(QueuedMessage message)
    {
        BounceRecipient? best = message.Reported.MinBy(r => r.Outcome.Kind);
        if (best != null)
        {
            Probed(new VerifyUpdate
            {
                Address = best.Original.Length > 0 ? best.Original : best.Address,
                Status = best.Outcome.Kind switch
                {
                    OutcomeKind.Ok => ProbeStatus.Deliverable,
                    OutcomeKind.Permanent => ProbeStatus.Undeliverable,
                    _ => ProbeStatus.Deferred,
                },
                Text = best.Outcome.Text,
            });
        }
        Remove(message);
    }
}
