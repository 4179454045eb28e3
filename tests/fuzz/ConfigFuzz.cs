using System.Text;
using MtaSuite.Common.Config;
using MtaSuite.Tests.Unit.Config;
using MtaSuite.Tools.Check;

namespace MtaSuite.Tests.Fuzz;

/// <summary>
/// Any text as main.cf, master.cf and value: reading ends, with bounded results; logical lines agree with a slow reader that works line by
/// line on whole strings; what was read is read again from its own printed form.
/// </summary>
public static class ConfigFuzz
{
    private static readonly FakeHost Host = new();

    public static void One(ReadOnlySpan<byte> input)
    {
        string text = Encoding.UTF8.GetString(input);
        CheckLines(text);
        CheckMain(text);
        CheckMaster(text);
    }

    private static void CheckLines(string text)
    {
        var problems = new List<ConfigProblem>();
        List<LogicalLine> lines = LogicalLines.Split(text, "f", problems);
        List<string> slow = SlowLines(text);
        if (!lines.Select(l => l.Text).SequenceEqual(slow)) throw new InvalidOperationException("logical lines differ");
        if (lines.Any(l => l.FirstLine < 1 || l.LastLine < l.FirstLine)) throw new InvalidOperationException("line numbers are wrong");
    }

    private static List<string> SlowLines(string text)
    {
        var lines = new List<string>();
        foreach (string line in text.Split('\n').Where(l => l.Trim(LogicalLines.Space.ToCharArray()) is not "" and var t && t[0] != '#'))
        {
            bool continues = LogicalLines.Space.Contains(line[0]);
            if (!continues) lines.Add(line);
            else if (lines.Count > 0) lines[^1] += line;
        }
        return lines;
    }

    private static void CheckMain(string text)
    {
        MailConfig config = MailConfig.Parse(text, "main.cf", host: Host).Config;
        foreach (string name in config.ExplicitNames)
        {
            string raw = config.ExplicitText(name)!;
            if (config.TryExpand(raw, out string value, out string? problem) != (problem == null))
                throw new InvalidOperationException("a problem was lost");
            if (value.Length > 3 << 20) throw new InvalidOperationException("expansion is not bounded");
            _ = MacroExpander.NamesIn(raw, out _);
            _ = DatabaseNames.In(value.Length > 10_000 ? value[..10_000] : value, (_, _) => { });
            if (config.CheckValue(name, raw) == null && ParamRegistry.Find(name) is IntParam number && config.Get(number) < number.Min)
                throw new InvalidOperationException("a number is out of its range");
        }
        // the same settings, printed and read again, are the same
        string printed = string.Concat(config.ExplicitNames.Select(n => $"{n} = {config.ExplicitText(n)}\n"));
        MainCf again = MainCf.Parse(printed, "again", []);
        if (again.ByName.Count(e => e.Key[0] != '#') != config.ExplicitNames.Count(n => n[0] != '#'))
            throw new InvalidOperationException("settings were lost");
        foreach (MainCfEntry entry in again.ByName.Values)
            if (config.ExplicitText(entry.Name) != entry.Value) throw new InvalidOperationException($"{entry.Name} changed");
    }

    private static void CheckMaster(string text)
    {
        var problems = new List<ConfigProblem>();
        foreach (ServiceEntry entry in MasterCf.Parse(text, "master.cf", problems))
        {
            if (entry.WakeupSeconds < 0 || entry.MaxProc < 0 || !ServiceType.All.Contains(entry.Type))
                throw new InvalidOperationException("bad entry");
            if (entry.Attributes.Count > entry.Args.Count || entry.Overrides.Count > entry.Args.Count)
                throw new InvalidOperationException("arguments grew");
        }
    }
}

public class ConfigFuzzTests
{
    private static readonly string[] Pieces =
    [
        "$", "${", "}", "$(", ")", "{", "?", ":", "==", "<=level", " ", "\n", "\n ", "\t", "#", "=", ",", "-o ", "$$", "a", "b1", "3.6",
            "myhostname",
        "mydestination", "queue_run_delay", "smtpd_restriction_classes", "5s", "10", "yes", "domain_to_ascii", "smtp inet n - n - - smtpd",
        "local unix - n n 60? 1 local", "\r", "\0", "é", "ldap:", "proxy:",
        "a = $b1\nb1 = $a$a\n", "${{1} < {2} ? {x} : {y}}", "{ x = y }",
    ];

    [Test]
    public void Random_and_mutated_files_keep_every_property()
    {
        int count = int.TryParse(Environment.GetEnvironmentVariable("FUZZ_COUNT"), out int n) ? n : 5000;
        var random = new Random(20261121);
        for (int i = 0; i < count; i++)
        {
            var text = new StringBuilder();
            for (int left = random.Next(1, 40); left > 0; left--)
                if (random.Next(8) == 0) text.Append((char)random.Next(1, 256));
                else text.Append(Pieces[random.Next(Pieces.Length)]);
            byte[] input = Encoding.UTF8.GetBytes(text.ToString());
            try { ConfigFuzz.One(input); }
            catch (Exception e) when (e is not OutOfMemoryException) { Assert.Fail($"input {Convert.ToBase64String(input)}: {e}"); }
        }
    }
}
