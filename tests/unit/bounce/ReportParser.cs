using System.Text;

namespace MtaSuite.Tests.Bounce;

/// <summary>A slow and obvious reader of multipart/report, which throws on anything that is not one. Lines end with LF.</summary>
internal sealed class Report
{
    public readonly List<(string Name, string Value)> Header;
    public readonly List<(Dictionary<string, string> Header, string Body)> Parts = [];
    /// <summary>The groups of the status part: the message's first, then one for each recipient.</summary>
    public readonly List<Dictionary<string, string>> Status = [];

    public Report(byte[] notice)
    {
        string text = Encoding.Latin1.GetString(notice);
        string[] lines = text.Split('\n');
        Assert.That(lines.Max(line => line.Length), Is.LessThanOrEqualTo(998), "line length");
        Assert.That(text.AsSpan().ContainsAny('\0', '\r'), Is.False, "NUL or bare CR");
        int at = 0;
        Header = Fields(lines, ref at);
        string type = Header.Single(f => f.Name == "content-type").Value;
        Assert.That(type, Does.StartWith("multipart/report; report-type=delivery-status;"));
        string boundary = type[(type.IndexOf('"') + 1)..^1];
        Assert.That(boundary.Length, Is.InRange(1, 70));
        while (lines[at] != "--" + boundary) at++;
        while (lines[at] != "--" + boundary + "--")
        {
            at++;
            Dictionary<string, string> header = Fields(lines, ref at).ToDictionary(f => f.Name, f => f.Value);
            int start = at;
            while (!lines[at].StartsWith("--" + boundary, StringComparison.Ordinal)) at++;
            // the line end before a boundary belongs to it
            string body = string.Join('\n', lines[start..at]);
            Parts.Add((header, body));
        }
        Assert.That(lines[(at + 1)..], Is.EqualTo(new[] { "" }), "text behind the last boundary");
        string[] status = Parts[1].Body.TrimEnd('\n').Split('\n');
        for (int i = 0; i < status.Length;) Status.Add(Fields(status, ref i).ToDictionary(f => f.Name, f => f.Value));
    }

    public IEnumerable<Dictionary<string, string>> Recipients => Status.Skip(1);

    private static List<(string Name, string Value)> Fields(string[] lines, ref int at)
    {
        List<(string Name, string Value)> fields = [];
        for (; at < lines.Length && lines[at].Length > 0; at++)
        {
            string line = lines[at];
            Assert.That(line.Trim(), Is.Not.Empty, "white space alone in a header");
            if (line[0] == ' ')
            {
                fields[^1] = (fields[^1].Name, fields[^1].Value + " " + line.TrimStart());
                continue;
            }
            int colon = line.IndexOf(": ", StringComparison.Ordinal);
            Assert.That(colon, Is.GreaterThan(0), $"no field: {line}");
            Assert.That(line[..colon].All(c => char.IsAsciiLetterOrDigit(c) || c == '-'), $"no field name: {line}");
            fields.Add((line[..colon].ToLowerInvariant(), line[(colon + 2)..]));
        }
        at++;
        return fields;
    }
}
