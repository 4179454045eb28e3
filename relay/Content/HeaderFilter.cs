using System.Buffers;
using System.Text;
using MtaSuite.Common.Log;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Mime;

namespace MtaSuite.Relay.Content;

/// <summary>Lets the tables of checks change headers and body lines, and rewrites addresses in the message's own header.</summary>
internal sealed class HeaderFilter : IContentTransform, ICheckedMessage
{
    /// <summary>Fields in the queue were cut when they came.</summary>
    private const int MaxField = 16 * 1024 * 1024;
    private const int ShownBytes = 200;
    private readonly string _queueId;
    private readonly GenericMaps? _generic;
    private readonly ContentChecks _checks;
    private readonly ContentChecker _checker;
    private readonly HeaderRewriting _rewriting = new();
    private readonly ArrayBufferWriter<byte> _field = new();

    public HeaderFilter(string queueId, GenericMaps? generic, ContentChecks checks)
    {
        (_queueId, _generic, _checks) = (queueId, generic, checks);
        MimeReader reader = new(new MimeRules { HeaderSize = MaxField, FindsHiddenParts = true }) { TakesLines = !checks.Body.IsEmpty };
        _checker = new ContentChecker(reader, this);
    }

    /// <summary>A table could not be asked: what was made of the content is not to be sent.</summary>
    public bool HasFailed { get; private set; }

    public bool IsChecked => !HasFailed;

    public ValueTask WriteAsync(ReadOnlyMemory<byte> input, IBufferWriter<byte> output) => _checker.WriteAsync(_checks, input, output);

    public ValueTask FinishAsync(IBufferWriter<byte> output) => _checker.FinishAsync(_checks, output);

    public void Matched(CheckTable table, bool isHeader, ReadOnlySpan<byte> text, CheckVerdict verdict)
    {
        HasFailed |= verdict.Action == CheckAction.Error;
        if (verdict.Action is CheckAction.Error or CheckAction.Ignore) return;
        string shown = Encoding.UTF8.GetString(text[..Math.Min(text.Length, ShownBytes)]);
        string line = $"{verdict.Name}: {(isHeader ? "header" : "body")} {shown}";
        LogLine.Info(_queueId).Free(verdict.Raw.Length == 0 ? line : $"{line}: {verdict.Text}").Send();
    }

    public bool Rewrites(MimeEntity entity, HeaderName name) => _generic != null && entity.Section == MimeSection.Primary
        && (name.Traits() & (HeaderTraits.Sender | HeaderTraits.Recipient)) != 0;

    public async ValueTask<ReadOnlyMemory<byte>> RewriteAsync(ReadOnlyMemory<byte> field)
    {
        int value = field.Span.IndexOf((byte)':') + 1;
        _rewriting.Find(field.Span[value..], _generic!);
        await _rewriting.LookUpAsync(_generic!);
        HasFailed |= _rewriting.Problem.Length > 0;
        if (!_rewriting.IsChanged) return field;
        _field.ResetWrittenCount();
        _field.Write(field.Span[..value]);
        _rewriting.Write(field.Span[value..], _field, value);
        return _field.WrittenMemory;
    }
}
