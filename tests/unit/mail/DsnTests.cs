using System.Text;
using MtaSuite.Common.Mail;

namespace MtaSuite.Tests.Unit.Mail;

public sealed class DsnTests
{
    [TestCase("NEVER", Notify.Never)]
    [TestCase("success,Failure", Notify.Success | Notify.Failure)]
    [TestCase("DELAY", Notify.Delay)]
    [TestCase("NEVER,DELAY", null)]
    [TestCase("DELAY,DELAY", null)]
    [TestCase("", null)]
    [TestCase("SUCCESS,", null)]
    public void Reads_notify(string value, Notify? expected)
    {
        Assert.That(DsnParameters.TryParseNotify(Encoding.ASCII.GetBytes(value), out Notify notify), Is.EqualTo(expected is not null));
        if (expected is null) return;
        Assert.That(notify, Is.EqualTo(expected));
        Assert.That(DsnParameters.TryParseNotify(Encoding.ASCII.GetBytes(DsnParameters.Format(notify)), out Notify again)
            && again == notify);
    }

    [TestCase("abc", "abc")]
    [TestCase("a+2Bb+3Dc+20", "a+b=c ")]
    [TestCase("a+00", null)]
    [TestCase("a+0A", null)]
    [TestCase("a+0", null)]
    [TestCase("a+", null)]
    [TestCase("a+GG", null)]
    [TestCase("a=b", null)]
    [TestCase("a b", null)]
    [TestCase("+FF", null)]
    [TestCase("+C3+B6", "ö")]
    public void Decodes_xtext(string text, string? expected)
    {
        Assert.That(Xtext.TryDecode(Encoding.UTF8.GetBytes(text), out string decoded), Is.EqualTo(expected is not null));
        if (expected is null) return;
        Assert.That(decoded, Is.EqualTo(expected));
        Assert.That(Xtext.TryDecode(Encoding.ASCII.GetBytes(Xtext.Encode(decoded)), out string again), Is.True);
        Assert.That(again, Is.EqualTo(decoded));
    }

    [TestCase("rfc822;a@b", false, "rfc822;a@b")]
    [TestCase("rfc822;a+2Bx@b", false, "rfc822;a+x@b")]
    [TestCase("utf-8;\\x{F6}@b", false, "utf-8;ö@b")]
    [TestCase("UTF-8;ö@b", true, "UTF-8;ö@b")]
    [TestCase("UTF-8;ö@b", false, null)]
    [TestCase("utf-8;\\x{0}@b", false, null)]
    [TestCase("utf-8;\\x{00}@b", false, null)]
    [TestCase("utf-8;\\x{D800}@b", false, null)]
    [TestCase("utf-8;\\x{1F600}@b", false, "utf-8;😀@b")]
    [TestCase("rfc822;", false, null)]
    [TestCase(";a", false, null)]
    [TestCase("rfc822", false, null)]
    [TestCase("rfc822;a+00b", false, null)]
    public void Reads_original_recipients(string value, bool smtpUtf8, string? expected)
    {
        Assert.That(DsnParameters.TryParseOriginalRecipient(Encoding.UTF8.GetBytes(value), smtpUtf8, out string recipient),
            Is.EqualTo(expected is not null));
        if (expected is null) return;
        Assert.That(recipient, Is.EqualTo(expected));
        byte[] again = Encoding.UTF8.GetBytes(DsnParameters.EncodeOriginalRecipient(recipient, smtpUtf8));
        Assert.That(DsnParameters.TryParseOriginalRecipient(again, smtpUtf8, out string back), Is.True);
        Assert.That(back, Is.EqualTo(expected).IgnoreCase);
    }

    [Test]
    public void Writes_dates_and_message_ids()
    {
        var time = new DateTimeOffset(2026, 11, 1, 19, 4, 3, TimeSpan.Zero);
        Assert.That(MailDate.Format(time, TimeZoneInfo.Utc), Is.EqualTo("Sun, 01 Nov 2026 19:04:03 +0000 (UTC)"));
        var zone = TimeZoneInfo.CreateCustomTimeZone("x", new TimeSpan(-3, -30, 0), "NST", "NST");
        Assert.That(MailDate.Format(time, zone), Is.EqualTo("Sun, 01 Nov 2026 15:34:03 -0330 (NST)"));
        Assert.That(MailDate.MessageId(time.ToOffset(TimeSpan.FromHours(5)), "4bQ", "mx.example"),
            Is.EqualTo("<20261101190403.4bQ@mx.example>"));
    }

    [TestCase("John Smith", "John Smith")]
    [TestCase("John Q. Smith", "\"John Q. Smith\"")]
    [TestCase("a \"b\" \\", "\"a \\\"b\\\" \\\\\"")]
    [TestCase("Jörg", "=?utf-8?Q?J=C3=B6rg?=")]
    [TestCase("a\nb", "a b")]
    public void Writes_full_names(string name, string expected) => Assert.That(EncodedWord.Phrase(name), Is.EqualTo(expected));

    [Test]
    public void Long_names_become_several_words()
    {
        string phrase = EncodedWord.Phrase(string.Concat(Enumerable.Repeat("ö€", 40)));
        Assert.That(phrase.Split("\n ").All(w => w.Length <= 75 && w.StartsWith("=?utf-8?Q?") && w.EndsWith("?=")));
        string decoded = Uri.UnescapeDataString(string.Concat(phrase.Split("\n ").Select(w => w[10..^2])).Replace('=', '%'));
        Assert.That(decoded, Is.EqualTo(string.Concat(Enumerable.Repeat("ö€", 40))));
    }
}
