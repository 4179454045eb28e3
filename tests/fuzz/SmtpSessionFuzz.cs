using System.Text;
using MtaSuite.Tests.Unit.Smtpd;

namespace MtaSuite.Tests.Fuzz;

/// <summary>
/// Whole sessions on hostile input: they end, answer in well-formed replies, and queue nothing that was not asked for in order.
/// </summary>
public static class SmtpSessionFuzz
{
    private const string Config = "smtpd_forbid_unauth_pipelining = no\nsmtpd_authorized_xclient_hosts = "
        + "192.0.2.7\nsmtpd_authorized_xforward_hosts = 192.0.2.7\n"
        + "message_size_limit = 300\nsmtpd_recipient_limit = 5\nmynetworks = 127.0.0.1\n";

    public static void One(ReadOnlySpan<byte> input)
    {
        byte[] bytes = input.ToArray();
        Run([bytes], new Random(bytes.Length));
    }

    internal static void Run(IEnumerable<byte[]> inputs, Random random)
    {
        using SmtpHarness h = new(Config);
        h.Run(async () =>
        {
            foreach (byte[] input in inputs) await OneAsync(h, input, random);
        });
    }

    private static async Task OneAsync(SmtpHarness h, byte[] input, Random random)
    {
        h.Queue.Messages.Clear();
        TestClient client = h.Connect();
        int split = random.Next(input.Length + 1);
        client.Send(input.AsSpan(0, split));
        if (random.Next(4) == 0) await h.TurnAsync();
        client.Send(input.AsSpan(split));
        client.Finish();
        string reply = await client.RestAsync();
        Check(reply, input);
        foreach (FakeMessage message in h.Queue.Queued)
        {
            if (message.Request.Envelope.Recipients.Count is 0 or > 5) throw Broken("recipients", input);
            if (message.Request.Envelope.QueueId.Length == 0) throw Broken("queue id", input);
            if (message.Content.Contains('\r') || message.Content[^1] != '\n') throw Broken("line ends", input);
            if (message.Body.Length > 300 + "X-Mailbox-Line: \n".Length) throw Broken("size", input);
        }
    }

    private static void Check(string reply, byte[] input)
    {
        if (reply.Length == 0) return;
        if (!reply.EndsWith("\r\n", StringComparison.Ordinal)) throw Broken("end of reply", input);
        foreach (string line in reply[..^2].Split("\r\n"))
        {
            bool good = line.Length >= 4 && line[0] is >= '2' and <= '5' && char.IsAsciiDigit(line[1]) && char.IsAsciiDigit(line[2])
                && line[3] is ' ' or '-';
            if (!good || line.AsSpan().ContainsAnyInRange('\0', '\x1f')) throw Broken("reply " + line, input);
        }
    }

    private static InvalidOperationException Broken(string what, byte[] input) => new($"{what}: {Convert.ToHexString(input)}");
}

[TestFixture]
public class SmtpSessionFuzzTests
{
    private static readonly string[] s_lines =
    [
        "EHLO a\r\n", "HELO b\r\n", "MAIL FROM:<s@f.test>\r\n", "MAIL FROM:<> SIZE=20 BODY=8BITMIME SMTPUTF8 ENVID=x\r\n",
            "RCPT TO:<a@local.test>\r\n",
        "RCPT TO:<b@local.test> NOTIFY=NEVER ORCPT=rfc822;x\r\n", "RCPT TO:<no@local.test>\r\n", "DATA\r\n", "line\r\n", "..\r\n", ".\r\n",
            ".\n", "\n", "\r", "From x\r\n",
        "BDAT 3\r\nabc", "BDAT 3 LAST\r\nabc", "BDAT 0 LAST\r\n", "BDAT 0\r\n", "BDAT 400\r\n", "RSET\r\n", "NOOP\r\n",
            "VRFY <a@local.test>\r\n", "VRFY ü SMTPUTF8\r\n",
        "ETRN x.y\r\n", "HELP\r\n", "QUIT\r\n", "XCLIENT NAME=x ADDR=192.0.2.7\r\n", "XFORWARD NAME=x IDENT=y\r\n", "STARTTLS\r\n",
            "GET /\r\n", "\0\r\n", "\xff\r\n",
    ];

    [Test]
    public void Random_dialogues()
    {
        int count =
            int.Parse(Environment.GetEnvironmentVariable("FUZZ_COUNT") ?? "5000", System.Globalization.CultureInfo.InvariantCulture) / 5;
        Random random = new(20260823);
        SmtpSessionFuzz.Run(Inputs(count, random), random);
    }

    private static IEnumerable<byte[]> Inputs(int count, Random random)
    {
        for (int n = 0; n < count; n++)
        {
            StringBuilder text = new(n % 3 == 0 ? "" : "EHLO x\r\nMAIL FROM:<>\r\nRCPT TO:<a@local.test>\r\n");
            for (int k = random.Next(20); k > 0; k--) text.Append(s_lines[random.Next(s_lines.Length)]);
            byte[] bytes = Encoding.Latin1.GetBytes(text.ToString());
            for (int k = random.Next(4); k > 0 && bytes.Length > 0; k--) bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            yield return bytes;
        }
    }
}
