using System.Buffers;

namespace MtaSuite.Common.Mail;

/// <summary>
/// A text under construction that starts on the stack and moves to a pooled array when it grows. End with <see cref="ToStringAndFree"/>.
/// </summary>
internal ref struct ValueText(Span<char> initial)
{
    private Span<char> _text = initial;
    private char[]? _rented;
    private int _length;

    public int Length { readonly get => _length; set => _length = value; }

    public readonly ReadOnlySpan<char> Span => _text[.._length];

    public void Append(char c)
    {
        if (_length == _text.Length) Grow(1);
        _text[_length++] = c;
    }

    public void Append(scoped ReadOnlySpan<char> text)
    {
        if (text.Length > _text.Length - _length) Grow(text.Length);
        text.CopyTo(_text[_length..]);
        _length += text.Length;
    }

    public string ToStringAndFree()
    {
        string result = _text[.._length].ToString();
        Free();
        return result;
    }

    public void Free()
    {
        if (_rented is not null) ArrayPool<char>.Shared.Return(_rented);
        _rented = null;
    }

    private void Grow(int more)
    {
        char[] larger = ArrayPool<char>.Shared.Rent(Math.Max(_length + more, _text.Length * 2));
        _text[.._length].CopyTo(larger);
        Free();
        _text = _rented = larger;
    }
}
