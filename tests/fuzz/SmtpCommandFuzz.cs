using System.Text;
using MtaSuite.Common.Smtp;
using MtaSuite.Smtpd;
using MtaSuite.Smtpd.Commands;

namespace MtaSuite.Tests.Fuzz;

/// <summary>Line splitter, tokenizer, parameters, XCLIENT attributes and the PROXY header on hostile input.</summary>
public static class SmtpCommandFuzz
{
    public static void One(ReadOnlySpan<byte> input)
    {
        Lines(input);
        ProxyHeader.TryParse(input, out _, out int used);
        if (used < 0) throw new InvalidOperationException("negative length");
    }

    private static void Lines(ReadOnlySpan<byte> input)
    {
        LineSplitter splitter = new(64);
        ReadOnlySpan<byte> rest = input;
        while (!rest.IsEmpty)
        {
            LineStatus status = splitter.Next(rest, out ReadOnlySpan<byte> line, out int consumed, out bool bare);
            if (status == LineStatus.Complete)
            {
                if (line.Length > 64 || line.Contains((byte)'\n')) throw new InvalidOperationException("bad line");
                if (bare != (consumed < 2 || rest[consumed - 2] != '\r')) throw new InvalidOperationException("bare LF flag");
                Command(line);
            }
            if (status is LineStatus.Incomplete or LineStatus.Endless) break;
            rest = rest[consumed..];
        }
    }

    private static void Command(ReadOnlySpan<byte> line)
    {
        CommandLine command = CommandLine.Parse(line);
        SmtpVerb slow = SlowVerb(Encoding.Latin1.GetString(command.Word));
        if (command.Verb != slow) throw new InvalidOperationException($"verb {command.Verb} != {slow}");
        foreach (bool mail in new[] { true, false })
        {
            if (!CommandLine.TryKeyword(command.Arguments, mail ? "FROM"u8 : "TO"u8, out ReadOnlySpan<byte> path)) continue;
            if (path.IsEmpty) throw new InvalidOperationException("empty path");
            int end = path.IndexOf((byte)' ');
            ReadOnlySpan<byte> parameters = end < 0 ? path : path[end..];
            SmtpReply error = mail
                ? MailParameters.Parse(parameters, EsmtpFeatures.Dsn | EsmtpFeatures.SmtpUtf8, out MailParameters m)
                : Rcpt(parameters, out m);
            if (!error.IsNone && error.Code is < 500 or > 599) throw new InvalidOperationException("odd error");
            if (error.IsNone && m.EnvelopeId is { } id && id.Any(char.IsControl) && !id.Any(c => c is >= '\x80' and < '\xA0'))
                throw new InvalidOperationException("control character in ENVID");
            Format(error);
        }
        BdatArguments.TryParse(command.Arguments, out _);
        ReadOnlySpan<byte> arguments = command.Arguments;
        while (ClientAttribute.TryTake(ref arguments, out ClientAttribute attribute, out _))
            if (attribute.Value.Contains('\n') || attribute.Value.Contains('\0'))
                throw new InvalidOperationException("control character in attribute");
    }

    private static SmtpReply Rcpt(ReadOnlySpan<byte> text, out MailParameters none)
    {
        none = default;
        SmtpReply error = RcptParameters.Parse(text, EsmtpFeatures.Dsn, out RcptParameters rcpt);
        if (error.IsNone && rcpt.OriginalRecipient is { } o && (o.Contains('\n') || o.Contains('\0')))
            throw new InvalidOperationException("control character in ORCPT");
        return error;
    }

    private static void Format(SmtpReply reply)
    {
        if (reply.IsNone) return;
        byte[] bytes = new byte[SmtpReply.MaxBytes(reply.Text.Length, reply.Lines)];
        int length = reply.Format(bytes);
        if (bytes.AsSpan(0, length).Count((byte)'\n') != 1 || bytes[length - 2] != '\r')
            throw new InvalidOperationException("reply of several lines");
    }

    private static SmtpVerb SlowVerb(string word)
    {
        foreach (SmtpVerb verb in Enum.GetValues<SmtpVerb>())
            if (verb != SmtpVerb.Unknown && word.Equals(verb.Name(), StringComparison.OrdinalIgnoreCase)) return verb;
        return SmtpVerb.Unknown;
    }
}

[TestFixture]
public class SmtpCommandFuzzTests
{
    private static readonly string[] s_seeds =
    [
        "MAIL FROM:<a@b> SIZE=100 BODY=8BITMIME SMTPUTF8 RET=FULL ENVID=a+2Bb AUTH=<>\r\n",
            "rcpt to:<\"a b\"@c> NOTIFY=SUCCESS,DELAY ORCPT=rfc822;x+20y\r\n",
        "RCPT TO:<x@y> ORCPT=utf-8;a\\x{20AC}b@c\r\n", "BDAT 100 LAST\r\n", "XCLIENT NAME=a ADDR=1.2.3.4 PORT=25 HELO=x+20y\r\n",
            "EHLO [1.2.3.4]\r\n",
        "PROXY TCP4 1.2.3.4 5.6.7.8 1 25\r\n", "PROXY TCP6 ::1 ::2 1 25\r\n",
            "\r\n\r\n\0\r\nQUIT\n\x21\x11\0\f\x01\x02\x03\x04\x05\x06\a\b\0\x19\0\x1A", "STARTTLS\r\nNOOP\n\r\n",
    ];

    [Test]
    public void Random_and_mutated_commands()
    {
        int count =
            int.Parse(Environment.GetEnvironmentVariable("FUZZ_COUNT") ?? "5000", System.Globalization.CultureInfo.InvariantCulture);
        Random random = new(20260822);
        for (int n = 0; n < count; n++)
        {
            List<byte> input = [.. Encoding.Latin1.GetBytes(s_seeds[random.Next(s_seeds.Length)])];
            for (int k = random.Next(6); k > 0 && input.Count > 0; k--)
            {
                int at = random.Next(input.Count);
                switch (random.Next(4))
                {
                    case 0: input[at] = (byte)random.Next(256); break;
                    case 1: input.RemoveAt(at); break;
                    case 2: input.Insert(at, (byte)" <>\"\\+=:;\r\n\0\xE9"[random.Next(13)]); break;
                    default: input.InsertRange(at, Encoding.Latin1.GetBytes(s_seeds[random.Next(s_seeds.Length)])); break;
                }
            }
            byte[] all = [.. input];
            Assert.That(() => SmtpCommandFuzz.One(all), Throws.Nothing, () => Convert.ToHexString(all));
        }
    }
}
