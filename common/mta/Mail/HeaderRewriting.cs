using System.Buffers;
using System.Text;

namespace MtaSuite.Common.Mail;

/// <summary>What became of an address.</summary>
/// <param name="Problem">Empty, or what went wrong, for the log.</param>
public readonly record struct RewrittenAddress(string Address, string Problem = "");

/// <summary>Decides what becomes of each address of a header.</summary>
public interface IAddressRewriter
{
    /// <summary>
    /// True when the address (bytes as they stand in the header, with comments and white space if there are any) surely stays as it is:
    /// saves its decoding.
    /// </summary>
    bool Keeps(ReadOnlySpan<byte> text) => false;

    /// <summary>The new external form for an external form; the same string when it stays.</summary>
    ValueTask<RewrittenAddress> RewriteAsync(string external);
}

/// <summary>
/// Replaces the addresses of one header field by what a rewriter says, in three steps, because the rewriter may have to wait and the field
/// is a span: <see cref="Find"/>, <see cref="LookUpAsync"/>, <see cref="Write"/>. Display names, comments, folding and spaces stay as they
/// are. A line that grows too long by it is folded behind a comma. Addresses that are not valid UTF-8 stay as they are. Can be used again.
/// </summary>
public sealed class HeaderRewriting
{
    private readonly List<AddressSpan> _spans = [];
    private readonly List<string?> _texts = []; // the external forms, then what replaces them; null: the address stays

    /// <summary>False: the limit left addresses at the end as they stand.</summary>
    public bool IsWhole { get; private set; }

    /// <summary>An address is replaced.</summary>
    public bool IsChanged { get; private set; }

    /// <summary>The first error of the rewriter; empty: none.</summary>
    public string Problem { get; private set; } = "";

    /// <summary>Finds the addresses that the rewriter has to be asked about.</summary>
    /// <param name="value">What follows the header's colon, line breaks as LF, without the last.</param>
    public void Find(ReadOnlySpan<byte> value, IAddressRewriter rewriter, int tokenLimit = HeaderAddresses.DefaultTokenLimit)
    {
        _spans.Clear();
        _texts.Clear();
        (IsChanged, Problem) = (false, "");
        IsWhole = HeaderAddresses.Find(value, _spans, tokenLimit);
        foreach (AddressSpan span in _spans)
        {
            ReadOnlySpan<byte> text = value[span.Start..span.End];
            _texts.Add(rewriter.Keeps(text) ? null : HeaderAddresses.External(text));
        }
    }

    /// <summary>Asks the rewriter.</summary>
    public async ValueTask LookUpAsync(IAddressRewriter rewriter)
    {
        for (int i = 0; i < _texts.Count; i++)
        {
            if (_texts[i] is not { } external) continue;
            (string result, string problem) = await rewriter.RewriteAsync(external);
            if (Problem.Length == 0) Problem = problem;
            _texts[i] = result == external ? null : result;
            IsChanged |= _texts[i] != null;
        }
    }

    /// <summary>Writes the value with the addresses replaced.</summary>
    /// <param name="value">The same as for <see cref="Find"/>.</param>
    /// <param name="column">Where the value starts in its line.</param>
    public void Write(ReadOnlySpan<byte> value, IBufferWriter<byte> output, int column = 0)
    {
        var writer = new FoldingWriter(output, column);
        int written = 0;
        bool previousChanged = false;
        for (int i = 0; i < _spans.Count; i++)
        {
            (AddressSpan span, string? replacement) = (_spans[i], _texts[i]);
            if (span.CommaAt >= written && (replacement is not null || previousChanged))
            {
                writer.Copy(value[written..span.CommaAt]);
                writer.Copy(","u8);
                written = span.CommaAt;
            }
            previousChanged = replacement is not null;
            if (replacement is null) continue;
            writer.CopyFolding(value[written..span.Start], replacement.Length);
            writer.Text(replacement);
            CopyComments(value[span.Start..span.End], ref writer);
            written = span.End;
        }
        writer.Copy(value[written..]);
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
