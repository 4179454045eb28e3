using System.Text;

namespace MtaSuite.Tests.E2e.Harness;

/// <summary>A message as it lies in a mailbox, as Latin-1: one character for each byte.</summary>
public sealed class Mail(string path, string text)
{
    public string Path { get; } = path;

    public string Text { get; } = text;

    public string Head { get; } = text.IndexOf("\n\n", StringComparison.Ordinal) is var end and >= 0 ? text[..(end + 1)] : text;

    public string Body => Text.Length > Head.Length ? Text[(Head.Length + 1)..] : "";

    /// <summary>All values of a header, unfolded, in their order.</summary>
    public List<string> Headers(string name)
    {
        List<string> values = [];
        bool inside = false;
        foreach (string line in Head.Split('\n'))
        {
            if (line.StartsWith(' ') || line.StartsWith('\t'))
            {
                if (inside) values[^1] += line;
                continue;
            }
            inside = line.StartsWith(name + ":", StringComparison.OrdinalIgnoreCase);
            if (inside) values.Add(line[(name.Length + 1)..].TrimStart());
        }
        return values;
    }

    /// <summary>The one value of a header; null when it is not there.</summary>
    public string? Header(string name) => Headers(name) switch
    {
        [] => null,
        [var one] => one,
        var many => throw new AssertionException($"{many.Count} times {name}:\n{Text}"),
    };

    /// <summary>What a Maildir holds. A file that is renamed meanwhile is read under its new name the next time.</summary>
    public static List<Mail> ReadMaildir(string directory)
    {
        List<Mail> result = [];
        foreach (string folder in (string[])["new", "cur"])
        {
            if (!Directory.Exists($"{directory}/{folder}")) continue;
            foreach (string file in Directory.EnumerateFiles($"{directory}/{folder}").Order(StringComparer.Ordinal))
            {
                try { result.Add(new Mail(file, File.ReadAllText(file, Encoding.Latin1))); }
                catch (FileNotFoundException) { /* renamed */ }
            }
        }
        return result;
    }
}
