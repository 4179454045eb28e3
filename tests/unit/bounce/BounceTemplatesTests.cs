using System.Text;
using MtaSuite.Bounce;
using MtaSuite.Common.Mail;

namespace MtaSuite.Tests.Bounce;

public class BounceTemplatesTests
{
    private static readonly string BuiltInFailure = Encoding.UTF8.GetString(Samples.Templates().Text(NoticeKind.Failure));

    private static string Failure(string body, out IReadOnlyList<string> warnings, string start = "failure_template = <<EOF\n",
        string end = "EOF\n")
    {
        BounceTemplates templates = Samples.Templates(start + body + end);
        warnings = templates.Warnings;
        string text = Encoding.UTF8.GetString(templates.Text(NoticeKind.Failure));
        return text == BuiltInFailure ? "built-in" : text;
    }

    [TestCase("Subject: x\n\ntext\n", "text\n", 0)]
    [TestCase("Subject: x\nno header line\n", "no header line\n", 0)]
    [TestCase("Subject: x\n folded\n\nhi\n", " folded\n\nhi\n", 0)]
    [TestCase("\nno header\n", "no header\n", 0)]
    [TestCase("Foo: x\n\ntext\n", "text\n", 1)]
    [TestCase("Subject: only a header\n", "built-in", 1)]
    [TestCase("Subject: café\n\ntext\n", "built-in", 1)]
    [TestCase("\ncafé\n", "built-in", 1)]
    [TestCase("Charset: utf-8\n\ncafé $myhostname\n", "café mx.example.com\n", 0)]
    [TestCase("Charset: ut f\n\ntext\n", "built-in", 1)]
    [TestCase("\n$$5 $nosuch. $myhostname ${mydomain} $(mydomain)\n", "$5 . mx.example.com example.com example.com\n", 0)]
    [TestCase("\n${mydomain?at $mydomain}${nosuch?no}${nosuch:none} ${nosuch?{a}:{b ${mydomain}}}\n", "at example.comnone b example.com\n",
        0)]
    [TestCase("\n$delay_warning_time_seconds ${delay_warning_time_hours} $delay_warning_time_days $delay_warning_time "
        + "$maximal_queue_lifetime_days\n", "14400 4 0 4h 5\n", 0)]
    [TestCase("\nhi ${nosuch\n", "built-in", 1)]
    [TestCase("\nhi $ there\n", "built-in", 1)]
    [TestCase("\nhi ${a-b}\n", "built-in", 1)]
    [TestCase("\na \\ backslash\n# no comment\n", "a \\ backslash\n# no comment\n", 0)]
    public void Texts(string body, string expected, int warned)
    {
        Assert.That(Failure(body, out IReadOnlyList<string> warnings), Is.EqualTo(expected));
        Assert.That(warnings, Has.Count.EqualTo(warned));
    }

    [Test]
    public void The_frame_of_a_template()
    {
        Assert.That(Failure("\nhi\n", out _, "# comment\n\n \nfailure_template=<<THE END\n", "THE END\n"), Is.EqualTo("hi\n"));
        Assert.That(Failure("\nhi\n", out IReadOnlyList<string> warnings, end: ""), Is.EqualTo("hi\n"));
        Assert.That(warnings, Is.EqualTo(new[] { "bounce.cf, line 4: the end mark \"EOF\" is missing" }));
        Assert.That(Failure("\nhi\n", out warnings, "other_template = <<EOF\n"), Is.EqualTo("built-in"));
        Assert.That(warnings.Single(), Does.Contain("other_template"));
        Assert.That(Failure("\nhi\n", out warnings, "rubbish\nfailure_template = text\nfailure_template = <<EOF\n"), Is.EqualTo("hi\n"));
        Assert.That(warnings, Has.Count.EqualTo(2));
        Assert.That(Failure("\nlate\n", out _, "failure_template = <<EOF\n\nearly\nEOF\nfailure_template = <<EOF\n"), Is.EqualTo("late\n"));
        Assert.That(Failure("\r\nhi\r\n", out _, "failure_template = <<EOF\r\n", "EOF\r\n"), Is.EqualTo("hi\n"));
    }

    [Test]
    public void What_is_dumped_is_read_again()
    {
        BounceTemplates builtIn = Samples.Templates();
        BounceTemplates again = BounceTemplates.Parse("dump", builtIn.Dump(), Samples.Settings, Samples.Config);
        Assert.That(again.Warnings, Is.Empty);
        for (NoticeKind kind = NoticeKind.Failure; kind <= NoticeKind.Verify; kind++) Assert.That(again[kind], Is.EqualTo(builtIn[kind]));
        string expanded = Encoding.UTF8.GetString(again.DumpExpanded());
        Assert.That(expanded, Does.Contain("expanded_delay_text = <<EOF\n").And.Contain("After 4 hour(s)").And.Not.Contain("$"));
    }

    [Test]
    public void A_missing_file_is_a_warning()
    {
        BounceTemplates templates = BounceTemplates.Load("/nonexistent/bounce.cf", Samples.Settings, Samples.Config);
        Assert.That(templates.Warnings.Single(), Does.Contain("No such file"));
        Assert.That(Encoding.UTF8.GetString(templates.Text(NoticeKind.Failure)), Is.EqualTo(BuiltInFailure));
        Assert.That(BounceTemplates.Load("", Samples.Settings, Samples.Config).Warnings, Is.Empty);
    }
}
