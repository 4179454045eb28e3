using MtaSuite.Common.Ipc.Messages;
using MtaSuite.Common.Mime;

namespace MtaSuite.Cleanup;

/// <summary>
/// milter_header_checks: looks at header fields that milters add. Logged as <c>milter-header-reject: header ...</c> and the like; PREPEND
/// and PASS mean nothing there. What the message comes to is in <see cref="Effects"/>, for whoever runs the milters.
/// </summary>
internal sealed class MilterFieldChecks(SubmitRequest request, QueueFileWriter file)
{
    public CheckEffects Effects { get; } = new(request, file, "milter-header-");

    /// <summary>
    /// Asks about a field, without its last LF. It is left out where the verdict drops it, and the verdict's bytes take its place where it
    /// replaces.
    /// </summary>
    /// <param name="table">milter_header_checks.</param>
    public async ValueTask<CheckVerdict> CheckAsync(CheckTable table, ReadOnlyMemory<byte> field)
    {
        if (!Effects.IsChecked) return default;
        CheckVerdict verdict = await table.AskAsync(field.Span, isHeader: true, CheckAction.OfMilterFields);
        if (verdict.Action != CheckAction.Keep) Effects.Apply(table, isHeader: true, field.Span, verdict);
        return verdict;
    }
}
