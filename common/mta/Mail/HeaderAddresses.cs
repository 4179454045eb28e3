using System.Text;
using System.Text.Unicode;

namespace MtaSuite.Common.Mail;

/// <summary>Where an address stands in a header value: value[Start..End], comments inside it included.</summary>
/// <param name="CommaAt">Where a comma is missing when it follows another address without one, as in "To: alice bob"; else -1.</param>
public readonly record struct AddressSpan(int Start, int End, int CommaAt);

/// <summary>
/// Finds the addresses of a header field, RFC 5322 3.4, leniently:
/// <code>
/// address-list = (address *("," address))
/// address      = mailbox / group
/// mailbox      = [display-name] "&lt;" [route] addr-spec "&gt;" / addr-spec
/// group        = display-name ":" [address-list] ";"
/// </code>
/// Words that follow each other with no operator between, outside of a display name, are addresses of their own.
/// Time and memory are linear in the value; nothing is recursive.
/// </summary>
public static class HeaderAddresses
{
    /// <summary>header_address_token_limit: tokens behind this many are not looked at.</summary>
    public const int DefaultTokenLimit = 10_240;

    /// <summary>
    /// Appends the span of each address in the value to <paramref name="result"/>, in order. An empty "&lt;&gt;" has no span.
    /// </summary>
    /// <returns>False when the limit left some of the value unread.</returns>
    public static bool Find(ReadOnlySpan<byte> value, List<AddressSpan> result, int tokenLimit = DefaultTokenLimit)
    {
        var finder = new Finder(result);
        var token = new AddressTokenizer(value);
        bool whole = true;
        while (token.Next() != AddressToken.End)
        {
            if (tokenLimit-- <= 0)
            {
                // the half of an address is none
                if (token.Special is not ((byte)',' or (byte)';')) finder.Forget();
                whole = false;
                break;
            }
            finder.Take(token.Kind, token.Special, token.Start, token.End);
        }
        finder.Finish();
        return whole;
    }

    /// <summary>
    /// Appends the addresses of the value in internal form. Addresses that are not valid UTF-8 are counted, not extracted. For values
    /// that do not fit into
    /// memory there is <see cref="AddressListReader"/>.
    /// </summary>
    /// <returns>How many were left out because they are not UTF-8.</returns>
    public static int Extract(ReadOnlySpan<byte> value, List<string> result, int tokenLimit = DefaultTokenLimit)
    {
        List<AddressSpan> spans = [];
        Find(value, spans, tokenLimit);
        int bad = 0;
        foreach (AddressSpan span in spans)
        {
            string? external = External(value[span.Start..span.End]);
            if (external is null) bad++;
            else if (Address.Unquote822(external) is { Length: > 0 } address) result.Add(address);
        }
        return bad;
    }

    /// <summary>
    /// The external form of the address at a span: its tokens without white space, line breaks and comments; words with nothing between
    /// keep one space. What is not closed gets closed. Null when it is not valid UTF-8.
    /// </summary>
    public static string? External(ReadOnlySpan<byte> span)
    {
        if (!Utf8.IsValid(span)) return null;
        var text = new ValueText(stackalloc char[256]);
        Span<char> word = span.Length <= 512 ? stackalloc char[span.Length] : new char[span.Length];
        var token = new AddressTokenizer(span);
        bool afterWord = false;
        while (token.Next() != AddressToken.End)
        {
            if (token.Kind == AddressToken.Comment) continue;
            bool isWord = token.Kind != AddressToken.Special;
            if (isWord && afterWord) text.Append(' ');
            afterWord = isWord;
            int length = Encoding.UTF8.GetChars(span[token.Start..token.End], word);
            AppendWord(ref text, token.Kind, word[..length]);
        }
        return text.ToStringAndFree();
    }

    // Line breaks inside quotes are folding and no part of the text (RFC 5322 3.2.4).
    private static void AppendWord(ref ValueText text, AddressToken kind, ReadOnlySpan<char> word)
    {
        bool escaped = false;
        char close = kind switch { AddressToken.Quoted => '"', AddressToken.Literal => ']', _ => '\0' };
        bool closed = close == '\0';
        for (int i = 0; i < word.Length; i++)
        {
            char c = word[i];
            if (c is '\r' or '\n' && !escaped) continue;
            if (c == '\\' && !escaped && i == word.Length - 1) break;
            if (c == close && !escaped && i > 0) closed = true;
            escaped = c == '\\' && !escaped;
            text.Append(c);
        }
        if (!closed) text.Append(close);
    }

    /// <summary>
    /// The grammar as a machine over tokens: spans are tentative until the element ends, because a "&lt;" or ":" makes them a display name.
    /// </summary>
    private ref struct Finder(List<AddressSpan> result)
    {
        private int _elementMark = result.Count;
        private int _start = -1, _end = -1, _commaAt = -1, _commentEnd = -1;
        private bool _lastWasWord, _angle, _route;

        public void Take(AddressToken kind, byte special, int start, int end)
        {
            if (kind == AddressToken.Comment)
            {
                // a comment behind an address belongs to it: a missing comma goes behind both
                _commentEnd = end;
                if (_start < 0 && _commaAt >= 0) _commaAt = end;
                return;
            }
            switch (special)
            {
                case (byte)'<': OpenAngle(); return;
                case (byte)'>': if (_angle) CloseAngle(end); return;
                case (byte)',' when !_route:
                case (byte)';': EndElement(); return;
                case (byte)':': Colon(); return;
            }
            if (_angle && _start < 0 && special == '@') _route = true;
            bool word = special == 0;
            if (!_angle && word && _lastWasWord) EndAddress();
            if (_start < 0) _start = start;
            _end = end;
            _lastWasWord = word;
        }

        public void Finish() => EndElement();

        private void OpenAngle()
        {
            Forget();
            _angle = true;
            _route = false;
        }

        private void CloseAngle(int end)
        {
            bool found = _start >= 0;
            EndAddress();
            _elementMark = result.Count;
            _angle = _route = false;
            _commaAt = found ? end : -1;
        }

        // In a route "@a,@b:user@c" the colon starts the address proper; elsewhere it ends a group's name.
        private void Colon()
        {
            if (_angle && !_route) return;
            _route = false;
            Forget();
        }

        private void EndElement()
        {
            EndAddress();
            _elementMark = result.Count;
            _angle = _route = false;
            _commaAt = -1;
        }

        private void EndAddress()
        {
            if (_start >= 0)
            {
                result.Add(new AddressSpan(_start, _end, _commaAt));
                _commaAt = Math.Max(_end, _commentEnd);
            }
            _start = -1;
            _lastWasWord = false;
        }

        public void Forget()
        {
            if (_elementMark < result.Count) _commaAt = result[_elementMark].CommaAt;
            result.RemoveRange(_elementMark, result.Count - _elementMark);
            _start = -1;
            _lastWasWord = false;
        }
    }
}
