namespace MtaSuite.Common.Config;

/// <summary>What a file holds as a value, or why it holds none.</summary>
internal readonly record struct FileValue(string? Value, string Problem);

/// <summary>
/// The files that hold values, such as <c>myorigin = /etc/mailname</c>. Each is read once, and nothing else reads it, so that all that use
/// the value use the same.
/// </summary>
/// <param name="snapshot">Where they are read; null: where they are.</param>
internal sealed class ValueFiles(ConfigSnapshot? snapshot)
{
    private readonly Dictionary<string, FileValue> _values = new(StringComparer.Ordinal);

    /// <summary>The first line of a file.</summary>
    public FileValue Read(string path)
    {
        if (_values.TryGetValue(path, out FileValue known)) return known;
        string content, reason;
        bool isRead = snapshot != null ? snapshot.TryRead(path, out content, out reason)
            : ConfigFile.TryRead(path, out content, out reason);
        string line = isRead ? content.Split('\n')[0].Trim() : "";
        if (reason.Length == 0 && line.Length == 0) reason = "the file is empty";
        return _values[path] = reason.Length > 0 ? new(null, $"open {path}: {reason}") : new(line, "");
    }
}
