using System.Buffers;
using System.Text;
using MtaSuite.Common.Ipc.Messages;
using MtaSuite.Common.Log;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Mime;

namespace MtaSuite.Cleanup;

/// <summary>
/// Looks at the content of one message as it streams by: header and body checks, characters that are not wanted, the strict rules of MIME.
/// What they decide about the whole message goes into its envelope, or ends it.
/// </summary>
internal sealed class ContentInspection : ICheckedMessage
{
    private static readonly (MimeViolations Violation, string Text)[] s_violations =
    [
        (MimeViolations.Nesting, "MIME nesting exceeds safety limit"),
        (MimeViolations.EightBitHeader, "improper use of 8-bit data in message header"),
        (MimeViolations.EightBitBody, "improper use of 8-bit data in message body"),
        (MimeViolations.EncodingDomain, "invalid message/* or multipart/* encoding domain"),
        (MimeViolations.NonEmptyEndOfHeader, "primary header was terminated with non-empty line"),
    ];

    private readonly CheckSettings _settings;
    private readonly SubmitRequest _request;
    private readonly QueueFileWriter _file;
    private readonly CheckEffects _effects;
    private readonly MimeReader _reader;
    private readonly ContentChecker _checker;
    private readonly bool _replacesStrayCr;

    private ContentInspection(CheckSettings settings, bool isChecked, bool replacesStrayCr, SubmitRequest request, QueueFileWriter file)
    {
        (_settings, _replacesStrayCr, _request, _file) = (settings, replacesStrayCr, request, file);
        _effects = new CheckEffects(request, file);
        MimeRules rules = isChecked ? settings.Rules : settings.Unchecked;
        const MimeViolations ofLines = MimeViolations.EightBitBody | MimeViolations.NonEmptyEndOfHeader;
        _reader = new MimeReader(rules, TellViolation)
        { TakesLines = settings.HasBodyTables || settings.Converts || (rules.Reported & ofLines) != 0 };
        _checker = new ContentChecker(_reader, this, settings.Converts);
    }

    /// <summary>Null: nothing is looked for in this message.</summary>
    public static ContentInspection? For(CleanupService service, SubmitRequest request, QueueFileWriter file)
    {
        if (service.Checks is not { } settings) return null;
        bool isChecked = (request.Cleanup & CleanupFlags.Checks) != 0;
        return isChecked || settings.Converts ? new(settings, isChecked, service.Settings.ReplaceStrayCr, request, file) : null;
    }

    private Envelope Envelope => _request.Envelope;

    public bool IsChecked => _effects.IsChecked;

    /// <summary>What the message is refused with, or <see cref="CheckEffects.Discarded"/>; null: nothing.</summary>
    public Outcome? Failure => _effects.Failure;

    /// <summary>Recipients that get a copy.</summary>
    public List<string> Copies => _effects.Copies;

    // ---- content -----------------------------------------------------------------------------------------------------

    /// <summary>
    /// Before a piece of content is looked at: a CR that ends no line becomes a space, characters that are not wanted go, or refuse the
    /// message. Where there are such characters a piece is a line at most, because each line may be the one that ends the checks.
    /// </summary>
    /// <param name="taken">Bytes that the piece had.</param>
    /// <returns>The bytes that it has now.</returns>
    public int Clean(Span<byte> data, out int taken)
    {
        taken = data.Length;
        if (_settings.HasCharacters && data.IndexOf((byte)'\n') is >= 0 and int end) taken = end + 1;
        data = data[..taken];
        if (_replacesStrayCr) data.Replace((byte)'\r', (byte)' ');
        if (!IsChecked) return data.Length;
        if (_settings.RejectedCharacters is { } rejected && data.IndexOfAny(rejected) is >= 0 and int at) RejectLine(data, at);
        if (_settings.StrippedCharacters is not { } stripped) return data.Length;
        int kept = data.IndexOfAny(stripped);
        if (kept < 0) return data.Length;
        for (int i = kept; i < data.Length; i++)
            if (!stripped.Contains(data[i])) data[kept++] = data[i];
        return kept;
    }

    private void RejectLine(ReadOnlySpan<byte> data, int at)
    {
        int start = data[..at].LastIndexOf((byte)'\n') + 1, end = data[at..].IndexOf((byte)'\n');
        CheckVerdict verdict = new(CheckAction.Reject, "disallowed character");
        _effects.Apply("content", data[start..(end < 0 ? data.Length : at + end)], verdict);
    }

    /// <summary>Asks about a field of the message's own header section.</summary>
    public async ValueTask<CheckVerdict> CheckFieldAsync(ContentChecks checks, HeaderScanner scanner)
    {
        _reader.TakeField(scanner.Name, scanner.Value, scanner.Field);
        if (!IsChecked) return default;
        CheckTable table = checks.For(MimeSection.Primary, scanner.Name);
        CheckVerdict verdict = await table.AskAsync(scanner.Field, isHeader: true, checks.Allowed);
        if (verdict.Action != CheckAction.Keep) Matched(table, isHeader: true, scanner.Field, verdict);
        return verdict;
    }

    /// <summary>
    /// The message's own header section is over, but for what cleanup adds to it; the label of a body that is converted comes before that.
    /// </summary>
    public void EndHeader(HeaderEnding how, IBufferWriter<byte> output)
    {
        _reader.EndHeader(how);
        _checker.BeginBody();
        IsMarked = how == HeaderEnding.OtherLine && _settings.EndOfHeader == EndOfHeaderAction.AddHeader && IsChecked;
        if (!_checker.Label.IsEmpty) output.Write([.. _checker.Label, (byte)'\n']);
    }

    /// <summary>The section gets a mark because it did not end as it should.</summary>
    public bool IsMarked { get; private set; }

    /// <summary>The message's own label is written by <see cref="EndHeader"/>, when all of the section is known.</summary>
    public bool HoldsLabel => _settings.Converts && !_checker.Label.IsEmpty;

    /// <summary>Passes a piece of the body on into the file.</summary>
    public ValueTask TakeBodyAsync(ContentChecks checks, ReadOnlyMemory<byte> data) =>
        Failure == null ? _checker.WriteAsync(checks, data, _file.Buffer) : ValueTask.CompletedTask;

    /// <summary>All content has come.</summary>
    public async ValueTask FinishAsync(ContentChecks checks)
    {
        if (Failure == null) await _checker.FinishAsync(checks, _file.Buffer);
        if (_reader.Violations != MimeViolations.None) _effects.Refuse(Outcome.Bounce("5.6.0", TextOf(_reader.Violations)));
    }

    // ---- verdicts ----------------------------------------------------------------------------------------------------

    public void Matched(CheckTable table, bool isHeader, ReadOnlySpan<byte> text, CheckVerdict verdict) =>
        _effects.Apply(table, isHeader, text, verdict);

    private static string TextOf(MimeViolations faults) =>
        Array.Find(s_violations, v => (v.Violation & faults) != 0).Text;

    private void TellViolation(MimeViolations violation, ReadOnlySpan<byte> text)
    {
        const int shown = 100;
        StringBuilder line = new(200);
        line.Append("reject: mime-error ").Append(TextOf(violation)).Append(": ")
            .Append(Encoding.UTF8.GetString(text[..Math.Min(shown, text.Length)]))
            .Append(" from ").Append(CheckLog.OriginOf(Envelope)).Append(';')
            .AppendEnvelope(Envelope.Sender, Envelope.Recipients is [var first, ..] ? first.Address : "unknown", null, null);
        LogLine.Info(Envelope.QueueId).Free(line.ToString()).Send();
    }
}
