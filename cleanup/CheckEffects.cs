using MtaSuite.Common.Ipc.Messages;
using MtaSuite.Common.Log;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Mime;

namespace MtaSuite.Cleanup;

/// <summary>What checks of a message's content decide about the whole message: it goes into the envelope, or ends the message.</summary>
/// <param name="logPrefix">Stands before the action in the log.</param>
/// <param name="origin">Where the message comes from, for the log; null: as for header checks.</param>
internal sealed class CheckEffects(SubmitRequest request, QueueFileWriter file, string logPrefix = "", string? origin = null)
{
    /// <summary>The message is taken and dropped. It ends as a failure does, and is answered as a success.</summary>
    public static readonly Outcome Discarded = Outcome.Ok("discarded");

    private Envelope Envelope => request.Envelope;

    /// <summary>Tables are still to be asked.</summary>
    public bool IsChecked => (request.Cleanup & CleanupFlags.Checks) != 0 && Failure == null;

    /// <summary>What the message is refused with, or <see cref="Discarded"/>; null: nothing.</summary>
    public Outcome? Failure { get; private set; }

    /// <summary>Recipients that get a copy.</summary>
    public List<string> Copies { get; } = [];

    /// <summary>The message is refused, unless that is decided already.</summary>
    public void Refuse(Outcome failure) => Failure ??= failure;

    /// <summary>A table matched, or cannot be asked.</summary>
    public void Apply(CheckTable table, bool isHeader, ReadOnlySpan<byte> text, CheckVerdict verdict)
    {
        if (verdict.Action == CheckAction.Error)
        {
            Log.Warning($"{Envelope.QueueId}: {table.Parameter} map lookup problem -- message not accepted, try again later");
            Failure ??= QueueFileWriter.WriteError;
        }
        else if (verdict.Action != CheckAction.Ignore) Apply(isHeader ? "header" : "body", text, verdict);
    }

    /// <param name="where">What the text is.</param>
    public void Apply(string where, ReadOnlySpan<byte> text, CheckVerdict verdict)
    {
        string remark = verdict.Text;
        switch (verdict.Action)
        {
            case CheckAction.Reject:
                Failure = verdict.Refusal();
                remark = $"{Failure.Status} {Failure.Text}";
                break;
            case CheckAction.Discard:
                Failure = Discarded;
                break;
            case CheckAction.Hold:
                if ((Envelope.Flags & MessageFlags.Hold) != 0) return;
                Envelope.Flags |= MessageFlags.Hold;
                break;
            case CheckAction.Filter:
                Envelope.Filter = remark;
                break;
            case CheckAction.Redirect:
                Envelope.Redirect = remark;
                break;
            case CheckAction.Bcc:
                Copies.Add(remark);
                break;
        }
        const CheckAction ofEnvelope = CheckAction.Hold | CheckAction.Filter | CheckAction.Redirect;
        file.IsChanged |= (verdict.Action & ofEnvelope) != 0;
        if (verdict.EndsChecks) request.Cleanup &= ~(CleanupFlags.Checks | CleanupFlags.Milters);
        CheckLog.Write(Envelope, origin ?? CheckLog.OriginOf(Envelope), logPrefix + verdict.Name, where, text, remark);
    }
}
