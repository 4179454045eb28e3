using MtaSuite.Common.Ipc.Messages;
using MtaSuite.Common.Log;
using MtaSuite.Common.Mail;

namespace MtaSuite.Smtpd.Access;

/// <summary>What is answered when an address could not be verified.</summary>
/// <param name="RejectCode">For an address that is known to be undeliverable.</param>
/// <param name="DeferCode">For one that nothing is known of yet. 2NN accepts, in both.</param>
/// <param name="DefersAtOnce">unverified_..._tempfail_action: defer here, instead of looking on for a reason to refuse.</param>
/// <param name="Reason">Replaces what the probe said; empty: the probe's own words.</param>
internal sealed record UnverifiedPolicy(int RejectCode, int DeferCode, bool DefersAtOnce, string Reason);

/// <summary>reject_unverified_sender, reject_unverified_recipient: asks verify, and waits a while where a probe is under way.</summary>
internal static class VerifyRestrictions
{
    private const int MaxReason = 250;

    public static ValueTask<Verdict> RejectUnverifiedSenderAsync(AccessContext c, RestrictionStep step) =>
        c.Sender is { Length: > 0 } sender
        ? CheckAsync(c, sender, ReplyClass.Sender, c.Rules.UnverifiedSender)
        : ValueTask.FromResult(Verdict.Dunno);

    public static ValueTask<Verdict> RejectUnverifiedRecipientAsync(AccessContext c, RestrictionStep step) =>
        c.Recipient is { Length: > 0 } recipient
        ? CheckAsync(c, recipient, ReplyClass.Recipient, c.Rules.UnverifiedRecipient)
        : ValueTask.FromResult(Verdict.Dunno);

    private static async ValueTask<Verdict> CheckAsync(AccessContext c, string address, ReplyClass @class, UnverifiedPolicy policy)
    {
        string status = @class == ReplyClass.Sender ? "4.1.7" : "4.1.1";
        VerifyReply? known =
            await AskAsync(c, await c.Session.Addresses.CompleteAsync(address));
        if (known is null)
        {
            Log.Warning($"{c.Rules.VerifyService} service failure");
            return Defer(c, policy, 450, status, $"<{address}>: {@class} rejected: address verification problem");
        }
        if (known.Status == ProbeStatus.Deliverable) return Verdict.Dunno;
        int code = known.Status == ProbeStatus.Undeliverable ? policy.RejectCode : policy.DeferCode;
        string reason = policy.Reason.Length > 0 && code >= 400 ? policy.Reason : Cut(known.Text);
        return (code / 100) switch
        {
            2 => Verdict.Dunno,
            4 => Defer(c, policy, code, status, $"<{address}>: {@class} rejected: unverified address: {reason}"),
            _ => c.Reject(code, status, $"<{address}>: {@class} rejected: undeliverable address: {reason}"),
        };
    }

    private static async ValueTask<VerifyReply?> AskAsync(AccessContext c, string address)
    {
        for (int polls = 1; ; polls++)
        {
            VerifyReply? reply = c.Session.Server.Probes is { } probes ? await probes.QueryAsync(address) : null;
            if (reply is not { Status: ProbeStatus.Unknown } || polls >= c.Session.Settings.VerifyPollCount) return reply;
            await c.Session.Loop.Delay(c.Session.Settings.VerifyPollDelay);
        }
    }

    private static Verdict Defer(AccessContext c, UnverifiedPolicy policy, int code, string status, string text) =>
        policy.DefersAtOnce ? c.Reject(code, status, text) : c.SetDeferIfPermit(code, status, text);

    /// <summary>What another server said goes into our reply: no control characters, and not all of a long text.</summary>
    private static string Cut(string text)
    {
        string clean = Printable.Text(text.Length > MaxReason ? text[..MaxReason] : text);
        return Address.IsAscii(clean) ? clean : string.Concat(clean.Select(ch => ch < 128 ? ch : '?'));
    }
}
