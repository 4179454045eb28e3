namespace MtaSuite.Tests.Unit.Smtpd;

/// <summary>Tables that put other commands in the place of the client's, and other refusals in the place of ours.</summary>
public class FilterTests
{
    /// <summary>As it stands in main.cf, where $ begins a name.</summary>
    private static string Quoted(string rule) => rule.Replace("$", "$$", StringComparison.Ordinal);

    private static string Commands(params string[] rules) =>
        "smtpd_command_filter = pcre:{" + string.Join(", ", rules.Select(r => $"{{{Quoted(r)}}}")) + "}\n";

    [TestCase("/^HELO\\s*$/ HELO domain.invalid", "HELO", "250 mx.example")]
    [TestCase("/^\\s*$/ NOOP", "", "250 2.0.0 Ok")]
    [TestCase("/^\\s*$/ NOOP", " \t", "250 2.0.0 Ok")]
    [TestCase("/^(MAIL FROM:)'(.*)'/ $1<$2>", "  mail from:'a@b.test'", "250 2.1.0 Ok")]
    [TestCase("/^NOOP/ QUIT", "VRFY", "501 5.5.4 Syntax: VRFY address [SMTPUTF8]")]
    public void Commands_are_replaced(string rule, string command, string expected)
    {
        using SmtpHarness h = new("smtpd_forbid_unauth_pipelining = no\nmyhostname = mx.example\n" + Commands(rule));
        Assert.That(h.Talk($"{command}\r\nQUIT\r\n").Split('\n')[1].TrimEnd(), Is.EqualTo(expected));
        Assert.That(h.LogLines().Count(l => l.Contains("replacing command", StringComparison.Ordinal)),
            Is.EqualTo(command == "VRFY" ? 0 : 1));
    }

    [Test]
    public void A_filter_that_cannot_answer_ends_the_session()
    {
        using SmtpHarness h = new("myhostname = mx.example\nsmtpd_command_filter = fail:x\n");
        Assert.That(h.Talk("NOOP\r\nNOOP\r\n").Split("\r\n")[1..],
            Is.EqualTo(new[] { "421 4.3.0 mx.example Server local data error", "" }));
    }

    [TestCase("smtpd_command_filter")]
    [TestCase("smtpd_noop_commands")]
    [TestCase("smtpd_forbidden_commands")]
    [TestCase("smtpd_discard_ehlo_keyword_address_maps")]
    public void Tables_that_cannot_be_opened_are_told_at_the_start(string parameter)
    {
        using SmtpHarness h = new($"{parameter} = foo:/x\n");
        Assert.That(h.Settings.Normal.Problems(), Is.EqualTo(new[] { $"{parameter}: foo:/x: unsupported dictionary type: foo" }));
    }

    // The refusal may become another one, permanent or temporary, but stays one.
    [TestCase("/^502 5(.*)/ 450 4$1", "450 4.5.1 VRFY command is disabled", true)]
    [TestCase("/^502/ 521 Leave", "521 Leave", true)]
    [TestCase("/^502/ 250 Ok", "502 5.5.1 VRFY command is disabled", false)]
    [TestCase("/^502/ 450 5.0.0 no", "502 5.5.1 VRFY command is disabled", false)]
    [TestCase("/^502/ 55", "502 5.5.1 VRFY command is disabled", false)]
    [TestCase("/^4/ 550 no", "502 5.5.1 VRFY command is disabled", null)]
    public void Refusals_are_replaced(string rule, string expected, bool? applied)
    {
        using SmtpHarness h = new("smtpd_forbid_unauth_pipelining = no\ndisable_vrfy_command = yes\nsmtpd_reject_filter_maps = pcre:{{"
            + Quoted(rule) + "}}\nsmtpd_reject_footer_maps = pcre:{{/^450/ later}}\n");
        string[] lines = h.Talk("VRFY x\r\nNOOP\r\n").Split("\r\n");
        if (expected.StartsWith("450", StringComparison.Ordinal))
            Assert.That(lines[1..3], Is.EqualTo(new[] { expected.Replace("450 ", "450-"), "450 4.5.1 later" }),
                "footers are looked for with the new reply");
        else Assert.That(lines[1], Is.EqualTo(expected));
        Assert.That(lines.Contains("250 2.0.0 Ok"), Is.EqualTo(!expected.StartsWith("521", StringComparison.Ordinal)),
            "521 ends the session");
        string[] log = h.LogLines();
        Assert.That(log.Count(l => l.StartsWith("NOQUEUE: reply filter", StringComparison.Ordinal)), Is.EqualTo(applied == true ? 2 : 0));
        Assert.That(log.Any(l => l.Contains("ignoring invalid reject filter result", StringComparison.Ordinal)),
            Is.EqualTo(applied == false));
    }
}
