using MtaSuite.Common.Ipc.Messages;
using MtaSuite.Common.Mail;

namespace MtaSuite.Qmgr;

/// <summary>
/// Address probes: routed by parameters of their own, told to verify after one round, and gone then, whatever came of it.
/// </summary>
/// <param name="makeRouter">Makes the router for probes when the first one comes.</param>
/// <param name="report">Takes what became of a probe.</param>
internal sealed class ProbeReports(Func<IRouter> makeRouter, Action<VerifyUpdate> report)
{
    private IRouter? _router;

    public IRouter Router => _router ??= makeRouter();

    /// <summary>An address that stands for several is as good as the best of them.</summary>
    public void Report(QueuedMessage message)
    {
        if (message.Reported.MinBy(r => r.Outcome.Kind) is not { } best) return;
        report(new VerifyUpdate
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
}
