using System.Buffers;
using System.Text;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Mime;

namespace MtaSuite.Tests.Fuzz;

/// <summary>
/// Header and body checks: a message gives the same result however it is cut into pieces, and without a match it stays as it is.
/// </summary>
public static class ContentChecksFuzz
{
    private static readonly string[] s_tokens =
    [
        "Content-Type: multipart/mixed; boundary=b\n", "Content-Type: multipart/digest; boundary=\"c c\"; boundary=d\n", "--d\n", "-", "--",
        "Content-Type: message/rfc822\n", "Content-Transfer-Encoding: 8bit\n", "Content-Transfer-Encoding: base64\n", "Subject: bad\n",
        "Subject : bad\n", "X-A: 1\n more\n", "\n", "\n\n", "--b\n", "--b--\n", "--b text\n", "--c c\n", "bad line\n", "gone\n", "here\n",
        "gr\u00fc\u00dfe\n", "no end", "From x\n", "not a field\n", ": empty name\n", "\t\n", "\0\n",
        "long " + "long long long long long long long long long long long long long long long long",
    ];

    private sealed class Log : ICheckedMessage
    {
        public StringBuilder Text { get; } = new();
        public bool IsChecked => true;

        public void Matched(CheckTable table, bool isHeader, ReadOnlySpan<byte> text, CheckVerdict verdict) =>
            Text.Append(verdict.Name).Append(' ').Append(table.Parameter).Append(' ').Append(Encoding.Latin1.GetString(text)).Append('\n');
    }

    private const string Headers = "pcre:{ {/bad/ REPLACE X-New: 1} {/^X-A/ IGNORE} {/^Content-Transfer/ PREPEND X-Seen: 1} {/./ INFO} }";
    private const string Bodies = "pcre:{ {/bad/ REPLACE good} {/gone/ IGNORE} {/here/ PREPEND there} {/./ INFO} }";

    private static ContentChecks Checks(string headers, string bodies, int limit) => new()
    {
        Header = CheckTable.Open("header_checks", headers),
        MimeHeader = CheckTable.Open("mime_header_checks", headers),
        NestedHeader = CheckTable.Open("nested_header_checks", headers),
        Body = CheckTable.Open("body_checks", bodies),
        BodyLimit = limit,
    };

    private static string Run(ContentChecks checks, byte[] content, int piece, bool converts, bool hidden, out string log)
    {
        Log matches = new();
        const MimeViolations all = MimeViolations.EightBitBody | MimeViolations.EightBitHeader | MimeViolations.Nesting
            | MimeViolations.EncodingDomain | MimeViolations.NonEmptyEndOfHeader;
        MimeRules rules = new() { FindsHiddenParts = hidden, LineLength = 60, Nesting = 3, Reported = all };
        MimeReader reader = new(rules, (fault, text) => matches.Text.Append(fault).Append(Encoding.Latin1.GetString(text)).Append('\n'));
        ContentChecker checker = new(reader, matches, converts);
        ArrayBufferWriter<byte> output = new();
        for (int at = 0; at < content.Length; at += Math.Min(piece, content.Length - at))
            Done(checker.WriteAsync(checks, content.AsMemory(at, Math.Min(piece, content.Length - at)), output));
        Done(checker.FinishAsync(checks, output));
        log = matches.Text.ToString();
        return Encoding.Latin1.GetString(output.WrittenSpan);
    }

    private static void Done(ValueTask task)
    {
        if (!task.IsCompletedSuccessfully) throw new InvalidOperationException("not done at once");
    }

    private static readonly ContentChecks s_checks = Checks(Headers, Bodies, 100);

    public static void Pieces(ReadOnlySpan<byte> input)
    {
        if (input.Length < 2) return;
        StringBuilder text = new();
        foreach (byte b in input[1..]) text.Append(s_tokens[b % s_tokens.Length]);
        byte[] content = Encoding.UTF8.GetBytes(text.ToString());
        bool converts = (input[0] & 64) != 0, hidden = (input[0] & 128) != 0;
        string whole = Run(s_checks, content, int.MaxValue, converts, hidden, out string log);
        string pieces = Run(s_checks, content, 1 + (input[0] & 15), converts, hidden, out string logOfPieces);
        if (whole != pieces) throw new InvalidOperationException($"{whole}\ndiffers from\n{pieces}");
        if (log != logOfPieces) throw new InvalidOperationException($"{log}\ndiffers from\n{logOfPieces}");
        Unchanged(content, 1 + (input[0] & 15));
    }

    /// <summary>What no table wants changed comes out as it went in, but for what the reader itself makes right.</summary>
    private static void Unchanged(byte[] content, int piece)
    {
        string text = Encoding.Latin1.GetString(content), output = Run(ContentChecks.None, content, piece, false, false, out _);
        if (output == text) return;
        // a header section that does not end with an empty line gets one, and one at the end of the content its last line end
        if (output.Replace("\n", "") != text.Replace("\n", "")) throw new InvalidOperationException($"{text}\nbecame\n{output}");
        if (output.Length - text.Length is not (1 or 2)) throw new InvalidOperationException("more than line ends were added");
    }
}

[TestFixture]
public class ContentChecksFuzzTests
{
    [Test]
    public void Pieces() =>
        FuzzRunner.Run(ContentChecksFuzz.Pieces, 433, [.. Enumerable.Range(0, 56).Select(i => (byte)i)], maxLength: 30);
}
