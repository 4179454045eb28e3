using System.Buffers;

namespace MtaSuite.Bounce;

/// <summary>
/// Copies lines of the original into a notice: with LF at their ends, no NUL (RFC 5322 forbids it), and lines broken at 990 bytes by a
/// line end and a space, as an SMTP client breaks them. State is kept between pieces, which may end anywhere.
/// </summary>
internal sealed class OriginalCopier(NoticeWriter output)
{
    private const int MaxLine = 990;
    private static readonly SearchValues<byte> Special = SearchValues.Create("\r\n\0"u8);
    private int _column;
    private bool _afterCr;

    public void Copy(ReadOnlySpan<byte> piece)
    {
        while (!piece.IsEmpty)
        {
            int run = piece.IndexOfAny(Special);
            if (run < 0) run = piece.Length;
            if (run > 0)
            {
                EndBareCr();
                Text(piece[..run]);
                piece = piece[run..];
                continue;
            }
            if (piece[0] == '\n')
            {
                _afterCr = false;
                EndLine();
            }
            else
            {
                EndBareCr();
                if (piece[0] == '\r') _afterCr = true;
                else Text("?"u8);
            }
            piece = piece[1..];
        }
    }

    /// <summary>Ends the last line if the original did not.</summary>
    public void Finish()
    {
        EndBareCr();
        if (_column > 0) EndLine();
    }

    /// <summary>A CR that no LF follows would be a line end to some: so it is one here.</summary>
    private void EndBareCr()
    {
        if (_afterCr) EndLine();
        _afterCr = false;
    }

    private void EndLine()
    {
        output.LineEnd();
        _column = 0;
    }

    private void Text(ReadOnlySpan<byte> text)
    {
        while (_column + text.Length > MaxLine)
        {
            int fits = MaxLine - _column;
            // not within a character of UTF-8
            int cut = fits;
            while (cut > 0 && fits - cut < 4 && (text[cut] & 0xC0) == 0x80) cut--;
            if (cut == 0 || (text[cut] & 0xC0) == 0x80) cut = fits;
            output.Raw(text[..cut]);
            output.LineEnd();
            output.Raw(" "u8);
            _column = 1;
            text = text[cut..];
        }
        output.Raw(text);
        _column += text.Length;
    }
}
