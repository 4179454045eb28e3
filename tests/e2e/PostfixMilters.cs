using System.Text;
using System.Text.RegularExpressions;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Spool;
using MtaSuite.Tests.E2e.Harness;
using MtaSuite.Tests.Unit.Milter;
using MtaSuite.Tests.Unit.Spool;

namespace MtaSuite.Tests.E2e;

/// <summary>What became of a session with a scripted milter.</summary>
/// <param name="First">The replies up to the end of the first message.</param>
/// <param name="Second">The replies to the second message of the session.</param>
/// <param name="Queue">What is in the queue of both.</param>
internal sealed record MilterOutcome(string First, string Second, string Queue)
{
    /// <summary>The parts that are different: "first", "second", "queue".</summary>
    public static List<(string Part, string Here, string There)> Compare(MilterOutcome here, MilterOutcome there)
    {
        List<(string Part, string Here, string There)> parts =
            [("first", here.First, there.First), ("second", here.Second, there.Second), ("queue", here.Queue, there.Queue)];
        parts.RemoveAll(p => p.Here == p.There);
        return parts;
    }
}

/// <summary>
/// The same scripts of a milter (<see cref="MilterScripts"/>) against this suite and against Debian's Postfix: the same replies to the
/// client, and the same in the queue: envelope, header section and body, byte by byte. What is different on purpose is in
/// <see cref="s_known"/>, and in docs/MILTERS.md.
/// </summary>
[TestFixture]
public class PostfixMilters : InstanceTest
{
    private PostfixPeer? _postfix;
    private MilterThread? _ours, _theirs;
    private volatile MilterScript? _script;

    private PostfixPeer Postfix => _postfix!;

    private const string Content = """
        Received: from elsewhere.example by x.example; Mon, 1 Jan 2024 00:00:00 +0000
        From: a@client.example
        To: b@example.net
        Subject: one
        X-Old: 1
        X-Folded: one
            two
        X-Old: 2
        Date: Mon, 1 Jan 2024 00:00:00 +0000
        Message-ID: <x@client.example>

        first line
        .a dot

        last line

        """;

    /// <summary>A difference that is meant: why, for which scripts, and in which parts.</summary>
    private sealed record Known(string Why, Func<MilterScript, bool> Applies, params string[] Parts);

    private static readonly Known[] s_known =
    [
        new("a permanent refusal at connect is answered with 554, and the client may only QUIT (RFC 5321 3.1)",
            s => (s.Command == 'C' && Refuses(s, "550", "554", "rejects")) || Says(s, "O C", "the default is reject"), "first", "second"),
        new("a reply about content that has no status gets 5.0.0 (RFC 2034)", s => s.IsOfContent && Says(s, "", "without a status"),
            "first", "second"),
        new("Postfix goes on reading behind a text without NUL", s => Says(s, "", "without the last NUL"), "first", "second"),
        new("Postfix 3.7 drops a message at whose content a milter says shutdown",
            s => s.IsOfContent && Says(s, "", "shuts down"), "first", "second", "queue"),
        new("Postfix 3.7 does not know milter_default_action = shutdown", s => s.Action == "shutdown", "first", "second"),
        new("a field whose name cannot be one is a fault of the milter; Postfix writes it",
            s => Says(s, "E", "a field without a name") || Says(s, "E", "a field whose name is two"), "first", "second", "queue"),
        new("an index that no header can have is a fault of the milter; Postfix appends the field",
            s => Says(s, "E", "inserts a field behind all numbers"), "first", "second", "queue"),
        new("a body that was half replaced is never queued; Postfix 3.7 queues it",
            s => s.Command == 'E' && s.Action == "accept" && MilterMisbehaviourTests.Late.Any(l => l.Value == s.Answer
                && (char)l.Value[0][4] == 'b'), "first", "queue"),
        new("smtpd of Postfix 3.7 ends when a milter accepts or discards an unknown command",
            s => s.Command == 'U' && (Says(s, "U", "accepts") || Says(s, "U", "discards")), "first", "second", "queue"),
        new("a recipient that is there is added once; Postfix leaves that to its queue manager",
            s => Says(s, "E", "adds a recipient that is there"), "queue"),
        new("an address with spaces is none; Postfix takes them out", s => Says(s, "E", "changes the sender to what is none"), "queue"),
        new("a recipient that is no address is not added; Postfix queues it", s => Says(s, "E", "adds what is no address"), "queue"),
        new("a recipient is deleted whatever the case of its letters", s => Says(s, "E", "deletes a recipient by another case"), "queue"),
        new("version 1 of the protocol, which nobody speaks, is not agreed on", s => Says(s, "O", "00000001"), "first", "second", "queue"),
    ];

    private static bool Says(MilterScript script, string commands, string words) =>
        (commands.Length == 0 || commands.Contains(script.Command)) && script.Name.Contains(words, StringComparison.Ordinal);

    /// <summary>The answer is a permanent refusal.</summary>
    private static bool Refuses(MilterScript script, params string[] words) => words.Any(w =>
        script.Name.EndsWith(w, StringComparison.Ordinal)
        || Encoding.Latin1.GetString(script.Answer[0]).Contains($"y{w}", StringComparison.Ordinal));

    protected override string[] Settings
    {
        get
        {
            string[] both =
            [
                "local_header_rewrite_clients=", "mynetworks=", "relay_domains=example.net", "relay_recipient_maps=",
                "defer_transports=discard, smtp, relay, local, virtual", "smtpd_error_sleep_time=0", "smtpd_peername_lookup=no",
                "milter_default_action=tempfail", "smtpd_milter_maps=texthash:$config_directory/milters", "smtpd_soft_error_limit=100",
                "smtpd_hard_error_limit=100", "smtpd_junk_command_limit=1000",
                "milter_header_checks=regexp:$config_directory/milter_checks",
            ];
            _postfix = new PostfixPeer([.. both, "cleanup_replace_stray_cr_lf=yes", $"myhostname={Instance.HostName}"]);
            return [.. both, "relay_transport=discard:"];
        }
    }

    protected override void Prepare()
    {
        _ours = new MilterThread($"{Mta.Folder}/milter", Answer);
        _theirs = new MilterThread($"{Postfix.Folder}/milter", Answer);
        File.WriteAllText($"{Mta.Etc}/milters", MapsFor($"{Mta.Folder}/milter"));
        File.WriteAllText($"{Postfix.Etc}/milters", MapsFor($"{Postfix.Folder}/milter"));
        foreach (string etc in (string[])[Mta.Etc, Postfix.Etc]) File.WriteAllText($"{etc}/milter_checks", MilterScripts.HeaderChecks);
    }

    private byte[][]? Answer(Heard heard) => _script is { } script && (char)heard.Command == script.Command ? script.Answer : null;

    /// <summary>The address that a client has for each default action.</summary>
    private static readonly Dictionary<string, string> s_clients = new()
    {
        ["tempfail"] = "127.0.0.11",
        ["accept"] = "127.0.0.12",
        ["reject"] = "127.0.0.13",
        ["quarantine"] = "127.0.0.14",
        ["shutdown"] = "127.0.0.15",
        ["hang"] = "127.0.0.16",
    };

    private static string MapsFor(string path) => string.Concat(s_clients.Select(c => c.Key == "hang"
        ? $"{c.Value} {{ unix:{path}, command_timeout=1s, content_timeout=1s, default_action=tempfail }}\n"
        : $"{c.Value} {{ unix:{path}, default_action={c.Key} }}\n"));

    [OneTimeTearDown]
    public void StopMilters()
    {
        _ours?.Dispose();
        _theirs?.Dispose();
        _postfix?.Dispose();
    }

    // ---- a session ---------------------------------------------------------------------------------------------------

    private static MilterOutcome Run(MilterScript script, int port, Func<string, string> queued)
    {
        using SmtpPeer peer = new(port, from: s_clients[script.Action]);
        List<string> replies = [], ids = [];
        bool isOpen = true;
        bool Take(Func<Reply> ask, int expected, bool whole = true)
        {
            if (!isOpen) return false;
            try
            {
                Reply reply = ask();
                Match id = Regex.Match(reply.Text, "queued as (\\w+)$");
                if (id.Success) ids.Add(id.Groups[1].Value);
                replies.Add(id.Success ? $"{reply.Code} queued" : whole ? Shown(reply) : $"{reply.Code}");
                return reply.Code == expected;
            }
            catch (Exception e) when (e is IOException or System.Net.Sockets.SocketException)
            {
                replies.Add("closed");
                return isOpen = false;
            }
        }
        void Message(string content)
        {
            Take(() => peer.Say("MAIL FROM:<a@client.example>"), 250);
            Take(() => peer.Say("RCPT TO:<b@example.net>"), 250);
            Take(() => peer.Say("RCPT TO:<c@example.net>"), 250);
            if (Take(() => peer.Say("DATA"), 354)) Take(() => peer.SendContent(content), 250);
        }
        Take(peer.Read, 220, whole: script.Command is 'O' or 'C');
        Take(() => peer.Say("EHLO client.example"), 250, whole: false);
        if (script.Command == 'U') Take(() => peer.Say("WIZ now"), 500);
        Message(Content);
        string first = string.Join('\n', replies);
        replies.Clear();
        Take(() => peer.Say("RSET"), 250);
        Message(Content.Replace("Subject: one", "Subject: two"));
        Take(() => peer.Say("QUIT"), 221);
        return new MilterOutcome(first, string.Join('\n', replies), string.Join("\n", ids.Select(queued)));
    }

    /// <summary>The greeting names the program.</summary>
    private static string Shown(Reply reply) => reply.ToString().Replace("ESMTP MtaSuite", "ESMTP", StringComparison.Ordinal)
        .Replace("ESMTP Postfix", "ESMTP", StringComparison.Ordinal);

    private static string WithoutOwnReceived(string content) => Regex.Replace(content,
        @"(?m)^Received: from client\.example .*\n([ \t].*\n)*", "Received: our own\n");

    private static string Shown(string sender, IEnumerable<string> recipients, string filter, string redirect, bool held, string content) =>
        $"sender={sender} recipients={string.Join(',', recipients.Order(StringComparer.Ordinal))} filter={filter} redirect={redirect}"
        + $"{(held ? " held" : "")}\n{WithoutOwnReceived(content)}";

    /// <summary>What this suite's queue has of a message; "nothing" when it is not there.</summary>
    private string QueuedHere(string id)
    {
        SpoolDirectory spool = new(Mta.Spool);
        for (int i = 0; i < 20; i++)
        {
            foreach (string folder in (string[])["incoming", "active", "deferred", "hold"])
            {
                if (spool.TryRead(folder, id, out QueueFile? file) != QueueFileStatus.Ok) continue;
                Envelope e = file!.Envelope;
                try
                {
                    string content = Encoding.Latin1.GetString(file.Content.Of(File.ReadAllBytes(spool.PathOf(folder, id))));
                    return Shown(e.Sender, e.Recipients.Select(r => r.Address), e.Filter, e.Redirect, folder == "hold", content);
                }
                catch (IOException)
                {
                    break; // qmgr moved it meanwhile
                }
            }
        }
        return "nothing";
    }

    private string QueuedThere(string id)
    {
        // qmgr moves a file between two looks; one that is gone for good stays so
        for (int i = 0; i < 20; i++)
        {
            bool isThere = Directory.EnumerateFiles($"{Postfix.Folder}/spool", id, SearchOption.AllDirectories)
                .Any(f => !f.Contains("/defer/", StringComparison.Ordinal));
            if (!isThere) continue;
            ProgramResult envelope = Cat(id, "-e"), content = Cat(id, "-bh");
            if (envelope.ExitCode != 0 || content.ExitCode != 0 || envelope.Output.Length == 0) continue;
            string Value(string name) => Regex.Match(envelope.Output, $"(?m)^{name}: (.*)$").Groups[1].Value;
            return Shown(Value("sender"), Regex.Matches(envelope.Output, "(?m)^recipient: (.*)$").Select(m => m.Groups[1].Value),
                Value("content_filter"), Value("redirect_to"), Regex.IsMatch(envelope.Output, @"RECORDS \S*hold"), content.Output);
        }
        return "nothing";
    }

    private ProgramResult Cat(string id, string what) => Programs.Run("/usr/sbin/postcat", ["-c", Postfix.Etc, what, "-q", id]);

    // ---- the comparison ----------------------------------------------------------------------------------------------

    [Test]
    public void The_same_scripts_come_to_the_same()
    {
        List<string> differences = [];
        HashSet<Known> met = [];
        int queued = 0, scripts = 0;
        foreach (MilterScript script in MilterScripts.All())
        {
            _script = script;
            MilterOutcome here = Run(script, Mta.SmtpPort, QueuedHere), there = Run(script, Postfix.Port, QueuedThere);
            scripts++;
            queued += here.Queue.Contains("first line", StringComparison.Ordinal) ? 1 : 0;
            foreach ((string part, string ours, string theirs) in MilterOutcome.Compare(here, there))
            {
                Known[] why = [.. s_known.Where(k => k.Parts.Contains(part) && k.Applies(script))];
                met.UnionWith(why);
                if (why.Length == 0) differences.Add($"### {script.Name}: {part}\n--- here\n{ours}\n--- Postfix\n{theirs}");
            }
        }
        TestContext.Out.WriteLine($"{scripts} scripts, {queued} with a message in the queue");
        string gone = string.Join('\n', s_known.Except(met).Select(k => $"no difference any more: {k.Why}"));
        if (differences.Count > 0 || gone.Length > 0)
            Assert.Fail($"{gone}\n{differences.Count} differ without a reason\n{string.Join('\n', differences)}");
        Assert.That(scripts, Is.GreaterThan(350));
        Assert.That(queued, Is.GreaterThan(100), "many messages reach the queue");
    }
}
