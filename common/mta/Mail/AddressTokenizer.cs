namespace MtaSuite.Common.Mail;

/// <summary>What a token of an address list is.</summary>
public enum AddressToken : byte { End, Atom, Quoted, Literal, Comment, Special }

/// <summary>
/// Lexer of structured header fields and envelope paths, over bytes (RFC 5322 3.2). It never fails: what is not closed ends with the text,
/// and a stray closing bracket is a <see cref="AddressToken.Special"/>. Nesting is counted, not recursed, and each byte is looked at once.
/// <code>
/// atom    = 1*(atext / quoted-pair / %d128-255 / CTL)
/// quoted  = DQUOTE *(qtext / quoted-pair / CRLF) DQUOTE
/// literal = "[" *(dtext / quoted-pair) "]"
/// comment = "(" *(ctext / quoted-pair / comment) ")"
/// special = one of &lt; &gt; @ , ; : . ) ]
/// </code>
/// </summary>
public ref struct AddressTokenizer(ReadOnlySpan<byte> text, int start = 0)
{
    private readonly ReadOnlySpan<byte> _text = text;
    private int _position = start;

    /// <summary>The current token's bytes are text[Start..End].</summary>
    public int Start { get; private set; } = start;
    public readonly int End => _position;
    public AddressToken Kind { get; private set; }
    /// <summary>The byte of a <see cref="AddressToken.Special"/>, else 0.</summary>
    public byte Special { get; private set; }

    public AddressToken Next()
    {
        while (_position < _text.Length && _text[_position] is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n') _position++;
        Start = _position;
        Special = 0;
        return Kind = _position == _text.Length ? AddressToken.End : Scan(_text[_position]);
    }

    private AddressToken Scan(byte first)
    {
        switch (first)
        {
            case (byte)'"': SkipTo((byte)'"'); return AddressToken.Quoted;
            case (byte)'[': SkipTo((byte)']'); return AddressToken.Literal;
            case (byte)'(': SkipComment(); return AddressToken.Comment;
            case (byte)'<' or (byte)'>' or (byte)'@' or (byte)',' or (byte)';' or (byte)':' or (byte)'.' or (byte)')' or (byte)']':
                Special = first;
                _position++;
                return AddressToken.Special;
            default: SkipAtom(); return AddressToken.Atom;
        }
    }

    private void SkipTo(byte close)
    {
        for (_position++; _position < _text.Length; _position++)
        {
            if (_text[_position] == close) { _position++; return; }
            if (_text[_position] == '\\' && _position + 1 < _text.Length) _position++;
        }
    }

    private void SkipComment()
    {
        int depth = 0;
        for (; _position < _text.Length; _position++)
        {
            byte b = _text[_position];
            if (b == '(') depth++;
            else if (b == ')' && --depth == 0) { _position++; return; }
            else if (b == '\\' && _position + 1 < _text.Length) _position++;
        }
    }

    private void SkipAtom()
    {
        for (; _position < _text.Length; _position++)
        {
            byte b = _text[_position];
            if (b == '\\' && _position + 1 < _text.Length) { _position++; continue; }
            if (b is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n' || "()<>@,;:.\"[]"u8.Contains(b)) return;
        }
    }
}
