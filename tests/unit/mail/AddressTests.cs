using System.Text;
using MtaSuite.Common.Config;
using MtaSuite.Common.Mail;

namespace MtaSuite.Tests.Unit.Mail;

public sealed class AddressTests
{
    [TestCase("user@example.com", "user@example.com")]
    [TestCase("a b@example.com", "\"a b\"@example.com")]
    [TestCase("a@b@example.com", "\"a@b\"@example.com")]
    [TestCase("a\"\\b@example.com", "\"a\\\"\\\\b\"@example.com")]
    [TestCase(".a@x", "\".a\"@x")]
    [TestCase("a..b@x", "\"a..b\"@x")]
    [TestCase("@x", "\"\"@x")]
    [TestCase("", "")]
    [TestCase("jörg@x", "jörg@x")]
    public void Quotes_and_unquotes(string @internal, string external)
    {
        Assert.That(Address.Quote822(@internal), Is.EqualTo(external));
        Assert.That(Address.Unquote822(external), Is.EqualTo(@internal));
    }

    [TestCase("user+foo", "+", "user", "foo")]
    [TestCase("user+foo+bar", "+", "user", "foo+bar")]
    [TestCase("user-foo+bar", "+-", "user", "foo+bar")]
    [TestCase("user+", "+", "user", "")]
    [TestCase("+foo", "+", null, null)]
    [TestCase("user", "+", null, null)]
    [TestCase("owner-list", "-", null, null)]
    [TestCase("List-Request", "-", null, null)]
    [TestCase("-request", "-", null, null)]
    [TestCase("owner-list+x", "+", "owner-list", "x")]
    [TestCase("double-bounce", "-", null, null)]
    [TestCase("MAILER-DAEMON", "-", null, null)]
    public void Splits_extensions(string local, string delimiters, string? @base, string? extension)
    {
        bool split = Address.SplitExtension(local, new RecipientDelimiter(delimiters), out ReadOnlySpan<char> b, out ReadOnlySpan<char> e);
        Assert.That(split, Is.EqualTo(@base is not null));
        Assert.That(b.ToString(), Is.EqualTo(@base ?? local));
        Assert.That(e.ToString(), Is.EqualTo(extension ?? ""));
    }

    [Test]
    public void What_is_never_split_belongs_to_one_configuration_and_not_to_the_process()
    {
        RecipientDelimiter ours = RecipientDelimiter.From(MailConfig.Parse(
            "recipient_delimiter = -\ndouble_bounce_sender = twice-bounced\nowner_request_special = no\n").Config);
        RecipientDelimiter theirs = RecipientDelimiter.From(MailConfig.Parse("recipient_delimiter = -\n").Config);
        foreach (string local in (string[])["twice-bounced", "owner-list", "double-bounce"])
            Assert.That((Address.SplitExtension(local, ours, out _, out _), Address.SplitExtension(local, theirs, out _, out _)),
                Is.EqualTo((local != "twice-bounced", local == "twice-bounced")), local);
    }

    [TestCase("example.com", true)]
    [TestCase("a", true)]
    [TestCase("a_b-c.d", true)]
    [TestCase("", false)]
    [TestCase(".a", false)]
    [TestCase("a.", false)]
    [TestCase("a..b", false)]
    [TestCase("-a.b", false)]
    [TestCase("a-.b", false)]
    [TestCase("a.b-", false)]
    [TestCase("1.2.3.4", false)]
    [TestCase("1a.2", true)]
    [TestCase("a b", false)]
    [TestCase("ü.de", false)]
    public void Checks_host_names(string name, bool valid) => Assert.That(HostName.IsValid(name), Is.EqualTo(valid));

    [Test]
    public void Checks_lengths_of_host_names()
    {
        string label = new('a', 63);
        Assert.That(HostName.IsValid(label), Is.True);
        Assert.That(HostName.IsValid(label + "a"), Is.False);
        string name = string.Join('.', label, label, label, label);
        Assert.That(HostName.IsValid(name), Is.True, "255 characters");
        Assert.That(HostName.IsValid("a" + name[1..] + "a"), Is.False);
    }

    [TestCase("[127.0.0.1]", "127.0.0.1")]
    [TestCase("[IPv6:::1]", "::1")]
    [TestCase("[ipv6:2001:db8::1]", "2001:db8::1")]
    [TestCase("[::1]", null)]
    [TestCase("[127.1]", null)]
    [TestCase("[1.2.3.4.5]", null)]
    [TestCase("[256.0.0.1]", null)]
    [TestCase("[IPv6:fe80::1%eth0]", null)]
    [TestCase("[]", null)]
    [TestCase("127.0.0.1", null)]
    public void Reads_address_literals(string literal, string? address)
    {
        Assert.That(HostName.TryParseLiteral(literal, out System.Net.IPAddress parsed), Is.EqualTo(address is not null));
        if (address is not null) Assert.That(parsed.ToString(), Is.EqualTo(address));
    }

    [TestCase("<user@example.com>", "user@example.com", 18)]
    [TestCase("<user@example.com> SIZE=1", "user@example.com", 18)]
    [TestCase("  <user@example.com>", "user@example.com", 20)]
    [TestCase("user@example.com SIZE=1", "user@example.com", 16)]
    [TestCase("<>", "", 2)]
    [TestCase("<@a,@b:user@c>", "user@c", 14)]
    [TestCase("<\"a b>\"@c>", "a b>@c", 10)]
    [TestCase("<\"a\\\"b\"@c>", "a\"b@c", 10)]
    [TestCase("<Postmaster>", "Postmaster", 12)]
    [TestCase("<user(comment)@c>", "user@c", 17)]
    [TestCase("<user @ c>", "user@c", 10)]
    [TestCase("<u@[127.0.0.1]>", "u@[127.0.0.1]", 15)]
    [TestCase("<u@c.>", "u@c.", 6)]
    [TestCase("<\"a b\" <a@b>> SIZE=1", "a@b", 13)]
    [TestCase("<<a@b>>", "a@b", 7)]
    [TestCase("<Joe <a@b>>", "a@b", 11)]
    [TestCase("<a@b>(comment) X", "a@b", 14)]
    [TestCase("Joe<a@b> X", "a@b", 8)]
    public void Reads_paths(string text, string address, int consumed)
    {
        Assert.That(SmtpPath.TryParse(Encoding.UTF8.GetBytes(text), new SmtpPathOptions(false, false, true), out string a, out int n,
            out SmtpPathError error), Is.True, error.ToString());
        Assert.That((a, n), Is.EqualTo((address, consumed)));
    }

    [TestCase("", SmtpPathError.Missing)]
    [TestCase("<>", SmtpPathError.Empty)]
    [TestCase("<user@c", SmtpPathError.Unbalanced)]
    [TestCase("<\"user@c>", SmtpPathError.Unbalanced)]
    [TestCase("<user@[1.2.3]>", SmtpPathError.BadLiteral)]
    [TestCase("<user@a..b>", SmtpPathError.BadDomain)]
    [TestCase("<user@a_@b>", SmtpPathError.None)]
    [TestCase("<a@b, c@d>", SmtpPathError.SeveralAddresses)]
    [TestCase("<a@b><c@d>", SmtpPathError.SeveralAddresses)]
    [TestCase("<a@b>c", SmtpPathError.SeveralAddresses)]
    [TestCase("<<a@b>", SmtpPathError.Unbalanced)]
    [TestCase("<<<a@b>>>", SmtpPathError.NotAnAddress)]
    [TestCase("<a b@d>", SmtpPathError.SeveralAddresses)]
    [TestCase("<a\u0001@d>", SmtpPathError.BadCharacter)]
    [TestCase("<a@ü>", SmtpPathError.NotAscii)]
    public void Refuses_paths(string text, SmtpPathError expected)
    {
        SmtpPath.TryParse(Encoding.UTF8.GetBytes(text), new SmtpPathOptions(false, false, false), out _, out _, out SmtpPathError error);
        Assert.That(error, Is.EqualTo(expected));
    }

    [TestCase("user@c", SmtpPathError.NotBracketed)]
    [TestCase("<user(c)@c>", SmtpPathError.NotAnAddress)]
    [TestCase("<user @c>", SmtpPathError.NotAnAddress)]
    [TestCase("<@c>", SmtpPathError.NotAnAddress)]
    [TestCase("<\"a b\" <a@b>>", SmtpPathError.NotAnAddress)]
    [TestCase("<<a@b>>", SmtpPathError.NotAnAddress)]
    [TestCase("<a@b>(c)", SmtpPathError.NotBracketed)]
    [TestCase("<\"a b\"@c>", SmtpPathError.None)]
    [TestCase("<user>", SmtpPathError.None)]
    public void Is_strict_when_told_to(string text, SmtpPathError expected)
    {
        SmtpPath.TryParse(Encoding.UTF8.GetBytes(text), new SmtpPathOptions(true, false, false), out _, out _, out SmtpPathError error);
        Assert.That(error, Is.EqualTo(expected));
    }

    [Test]
    public void Takes_utf8_addresses_when_allowed()
    {
        var options = new SmtpPathOptions(false, true, false);
        Assert.That(SmtpPath.TryParse("<jörg@müller.de>"u8, options, out string address, out _, out _), Is.True);
        Assert.That(address, Is.EqualTo("jörg@müller.de"));
        SmtpPath.TryParse([(byte)'<', (byte)'a', 0xc3, (byte)'@', (byte)'b', (byte)'>'], options, out _, out _, out SmtpPathError error);
        Assert.That(error, Is.EqualTo(SmtpPathError.BadUtf8));
    }
}
