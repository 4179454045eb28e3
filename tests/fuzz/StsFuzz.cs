using System.Text;
using System.Text.RegularExpressions;
using MtaSuite.Sts;
using MtaSuite.Common.Tls.Client;

namespace MtaSuite.Tests.Fuzz;

/// <summary>
/// MTA-STS records and policies against the grammar of RFC 8461 as regular expressions; hosts against patterns; lines of the journal.
/// </summary>
public static partial class StsFuzz
{
    [GeneratedRegex(
        """^v=STSv1(?:[ \t]*;[ \t]*(?:id=(?<id>[A-Za-z0-9]{1,32})|(?!id=)[A-Za-z0-9][A-Za-z0-9_.-]{0,31}=[!-:<>-~]+))+"""
        + """(?:[ \t]*;)?[ \t]*$""")]
    private static partial Regex Record();

    public static void One(ReadOnlySpan<byte> input)
    {
        string text = Encoding.Latin1.GetString(input);
        Records(text);
        Records("v=STSv1;id=" + text);
        Policies(input);
        Policies([.. "version: STSv1\nmax_age: 9\nmode: enforce\nmx: "u8, .. input]);
        Journal(text.Replace("\n", ""));
    }

    private static void Records(string text)
    {
        bool parsed = StsRecord.TryParse(text, out string id);
        // a "$" matches before a last line break
        Match m = text.EndsWith('\n') ? Match.Empty : Record().Match(text);
        string expected = m.Success && m.Groups["id"].Captures.Count > 0 ? m.Groups["id"].Captures[0].Value : "";
        if (parsed != (expected.Length > 0) || (parsed && id != expected))
            throw new InvalidOperationException($"record {text}: {id}, not {expected}");
    }

    private static void Policies(ReadOnlySpan<byte> body)
    {
        bool parsed = StsPolicyFile.TryParse(body, out StsPolicyFile policy, out string error);
        if (parsed == (error.Length > 0)) throw new InvalidOperationException("an error without a text, or a text without error");
        if (!parsed) return;
        if (policy.Lines.Count is 0 or > StsPolicyFile.MaxLines || policy.MaxAge > StsPolicyFile.LongestAge)
            throw new InvalidOperationException("over a limit");
        if (policy.Mode != StsMode.None && policy.Patterns.Count == 0) throw new InvalidOperationException("hosts");
        if (!StsPolicyFile.TryParse(Encoding.UTF8.GetBytes(string.Join("\r\n", policy.Lines)), out StsPolicyFile again, out _)
            && policy.Lines.Count < StsPolicyFile.MaxLines
            || !again.Patterns.SequenceEqual(policy.Patterns) && policy.Lines.Count < StsPolicyFile.MaxLines)
            throw new InvalidOperationException("its lines mean something else");
        foreach (string pattern in policy.Patterns) Matching(pattern);
        KnownPolicy known = new("1", 1, Encoding.UTF8.GetString(body), policy);
        string line = known.Line("d.test");
        if (line.IndexOf('\n') != line.Length - 1 || !KnownPolicy.TryParse(line[..^1], out string domain, out KnownPolicy? read)
            || domain != "d.test" || read!.Body != known.Body)
            throw new InvalidOperationException($"not read again: {line}");
    }

    private static void Matching(string pattern)
    {
        Regex slow = new($"^{Regex.Escape(pattern).Replace("\\*", "[^.]+")}\\z", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);
        StsFinding finding = new() { Domain = "d", Patterns = [pattern] };
        string tail = pattern.TrimStart('*').TrimStart('.');
        foreach (string host in new[] { tail, "a." + tail, "a.b." + tail, "a" + tail, tail + ".a", "." + tail, pattern.ToUpperInvariant() })
            if (finding.Allows(host) != slow.IsMatch(host)) throw new InvalidOperationException($"{host} and {pattern}");
    }

    private static void Journal(string line)
    {
        if (!KnownPolicy.TryParse(line, out string domain, out KnownPolicy? policy)) return;
        string written = policy!.Line(domain);
        if (!KnownPolicy.TryParse(written[..^1], out string again, out KnownPolicy? same) || again != domain || same!.Body != policy.Body
            || same.Fetched != policy.Fetched)
            throw new InvalidOperationException($"{line} was read again as {written}");
    }
}

[TestFixture]
public class StsFuzzTests
{
    [Test]
    public void Random_and_mutated_texts() =>
        FuzzRunner.Run(StsFuzz.One, 11, "v=STSv1;id= az9_-.*version:\r\nmode: enforce\tmx: max_age\\t"u8);
}
