using System.Text;
using MtaSuite.Common.Authentication.Dkim;

namespace MtaSuite.Tools.Postdkim;

/// <summary>
/// Records from a file instead of the DNS, for tests and for mail of the past: a line for each, "NAME TXT-VALUE". "IN TXT" before the value
/// and quotes around it are allowed, as are empty lines and those that begin with # or ;.
/// </summary>
internal sealed class RecordFile : IDkimKeys
{
    private readonly Dictionary<string, List<string>> _records = new(StringComparer.OrdinalIgnoreCase);
    private readonly DkimKeyCache _cache = new(DkimLimits.Default);

    public static RecordFile Parse(string text)
    {
        RecordFile file = new();
        foreach (string line in text.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (line[0] is '#' or ';') continue;
            int end = line.AsSpan().IndexOfAny(' ', '\t');
            string name = (end < 0 ? line : line[..end]).TrimEnd('.'), value = end < 0 ? "" : line[end..].Trim();
            foreach (string word in (string[])["IN", "TXT"])
                if (value.StartsWith(word + " ", StringComparison.OrdinalIgnoreCase)) value = value[word.Length..].Trim();
            if (!file._records.TryGetValue(name, out List<string>? values)) file._records[name] = values = [];
            values.Add(value.StartsWith('"') || value.StartsWith('(') ? Unquote(value) : value);
        }
        return file;
    }

    /// <summary>The texts at a name.</summary>
    public IReadOnlyList<string> Find(string name) => _records.TryGetValue(name, out List<string>? values) ? values : [];

    public ValueTask<DkimKeyAnswer> FindAsync(string selector, string domain)
    {
        string name = DnsDkimKeys.NameOf(selector, domain);
        IReadOnlyList<string> texts = Find(name);
        return new(texts.Count > 0 ? _cache.Find(texts) : DkimKeyAnswer.PermError($"no key: {name} has no TXT record"));
    }

    // strings in quotes are joined; parentheses around them belong to zone files
    private static string Unquote(string value)
    {
        StringBuilder text = new();
        bool inside = false;
        for (int i = 0; i < value.Length; i++)
        {
            if (value[i] == '"') inside = !inside;
            else if (inside) text.Append(value[i] == '\\' && i + 1 < value.Length ? value[++i] : value[i]);
        }
        return text.ToString();
    }
}
