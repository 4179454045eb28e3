using System.Buffers;
using System.Text;

namespace MtaSuite.Common.Mail;

/// <summary>Decides what becomes of each address of a header.</summary>
public interface IAddressRewriter
{
    /// <summary>
    /// True when the address (bytes as they stand in the header, with comments and white space if there are any) surely stays as it is:
    /// saves its decoding.
    /// </summary>
    bool Keeps(ReadOnlySpan<byte> text) => false;

    /// <summary>The new external form for an external form; the same string when it stays.</summary>
    string Rewrite(string external);
}

public static partial class HeaderAddresses
{
    /// <summary>
    /// Writes the value of an address header with each address replaced by what the rewriter says. Display names, comments, folding and
    /// spaces stay as they are, so a value in which nothing changes comes out byte for byte. A line that grows too long by it is folded
    /// behind a comma. Addresses that are not valid UTF-8 stay as they are.
    /// </summary>
    /// <param name="value">What follows the header's colon, line breaks as LF, without the last.</param>
    /// <param name="column">Where the value starts in its line.</param>
    /// <returns>True when something changed; when false nothing was written.</returns>
    public static bool Rewrite(ReadOnlySpan<byte> value, IAddressRewriter rewriter, IBufferWriter<byte> output, int column = 0,
        int tokenLimit = DefaultTokenLimit) =>
        Rewrite(value, rewriter, output, column, tokenLimit, out _);

    /// <summary>As above.</summary>
    /// <param name="whole">False when the limit left addresses as they stand.</param>
    public static bool Rewrite(ReadOnlySpan<byte> value, IAddressRewriter rewriter, IBufferWriter<byte> output, int column,
        int tokenLimit, out bool whole)
    {
        List<AddressSpan> spans = t_spans ??= [];
        spans.Clear();
        whole = Find(value, spans, tokenLimit);
        var writer = new FoldingWriter(output, column);
        int written = 0;
        bool changed = false, previousChanged = false;
        foreach (AddressSpan span in spans)
        {
            string? replacement = Replacement(value[span.Start..span.End], rewriter);
            if (span.CommaAt >= written && (replacement is not null || previousChanged))
            {
                writer.Copy(value[written..span.CommaAt]);
                writer.Copy(","u8);
                written = span.CommaAt;
            }
            previousChanged = replacement is not null;
            if (replacement is null) continue;
            changed = true;
            writer.CopyFolding(value[written..span.Start], replacement.Length);
            writer.Text(replacement);
            CopyComments(value[span.Start..span.End], ref writer);
            written = span.End;
        }
        if (changed) writer.Copy(value[written..]);
        return changed;
    }

    [ThreadStatic] private static List<AddressSpan>? t_spans;

    private static string? Replacement(ReadOnlySpan<byte> span, IAddressRewriter rewriter)
    {
        if (rewriter.Keeps(span)) return null;
        string? external = External(span);
        if (external is null) return null;
        string result = rewriter.Rewrite(external);
        return ReferenceEquals(result, external) || result == external ? null : result;
    }

    private static void CopyComments(ReadOnlySpan<byte> span, ref FoldingWriter writer)
    {
        var token = new AddressTokenizer(span);
        while (token.Next() != AddressToken.End)
        {
            if (token.Kind != AddressToken.Comment) continue;
            writer.Copy(" "u8);
            writer.Copy(span[token.Start..token.End]);
        }
    }
}

/// <summary>Writes bytes and keeps the column, so that a line that got too long can be folded.</summary>
internal ref struct FoldingWriter(IBufferWriter<byte> output, int column)
{
    // RFC 5322 2.1.1: lines should be no longer than 78 characters.
    private const int FoldColumn = 78;

    private int _column = column;

    public void Copy(scoped ReadOnlySpan<byte> bytes)
    {
        output.Write(bytes);
        int line = bytes.LastIndexOf((byte)'\n');
        _column = line < 0 ? _column + bytes.Length : bytes.Length - line - 1;
    }

    /// <summary>
    /// Copies what stands before an address; when the address would end too far right, the last space behind a comma becomes a fold.
    /// </summary>
    public void CopyFolding(scoped ReadOnlySpan<byte> bytes, int nextLength)
    {
        int comma = bytes.LastIndexOf((byte)',');
        bool fits = _column + bytes.Length + nextLength <= FoldColumn;
        if (fits || comma < 0 || bytes.IndexOf((byte)'\n') >= 0 || bytes.IndexOfAny((byte)'"', (byte)'(') >= 0)
        {
            Copy(bytes);
            return;
        }
        Copy(bytes[..(comma + 1)]);
        Copy("\n    "u8);
        Copy(bytes[(comma + 1)..].TrimStart((byte)' '));
    }

    public void Text(string text)
    {
        Span<byte> bytes = output.GetSpan(Encoding.UTF8.GetMaxByteCount(text.Length));
        int length = Encoding.UTF8.GetBytes(text, bytes);
        output.Advance(length);
        _column += length;
    }
}
