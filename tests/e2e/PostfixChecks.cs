using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Native;
using MtaSuite.Common.Spool;
using MtaSuite.Tests.E2e.Harness;
using MtaSuite.Tests.Unit.Spool;

namespace MtaSuite.Tests.E2e;

/// <summary>
/// The same messages through the same header and body checks here and in Debian's Postfix: the same reply, the same lines in the log, and
/// the same envelope and content in the queue, byte by byte. Queue ids, times and the Received field of the server itself are left out.
///
/// Differences that are known, and for which there is no message here:
/// a message without a body gets an empty line behind its header here; Postfix's queue has none.
/// A field with NUL ends there in Postfix; here NUL is a byte like others.
/// A line of exactly line_length_limit bytes less one is cut by Postfix between CR and LF, which leaves a space.
/// </summary>
[TestFixture]
public class PostfixChecks : InstanceTest
{
    private const int Messages = 240;
    private PostfixPeer? _postfix;

    private PostfixPeer Postfix => _postfix!;

    private const string HeaderRules = """
        /^Subject: reject (\w+)/        REJECT no $1 wanted
        /^Subject: reject4/             REJECT 4.7.77 later
        /^Subject: plain reject$/       REJECT
        /^Subject: drop/                DISCARD unwanted
        /^X-Hold:/                      HOLD held for review
        /^X-Filter: (\d+)/              FILTER smtp:[127.0.0.1]:1$1
        /^X-Redirect: (.*)$/            REDIRECT $1@example.net
        /^X-Bcc: (.*)$/                 BCC $1@example.net
        /^X-Pass:/                      PASS trusted
        /^X-Ignore:/                    IGNORE
        /^X-Strip: (.*)/                STRIP was $1
        /^X-Replace: (.*)/              REPLACE X-Replaced: <$1>
        /^X-Prepend:/                   PREPEND X-Prepended: yes
        /^X-Warn:/                      WARN look here
        /^X-Info:/                      INFO only a note
        /^X-Dunno:/                     DUNNO
        /^X-Ok:/                        OK
        /^X-Bad-Action:/                FROBNICATE it
        /^X-Bad-Replace:/               REPLACE no field here
        /^X-Fold:.*second.*third/s      REPLACE X-Folded: all in one
        if /^X-If:/
        /yes/                           WARN yes
        !/no/                           INFO not no
        endif
        /^Content-Disposition:/         REPLACE X-Primary-Disposition: seen

        """;

    private const string MimeRules = """
        /^Content-Type:.*name=.*\.exe/  REJECT no programs
        /^Content-Type: image/          REPLACE Content-Type: application/octet-stream
        /^Content-ID:/                  IGNORE
        /^Content-Disposition: (.*)/    PREPEND X-Disposition: $1
        /^X-Warn:/                      WARN in a part
        /^X-Ignore:/                    IGNORE
        /^Content-Description/          INFO described

        """;

    private const string NestedRules = """
        /^Subject: reject/              REJECT a message within
        /^X-Ignore:/                    IGNORE
        /^X-Replace: (.*)/              REPLACE X-Nested: $1
        /^Received:/                    STRIP

        """;

    private const string BodyRules = """
        /^reject this/                  REJECT content
        /^drop this/                    DISCARD
        /^hold this/                    HOLD
        /^ignore this/                  IGNORE
        /^strip this/                   STRIP
        /^replace (this|that)/          REPLACE replaced $1
        /^prepend this/                 PREPEND prepended
        /^warn this/                    WARN
        /^bcc this/                     BCC body@example.net
        /^--/                           INFO a boundary
        /^a{40}/                        REPLACE a long one
        /\xc3\xbc/                      INFO an umlaut

        """;

    private static readonly string[] s_fields =
    [
        "Subject: fine", "Subject: reject money", "Subject: reject4 x", "Subject: plain reject", "Subject: drop me", "X-Hold: 1",
        "X-Filter: 0025",
        "X-Redirect: somebody", "X-Bcc: copy", "X-Bcc: copy2", "X-Pass: 1", "X-Ignore: 1\n\tfolded", "X-Strip: this", "X-Replace: text",
        "X-Prepend: 1\n and more", "X-Warn: 1", "X-Info: 1", "X-Dunno: 1", "X-Ok: 1", "X-Bad-Action: 1", "X-Bad-Replace: 1",
        "X-Fold: first\n second\n third", "X-If: yes", "X-If: no", "X-If: maybe", "X-Spaced : 1", "X-Eight: gr\u00fc\u00dfe", "X-Empty:",
        "Received: from other.example by x.example; Mon, 1 Jan 2024 00:00:00 +0000", "X-Long: " + "0123456789 abcdefghijklmnop qrstuvwxyz ",
        "Content-Disposition: inline", "Content-Description: d", "From: a@client.example", "To: b@example.net",
        "Date: Mon, 1 Jan 2024 00:00:00 +0000",
        "Message-ID: <x@y.example>", "MIME-Version: 1.0", "References: <a@b.example>\n <c@d.example>",
    ];

    private static readonly string[] s_lines =
    [
        "plain", "another line", "", ".", "..dots", "ignore this", "strip this", "replace this", "replace that line", "prepend this",
        "warn this", "gr\u00fc\u00dfe", "--b9", "-- ", "From somebody", new string('a', 3000), "bcc this", "hold this",
        "X-Ignore: not a header",
        new string('y', 5000) + " end", " leading space", "trailing space ", "\ttab", "=3D", "reject this", "drop this",
    ];

    protected override string[] Settings
    {
        get
        {
            string folder = Directory.CreateTempSubdirectory("mta-checks-").FullName;
            File.SetUnixFileMode(folder, (UnixFileMode)FileModes.PublicFolder);
            _rules = folder;
            foreach ((string name, string text) in ((string, string)[])
                [("header", HeaderRules), ("mime", MimeRules), ("nested", NestedRules), ("body", BodyRules)])
                File.WriteAllText($"{folder}/{name}", text);
            string[] both =
            [
                $"header_checks=pcre:{folder}/header", $"mime_header_checks=pcre:{folder}/mime",
                $"nested_header_checks=regexp:{folder}/nested", $"body_checks=pcre:{folder}/body", "body_checks_size_limit=6000",
                "local_header_rewrite_clients=", "mynetworks=", "relay_domains=example.net", "relay_recipient_maps=",
                "defer_transports=discard, smtp, relay, local, virtual", "message_size_limit=0",
            ];
            _postfix = new PostfixPeer([.. both, "cleanup_replace_stray_cr_lf=yes"]);
            return [.. both, "relay_transport=discard:"];
        }
    }

    private string _rules = "";

    [OneTimeTearDown]
    public void StopPostfix()
    {
        _postfix?.Dispose();
        if (_rules.Length > 0) Directory.Delete(_rules, recursive: true);
    }

    // ---- messages ----------------------------------------------------------------------------------------------------

    private static string Pick(Random random, string[] of, double rare)
    {
        while (true)
        {
            string text = of[random.Next(of.Length)];
            // what ends a message ends few of them
            if (!Regex.IsMatch(text, "reject|drop|X-Pass|X-Redirect|hold|X-Hold", RegexOptions.IgnoreCase) || random.NextDouble() < rare)
                return text;
        }
    }

    private static void Fields(StringBuilder message, Random random, int most)
    {
        for (int i = random.Next(most); i >= 0; i--) message.Append(Pick(random, s_fields, 0.12)).Append('\n');
    }

    private static void Lines(StringBuilder message, Random random)
    {
        for (int i = random.Next(8); i >= 0; i--) message.Append(Pick(random, s_lines, 0.05)).Append('\n');
    }

    private static void Entity(StringBuilder message, Random random, int depth)
    {
        string encoding = random.Next(5) switch { 0 => "8bit", 1 => "base64", _ => "" };
        if (encoding.Length > 0) message.Append(CultureInfo.InvariantCulture, $"Content-Transfer-Encoding: {encoding}\n");
        switch (depth > 3 ? 3 : random.Next(7))
        {
            case 0 or 1:
                string boundary = $"b{random.Next(3)}{depth}", kind = random.Next(4) == 0 ? "digest" : "mixed";
                message.Append(CultureInfo.InvariantCulture, $"Content-Type: multipart/{kind};\n boundary=\"{boundary}\"\n\n");
                Lines(message, random);
                for (int i = random.Next(3); i >= 0; i--)
                {
                    message.Append(CultureInfo.InvariantCulture, $"--{boundary}{(random.Next(6) == 0 ? " cruft" : "")}\n");
                    if (random.Next(3) == 0) Fields(message, random, 3);
                    Entity(message, random, depth + 1);
                }
                if (random.Next(4) != 0) message.Append(CultureInfo.InvariantCulture, $"--{boundary}--\n");
                Lines(message, random);
                break;
            case 2:
                message.Append("Content-Type: message/rfc822\n\n");
                Fields(message, random, 5);
                Entity(message, random, depth + 1);
                break;
            default:
                string type = random.Next(6) switch
                {
                    0 => "Content-Type: image/png\nContent-ID: <1@x>\n",
                    1 => "Content-Type: text/html; charset=utf-8\nContent-Disposition: attachment; filename=\"x\"\n",
                    2 when random.Next(4) == 0 => "Content-Type: application/x; name=\"a.exe\"\n",
                    _ => "",
                };
                message.Append(type);
                if (random.Next(12) != 0) message.Append('\n'); // some have no empty line behind the header
                else message.Append("no field\n");
                Lines(message, random);
                break;
        }
    }

    private static string Message(int seed)
    {
        Random random = new(seed);
        StringBuilder message = new();
        Fields(message, random, 9);
        Entity(message, random, 0);
        return message.ToString();
    }

    // ---- results -----------------------------------------------------------------------------------------------------

    /// <summary>What became of a message, as text to compare.</summary>
    private sealed record Result(string Reply, string Log, string Envelope, string Content)
    {
        public override string ToString() => $"reply: {Reply}\nlog:\n{Log}\nenvelope: {Envelope}\ncontent:\n{Content}";
    }

    private static Reply Send(int port, string message)
    {
        using SmtpPeer peer = SmtpPeer.Open(port);
        peer.Say("MAIL FROM:<a@client.example>").Is(250);
        peer.Say("RCPT TO:<b@example.net>").Is(250);
        peer.Say("DATA").Is(354);
        return peer.SendContent(message);
    }

    private static string Normal(Reply reply) => Regex.Replace(reply.ToString(), "queued as .*", "queued");

    /// <summary>The lines of cleanup for a message, without what is not about checks.</summary>
    private static string LogOf(string log, string id) => string.Join('\n', Regex.Matches(log,
            $@"cleanup\[\d+\]: {id}: (?!message-id|resent-message-id|client)(.*)").Select(m => m.Groups[1].Value.TrimEnd('\r')));

    private static string WithoutOwnReceived(string content) =>
        Regex.Replace(content, @"\A(X-Prepended: yes\n)?Received: .*\n([ \t].*\n)*", "");

    private Result Ours(string message)
    {
        int mark = Mta.LogMark();
        Reply reply = Send(Mta.SmtpPort, message);
        string log = "";
        Wait.Until(() => (log = Mta.LogText()[mark..]).Contains("disconnect from", StringComparison.Ordinal), "the end of the session");
        string id = IdIn(log);
        Result found = new(Normal(reply), LogOf(log, id), "", "");
        while (reply.Code == 250 && TryQueued(id, ref found, out bool moved) && moved) { }
        return found;
    }

    /// <summary>What the queue has of a message. False: nothing; "moved": qmgr moved its file while it was read.</summary>
    private bool TryQueued(string id, ref Result found, out bool moved)
    {
        SpoolDirectory spool = new(Mta.Spool);
        moved = false;
        foreach (string folder in (string[])["deferred", "active", "incoming", "hold", "active", "deferred"])
        {
            if (spool.TryRead(folder, id, out QueueFile? file) != QueueFileStatus.Ok) continue;
            Envelope e = file!.Envelope;
            try
            {
                string content = Encoding.Latin1.GetString(file.Content.Of(File.ReadAllBytes(spool.PathOf(folder, id))));
                found = found with
                {
                    Envelope = EnvelopeText(e.Filter, e.Redirect, e.Recipients.Select(r => r.Address), folder == "hold"),
                    Content = WithoutOwnReceived(content),
                };
            }
            catch (IOException)
            {
                moved = true;
            }
            return true;
        }
        return false;
    }

    private Result Theirs(string message)
    {
        int mark = Postfix.LogText.Length;
        Reply reply = Send(Postfix.Port, message);
        string log = "";
        Wait.Until(() => (log = Postfix.LogText[mark..]).Contains("disconnect from", StringComparison.Ordinal), "the end of the session");
        string id = IdIn(log);
        if (reply.Code != 250) return new Result(Normal(reply), LogOf(log, id), "", "");
        ProgramResult envelope = Cat(id, "-e");
        if (envelope.ExitCode != 0 || envelope.Output.Length == 0) return new Result(Normal(reply), LogOf(log, id), "", "");
        string Value(string name) => Regex.Match(envelope.Output, $@"(?m)^{name}: (.*)$").Groups[1].Value;
        string shown = EnvelopeText(Value("content_filter"), Value("redirect_to"),
            Regex.Matches(envelope.Output, "(?m)^recipient: (.*)$").Select(m => m.Groups[1].Value),
            Regex.IsMatch(envelope.Output, @"RECORDS \S*hold"));
        return new Result(Normal(reply), LogOf(log, id), shown, WithoutOwnReceived(Cat(id, "-bh").Output));
    }

    private ProgramResult Cat(string id, string what) => Programs.Run("/usr/sbin/postcat", ["-c", Postfix.Etc, what, "-q", id]);

    private static string IdIn(string log) => Regex.Match(log, @"smtpd\[\d+\]: (\w+): client=").Groups[1].Value;

    private static string EnvelopeText(string filter, string redirect, IEnumerable<string> recipients, bool held) =>
        $"filter={filter} redirect={redirect} recipients={string.Join(',', recipients.Order(StringComparer.Ordinal))}"
            + (held ? " held" : "");

    private static string FirstDifference(string ours, string theirs)
    {
        string[] here = ours.Split('\n'), there = theirs.Split('\n');
        int at = 0;
        while (at < Math.Min(here.Length, there.Length) && here[at] == there[at]) at++;
        return $"=== here, line {at}\n{string.Join('\n', here.Skip(at).Take(6))}\n=== Postfix\n{string.Join('\n', there.Skip(at).Take(6))}";
    }

    [Test]
    public void The_same_messages_come_to_the_same()
    {
        List<string> differences = [];
        HashSet<string> actions = [];
        int queued = 0;
        for (int seed = 0; seed < Messages; seed++)
        {
            string message = Message(seed);
            Result ours = Ours(message), theirs = Theirs(message);
            queued += ours.Content.Length > 0 ? 1 : 0;
            foreach (Match m in Regex.Matches(ours.Log, @"(?m)^(\w+): ")) actions.Add(m.Groups[1].Value);
            if (ours != theirs) differences.Add($"message {seed}:\n{message}\n{FirstDifference($"{ours}", $"{theirs}")}");
        }
        if (differences.Count > 0)
            Assert.Fail($"{differences.Count} of {Messages} differ\n{string.Join("\n######\n", differences.Take(3))}");
        Assert.That(queued, Is.GreaterThan(Messages / 2), "most messages reach the queue");
        Assert.That(actions, Is.SupersetOf((string[])["reject", "discard", "hold", "filter", "redirect", "bcc", "pass", "strip", "replace",
            "prepend", "warning", "info"]));
    }
}
