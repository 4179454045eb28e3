namespace MtaSuite.Common.Smtp;

/// <summary>
/// Turns content as we keep it (lines end in LF) into what goes over the wire, piece by piece: CR LF line ends, a second dot before a
/// dot at the start of a line (RFC 5321 4.5.2), no line longer than the limit (4.5.3.1.6). No CR or LF leaves that is not part of CR LF: CR
/// LF in the content is a line end, any other CR becomes a space. A line that is too long is broken and goes on behind a space.
/// </summary>
/// <param name="dots">Double dots (DATA); chunks need none.</param>
/// <param name="limit">Most bytes of a line without its end; 0: any.</param>
public struct LineEncoder(bool dots, int limit)
{
    /// <summary>Most bytes that <see cref="Finish"/> writes.</summary>
    public const int MaxEnd = 8;
    private int _column;
    private bool _carriageReturn;

    /// <summary>Encodes until the input is used up or the output is full.</summary>
    public void Encode(ReadOnlySpan<byte> input, Span<byte> output, out int consumed, out int written)
    {
        int i = 0, o = 0;
        while (i < input.Length && output.Length - o >= 3)
        {
            if (_carriageReturn) TakeCarriageReturn(input[i], output, ref o);
            else if (_column == 0 && dots && input[i] == '.')
            {
                output[o++] = (byte)'.';
                output[o++] = (byte)'.';
                (_column, i) = (1, i + 1);
            }
            else TakeRun(input, output, ref i, ref o);
        }
        (consumed, written) = (i, o);
    }

    private void TakeCarriageReturn(byte next, Span<byte> output, ref int o)
    {
        _carriageReturn = false;
        if (next == '\n') return;
        if (limit > 0 && _column >= limit)
        {
            "\r\n"u8.CopyTo(output[o..]);
            (o, _column) = (o + 2, 0);
        }
        output[o++] = (byte)' ';
        _column++;
    }

    /// <summary>Copies up to the end of the line, of the input, of the output or of the room in the line.</summary>
    private void TakeRun(ReadOnlySpan<byte> input, Span<byte> output, ref int i, ref int o)
    {
        ReadOnlySpan<byte> rest = input[i..];
        int end = rest.IndexOfAny((byte)'\r', (byte)'\n');
        int run = end < 0 ? rest.Length : end;
        bool breaks = limit > 0 && run > limit - _column;
        int want = breaks ? Math.Max(0, limit - _column) : run;
        int copy = Math.Min(want, output.Length - o - 3 + 1);
        rest[..copy].CopyTo(output[o..]);
        (i, o, _column) = (i + copy, o + copy, _column + copy);
        if (copy < want || output.Length - o < 3) return;
        if (breaks)
        {
            "\r\n "u8.CopyTo(output[o..]);
            (o, _column) = (o + 3, 1);
        }
        else if (end >= 0) TakeEnd(rest[end], output, ref i, ref o);
    }

    private void TakeEnd(byte special, Span<byte> output, ref int i, ref int o)
    {
        i++;
        if (special == '\r')
        {
            _carriageReturn = true;
            return;
        }
        output[o++] = (byte)'\r';
        output[o++] = (byte)'\n';
        _column = 0;
    }

    /// <summary>Ends the last line and, with dots, the content; returns the bytes written.</summary>
    public int Finish(Span<byte> output)
    {
        int o = 0;
        if (_carriageReturn) TakeCarriageReturn(0, output, ref o);
        if (_column > 0)
        {
            output[o++] = (byte)'\r';
            output[o++] = (byte)'\n';
        }
        if (dots)
        {
            ".\r\n"u8.CopyTo(output[o..]);
            o += 3;
        }
        _column = 0;
        return o;
    }
}
