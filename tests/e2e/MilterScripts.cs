using System.Text;
using MtaSuite.Tests.Unit.Milter;

namespace MtaSuite.Tests.E2e;

/// <summary>What a milter answers to one event, in each session and message in which the event happens.</summary>
/// <param name="Command">The first byte of the event's packet.</param>
/// <param name="Action">default_action, or "hang" where the milter has one second to answer, with tempfail.</param>
internal sealed record MilterScript(string Name, char Command, byte[][] Answer, string Action = "tempfail")
{
    /// <summary>Said to cleanup, not to smtpd.</summary>
    public bool IsOfContent => Command is 'L' or 'N' or 'B' or 'E';
}

/// <summary>
/// Everything that a milter can say at each event, and much that it must not: the same scripts for this suite and for Postfix.
/// </summary>
internal static class MilterScripts
{
    private const string Events = "CHUMRTLNBE";

    private static readonly Dictionary<string, byte[][]> s_replies = new()
    {
        ["continues"] = [P('c')],
        ["accepts"] = [P('a')],
        ["discards"] = [P('d')],
        ["rejects"] = [P('r')],
        ["defers"] = [P('t')],
        ["skips"] = [P('s')],
        ["shuts down"] = [P('4')],
        ["is at work, then continues"] = [P('p'), P('p'), P('c')],
        ["refuses for good"] = [P('y', "550 5.7.1 not this one\0")],
        ["refuses for now"] = [P('y', "450 4.7.1 not now\0")],
        ["refuses without a status"] = [P('y', "554 no status here\0")],
        ["refuses with two lines"] = [P('y', "550-5.7.1 first line\r\n550 5.7.1 second line\0")],
        ["refuses with a percent sign"] = [P('y', "550 5.7.1 100%% sure\0")],
        ["refuses without the last NUL"] = [P('y', "550 5.7.1 unended")],
        ["says 421"] = [P('y', "421 4.7.0 go away\0")],
    };

    /// <summary>Changes at the end of a message.</summary>
    private static readonly Dictionary<string, byte[][]> s_edits = new()
    {
        ["adds a field"] = [P('h', "X-Added\0one\0")],
        ["adds an empty field"] = [P('h', "X-Added\0\0")],
        ["adds a folded field"] = [P('h', "X-Added\0one\n two\n\tthree\0")],
        ["adds a field with 8 bits"] = [P('h', "X-Added\0gr\u00fc\u00dfe\0")],
        ["adds three fields"] = [P('h', "X-A\0one\0"), P('h', "X-B\0two\0"), P('h', "X-A\0three\0")],
        ["adds a long field"] = [P('h', $"X-Long\0{new string('x', 3000)}\0")],
        ["inserts a field on top"] = [P('i', "\0\0\0\0X-Top\0one\0")],
        ["inserts a field behind the first"] = [P('i', "\0\0\0\u0001X-Second\0one\0")],
        ["inserts a field in the middle"] = [P('i', "\0\0\0\u0003X-Middle\0one\0")],
        ["inserts a field at the end"] = [P('i', "\0\0\0\u0064X-Last\0one\0")],
        ["inserts two fields on top"] = [P('i', "\0\0\0\0X-A\0one\0"), P('i', "\0\0\0\0X-B\0two\0")],
        ["changes a field"] = [P('m', "\0\0\0\u0001Subject\0changed\0")],
        ["changes a field by another case"] = [P('m', "\0\0\0\u0001SUBJECT\0changed\0")],
        ["changes the second of a name"] = [P('m', "\0\0\0\u0002X-Old\0changed\0")],
        ["changes number zero of a name"] = [P('m', "\0\0\0\0X-Old\0changed\0")],
        ["changes a field that is not there"] = [P('m', "\0\0\0\u0001X-New\0made\0")],
        ["changes a folded field"] = [P('m', "\0\0\0\u0001X-Folded\0in one\0")],
        ["deletes a field"] = [P('m', "\0\0\0\u0001X-Old\0\0")],
        ["deletes the second of a name"] = [P('m', "\0\0\0\u0002X-Old\0\0")],
        ["deletes a field that is not there"] = [P('m', "\0\0\0\u0003X-Old\0\0")],
        ["deletes a field twice"] = [P('m', "\0\0\0\u0001X-Old\0\0"), P('m', "\0\0\0\u0001X-Old\0\0")],
        ["changes a field that it added"] = [P('h', "X-Added\0one\0"), P('m', "\0\0\0\u0001X-Added\0two\0")],
        ["deletes a field that it added"] = [P('h', "X-Added\0one\0"), P('m', "\0\0\0\u0001X-Added\0\0")],
        ["changes the first Received that it saw"] = [P('m', "\0\0\0\u0001Received\0changed\0")],
        ["changes the sender"] = [P('e', "<new@client.example>\0")],
        ["changes the sender without brackets"] = [P('e', "new@client.example\0")],
        ["changes the sender to nobody"] = [P('e', "<>\0")],
        ["changes the sender with arguments"] = [P('e', "<new@client.example>\0RET=HDRS ENVID=abc\0")],
        ["changes the sender with bad arguments"] = [P('e', "<new@client.example>\0NONSENSE\0")],
        ["changes the sender to what is none"] = [P('e', "<new @ client example>\0")],
        ["adds a recipient"] = [P('+', "<d@example.net>\0")],
        ["adds a recipient without brackets"] = [P('+', "d@example.net\0")],
        ["adds a recipient that is there"] = [P('+', "<b@example.net>\0")],
        ["adds a recipient twice"] = [P('+', "<d@example.net>\0"), P('+', "<d@example.net>\0")],
        ["adds nobody"] = [P('+', "<>\0")],
        ["adds what is no address"] = [P('+', "<d@@example..net>\0")],
        ["adds a recipient with NOTIFY"] = [P('2', "<d@example.net>\0NOTIFY=NEVER\0")],
        ["adds a recipient with bad arguments"] = [P('2', "<d@example.net>\0NOTIFY=SOMETIMES\0")],
        ["deletes a recipient"] = [P('-', "<b@example.net>\0")],
        ["deletes a recipient without brackets"] = [P('-', "b@example.net\0")],
        ["deletes a recipient by another case"] = [P('-', "<B@EXAMPLE.NET>\0")],
        ["deletes a recipient that is not there"] = [P('-', "<x@example.net>\0")],
        ["deletes all recipients"] = [P('-', "<b@example.net>\0"), P('-', "<c@example.net>\0")],
        ["deletes a recipient and adds another"] = [P('-', "<b@example.net>\0"), P('+', "<d@example.net>\0")],
        ["deletes a recipient that it added"] = [P('+', "<d@example.net>\0"), P('-', "<d@example.net>\0")],
        ["replaces the body"] = [P('b', "another\r\nbody\r\n")],
        ["replaces the body in pieces"] = [P('b', "anot"), P('b', "her\r"), P('b', "\nbody\r\n")],
        ["replaces the body without a last line end"] = [P('b', "another\r\nbody")],
        ["replaces the body with bare LF"] = [P('b', "another\nbody\n")],
        ["replaces the body with nothing"] = [P('b')],
        ["replaces the body with a large one"] = [.. Enumerable.Repeat(P('b', new string('x', 998) + "\r\n"), 300)],
        ["replaces the body and adds a field"] = [P('b', "another\r\n"), P('h', "X-Added\0one\0")],
        ["holds the message"] = [P('q', "by its reason\0")],
        ["holds the message and changes it"] = [P('h', "X-Added\0one\0"), P('q', "by its reason\0"), P('b', "another\r\n")],
    };

    /// <summary>milter_header_checks for <see cref="s_checked"/>.</summary>
    public const string HeaderChecks = """
        /^X-Check: refuse (.*)/     REJECT 5.7.8 no $1
        /^X-Check: refuse/          REJECT
        /^X-Check: defer/           REJECT 4.7.8 later
        /^X-Check: discard/         DISCARD by its field
        /^X-Check: hold/            HOLD by its field
        /^X-Check: filter/          FILTER smtp:[127.0.0.1]:10025
        /^X-Check: redirect/        REDIRECT other@example.net
        /^X-Check: copy/            BCC copy@example.net
        /^X-Check: replace (.*)/    REPLACE X-Replaced: <$1>
        /^X-Check: ignore/          IGNORE
        /^X-Check: strip/           STRIP
        /^X-Check: warn/            WARN look
        /^X-Check: prepend/         PREPEND X-Before: 1
        /^X-Check: pass/            PASS
        /^X-Old: ignore/            IGNORE
        /^X-Old: replace/           REPLACE X-Old: replaced

        """;

    /// <summary>Changes that milter_header_checks has something to say about.</summary>
    private static readonly Dictionary<string, byte[][]> s_checked = new()
    {
        ["is refused for an added field"] = [P('h', "X-Check\0refuse this\0")],
        ["is refused without a text"] = [P('h', "X-Check\0refuse\0")],
        ["is refused for an inserted field"] = [P('i', "\0\0\0\0X-Check\0refuse this\0")],
        ["is refused for a changed field"] = [P('h', "X-Check\0fine\0"), P('m', "\0\0\0\u0001X-Check\0refuse this\0")],
        ["is refused for a field that it makes by a change"] = [P('m', "\0\0\0\u0001X-Check\0refuse this\0")],
        ["is refused, and changes the body all the same"] = [P('h', "X-Check\0refuse this\0"), P('b', "another\r\n")],
        ["is deferred for a field"] = [P('h', "X-Check\0defer\0")],
        ["is discarded for a field"] = [P('h', "X-Check\0discard\0"), P('h', "X-Check\0refuse this\0")],
        ["is held for a field"] = [P('h', "X-Check\0hold\0")],
        ["is filtered for a field"] = [P('h', "X-Check\0filter\0")],
        ["is redirected for a field"] = [P('h', "X-Check\0redirect\0"), P('h', "X-Check\0refuse this\0")],
        ["is copied for a field"] = [P('h', "X-Check\0copy\0")],
        ["has an added field replaced"] = [P('h', "X-Check\0replace me\0")],
        ["has an inserted field replaced"] = [P('i', "\0\0\0\u0002X-Check\0replace me\0")],
        ["has a changed field replaced"] = [P('m', "\0\0\0\u0001X-Old\0replace\0")],
        ["has an added field ignored"] = [P('h', "X-Check\0ignore\0"), P('h', "X-Behind\0it\0")],
        ["has an inserted field stripped"] = [P('i', "\0\0\0\0X-Check\0strip\0"), P('i', "\0\0\0\0X-Top\0it\0")],
        ["has a changed field ignored"] = [P('m', "\0\0\0\u0002X-Old\0ignore\0")],
        ["is warned of"] = [P('h', "X-Check\0warn\0")],
        ["meets actions that mean nothing"] = [P('h', "X-Check\0prepend\0"), P('h', "X-Check\0pass\0")],
    };

    private static byte[] P(char code, string data = "") => ScriptedMilter.Packet(code, data);

    /// <summary>All of them, each with a name of its own.</summary>
    public static IEnumerable<MilterScript> All() => Replies().Concat(Edits()).Concat(Faults());

    private static IEnumerable<MilterScript> Replies()
    {
        foreach (char command in Events)
            foreach ((string name, byte[][] answer) in s_replies) yield return new MilterScript($"{command} {name}", command, answer);
    }

    private static IEnumerable<MilterScript> Edits()
    {
        foreach ((string name, byte[][] edits) in s_edits) yield return new MilterScript($"E {name}", 'E', [.. edits, P('c')]);
        foreach ((string name, byte[][] edits) in s_checked) yield return new MilterScript($"E {name}", 'E', [.. edits, P('c')]);
        yield return new MilterScript("E is refused for a field, and discards", 'E', [P('h', "X-Check\0refuse this\0"), P('d')]);
        byte[][] all = [P('h', "X-Added\0one\0"), P('m', "\0\0\0\u0001Subject\0changed\0"), P('b', "another\r\n")];
        foreach ((string name, char last) in ((string, char)[])[("accepts", 'a'), ("rejects", 'r'), ("defers", 't'), ("discards", 'd')])
            yield return new MilterScript($"E changes much and {name}", 'E', [.. all, P(last)]);
        // each edit of its own kind where none is allowed yet
        foreach (char command in "CMRTLNB")
        {
            yield return new MilterScript($"{command} adds a field too early", command, [P('h', "X-A\0b\0")]);
            yield return new MilterScript($"{command} holds too early", command, [P('q', "early\0"), P('c')]);
        }
    }

    private static IEnumerable<MilterScript> Faults()
    {
        foreach (char command in "O" + Events)
            foreach ((string name, byte[][] fault) in MilterMisbehaviourTests.Faults)
                if (command != 'O' || name != "negotiates again") yield return new MilterScript($"{command} {name}", command, fault);
        foreach ((string name, byte[][] fault) in MilterMisbehaviourTests.Early)
            foreach (char command in "CMRTLNB") yield return new MilterScript($"{command} {name}", command, fault);
        foreach ((string name, byte[][] fault) in MilterMisbehaviourTests.Late) yield return new MilterScript($"E {name}", 'E', fault);
        foreach (string action in (string[])["accept", "reject", "quarantine", "shutdown"])
            foreach (char command in "OCHMRTLBE")
                yield return new MilterScript($"{command} dies, and the default is {action}", command, [ScriptedMilter.Close], action);
        foreach ((string name, byte[][] fault) in MilterMisbehaviourTests.Late)
            yield return new MilterScript($"E {name}, and the default is accept", 'E', fault, "accept");
        foreach (char command in "OCMRLBE")
            yield return new MilterScript($"{command} hangs", command, [ScriptedMilter.Hang], "hang");
        foreach (string wrong in (string[])["\0\0\0\u0009\0\0\0\0\0\0\0\0", "\0\0\0\u0001\0\0\0\0\0\0\0\0",
            "\0\0\0\u0006\u00ff\0\0\0\0\0\0\0", "\0\0"])
            yield return new MilterScript($"O agrees on {Convert.ToHexString(Encoding.Latin1.GetBytes(wrong))}", 'O', [P('O', wrong)]);
    }
}
