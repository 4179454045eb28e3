using System.Buffers;
using System.Text;

namespace MtaSuite.Common.Config;

/// <summary>One <c>name = value</c> of main.cf, the value unexpanded.</summary>
public sealed record MainCfEntry(string Name, string Value, int Line);

/// <summary>The entries of a main.cf, in the order of the file; of those with the same name the last one holds.</summary>
public sealed class MainCf
{
    public const string FileName = "main.cf";

    private static readonly SearchValues<char> NameEnd = SearchValues.Create("=" + LogicalLines.Space);

    public List<MainCfEntry> Entries { get; } = [];

    /// <summary>The entry that holds for each name.</summary>
    public Dictionary<string, MainCfEntry> ByName { get; } = new(StringComparer.Ordinal);

    /// <summary>Reads a file; one that cannot be read is an error among the problems and an empty result.</summary>
    /// <param name="files">Read instead of the file itself; null: what this process was given, if anything.</param>
    public static MainCf Load(string path, List<ConfigProblem> problems, ConfigSnapshot? files = null) =>
        ConfigFile.TryRead(files ?? ConfigSnapshot.OfProcess, path, problems, out string text) ? Parse(text, path, problems) : new MainCf();

    /// <summary>Parses a text; <paramref name="file"/> is what problems name.</summary>
    public static MainCf Parse(string text, string file, List<ConfigProblem> problems)
    {
        var result = new MainCf();
        foreach (LogicalLine line in LogicalLines.Split(text, file, problems))
        {
            if (!TrySplit(line.Text, out string name, out string value, out string problem))
            {
                problems.Add(new(Severity.Error, file, line.FirstLine, $"{problem}: \"{line.Text}\""));
                continue;
            }
            if (result.ByName.TryGetValue(name, out MainCfEntry? old) && old.Value != value)
                problems.Add(new(Severity.Warning, file, line.FirstLine, $"overriding earlier entry: {name}={old.Value}"));
            var entry = new MainCfEntry(name, value, line.FirstLine);
            result.Entries.Add(entry);
            result.ByName[name] = entry;
        }
        return result;
    }

    /// <summary>
    /// Splits <c>*SPACE name *SPACE "=" *SPACE value *SPACE</c>; the name is any text without space and <c>=</c>. The problems' words are
    /// those that scripts know.
    /// </summary>
    public static bool TrySplit(string text, out string name, out string value, out string problem)
    {
        ReadOnlySpan<char> rest = text.AsSpan().TrimStart(LogicalLines.Space);
        int end = rest.IndexOfAny(NameEnd);
        name = value = problem = "";
        if (rest.IsEmpty || end == 0) problem = "missing attribute name";
        else
        {
            ReadOnlySpan<char> after = end < 0 ? default : rest[end..].TrimStart(LogicalLines.Space);
            if (after.IsEmpty || after[0] != '=') problem = "missing '=' after attribute name";
            else
            {
                name = rest[..end].ToString();
                value = after[1..].Trim(LogicalLines.Space).ToString();
            }
        }
        return problem.Length == 0;
    }
}

/// <summary>Reads configuration files; an error becomes a problem.</summary>
public static class ConfigFile
{
    /// <summary>Reads a whole file; one that cannot be read is an error among the problems.</summary>
    public static bool TryRead(string path, List<ConfigProblem> problems, out string text) => TryRead(null, path, problems, out text);

    /// <summary>The same from a snapshot; null: from the file.</summary>
    public static bool TryRead(ConfigSnapshot? files, string path, List<ConfigProblem> problems, out string text)
    {
        bool ok = files != null ? files.TryRead(path, out text, out string reason) : TryRead(path, out text, out reason);
        if (ok) return true;
        problems.Add(new(Severity.Error, "", 0, $"open {path}: {reason}"));
        return false;
    }

    /// <summary>Reads a whole file, or says in the system's words why not.</summary>
    public static bool TryRead(string path, out string text, out string reason) => TryRead(path, Encoding.UTF8, out text, out reason);

    /// <summary>Reads a whole file of some encoding, whatever its first bytes, or says in the system's words why not.</summary>
    public static bool TryRead(string path, Encoding encoding, out string text, out string reason)
    {
        bool ok = TryReadBytes(path, out byte[] bytes, out reason);
        text = encoding.GetString(bytes);
        return ok;
    }

    /// <summary>Reads a whole file, or says in the system's words why not.</summary>
    public static bool TryReadBytes(string path, out byte[] bytes, out string reason)
    {
        (bytes, reason) = ([], "");
        try { bytes = File.ReadAllBytes(path); }
        catch (IOException e) { reason = Reason(e); }
        catch (UnauthorizedAccessException e) { reason = Reason(e); }
        return reason.Length == 0;
    }

    /// <summary>The system's words for what went wrong with a file.</summary>
    public static string Reason(Exception e) => e switch
    {
        FileNotFoundException or DirectoryNotFoundException => "No such file or directory",
        UnauthorizedAccessException => "Permission denied",
        _ => e.Message,
    };
}
