using MtaSuite.Common.Config;
using MtaSuite.Common.Mail;
using MtaSuite.Tools.PosttlsFinger;
using MtaSuite.Tools.Sendmail;
using MtaSuite.Tools.Shared;

namespace MtaSuite.Tests.Unit.Tools;

public class OptionsTests
{
    private static SendmailOptions Parse(string words) => SendmailOptions.Parse(words.Split(' ', StringSplitOptions.RemoveEmptyEntries));

    [Test]
    public void Sendmail_options_as_programs_write_them()
    {
        // mutt, s-nail, PHP, cron, and an option of sendmail 8 with a value of its own
        SendmailOptions o = Parse("-oem -oi -f me@example.com -Fname -t -odb -o x value -N success,delay -R hdrs -V env1 -B 8BITMIME -- "
            + "-a@b c@d");
        Assert.That(o.Problem, Is.Null);
        Assert.That((o.Sender, o.FullName, o.ExtractRecipients, o.IgnoreDots), Is.EqualTo(("me@example.com", "name", true, true)));
        Assert.That((o.Notify, o.Return, o.EnvelopeId, o.Body),
            Is.EqualTo((Notify.Success | Notify.Delay, DsnReturn.Headers, "env1", BodyType.EightBitMime)));
        Assert.That(o.Operands, Is.EqualTo(new[] { "-a@b", "c@d" }));
    }

    [TestCase("-bs", SendmailMode.Smtp)]
    [TestCase("-bp", SendmailMode.Queue)]
    [TestCase("-bi", SendmailMode.Aliases)]
    [TestCase("-I", SendmailMode.Aliases)]
    [TestCase("-bd -q1h", SendmailMode.Daemon)]
    [TestCase("-q", SendmailMode.Flush)]
    [TestCase("-q30m", SendmailMode.Nothing)]
    [TestCase("-q30m a@b", SendmailMode.Nothing)]
    [TestCase("-qIabc", SendmailMode.FlushId)]
    [TestCase("-qRexample.com", SendmailMode.FlushSite)]
    [TestCase("-bm -Am -G -tiv x", SendmailMode.Submit)]
    public void Sendmail_modes(string words, object mode)
    {
        SendmailOptions o = Parse(words);
        Assert.That((o.Problem, o.Mode), Is.EqualTo(((string?)null, (SendmailMode)mode)));
    }

    [TestCase("-bx")]
    [TestCase("-Z")]
    [TestCase("-f")]
    [TestCase("-B BINARY")]
    [TestCase("-XW")]
    public void Sendmail_mistakes(string words) => Assert.That(Parse(words).Problem, Is.Not.Null);

    [TestCase("-Z")]
    [TestCase("-bx a@b.test")]
    [TestCase("-C /nonexistent a@b.test")]
    public void Sendmail_exits_with_75_whatever_is_wrong(string words)
    {
        using ToolHarness h = new();
        Assert.That(SendmailCommand.Run(words.Split(' ')), Is.EqualTo(75));
        Assert.That(h.Messages, Does.StartWith("tool: fatal: "));
    }

    // Two characters are VERP's delimiters, as they were before DSN; whatever else cannot be an id is passed over.
    [TestCase("-V+=", "+=", "", "-V+= is taken for -XV+=")]
    [TestCase("-V +=", "+=", "", "-V+= is taken for -XV+=")]
    [TestCase("-XV+=", "+=", "", "")]
    [TestCase("-XV", "", "", "")]
    [TestCase("-V id7", null, "id7", "")]
    [TestCase("-V i", null, "i", "")]
    [TestCase("-V \u00e4bc", null, "", "bad syntax in -V option value -- ignored")]
    public void Sendmail_V_is_an_envelope_id_or_VERP(string words, string? delimiters, string id, string warning)
    {
        using ToolHarness h = new();
        SendmailOptions o = Parse(words);
        Assert.That((o.Problem, o.VerpDelimiters, o.EnvelopeId), Is.EqualTo(((string?)null, delimiters, id)));
        Assert.That(h.Messages, warning.Length == 0 ? Is.Empty : Does.Contain(warning));
    }

    [TestCase("Subject: x\n\nTo: a@b\n", false)]
    [TestCase("To: undisclosed-recipients:;\n\n", false)]
    [TestCase("", false)]
    [TestCase("To: a@b", true)]
    [TestCase("Subject: x\nbcc:\n a@b\n\nbody\n", true)]
    [TestCase("Resent-To: a@b\n\n", true)]
    public void Header_recipients_are_found_wherever_it_is_cut(string content, bool expected)
    {
        byte[] bytes = System.Text.Encoding.ASCII.GetBytes(content);
        for (int at = 0; at <= bytes.Length; at++)
        {
            StreamedHeader header = new();
            header.Take(bytes.AsSpan(0, at));
            header.Take(bytes.AsSpan(at));
            Envelope envelope = new();
            Outcome? refusal = header.Finish().AddTo(envelope, Notify.Never);
            Assert.That((refusal is null, envelope.Recipients.Count == 1), Is.EqualTo((expected, expected)), $"cut at {at}");
        }
    }

    // main.cf counts for posttls-finger, but for how mail is sent, and options come first.
    [Test]
    public void Posttls_finger_reads_what_Postfixs_reads()
    {
        MailConfig main = MailConfig.Parse(
            "myhostname = probe.example\ntls_high_cipherlist = X\ndomain = a\nmydomain = $domain.b\nsmtp_tls_fingerprint_digest = sha512\n"
            + "smtp_tls_CAfile = /x\nsmtp_tls_security_level = none\nsmtp_tls_policy_maps = inline:{a=none}\n").Config;
        FingerOptions o = new();
        Assert.That(o.Take('o', "tls_high_cipherlist=Y") && o.Take('F', "/y"));
        MailConfig config = o.Configuration(main);
        Assert.That(string.Join(' ', (
            (string[])["myhostname", "mydomain", "smtp_tls_fingerprint_digest", "smtp_tls_security_level", "smtp_tls_policy_maps",
            "tls_high_cipherlist", "smtp_tls_CAfile"])
            .Select(n => config.Expand($"${n}"))), Is.EqualTo("probe.example a.b sha512 dane  Y /y"));
        Assert.That(new FingerOptions().Configuration(null).Expand("$smtp_tls_fingerprint_digest"),
            Is.EqualTo(MailConfig.Parse("").Config.Expand("$smtp_tls_fingerprint_digest")));
    }

    [TestCase("a@b", "a@b")]
    [TestCase("a@b, \"c d\"@e", "a@b|c d@e")]
    [TestCase("Full Name <x@y>", "x@y")]
    [TestCase("<x@y>", "x@y")]
    public void A_recipient_argument_may_be_a_list(string operand, string expected)
    {
        List<string> found = [];
        SubmitCommand.AddRecipients(operand, found);
        Assert.That(string.Join('|', found), Is.EqualTo(expected));
    }

    [TestCase("<>", "")]
    [TestCase("", "")]
    [TestCase("<a@b>", "a@b")]
    [TestCase("a+b@c", "a+b@c")]
    [TestCase("Joe <a@b>", "a@b")]
    public void A_sender_is_one_address(string text, string expected) =>
        Assert.That(SubmitCommand.SingleAddress(text), Is.EqualTo(expected));

    [Test]
    public void Getopt_joins_permutes_and_ends()
    {
        GetOpt options = new(["-ab1", "x", "-b", "2", "--from=me", "--to", "you", "y", "--", "-a"], "ab:", "from:", "to:");
        List<string> seen = [];
        for (char c = options.Next(); c != '\0'; c = options.Next()) seen.Add($"{c}{options.LongName}={options.Value}");
        Assert.That(seen, Is.EqualTo(new[] { "a=", "b=1", "b=2", "-from=me", "-to=you" }));
        Assert.That(options.Operands, Is.EqualTo(new[] { "x", "y", "-a" }));
    }

    [Test]
    public void Getopt_in_order_leaves_a_command_alone()
    {
        GetOpt options = new(["-a", "file", "ls", "-l"], "+a");
        Assert.That((options.Next(), options.Next()), Is.EqualTo(('a', '\0')));
        Assert.That(options.Operands, Is.EqualTo(new[] { "file", "ls", "-l" }));
    }

    [TestCase("-x")]
    [TestCase("-b")]
    [TestCase("--nope")]
    [TestCase("--from")]
    public void Getopt_tells_of_mistakes(string word)
    {
        using ToolHarness harness = new();
        Assert.That(new GetOpt([word], "ab:", "from:").Next(), Is.EqualTo('?'));
        Assert.That(harness.Messages, Does.StartWith("tool: "));
    }
}
