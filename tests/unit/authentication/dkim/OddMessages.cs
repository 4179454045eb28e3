using System.Text;

namespace MtaSuite.Tests.Unit.Authentication;

/// <summary>A message with something odd in it.</summary>
/// <param name="Header">What its header is.</param>
/// <param name="Body">What its body is.</param>
internal sealed record OddMessage(string Header, string Body, byte[] Bytes)
{
    public string Name => $"{Header}, {Body}";

    public bool Has(params string[] kinds) => kinds.Contains(Header) || kinds.Contains(Body);
}

/// <summary>
/// Odd messages, made of odd headers and odd bodies: each header with three bodies, each body with three headers, and a mixture. Nothing
/// is random: a number names the same message always.
/// </summary>
internal static class OddMessages
{
    private const string Rest = "To: b@example.net\r\nSubject: one\r\nDate: Tue, 1 Dec 2026 00:00:00 +0000\r\n";
    private const string From = "From: A <a@example.com>\r\n";

    public static readonly (string Name, string Text)[] Headers =
    [
        ("plain header", From + Rest + "Message-ID: <1@example.com>\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n"),
        ("From alone", From),
        ("folded fields", "From: A\r\n <a@example.com>\r\nTo: b@example.net,\r\n\tc@example.net,\r\n  \t d@example.net\r\n"
            + "Subject:\r\n one\r\n two\r\n"),
        ("blank line within a field", From + "Subject: one\r\n \r\n two\r\n\t\r\n" + "To: b@example.net\r\n"),
        ("blanks and tabs", "From:\tA  <a@example.com>\t \r\nTo:   b@example.net \r\nSubject: \t one \t two \r\nX-Tab:\t\t\r\n"),
        ("field of 5,000 bytes", From + $"Subject: {new string('s', 5000)}\r\n"
            + $"X-Long: {string.Concat(Enumerable.Repeat("word ", 1000))}\r\n"),
        ("To of 300 addresses", From + "To: " + string.Join(",\r\n ", Enumerable.Range(0, 300).Select(i => $"user{i}@example.net"))
            + "\r\n"),
        ("empty fields", From + "Subject:\r\nTo: \r\nCc:\t\r\n"),
        ("no space behind colons", "From:a@example.com\r\nTo:b@example.net\r\nSubject:one\r\n"),
        ("space before a colon", From + "Subject : one\r\nTo\t: b@example.net\r\n"),
        ("two From", "From: x@example.org\r\n" + From + Rest),
        ("two To and Subject", From + Rest + "To: c@example.net\r\nSubject: two\r\n"),
        ("capitals", "FROM: A <a@example.com>\r\nto: b@example.net\r\nsUbJeCt: One\r\nCONTENT-TYPE: TEXT/PLAIN\r\n"),
        ("8-bit header", From + "Subject: gr\u00fc\u00dfe\r\nTo: \"J\u00f6\" <b@example.net>\r\n"),
        ("UTF-8 header", "From: \u00c3\u00a4 <\u00c3\u00a4@example.com>\r\nSubject: \u00e2\u0082\u00ac\r\nTo: b@example.net\r\n"),
        ("control characters", From + "Subject: a\x01\x07\x1b\x7f\r\nTo: b@example.net\r\n"),
        ("NUL in the header", From + "Subject: a\0b\r\nTo: b@example.net\r\n"),
        ("bare CR in the header", From + "Subject: a\rb\r\nTo: b@example.net\r\n"),
        ("form feed in the header", From + "Subject: \fa \v b\f\r\nTo: b@example.net\r\n"),
        ("odd names", From + "X-!#$%&'*+^_`{|}~: 1\r\n1: 2\r\n-: 3\r\nSubject: one\r\n"),
        ("many Received", string.Concat(Enumerable.Range(0, 40)
            .Select(i => $"Received: from h{i} by h{i + 1};\r\n\tMon, 30 Nov 2026 00:00:00 +0000\r\n"))
            + From + Rest),
        ("another signature", "DKIM-Signature: v=1; a=rsa-sha256; d=example.org; s=x; h=from; bh=eA==; b=eA==\r\n" + From + Rest),
        ("colons in values", From + "Subject: re: fwd: a:b:: ;=\r\nTo: b@example.net\r\nReferences: <a:b@c> <d;e=f@g>\r\n"),
        ("resent", "Resent-From: r@example.com\r\nResent-To: s@example.net\r\n" + From + Rest),
        ("list", From + Rest + "List-Id: <l.example.com>\r\nList-Unsubscribe: <mailto:u@example.com>\r\n"
            + "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"),
        ("words encoded", From + "Subject: =?utf-8?Q?gr=C3=BC=C3=9Fe?=\r\n =?utf-8?B?4oKs?=\r\nTo: b@example.net\r\n"),
        ("group and comments", "From: (x) A (y (z)) <a@example.com> (\\))\r\nTo: undisclosed-recipients:;\r\nSubject: one\r\n"),
    ];

    private const string Plain = "line one\r\nline two\r\n";
    private const string Report = "Content-Type: multipart/report; boundary=b\r\n";

    // "-": not even a blank line
    public static readonly (string Name, string Text)[] Bodies =
    [
        ("plain body", Plain),
        ("no blank line", "-"),
        ("no body", ""),
        ("one empty line", "\r\n"),
        ("empty lines", "\r\n\r\n\r\n\r\n"),
        ("blank lines", "  \r\n\t\r\n \t \r\n"),
        ("empty lines first", "\r\n\r\n" + Plain),
        ("empty lines last", Plain + "\r\n\r\n\r\n"),
        ("blank lines last", Plain + " \r\n\r\n\t \r\n"),
        ("trailing blanks", "line one \r\nline two\t\t\r\n  \tthree \t \r\n"),
        ("blanks and tabs inside", "a  b\tc \t d\r\n\t\te\r\n    f\r\n"),
        ("no line end", "line one\r\nline two"),
        ("blanks at the very end", "line one\r\nline two \t"),
        ("a line of blanks at the very end", "line one\r\n  "),
        ("bare CR", "a\rb\r\nc\r\r\nd\r\n"),
        ("bare CR at a line's start", "a\r\n\rb\r\n\r\r\nc\r\n"),
        ("bare CR at the end", "a\r\nb\r"),
        ("bare LF", "a\nb\r\n\nc\n\r\nd\r\n"),
        ("bare LF at the end", "a\r\nb\n"),
        ("NUL", "a\0b\r\n\0\r\n"),
        ("8-bit", "gr\u00fc\u00dfe \u00a0 \u0085 x\r\n\u00ff\u00fe\r\n"),
        ("UTF-8", "\u00e2\u0082\u00ac \u00c2\u00a0\r\n"),
        ("control characters in the body", "a\v\f\x01\x1a\x1b[0m\r\n\x7f \v \f\r\n"),
        ("a line of 5,000 bytes", new string('x', 5000) + "\r\n"),
        ("a line of 100,000 bytes", string.Concat(Enumerable.Repeat("word ", 20_000)) + "\r\n"),
        ("200 KB", string.Concat(Enumerable.Range(0, 5000).Select(i => $"line {i} of the large body  with blanks \r\n"))),
        ("a line end at 16,384", new string('x', 16_300) + "\r\n" + new string('y', 100) + " \r\n\r\n"),
        ("dots", ".\r\n..\r\n...a\r\n.\r\n"),
        ("From lines", "From a@b.example Mon\r\n>From c\r\n\r\nFrom d\r\n"),
        ("a header in the body", From + Rest + "\r\n" + Plain),
        ("blanks behind a boundary", Report
            + "\r\n--b \r\nContent-Type: text/plain\r\n\r\na \r\n--b\t\r\n\r\nb\r\n--b-- \r\n\r\nepilogue \r\n"),
        ("bounce", Report + "\r\n--b\r\n\r\nfailed\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\n"
            + "Reporting-MTA: dns; x\r\n\r\nAction: failed\r\n\r\n"
            + "--b\r\nContent-Type: text/rfc822-headers\r\n\r\nFrom: x@example.net\r\nSubject: y\r\n--b--\r\n"),
        ("bounce with a header alone", Report
            + "\r\n--b\r\nContent-Type: message/rfc822\r\n\r\nFrom: x@example.net\r\nSubject: y\r\n--b--\r\n"),
        ("boundary without an end", Report + "\r\n--b\r\n\r\na\r\n--b"),
        ("a signature in the body", "DKIM-Signature: v=1; b=eA==\r\n\r\nx\r\n"),
    ];

    public static readonly IReadOnlyList<OddMessage> All = [.. Make().DistinctBy(m => m.Name)];

    private static IEnumerable<OddMessage> Make()
    {
        for (int h = 0; h < Headers.Length; h++)
            foreach (int b in (int[])[0, 1, 9, 15, (7 * h + 5) % Bodies.Length, (11 * h + 3) % Bodies.Length, (13 * h + 8) % Bodies.Length])
                yield return One(h, b);
        for (int b = 0; b < Bodies.Length; b++)
            foreach (int h in (int[])[0, 2, 4, (5 * b + 7) % Headers.Length]) yield return One(h, b);
    }

    private static OddMessage One(int h, int b)
    {
        (string header, string text) = Headers[h];
        (string body, string content) = Bodies[b];
        // multiparts have their own Content-Type on top of the body, which belongs to the header
        string type = content.StartsWith(Report, StringComparison.Ordinal) ? Report : "";
        if (type.Length > 0) text = text.Replace("Content-Type: text/plain; charset=utf-8\r\n", "") + type;
        string all = content == "-" ? text : $"{text}\r\n{(type.Length > 0 ? content[(type.Length + 2)..] : content)}";
        return new OddMessage(header, body, Encoding.Latin1.GetBytes(all));
    }
}

/// <summary>What happens to a message on its way, and which canonical forms survive it.</summary>
/// <param name="Change">A signed message, and the length of the signature's field on top of it; null: this message cannot be changed
/// so.</param>
internal sealed record Tampering(string Name, bool HarmsRelaxedHeader, bool HarmsSimpleHeader, bool HarmsRelaxedBody, bool HarmsSimpleBody,
    Func<byte[], int, byte[]?> Change)
{
    public bool IsFatal(string canonicalization) =>
        (canonicalization.StartsWith("relaxed", StringComparison.Ordinal) ? HarmsRelaxedHeader : HarmsSimpleHeader)
        || (canonicalization.EndsWith("relaxed", StringComparison.Ordinal) ? HarmsRelaxedBody : HarmsSimpleBody);

    public static readonly Tampering[] All =
    [
        new("nothing", false, false, false, false, (m, _) => m),
        new("a letter of the body", false, false, true, true, (m, _) => Body(m, b => Letter(b))),
        new("text behind the body", false, false, true, true, (m, _) => Body(m, b => [.. b, .. "more\r\n"u8])),
        new("an empty line behind the body", false, false, false, false, (m, _) => Body(m, b => b.EndsWith("\r\n"u8) ? [.. b, .. "\r\n"u8]
            : null)),
        new("blanks at the body's first line end", false, false, false, true, (m, _) => Body(m, FirstLineEnd)),
        new("the body gone", false, false, true, true, (m, _) => Body(m, b => b.AsSpan().ContainsAnyExcept(" \t\r\n"u8) ? [] : null)),
        new("a field's name in capitals", false, true, false, false, (m, at) => Replace(m, at - 1, "\nFrom:"u8, "\nFroM:"u8)),
        new("one more blank in From", false, true, false, false, (m, at) => Replace(m, at, "A <a@"u8, "A  <a@"u8)),
        new("From folded", false, true, false, false, (m, at) => Replace(m, at, "A <a@"u8, "A\r\n\t<a@"u8)),
        new("another author", true, true, false, false, (m, at) => Replace(m, at, "a@example.com"u8, "e@example.com"u8)),
        new("one more From", true, true, false, false, (m, _) => [.. "From: evil@example.org\r\n"u8, .. m]),
        new("one more Subject", true, true, false, false, (m, _) => [.. "Subject: evil\r\n"u8, .. m]),
        new("a field that is not signed", false, false, false, false, (m, _) => [.. "X-Virus: no\r\n"u8, .. m]),
    ];

    private static byte[]? Body(byte[] message, Func<byte[], byte[]?> change)
    {
        int at = message.AsSpan().IndexOf("\r\n\r\n"u8);
        if (at < 0) return null;
        return change(message[(at + 4)..]) is { } body ? [.. message[..(at + 4)], .. body] : null;
    }

    private static byte[]? Letter(byte[] body)
    {
        int at = body.AsSpan().IndexOfAnyInRange((byte)'a', (byte)'z');
        if (at < 0) return null;
        body[at] ^= 1;
        return body;
    }

    private static byte[]? FirstLineEnd(byte[] body)
    {
        int at = body.AsSpan().IndexOf("\r\n"u8);
        // an empty line becomes one with blanks: that counts for simple, even at the end
        return at < 0 ? null : [.. body[..at], .. " \t"u8, .. body[at..]];
    }

    /// <summary>Below the signature.</summary>
    private static byte[]? Replace(byte[] message, int from, ReadOnlySpan<byte> old, ReadOnlySpan<byte> with)
    {
        int at = message.AsSpan(from).IndexOf(old);
        int end = message.AsSpan().IndexOf("\r\n\r\n"u8);
        if (at < 0 || (end >= 0 && from + at > end)) return null;
        return [.. message[..(from + at)], .. with, .. message[(from + at + old.Length)..]];
    }
}
