using System.Buffers;

namespace MtaSuite.Common.Authentication.Messages;

/// <summary>
/// Brings a body into canonical form while it streams, in constant memory (RFC 6376 3.4.3 and 3.4.4). Lines end with CRLF; CR and LF
/// alone, NUL and bytes above 127 are characters like others.
/// </summary>
internal abstract class BodyCanonicalizer
{
    private static readonly byte[] s_lineEnds = LineEnds(512);

    /// <summary>Takes canonical bytes; given to the constructor's user.</summary>
    public delegate void Sink(ReadOnlySpan<byte> bytes);

    private readonly Sink _sink;
    /// <summary>CRLFs that came last; they count only when something comes behind them.</summary>
    protected long _lineEnds;
    /// <summary>A CR came last: it is half a line end, or a character.</summary>
    protected bool _carriageReturn;

    protected BodyCanonicalizer(Sink sink) => _sink = sink;

    public static BodyCanonicalizer Create(Canonicalization kind, Sink sink) =>
        kind == Canonicalization.Simple ? new SimpleBody(sink) : new RelaxedBody(sink);

    public abstract void Append(ReadOnlySpan<byte> chunk);

    /// <summary>The body ends here.</summary>
    public abstract void Complete();

    protected void Put(ReadOnlySpan<byte> bytes)
    {
        if (!bytes.IsEmpty) _sink(bytes);
    }

    protected void PutLineEnds()
    {
        for (; _lineEnds > 0; _lineEnds -= Math.Min(_lineEnds, s_lineEnds.Length / 2))
            Put(s_lineEnds.AsSpan(0, (int)Math.Min(2 * _lineEnds, s_lineEnds.Length)));
    }

    private static byte[] LineEnds(int count)
    {
        byte[] bytes = new byte[2 * count];
        for (int i = 0; i < bytes.Length; i += 2) (bytes[i], bytes[i + 1]) = ((byte)'\r', (byte)'\n');
        return bytes;
    }
}

/// <summary>Simple: empty lines at the end are left out; the body ends with one CRLF, even when there is nothing else in it.</summary>
internal sealed class SimpleBody(BodyCanonicalizer.Sink sink) : BodyCanonicalizer(sink)
{
    public override void Append(ReadOnlySpan<byte> chunk)
    {
        if (chunk.IsEmpty) return;
        if (_carriageReturn && chunk[0] == '\n')
        {
            _carriageReturn = false;
            _lineEnds++;
            chunk = chunk[1..];
        }
        while (!_carriageReturn && chunk.StartsWith("\r\n"u8))
        {
            _lineEnds++;
            chunk = chunk[2..];
        }
        if (chunk.IsEmpty) return;
        if (!_carriageReturn && chunk is [(byte)'\r'])
        {
            _carriageReturn = true;
            return;
        }
        PutLineEnds();
        if (_carriageReturn) Put("\r"u8);
        _carriageReturn = chunk[^1] == '\r';
        if (_carriageReturn) chunk = chunk[..^1];
        for (; chunk.EndsWith("\r\n"u8); chunk = chunk[..^2]) _lineEnds++;
        Put(chunk);
    }

    public override void Complete()
    {
        if (_carriageReturn)
        {
            PutLineEnds();
            Put("\r"u8);
        }
        Put("\r\n"u8);
    }
}

/// <summary>
/// Relaxed: blanks at line ends are left out, others become one space; so are empty lines at the end. A body of nothing stays nothing.
/// </summary>
internal sealed class RelaxedBody(BodyCanonicalizer.Sink sink) : BodyCanonicalizer(sink)
{
    private static readonly SearchValues<byte> s_special = SearchValues.Create(" \t\r"u8);
    private readonly byte[] _output = new byte[4096];
    private int _length;
    private bool _blank, _any;

    public override void Append(ReadOnlySpan<byte> chunk)
    {
        while (!chunk.IsEmpty)
        {
            byte first = chunk[0];
            if (_carriageReturn)
            {
                _carriageReturn = false;
                if (first == '\n')
                {
                    _lineEnds++;
                    _blank = false;
                    chunk = chunk[1..];
                    continue;
                }
                Characters("\r"u8);
            }
            if (first is (byte)' ' or (byte)'\t') _blank = true;
            else if (first == '\r') _carriageReturn = true;
            else
            {
                int end = chunk.IndexOfAny(s_special);
                if (end < 0) end = chunk.Length;
                Characters(chunk[..end]);
                chunk = chunk[end..];
                continue;
            }
            chunk = chunk[1..];
        }
        Flush();
    }

    public override void Complete()
    {
        if (_carriageReturn) Characters("\r"u8);
        Flush();
        if (_any) Put("\r\n"u8);
    }

    private void Characters(ReadOnlySpan<byte> text)
    {
        _any = true;
        if (_lineEnds > 0)
        {
            if (_lineEnds > 8)
            {
                Flush();
                PutLineEnds();
            }
            for (; _lineEnds > 0; _lineEnds--) Keep("\r\n"u8);
        }
        if (_blank) Keep(" "u8);
        _blank = false;
        Keep(text);
    }

    private void Keep(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > _output.Length - _length) Flush();
        if (bytes.Length > _output.Length)
        {
            Put(bytes);
            return;
        }
        bytes.CopyTo(_output.AsSpan(_length));
        _length += bytes.Length;
    }

    private void Flush()
    {
        Put(_output.AsSpan(0, _length));
        _length = 0;
    }
}
