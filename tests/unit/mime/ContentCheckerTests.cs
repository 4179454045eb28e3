using System.Buffers;
using System.Text;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Mime;

namespace MtaSuite.Tests.Unit.Mime;

/// <summary>What the tables see of a message, and what becomes of it; the same in pieces of any length.</summary>
public sealed class ContentCheckerTests
{
    private sealed class Notes : ICheckedMessage
    {
        public List<string> Lines { get; } = [];
        public bool IsChecked { get; private set; } = true;

        public void Matched(CheckTable table, bool isHeader, ReadOnlySpan<byte> text, CheckVerdict verdict)
        {
            Lines.Add($"{verdict.Name} {table.Parameter} {Encoding.Latin1.GetString(text).Replace("\n", "|")}: {verdict.Text}");
            IsChecked &= !verdict.EndsChecks;
        }
    }

    private static ContentChecks Checks(string header = "", string mime = "", string nested = "", string body = "", int limit = 0) => new()
    {
        Header = CheckTable.Open("header_checks", header),
        MimeHeader = CheckTable.Open("mime_header_checks", mime),
        NestedHeader = CheckTable.Open("nested_header_checks", nested),
        Body = CheckTable.Open("body_checks", body),
        BodyLimit = limit,
    };

    private static string Pcre(string rules) => $"pcre:{{{string.Concat(rules.Split('\n').Select(r => $" {{{r}}}"))} }}";

    /// <summary>All tables here answer at once.</summary>
    private static void Done(ValueTask task) => Assert.That(task.IsCompletedSuccessfully);

    /// <summary>Runs a message through checks in pieces.</summary>
    internal static (string Output, List<string> Notes, List<string> Faults) Run(ContentChecks checks, string message, int piece,
        MimeRules? rules = null, bool converts = false)
    {
        byte[] content = Encoding.Latin1.GetBytes(message);
        Notes notes = new();
        List<string> faults = [];
        MimeReader reader = new(rules ?? new MimeRules { FindsHiddenParts = true },
            (fault, text) => faults.Add($"{fault}: {Encoding.Latin1.GetString(text)}"))
        { TakesLines = !checks.Body.IsEmpty || converts || rules is { Reported: not MimeViolations.None } };
        ContentChecker checker = new(reader, notes, converts);
        ArrayBufferWriter<byte> output = new();
        for (int at = 0; at < content.Length; at += Math.Min(piece, content.Length - at))
        {
            // a copy: what was given before is gone
            Done(checker.WriteAsync(checks, content.AsMemory(at, Math.Min(piece, content.Length - at)), output));
        }
        Done(checker.FinishAsync(checks, output));
        return (Encoding.Latin1.GetString(output.WrittenSpan), notes.Lines, faults);
    }

    private static void Expect(ContentChecks checks, string message, string expected, params string[] notes)
    {
        foreach (int piece in (int[])[int.MaxValue, 1, 2, 3, 7, 50])
        {
            (string output, List<string> seen, _) = Run(checks, message, piece);
            Assert.That(output, Is.EqualTo(expected), $"pieces of {piece}");
            if (notes.Length > 0) Assert.That(seen, Is.EqualTo(notes), $"pieces of {piece}");
        }
    }

    private const string Multipart = "Subject: s\nContent-Type: multipart/mixed; boundary=b\n\npreamble\n--b\n"
        + "Content-Type: text/plain\nX-Part: p\n\nin a part\n--b\nContent-Type: message/rfc822\n\nSubject: inner\n"
        + "Content-ID: c\n\nin a message\n--b--\nepilogue\n";

    [Test]
    public void Each_place_has_its_table()
    {
        const string all = "/(.*)/s WARN";
        (string output, List<string> notes, _) = Run(Checks(Pcre(all), Pcre(all), Pcre(all), Pcre(all)), Multipart, 5);
        Assert.That(output, Is.EqualTo(Multipart));
        Assert.That(notes, Is.EqualTo(new[]
        {
            "warning header_checks Subject: s: ", "warning mime_header_checks Content-Type: multipart/mixed; boundary=b: ",
            "warning body_checks preamble: ", "warning body_checks --b: ", "warning mime_header_checks Content-Type: text/plain: ",
            "warning mime_header_checks X-Part: p: ", "warning body_checks in a part: ", "warning body_checks --b: ",
            "warning mime_header_checks Content-Type: message/rfc822: ", "warning nested_header_checks Subject: inner: ",
            "warning mime_header_checks Content-ID: c: ", "warning body_checks in a message: ", "warning body_checks --b--: ",
            "warning body_checks epilogue: ",
        }));
    }

    [Test]
    public void Content_changes_as_the_tables_want() => Expect(
        Checks(Pcre("/^Subject: old/ REPLACE Subject: new\n/^X-Gone:/ IGNORE\n/^X-Stripped:/ STRIP why\n/^X-After:/ PREPEND X-Before: 1"),
            body: Pcre("/^bad/ REPLACE good\n/^gone/ IGNORE\n/^stripped/ STRIP\n/^here/ PREPEND before\n/^kept/ DUNNO\n/kept/ IGNORE")),
        "Subject: old\n folded\nX-Gone: 1\nX-Stripped: 1\nX-After: 1\n\nbad line\ngone\nstripped\nhere\nkept\nend",
        "Subject: new\nX-Before: 1\nX-After: 1\n\ngood\nbefore\nhere\nkept\nend",
        "replace header_checks Subject: old| folded: Subject: new", "ignore header_checks X-Gone: 1: ",
        "strip header_checks X-Stripped: 1: why", "prepend header_checks X-After: 1: X-Before: 1", "replace body_checks bad line: good",
        "ignore body_checks gone: ", "strip body_checks stripped: ", "prepend body_checks here: before");

    [TestCase("REJECT")]
    [TestCase("DISCARD")]
    [TestCase("PASS")]
    [TestCase("REDIRECT a@b.example")]
    public void Some_actions_end_the_checks(string action) => Expect(
        Checks(Pcre($"/^X-End:/ {action}\n/^X-Late:/ IGNORE"), body: Pcre("/./ IGNORE")),
        "X-Late: 1\nX-End: 1\nX-Late: 2\n\nbody\n", "X-End: 1\nX-Late: 2\n\nbody\n");

    [Test]
    public void Each_body_is_looked_at_up_to_the_limit() => Expect(
        Checks(body: Pcre("/x/ IGNORE"), limit: 6),
        "Content-Type: multipart/mixed; boundary=b\n\n1x\n2x\n3x\n--b\n\n4x\n5x\n6x\n--b--\n",
        "Content-Type: multipart/mixed; boundary=b\n\n3x\n--b\n\n6x\n--b--\n");

    [Test]
    public void A_long_line_is_looked_at_in_pieces()
    {
        string line = new string('a', 2048) + new string('b', 2048) + "c";
        Expect(Checks(body: Pcre("/^a+$/ REPLACE A\n/^c$/ REPLACE C")), $"S: x\n\n{line}\n{new string('a', 2048)}\n",
            $"S: x\n\nA{new string('b', 2048)}C\nA\n");
    }

    [TestCase("--b behind it\nX-Hidden: 1\n\n", "mime_header_checks", "text behind a boundary")]
    [TestCase("--x\nX-Hidden: 1\n\n", "mime_header_checks", "another boundary")]
    [TestCase("--b\nContent-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\nX-Hidden: 1\n\n", "nested_header_checks",
        "a message that says it is encoded")]
    public void Parts_that_a_strict_reader_would_not_see_are_looked_at(string content, string table, string why)
    {
        (_, List<string> notes, _) = Run(Checks(mime: Pcre("/Hidden/ WARN"), nested: Pcre("/Hidden/ WARN")),
            $"Content-Type: multipart/mixed; boundary=x; boundary=b\n\n{content}--b--\n", 9);
        Assert.That(notes, Is.EqualTo(new[] { $"warning {table} X-Hidden: 1: " }), why);
    }

    [Test]
    public void Bytes_are_compared_as_bytes() => Expect(
        Checks(Pcre("/^Subject: \u00fc/ REPLACE Subject: \u00e4")),
        "Subject: \u00c3\u00bc\nX: \u00fc\n\n\u00ff\n", "Subject: \u00c3\u00a4\nX: \u00fc\n\n\u00ff\n");

    [TestCase("REJECT", "550 5.7.1 message content rejected")]
    [TestCase("reject no thanks", "550 5.7.1 no thanks")]
    [TestCase("REJECT 4.7.9 later", "451 4.7.9 later")]
    [TestCase("REJECT 5.1.3 never", "550 5.1.3 never")]
    [TestCase("REJECT 2.0.0 odd", "451 4.0.0 odd")]
    public void Refusals(string value, string reply)
    {
        Outcome refusal = CheckVerdict.Parse(value, "header_checks", true, CheckAction.All).Refusal();
        Assert.That($"{refusal.Code} {refusal.Status} {refusal.Text}", Is.EqualTo(reply));
    }

    [TestCase("REDIRECT nobody", "bad REDIRECT target \"nobody\" in header_checks map -- need user@domain")]
    [TestCase("BCC nobody", "bad BCC address \"nobody\" in header_checks map -- need user@domain")]
    [TestCase("FILTER", "missing FILTER command argument in header_checks map")]
    [TestCase("FILTER x", "bad FILTER command x in header_checks -- need transport:destination")]
    [TestCase("REPLACE", "REPLACE action without text in header_checks map")]
    [TestCase("REPLACE no field", "bad REPLACE header text \"no field\" in header_checks map -- need \"headername: headervalue\"")]
    [TestCase("PREPEND X", "bad PREPEND header text \"X\" in header_checks map -- need \"headername: headervalue\"")]
    [TestCase("NONSENSE x", "unknown command in header_checks map: NONSENSE x")]
    [TestCase("ok then", "")]
    [TestCase("PREPEND X : 1", "")]
    public void A_value_that_means_nothing_is_told(string value, string problem) => Assert.Multiple(() =>
    {
        Assert.That(CheckVerdict.ProblemOf(value, "header_checks", isHeader: true, CheckAction.All), Is.EqualTo(problem));
        if (problem.Length > 0)
            Assert.That(CheckVerdict.Parse(value, "header_checks", true, CheckAction.All).Action, Is.EqualTo(CheckAction.Keep));
    });

    [Test]
    public void What_means_nothing_in_a_place_is_told() => Assert.That(
        CheckVerdict.ProblemOf("HOLD", "smtp_header_checks", true, CheckAction.OfContent),
        Is.EqualTo("unsupported command in smtp_header_checks map: HOLD"));

    [Test]
    public void A_table_that_cannot_be_asked_is_no_mismatch()
    {
        (_, List<string> notes, _) = Run(Checks("fail:broken"), "Subject: x\n\n", 100);
        Assert.That(notes, Is.EqualTo(new[] { "error header_checks Subject: x: " }));
    }

    private static List<string> Faults(string message, MimeRules rules)
    {
        List<string> faults = Run(ContentChecks.None, message, int.MaxValue, rules).Faults;
        for (int piece = 1; piece < 12; piece++) Assert.That(Run(ContentChecks.None, message, piece, rules).Faults, Is.EqualTo(faults));
        return faults;
    }

    [Test]
    public void Faults_of_structure_are_reported()
    {
        const MimeViolations all = MimeViolations.Nesting | MimeViolations.EightBitHeader | MimeViolations.EightBitBody
            | MimeViolations.EncodingDomain | MimeViolations.NonEmptyEndOfHeader;
        MimeRules rules = new() { FindsHiddenParts = true, Reported = all, Nesting = 1 };
        Assert.That(Faults("Subject: \u00fc\n\nx\n", rules), Is.EqualTo(new[] { "EightBitHeader: Subject: \u00fc" }));
        Assert.That(Faults("Subject: x\n\nx\n\u00fc\n\u00fc\n", rules), Is.EqualTo(new[] { "EightBitBody: \u00fc" }));
        Assert.That(Faults("Content-Transfer-Encoding: 8bit\n\n\u00fc\n", rules), Is.Empty);
        Assert.That(Faults("Content-Type: multipart/mixed; boundary=b\nContent-Transfer-Encoding: 8bit\n\n--b\n\n\u00fc\n", rules),
            Is.EqualTo(new[] { "EightBitBody: \u00fc" }), "a part has its own label");
        Assert.That(Faults("Content-Type: multipart/mixed; boundary=b\nContent-Transfer-Encoding: base64\n\n", rules),
            Is.EqualTo(new[] { "EncodingDomain: base64" }));
        Assert.That(Faults("Content-Type: message/partial\nContent-Transfer-Encoding: 8bit\n\n", rules),
            Is.EqualTo(new[] { "EncodingDomain: 8bit" }));
        Assert.That(Faults("Subject: x\nno field\nmore\n", rules), Is.EqualTo(new[] { "NonEmptyEndOfHeader: no field" }));
        string deep = string.Concat(Enumerable.Range(0, 4).Select(i => $"Content-Type: multipart/mixed; boundary=b{i}\n\n--b{i}\n"));
        Assert.That(Faults(deep, rules), Is.EqualTo(new[] { "Nesting: Content-Type: multipart/mixed; boundary=b3" }));
    }

    [Test]
    public void What_is_declared_8bit_becomes_quoted_printable()
    {
        const string message = "Content-Type: multipart/mixed; boundary=b\nContent-Transfer-Encoding: 8bit\nX: y\n\n--b\n"
            + "Content-Transfer-Encoding: 8bit\nContent-Type: text/plain\n\ngr\u00fc\u00dfe=\nend \n--b\n\n\u00fc\n--b--\n";
        const string expected = "Content-Type: multipart/mixed; boundary=b\nX: y\nContent-Transfer-Encoding: 7bit\n\n--b\n"
            + "Content-Type: text/plain\nContent-Transfer-Encoding: quoted-printable\n\ngr=FC=DFe=3D\nend=20\n--b\n\n\u00fc\n--b--\n";
        foreach (int piece in (int[])[int.MaxValue, 1, 3, 20])
            Assert.That(Run(ContentChecks.None, message, piece, converts: true).Output, Is.EqualTo(expected));
    }

    [Test]
    public void Without_MIME_there_is_one_body()
    {
        (_, List<string> notes, _) = Run(Checks(mime: Pcre("/^Content-Type: text/ WARN"), body: Pcre("/^Content-Type: text/ INFO")),
            Multipart, 10, new MimeRules { IsDisabled = true });
        Assert.That(notes, Is.EqualTo(new[] { "info body_checks Content-Type: text/plain: " }));
    }
}
