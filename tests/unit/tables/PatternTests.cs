using System.Diagnostics;
using MtaSuite.Common.Tables;

namespace MtaSuite.Tests.Unit.Tables;

[TestFixture]
public class PatternTests
{
    private const string Networks =
        """
        1.2.3.4 one
        1.2.3.0/24 net
        !10.0.0.0/8 not ten
        if 10.1.0.0/16
        10.1.2.3 ten3
        if !10.1.0.0/17
        10.1.128.0/24 high
        endif
        10.1.0.0/17 tenlow
        endif
        10.0.0.0/33 badmask
        10.0.0.1/8 hostbits
        ::1 v6
        2001:db8::/32 doc
        foo bar
        [fe80::]/10 local
        1.2.3.5
        0.0.0.0/0 v4
        """;

    private const string Expressions =
        """
        /^foo(.*)bar$/ X$1 Y
        /^case$/ lower
        /^CASE2$/i upper
        if /^a/
        /b$/ ab
        /^a(c)(d)?$/ cd$1-$2-$(1)-${1}-$$
        endif
        /^[[:digit:]]+$/ num
        |pipe\|| p
        /a\/b/ slash
        /unclosed x
        /bad(/ y
        /z/q badflag
        if !/q/
        /^x+$/ only x
        /^[^]x]y[]a-]$/ bracket
        /^a.b$/ dot
        /^(one|two){2}$/ twice $1
        /\<word\>/ word
        /^tab[[:space:]]end$/ tab
        endif
        /$9/ $9
        !/x/ nox
        """;

    private static readonly string[] Keys =
    [
        "1.2.3.4", "1.2.3.9", "11.1.1.1", "10.1.2.3", "10.1.1.1", "10.1.200.1", "10.1.128.7", "::1", "2001:DB8::5", "fe80::1", "notip",
            "1.2.3", "010.1.2.3",
        "fooABCbar", "FOObar", "case", "CASE", "CASE2", "case2", "ab", "axb", "ac", "acd", "AB", "123", "12x3", "pipe|x", "pipex", "xa/bx",
            "xx", "xq", "xxq",
        "ayaX", "ay-x", "ay]", "xy]", "onetwo", "oneone", "one", "a word x", "xwordx", "tab\tend", "tab end", "nothing", "a\nb",
    ];

    [TestCase("cidr", "1.2.3.4", "one")]
    [TestCase("cidr", "[1.2.3.4]", "one")]
    [TestCase("cidr", "1.2.3.9", "net")]
    [TestCase("cidr", "11.1.1.1", "not ten")]
    [TestCase("cidr", "10.1.2.3", "ten3")]
    [TestCase("cidr", "10.1.128.7", "high")]
    [TestCase("cidr", "10.1.2.4", "tenlow")]
    [TestCase("cidr", "10.9.9.9", "v4")]
    [TestCase("cidr", "fe80::1", "local")]
    [TestCase("cidr", "name", "")]
    [TestCase("cidr", "1.2.3", "")]
    [TestCase("regexp", "fooABCbar", "XABC Y")]
    [TestCase("regexp", "ac", "cdc--c-c-$")]
    [TestCase("regexp", "acd", "cdc-d-c-c-$")]
    [TestCase("regexp", "CASE", "lower")]
    [TestCase("regexp", "case2", "nox")]
    [TestCase("regexp", "xxq", "")]
    [TestCase("regexp", "ay]", "bracket")]
    [TestCase("pcre", "onetwo", "twice two")]
    public void Rules_answer_in_order(string type, string key, string value)
    {
        using TemporaryFolder folder = new();
        folder.Write("t", type == "cidr" ? Networks : Expressions);
        using Table table = TableFactory.Open($"{type}:{folder["t"]}");
        Assert.That(table.OpenError, Is.Null);
        Assert.That(table.Lookup(key).Value, Is.EqualTo(value));
        Assert.That(table.Lookup(key).IsError, Is.False);
    }

    /// <summary>Texts and keys as Postfix's postmap complains about them and answers.</summary>
    [TestCase("regexp", "if /a/\nif /b/\n/x/ one", "abx=one q=", "line 2: IF has no matching ENDIF|line 1: IF has no matching ENDIF")]
    [TestCase("pcre", "if/a/\n/ab/ two\nendif\nif /q/\n/q/ three", "ab=two q=three", "line 4: IF has no matching ENDIF")]
    [TestCase("regexp", "if /a/\n /ab/ joined\n/abc/ two\nendif", "ab= abc=two",
        "line 1: ignoring extra text after IF statement: \"/ab/ joined\"|line 1: do not prepend whitespace to statements between IF and "
            + "ENDIF")]
    [TestCase("regexp", "if /a/   \n/ab/ x\nendif  \n/z/ y  ", "ab=x z=y", "")]
    [TestCase("cidr", "if 10.0.0.0/8\nif 10.1.0.0/16\n10.1.2.3 x", "10.1.2.3=x 10.2.2.3=",
        "line 2: IF has no matching ENDIF|line 1: IF has no matching ENDIF")]
    [TestCase("regexp", "/a/!/b/ first\n/c/i!!/d/ second", "a=first ab= c= CD= cd=second", "line 1: GONE|line 2: GONE")]
    [TestCase("regexp", "!/a/!/b/ neither", "c=neither a= b= ab=", "line 1: GONE")]
    public void If_and_negation_are_as_in_Postfix(string type, string text, string answers, string complaints)
    {
        using TemporaryFolder folder = new();
        List<string> warnings = [];
        folder.Write("t", text + "\n");
        using Table table = TableFactory.Open($"{type}:{folder["t"]}", new() { Warn = warnings.Add });
        foreach (string answer in answers.Split(' '))
            Assert.That(table.Lookup(answer.Split('=')[0]) is { IsFound: true } found ? found.Value
                : "", Is.EqualTo(answer.Split('=')[1]), answer);
        const string gone = "/pattern1/!/pattern2/ goes away, use \"if !/pattern2/ ... /pattern1/ ... endif\" instead";
        Assert.That(warnings.Select(w => w.Replace($"{type} map {folder["t"]}, ", "", StringComparison.Ordinal)),
            Is.EqualTo(complaints.Split('|', StringSplitOptions.RemoveEmptyEntries).Select(c =>
                c.Replace("GONE", gone, StringComparison.Ordinal))));
    }

    [Test]
    public void Complaints_name_line_and_reason()
    {
        using TemporaryFolder folder = new();
        List<string> warnings = [];
        folder.Write("c", Networks);
        folder.Write("r", Expressions);
        TableFactory.Open($"cidr:{folder["c"]}", new() { Warn = warnings.Add });
        TableFactory.Open($"regexp:{folder["r"]}", new() { Warn = warnings.Add });
        Assert.That(warnings.Select(w => w.Replace(folder.Folder + "/", "", StringComparison.Ordinal)), Is.EqualTo(new[]
        {
            "cidr map c, line 11: bad mask length in \"10.0.0.0/33\": skipping this rule",
            "cidr map c, line 12: non-null host address bits in \"10.0.0.1/8\", perhaps you should use \"10.0.0.0/8\" instead: skipping "
                + "this rule",
            "cidr map c, line 15: bad address pattern: \"foo\": skipping this rule",
            "cidr map c, line 17: no lookup result: skipping this rule",
            "regexp map r, line 11: no closing regexp delimiter \"/\": skipping this rule",
            "regexp map r, line 12: error in regex at offset 4: InsufficientClosingParentheses: skipping this rule",
            "regexp map r, line 13: unknown regexp option \"q\": skipping this rule",
            "regexp map r, line 22: out of range replacement index \"9\": skipping this rule",
        }));
    }

    [Test]
    public void Tables_that_forbid_it_take_no_parts_of_the_key()
    {
        using Table table = TableFactory.Open("regexp:{{/^(.*)$/ |run $1}, {/./ safe}}", new() { AllowSubstitution = false });
        Assert.That(table.Lookup("rm").Value, Is.EqualTo("safe"));
    }

    [Test]
    public void An_expression_that_explodes_is_an_error()
    {
        using Table linear = TableFactory.Open("pcre:{{/^(a+)+$/ x}}");
        Assert.That(linear.Lookup(new string('a', 5000) + "b").IsNotFound);
        using Table exponential = TableFactory.Open("pcre:{{/^(?=a)(a+)+$/ x}}");
        Assert.That(exponential.Lookup(new string('a', 40) + "b").ErrorText, Does.EndWith("a pattern takes too long"));
    }

    [Test]
    public void A_pattern_file_that_changes_is_read_again()
    {
        using TemporaryFolder folder = new();
        ManualClock clock = new();
        folder.Write("t", "1.2.3.4 a\n");
        using Table table = TableFactory.Open("cidr:" + folder["t"], new() { Clock = clock });
        folder.Write("t", "1.2.3.4 other\n");
        clock.Advance(TimeSpan.FromSeconds(3));
        Assert.That(table.Lookup("1.2.3.4").Value, Is.EqualTo("other"));
    }

    [TestCase("unionmap:{static:{a,b},inline:{x=y}}", "x", "found: a,b,y")]
    [TestCase("unionmap:{inline:{a=b},inline:{x=y}}", "q", "not found")]
    [TestCase("pipemap:{inline:{x=Y},inline:{y=z}}", "X", "found: z")]
    [TestCase("pipemap:{inline:{x=y},inline:{q=z}}", "x", "not found")]
    [TestCase("pipemap:{inline:{x=y},fail:b}", "z", "not found")]
    [TestCase("randmap:{a}", "z", "found: a")]
    [TestCase("cidr:{{1.2.3.4 y}, {1.2.0.0/16 z}}", "1.2.9.9", "found: z")]
    [TestCase("regexp:{{/X/ $$1}}", "x", "found: $1")]
    [TestCase("regexp:{{/a/i no}, {/A/i yes}}", "A", "found: yes")]
    [TestCase("pcre:{{/^a.c$/ yes}}", "a\nc", "found: yes")]
    public void Composite_and_inline_tables(string spec, string key, string expected)
    {
        using Table table = TableFactory.Open(spec);
        Assert.That(table.OpenError, Is.Null);
        Assert.That(table.Lookup(key).ToString(), Is.EqualTo(expected));
    }

    [TestCase("unionmap:{static:a, fail:b}", "x")]
    [TestCase("pipemap:{inline:{x=y},fail:b}", "x")]
    [TestCase("unionmap:{}", "x")]
    [TestCase("unionmap:{x}", "x")]
    [TestCase("randmap:{ , }", "x")]
    [TestCase("pipemap:static:x", "x")]
    [TestCase("cidr:{1.2.3.4 y}", "1.2.3.4")]
    public void Trouble_in_a_part_is_an_error(string spec, string key)
    {
        using Table table = TableFactory.Open(spec);
        Assert.That(table.Lookup(key).IsError);
    }

    [TestCase("cidr")]
    [TestCase("regexp")]
    [TestCase("pcre")]
    public void Postfix_beside_it_answers_the_same(string type)
    {
        if (!File.Exists("/usr/sbin/postmap")) Assert.Ignore("Postfix is not installed");
        using TemporaryFolder folder = new();
        folder.Write("master.cf", "");
        // Perl has no word edges as POSIX writes them
        folder.Write("t", type == "cidr" ? Networks : type == "pcre"
            ? Expressions.Replace("\\<word\\>", "\\bword\\b", StringComparison.Ordinal) : Expressions);
        using Table table = TableFactory.Open($"{type}:{folder["t"]}");
        List<string> differences = [];
        ProcessStartInfo start = new("/usr/sbin/postmap", ["-c", folder.Folder, "-q", "-", $"{type}:{folder["t"]}"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using Process process = Process.Start(start)!;
        string[] keys = [.. Keys.Where(key => !key.Contains('\n', StringComparison.Ordinal))];
        process.StandardInput.Write(string.Join('\n', keys) + "\n");
        process.StandardInput.Close();
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string theirs = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        if (errors.Result.Contains("unsupported dictionary type", StringComparison.Ordinal)) Assert.Ignore(errors.Result);
        string ours = string.Concat(keys.Select(key => (key, table.Lookup(key))).Where(pair => pair.Item2.IsFound)
            .Select(pair => $"{pair.key}\t{pair.Item2.Value}\n"));
        Assert.That(ours, Is.EqualTo(theirs));
    }
}
