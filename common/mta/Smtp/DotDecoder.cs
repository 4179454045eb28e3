namespace MtaSuite.Common.Smtp;

/// <summary>smtpd_forbid_bare_newline: what a line that ends in LF without CR means.</summary>
public enum BareNewlinePolicy : byte
{
    /// <summary>Such a line is a line; only CR LF . CR LF ends the message.</summary>
    Normalize,
    /// <summary>As Normalize, and the message is to be refused (the caller does that).</summary>
    Reject,
    /// <summary>As Normalize, and it is to be logged (the caller does that).</summary>
    Note,
    /// <summary>LF is as good as CR LF everywhere. Open to SMTP smuggling; for trusted clients only.</summary>
    No,
}

/// <summary>Why <see cref="DotDecoder.Decode"/> returned.</summary>
public enum DotStatus : byte { NeedInput, OutputFull, End }

/// <summary>
/// Turns message content as it stands on the wire into lines that end in LF, piece by piece from span to span, in one pass and
/// without allocation. RFC 5321 4.5.2: a dot at the start of a line is removed; a line of a single dot ends the content.
/// Which line ends count is <see cref="BareNewlinePolicy"/>'s business. A lone dot whose own line end or the one before it is a bare LF
/// is what smuggling is made of: unless the policy is No it neither ends the message nor reaches the output.
/// A CR that does not belong to a line end is content; it becomes a space if so asked (cleanup_replace_stray_cr_lf). NUL and
/// 8-bit bytes pass.
/// </summary>
public struct DotDecoder
{
    // The longest run of CR before LF that counts as one line end under policy No.
    private const int MaxHeldCr = 64;

    private enum State : byte { LineStart, Dot, Body, Ended }

    private readonly bool _strict;
    private readonly bool _dots;
    private readonly byte _strayCr;
    private State _state;
    private bool _previousBare;
    private int _heldCr;
    private long _lines;
    private long _bytes;

    private DotDecoder(BareNewlinePolicy policy, bool replaceStrayCr, bool dots)
    {
        _strict = policy != BareNewlinePolicy.No;
        _strayCr = (byte)(replaceStrayCr ? ' ' : '\r');
        _dots = dots;
    }

    /// <summary>A decoder for what follows DATA.</summary>
    public static DotDecoder ForData(BareNewlinePolicy policy, bool replaceStrayCr) => new(policy, replaceStrayCr, dots: true);

    /// <summary>A decoder for BDAT chunks (RFC 3030): line ends are converted, dots mean nothing, the caller knows the end.</summary>
    public static DotDecoder ForBdat(BareNewlinePolicy policy, bool replaceStrayCr) => new(policy, replaceStrayCr, dots: false);

    /// <summary>A line ended in LF without CR.</summary>
    public bool SawBareLf { get; private set; }

    /// <summary>The size of the content so far with CR LF line ends, which message_size_limit bounds.</summary>
    public readonly long Size => _bytes + _lines;

    /// <summary>Decodes as much as possible.</summary>
    /// <param name="input">The next bytes from the client.</param>
    /// <param name="output">Never gets more bytes than were taken from the input by this and earlier calls.</param>
    /// <param name="consumed">Bytes taken. After End the rest is the client's next command.</param>
    /// <param name="written">Bytes produced.</param>
    public DotStatus Decode(ReadOnlySpan<byte> input, Span<byte> output, out int consumed, out int written)
    {
        int i = 0, o = 0;
        while (i < input.Length && _state != State.Ended)
        {
            if (_state == State.LineStart) _state = StartLine(input, ref i);
            else if (_state == State.Dot) _state = AfterDot(input, ref i, output, ref o);
            else if (!Body(input, ref i, output, ref o)) break;
            if (o == output.Length) break;
        }
        consumed = i;
        written = o;
        _bytes += o;
        if (_state == State.Ended) return DotStatus.End;
        return i < input.Length ? DotStatus.OutputFull : DotStatus.NeedInput;
    }

    /// <summary>Ends the content of the last BDAT chunk: what is held back, and a line end if it lacks one.</summary>
    /// <param name="output">At least 66 bytes.</param>
    /// <returns>Bytes written.</returns>
    public int Finish(Span<byte> output)
    {
        int o = 0;
        if (_state == State.Body)
        {
            while (_heldCr > 0 && EmitHeldCr(output, ref o)) { }
            output[o++] = (byte)'\n';
            _lines++;
        }
        _bytes += o;
        _state = State.Ended;
        return o;
    }

    private readonly State StartLine(ReadOnlySpan<byte> input, ref int i)
    {
        if (!_dots || input[i] != '.') return State.Body;
        i++;
        return State.Dot;
    }

    /// <summary>A line began with a dot, which is gone already; CRs behind it are counted in _heldCr.</summary>
    private State AfterDot(ReadOnlySpan<byte> input, ref int i, Span<byte> output, ref int o)
    {
        byte b = input[i];
        if (b == '\r' && (_heldCr == 0 || (!_strict && _heldCr < MaxHeldCr)))
        {
            i++;
            _heldCr++;
            return State.Dot;
        }
        // Not a lone dot: an ordinary line. Held CRs are sorted out there.
        if (b != '\n') return State.Body;
        i++;
        bool bare = _heldCr == 0;
        _heldCr = 0;
        if (bare && _strict) SawBareLf = true;
        bool suspect = bare || _previousBare;
        _previousBare = bare;
        return _strict && suspect ? State.LineStart : State.Ended;
    }

    /// <summary>Copies up to and including a line end, or to the end of input or output; false when the output is full.</summary>
    private bool Body(ReadOnlySpan<byte> input, ref int i, Span<byte> output, ref int o)
    {
        if (_heldCr > 0) return AfterCr(input, ref i, output, ref o);
        ReadOnlySpan<byte> rest = input[i..];
        int run = rest.IndexOfAny((byte)'\r', (byte)'\n');
        int copy = Math.Min(run < 0 ? rest.Length : run, output.Length - o);
        rest[..copy].CopyTo(output[o..]);
        i += copy;
        o += copy;
        if (run < 0 || copy < run) return copy == rest.Length;
        if (rest[run] == '\r')
        {
            // The usual case in one go: CR LF both here.
            if (run + 1 < rest.Length && rest[run + 1] == '\n' && o < output.Length)
            {
                i += 2;
                EndLine(output, ref o, bare: false);
                return true;
            }
            i++;
            _heldCr = 1;
            return true;
        }
        if (o == output.Length) return false;
        i++;
        EndLine(output, ref o, bare: true);
        return true;
    }

    private bool AfterCr(ReadOnlySpan<byte> input, ref int i, Span<byte> output, ref int o)
    {
        byte b = input[i];
        if (b == '\n')
        {
            if (o == output.Length) return false;
            // Strict: one CR belongs to the line end, and never more than one is held. No: they all do.
            i++;
            _heldCr = 0;
            EndLine(output, ref o, bare: false);
            return true;
        }
        if (b == '\r' && !_strict && _heldCr < MaxHeldCr)
        {
            i++;
            _heldCr++;
            return true;
        }
        return EmitHeldCr(output, ref o);
    }

    private bool EmitHeldCr(Span<byte> output, ref int o)
    {
        if (o == output.Length) return false;
        output[o++] = _strayCr;
        _heldCr--;
        return true;
    }

    private void EndLine(Span<byte> output, ref int o, bool bare)
    {
        output[o++] = (byte)'\n';
        _lines++;
        if (bare && _strict) SawBareLf = true;
        _previousBare = bare;
        _state = State.LineStart;
    }
}
