using MtaSuite.Common.Ipc.Messages;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Mime;

namespace MtaSuite.Cleanup;

/// <summary>
/// milter_header_checks: looks at each header field that a milter adds, inserts or changes, before it is there. Logged as
/// <c>milter-header-reject: header ...</c> and the like; PREPEND and PASS mean nothing there. What the message comes to is in
/// <see cref="Effects"/>, for whoever runs the milters.
/// </summary>
internal sealed class MilterFieldChecks(SubmitRequest request, QueueFileWriter file)
{
    public CheckEffects Effects { get; } = new(request, file, "milter-header-", SimulatedSession.OriginOf(request.Envelope));

    /// <summary>
    /// Milters are heard, so that what they add is checked, also where the message as it came is not
    /// (receive_override_options = no_header_body_checks).
    /// </summary>
    private bool IsChecked => (request.Cleanup & (CleanupFlags.Checks | CleanupFlags.Milters)) != 0 && Effects.Failure == null;

    /// <summary>
    /// Asks about a field, without its last LF. It is left out where the verdict drops it, and the verdict's bytes take its place where it
    /// replaces.
    /// </summary>
    /// <param name="table">milter_header_checks.</param>
    public async ValueTask<CheckVerdict> CheckAsync(CheckTable table, ReadOnlyMemory<byte> field)
    {
        if (!IsChecked) return default;
        CheckVerdict verdict = await table.AskAsync(field.Span, isHeader: true, CheckAction.OfMilterFields);
        if (verdict.Action != CheckAction.Keep) Effects.Apply(table, isHeader: true, field.Span, verdict);
        return verdict;
    }
}
