namespace MtaSuite.Common.Smtp;

/// <summary>
/// Turns LF-terminated content into what follows DATA on the wire, piece by piece from span to span: CR LF line ends, a second
/// dot before a dot at the start of a line (RFC 5321 4.5.2). No CR or LF leaves that is not part of CR LF: a CR in the content
/// becomes a space.
/// </summary>
public struct DotEncoder
{
    private bool _inLine;

    /// <summary>Encodes as much as possible: until the input is used up (NeedInput) or the output is full.</summary>
    public DotStatus Encode(ReadOnlySpan<byte> input, Span<byte> output, out int consumed, out int written)
    {
        int i = 0, o = 0;
        while (i < input.Length)
        {
            if (!_inLine && input[i] == '.')
            {
                if (output.Length - o < 2) break;
                output[o++] = (byte)'.';
                output[o++] = (byte)'.';
                i++;
                _inLine = true;
                continue;
            }
            ReadOnlySpan<byte> rest = input[i..];
            int run = rest.IndexOfAny((byte)'\r', (byte)'\n');
            int copy = Math.Min(run < 0 ? rest.Length : run, output.Length - o);
            rest[..copy].CopyTo(output[o..]);
            i += copy;
            o += copy;
            if (copy > 0) _inLine = true;
            if (run < 0 || copy < run || !End(rest[run], output, ref o))
            {
                if (i < input.Length) break;
                continue;
            }
            i++;
        }
        consumed = i;
        written = o;
        return i < input.Length ? DotStatus.OutputFull : DotStatus.NeedInput;
    }

    /// <summary>Ends the content: completes the last line and adds the final dot; returns the bytes written, at most 5.</summary>
    public int Finish(Span<byte> output)
    {
        ReadOnlySpan<byte> end = _inLine ? "\r\n.\r\n"u8 : ".\r\n"u8;
        end.CopyTo(output);
        this = default;
        return end.Length;
    }

    private bool End(byte special, Span<byte> output, ref int o)
    {
        if (output.Length - o < 2) return false;
        if (special == '\r')
        {
            output[o++] = (byte)' ';
            _inLine = true;
            return true;
        }
        output[o++] = (byte)'\r';
        output[o++] = (byte)'\n';
        _inLine = false;
        return true;
    }
}
