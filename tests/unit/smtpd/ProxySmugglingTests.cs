using System.Text;

namespace MtaSuite.Tests.Unit.Smtpd;

/// <summary>
/// What a client sends as one message arrives at a filter before the queue as one message, whatever CR, LF and dots it is made of: the same
/// bytes make the same messages with a filter as without, and only CR LF and doubled dots go over the wire to it.
/// </summary>
public sealed class ProxySmugglingTests
{
    private static readonly string[] s_tokens =
        ["\r\n", "\r\n", "\n", "\r", ".", ".", "a", "\r\n.", "\n.\n", "\r.\r", "\r\n.\r", "\0", "MAIL FROM:<x@y>"];

    private static string Input(int seed)
    {
        Random random = new(seed);
        StringBuilder text = new("Subject: x\r\n\r\n");
        for (int i = random.Next(1, 9); i > 0; i--) text.Append(s_tokens[random.Next(s_tokens.Length)]);
        return text.Append("\r\n.\r\n").ToString();
    }

    private static string Content(string message)
    {
        // without the Received field
        string text = message.Replace("\r\n", "\n", StringComparison.Ordinal);
        int end = text.IndexOf('\n', StringComparison.Ordinal);
        while (text[end + 1] == '\t') end = text.IndexOf('\n', end + 1);
        return text[(end + 1)..].Replace('\r', ' ');
    }

    private static string Session(SmtpHarness h, string input)
    {
        string replies = "";
        h.Run(async () =>
        {
            TestClient c = await h.ConnectWithRecipientAsync();
            await c.AskAsync("DATA");
            c.Send(Encoding.Latin1.GetBytes(input));
            c.Finish();
            replies = await c.RestAsync();
        });
        return replies;
    }

    [TestCase("normalize", "yes")]
    [TestCase("normalize", "no")]
    [TestCase("note", "yes")]
    [TestCase("no", "yes")]
    [TestCase("no", "no")]
    [TestCase("reject", "yes")]
    public void The_same_bytes_make_the_same_messages_with_a_filter_as_without(string policy, string replace)
    {
        string config = $"smtpd_forbid_bare_newline = {policy}\ncleanup_replace_stray_cr_lf = {replace}\n"
            + "smtpd_forbid_bare_newline_exclusions =\n";
        using ScriptedFilter filter = new();
        using SmtpHarness through = new($"smtpd_proxy_filter = {filter.Address}\n{config}");
        using SmtpHarness direct = new(config);
        for (int seed = 0; seed < 400; seed++)
        {
            string input = Input(seed);
            int before = filter.Messages.Length, queuedBefore = direct.Queue.Queued.Count();
            string replies = Session(through, input), expectedReplies = Session(direct, input);
            string[] wire = filter.Messages[before..];
            string[] expected = [.. direct.Queue.Queued.Skip(queuedBefore).Select(m => Content(m.Content))];
            string shown = input.Replace("\r", "\\r", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);
            Assert.That(wire.Select(Undot), Is.EqualTo(expected), shown);
            Assert.That(Codes(replies), Is.EqualTo(Codes(expectedReplies)), shown);
            foreach (string message in wire)
                Assert.That(message.Replace("\r\n", "", StringComparison.Ordinal).AsSpan().ContainsAny('\r', '\n'), Is.False, shown);
        }
    }

    private static string Undot(string wire)
    {
        string content = Content(wire);
        return $"\n{content}".Replace("\n..", "\n.", StringComparison.Ordinal)[1..];
    }

    private static string[] Codes(string replies) => [.. replies.Split("\r\n").Select(r => r.Length >= 3 ? r[..3] : r)];
}
