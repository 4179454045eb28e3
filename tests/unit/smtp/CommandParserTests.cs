using System.Net;
using System.Text;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Smtp;
using MtaSuite.Smtpd;
using MtaSuite.Smtpd.Commands;

namespace MtaSuite.Tests.Unit.Smtp;

[TestFixture]
public class CommandParserTests
{
    private const EsmtpFeatures All = EsmtpFeatures.Dsn | EsmtpFeatures.SmtpUtf8;

    [Test]
    public void Lines_at_every_split()
    {
        byte[] bytes = [.. "NOOP\r\nQUIT\n"u8, .. Enumerable.Repeat((byte)'x', 40), .. "\r\nRSET\r\n"u8];
        for (int split = 0; split <= bytes.Length; split++)
        {
            LineSplitter splitter = new(16);
            List<string> seen = [];
            List<byte> buffered = [];
            foreach (byte[] piece in new[] { bytes[..split], bytes[split..] })
            {
                buffered.AddRange(piece);
                while (buffered.Count > 0)
                {
                    LineStatus status = splitter.Next(buffered.ToArray(), out ReadOnlySpan<byte> line, out int consumed, out bool bare);
                    if (status == LineStatus.Complete) seen.Add(Encoding.ASCII.GetString(line) + (bare ? "!" : ""));
                    if (status == LineStatus.TooLong) seen.Add("long");
                    buffered.RemoveRange(0, consumed);
                    if (status == LineStatus.Incomplete) break;
                }
            }
            Assert.That(seen, Is.EqualTo(new[] { "NOOP", "QUIT!", "long", "RSET" }), $"split {split}");
        }
    }

    [Test]
    public void A_line_of_exactly_the_limit_passes_and_an_endless_one_is_noticed()
    {
        LineSplitter splitter = new(4);
        Assert.That(splitter.Next("abcd\r"u8, out _, out int consumed, out _), Is.EqualTo(LineStatus.Incomplete));
        Assert.That(consumed, Is.Zero);
        Assert.That(splitter.Next("abcd\r\n"u8, out ReadOnlySpan<byte> line, out _, out _), Is.EqualTo(LineStatus.Complete));
        Assert.That(line.Length, Is.EqualTo(4));
        LineStatus status = LineStatus.Incomplete;
        for (int i = 0; i < 100 && status == LineStatus.Incomplete; i++) status = splitter.Next("xxxxxxxxxx"u8, out _, out _, out _);
        Assert.That(status, Is.EqualTo(LineStatus.Endless));
    }

    [TestCase("MAIL FROM:<a@b> SIZE=1", "<a@b> SIZE=1")]
    [TestCase("mail from: <a@b>", "<a@b>")]
    [TestCase(" MAIL\tFROM:\ta@b  X", "a@b  X")]
    [TestCase("MAIL FROM :<a@b>", null)]
    [TestCase("MAIL FROM\t:<a@b>", null)]
    [TestCase("MAIL FROM:<>", "<>")]
    [TestCase("MAIL FROM:", null)]
    [TestCase("MAIL FROMX:<a@b>", null)]
    [TestCase("MAIL <a@b>", null)]
    public void Finds_what_follows_the_keyword(string line, string? expected)
    {
        CommandLine command = CommandLine.Parse(Encoding.ASCII.GetBytes(line));
        Assert.That(command.Verb, Is.EqualTo(SmtpVerb.Mail));
        Assert.That(CommandLine.TryKeyword(command.Arguments, "FROM"u8, out ReadOnlySpan<byte> path), Is.EqualTo(expected != null));
        Assert.That(Encoding.ASCII.GetString(path), Is.EqualTo(expected ?? ""));
    }

    [TestCase("SIZE=1x", "501 5.5.4 Bad message size syntax")]
    [TestCase("SIZE=", "501 5.5.4 Bad message size syntax")]
    [TestCase("SIZE=99999999999999999999", "552 5.3.4 Message size exceeds file system imposed limit")]
    [TestCase("BODY=BINARYMIME", "555 5.5.4 Unsupported option: BODY=BINARYMIME")]
    [TestCase("RET=ALL", "501 5.5.4 Bad RET parameter syntax")]
    [TestCase("RET=FULL RET=FULL", "501 5.5.4 Bad RET parameter syntax")]
    [TestCase("ENVID=+00", "501 5.5.4 Bad ENVID parameter syntax")]
    [TestCase("ENVID=a+0Ab", "501 5.5.4 Bad ENVID parameter syntax")]
    [TestCase("ENVID=a+4", "501 5.5.4 Bad ENVID parameter syntax")]
    [TestCase("ENVID=a ENVID=b", "501 5.5.4 Bad ENVID parameter syntax")]
    [TestCase("ENVID=", "501 5.5.4 Bad ENVID parameter syntax")]
    [TestCase("FOO", "555 5.5.4 Unsupported option: FOO")]
    [TestCase("SIZE=10 BODY=7bit SMTPUTF8 RET=HDRS ENVID=a+2Bb+20c AUTH=<>", "")]
    public void Mail_parameters(string text, string expected) =>
        Assert.That(MailParameters.Parse(Encoding.ASCII.GetBytes(text), All, out _).ToString(), Is.EqualTo(expected));

    [Test]
    public void Mail_parameter_values()
    {
        MailParameters.Parse("size=10 BODY=8BITMIME SMTPUTF8 ret=HDRS ENVID=a+2Bb+20c"u8, All, out MailParameters p);
        Assert.That((p.Size, p.Body, p.SmtpUtf8, p.Return, p.EnvelopeId),
            Is.EqualTo((10L, BodyType.EightBitMime, true, DsnReturn.Headers, "a+b c")));
        Assert.That(MailParameters.Parse("SMTPUTF8"u8, EsmtpFeatures.Dsn, out _).Code, Is.EqualTo(555));
        Assert.That(MailParameters.Parse("RET=FULL"u8, EsmtpFeatures.None, out _).ToString(),
            Is.EqualTo("501 5.7.1 DSN support is disabled"));
    }

    [TestCase("NOTIFY=NEVER", Notify.Never, null, true)]
    [TestCase("notify=success,Failure,DELAY", Notify.Success | Notify.Failure | Notify.Delay, null, true)]
    [TestCase("NOTIFY=NEVER,SUCCESS", Notify.Default, null, false)]
    [TestCase("NOTIFY=", Notify.Default, null, false)]
    [TestCase("NOTIFY=DELAY,", Notify.Default, null, false)]
    [TestCase("ORCPT=rfc822;a+20b@c", Notify.Default, "rfc822;a b@c", true)]
    [TestCase("ORCPT=rfc822;a+00b", Notify.Default, null, false)]
    [TestCase("ORCPT=rfc822;", Notify.Default, null, false)]
    [TestCase("ORCPT=;a", Notify.Default, null, false)]
    [TestCase("ORCPT=utf-8;x\\x{E9}y@c", Notify.Default, "utf-8;xéy@c", true)]
    [TestCase("ORCPT=utf-8;x\\x{0}y@c", Notify.Default, null, false)]
    [TestCase("ORCPT=rfc822;a ORCPT=rfc822;b", Notify.Default, null, false)]
    public void Rcpt_parameters(string text, Notify notify, string? original, bool good)
    {
        SmtpReply error = RcptParameters.Parse(Encoding.ASCII.GetBytes(text), All, out RcptParameters p);
        Assert.That(error.IsNone, Is.EqualTo(good), error.ToString());
        if (good) Assert.That((p.Notify, p.OriginalRecipient), Is.EqualTo((notify, original)));
        else Assert.That(error.Code, Is.EqualTo(501));
    }

    [TestCase("100", 100L, false, true)]
    [TestCase("0 last", 0L, true, true)]
    [TestCase("", 0L, false, false)]
    [TestCase("-1", 0L, false, false)]
    [TestCase("1 FIRST", 0L, false, false)]
    [TestCase("1 LAST X", 0L, false, false)]
    [TestCase("99999999999999999999999", 0L, false, false)]
    public void Bdat_arguments(string text, long size, bool last, bool good)
    {
        Assert.That(BdatArguments.TryParse(Encoding.ASCII.GetBytes(text), out BdatArguments arguments), Is.EqualTo(good));
        if (good) Assert.That(arguments, Is.EqualTo(new BdatArguments(size, last)));
    }

    [Test]
    public void Replies_of_several_lines_carry_code_and_status_on_each()
    {
        SmtpReply reply = SmtpReply.Parse("550 5.7.1 one\ntwo\rx") with { };
        byte[] bytes = new byte[SmtpReply.MaxBytes(reply.Text.Length, reply.Lines)];
        Assert.That(Encoding.ASCII.GetString(bytes, 0, reply.Format(bytes)), Is.EqualTo("550-5.7.1 one\r\n550 5.7.1 two?x\r\n"));
        Assert.That(reply.AsTemporary().ToString(), Does.StartWith("450 4.7.1 one"));
        Assert.That(SmtpReply.Parse("250 Ok").ToString(), Is.EqualTo("250 Ok"));
    }

    [TestCase("PROXY TCP4 192.0.2.1 198.51.100.2 1025 25\r\n", "192.0.2.1:1025", "198.51.100.2:25")]
    [TestCase("PROXY TCP4 192.0.2.1 198.51.100.2 0 65535\n", "192.0.2.1:0", "198.51.100.2:65535")]
    [TestCase("PROXY TCP4 192.0.2.1 198.51.100.2 1025 25 and more\r\n", "192.0.2.1:1025", "198.51.100.2:25")]
    [TestCase("PROXY TCP6 2001:db8::1 ::ffff:1.2.3.4 1 2\r\n", "[2001:db8::1]:1", "1.2.3.4:2")]
    [TestCase("\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0E\xC0\0\x02\x01\xC6\x33\x64\x02\x04\x01\0\x19\xEE\xEE", "192.0.2.1:1025",
        "198.51.100.2:25")]
    [TestCase("\r\n\r\n\0\r\nQUIT\n\x20\0\0\0", null, null)]
    public void Proxy_header_at_every_split(string text, string? source, string? destination)
    {
        byte[] bytes = [.. Encoding.Latin1.GetBytes(text), .. "EHLO"u8];
        int length = bytes.Length - 4;
        for (int split = 0; split < length; split++)
            Assert.That(ProxyHeader.TryParse(bytes.AsSpan(0, split), out _, out _), Is.EqualTo(ProxyStatus.Incomplete), $"{split}");
        Assert.That(ProxyHeader.TryParse(bytes, out ProxyHeader header, out int consumed), Is.EqualTo(ProxyStatus.Complete));
        Assert.That(consumed, Is.EqualTo(length));
        Assert.That(header.Source, Is.EqualTo(source is null ? null : IPEndPoint.Parse(source)));
        Assert.That(header.Destination, Is.EqualTo(destination is null ? null : IPEndPoint.Parse(destination)));
    }

    [TestCase("EHLO x\r\n")]
    [TestCase("PROXY UNKNOWN\r\n")]
    [TestCase("PROXY UNKNOWN what ever\r\n")]
    [TestCase("\r\n\r\n\0\r\nQUIT\n\x21\0\0\0")]
    [TestCase("PROXY TCP4 1.2.3 1.2.3.4 1 2\r\n")]
    [TestCase("PROXY TCP4 1.2.3.4 1.2.3.4 1 65536\r\n")]
    [TestCase("PROXY TCP4 ::1 ::1 1 2\r\n")]
    [TestCase("PROXY TCP4 1.2.3.4 1.2.3.4 0123 2\r\n")]
    [TestCase("PROXY TCP4 1.2.3.4 1.2.3.4 1 025\r\n")]
    [TestCase("PROXY TCP4 1.2.3.4 1.2.3.4 1 00\r\n")]
    [TestCase("PROXY TCP4 1.2.3.4 1.2.3.4 1\r\n")]
    [TestCase("PROXY TCP4 0.2.3.4 1.2.3.4 1 2\r\n")]
    [TestCase("\r\n\r\n\0\r\nQUIT\n\x11\x11\0\x0C")]
    [TestCase("\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x02zz")]
    public void Bad_proxy_headers(string text) =>
        Assert.That(ProxyHeader.TryParse(Encoding.Latin1.GetBytes(text), out _, out _), Is.EqualTo(ProxyStatus.Error));

    [Test]
    public void Client_attributes()
    {
        ReadOnlySpan<byte> text = "NAME=a+20b addr=[UNAVAILABLE] x=1+ helo="u8;
        Assert.That(ClientAttribute.TryTake(ref text, out ClientAttribute a, out _));
        Assert.That((a.Name, a.Value), Is.EqualTo((ClientAttributeName.Name, "a b")));
        Assert.That(ClientAttribute.TryTake(ref text, out a, out _));
        Assert.That(a.IsUnavailable && a.Name == ClientAttributeName.Addr);
        Assert.That(ClientAttribute.TryTake(ref text, out a, out _));
        Assert.That((a.Name, a.Value), Is.EqualTo((ClientAttributeName.Unknown, "1+")));
        Assert.That(ClientAttribute.TryTake(ref text, out _, out SmtpReply error), Is.False);
        Assert.That(error.Code, Is.EqualTo(501));
    }
}
