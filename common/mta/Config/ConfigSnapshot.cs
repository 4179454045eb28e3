using System.Globalization;
using System.Text;
using MtaSuite.Common.Config.Params;

namespace MtaSuite.Common.Config;

/// <summary>
/// The files of a configuration as they were at one moment: main.cf, master.cf, and the files that hold values (<c>myorigin =
/// /etc/mailname</c>). master takes one at the start and for each reload. Once it is accepted, every daemon reads it instead of the
/// files, however late the daemon starts. Tables are not part of it.
/// <code>
/// snapshot = *( ( "F" / "E" ) SP length SP path LF contents )
/// </code>
/// F: the contents of a file; E: the reason why it could not be read; length in bytes.
/// </summary>
public sealed class ConfigSnapshot
{
    /// <summary>A file, or why there is none.</summary>
    private readonly record struct Entry(byte[] Contents, bool IsReadable);

    private readonly SortedDictionary<string, Entry> _files = new(StringComparer.Ordinal);
    private bool _isComplete;

    private ConfigSnapshot() { }

    /// <summary>
    /// What this process was given to read its configuration from; null: the files themselves. Set once, before anything is read.
    /// </summary>
    public static ConfigSnapshot? OfProcess { get; set; }

    /// <summary>The files of a configuration directory as they are now.</summary>
    public static ConfigSnapshot Take(string directory)
    {
        ConfigSnapshot snapshot = new();
        // whatever these read on their way is noted
        ReadValueFiles(MailConfig.Load(directory, files: snapshot).Config);
        foreach (ServiceEntry entry in MasterCf.Load(directory, [], snapshot))
            if (entry.Overrides.Count > 0)
                ReadValueFiles(MailConfig.Load(directory, entry.Overrides, entry.Name, entry.Command, files: snapshot).Config);
        snapshot._isComplete = true;
        return snapshot;
    }

    private static void ReadValueFiles(MailConfig config)
    {
        foreach (Param param in ParamRegistry.All)
            if (param is TextParam { NamesFile: true } text) _ = config.Get(text);
    }

    /// <summary>Reads a file as it was, or says in the system's words why that was not possible.</summary>
    public bool TryRead(string path, out string text, out string reason)
    {
        if (!_files.TryGetValue(path, out Entry entry))
        {
            bool ok = ConfigFile.TryReadBytes(path, out byte[] bytes, out string trouble);
            entry = new Entry(ok ? bytes : Encoding.UTF8.GetBytes(trouble), ok);
            // nothing is asked for later that was not asked for when it was taken
            if (!_isComplete) _files[path] = entry;
        }
        string contents = Encoding.UTF8.GetString(entry.Contents);
        (text, reason) = entry.IsReadable ? (contents, "") : ("", contents);
        return entry.IsReadable;
    }

    /// <summary>The files that could be read, with their paths.</summary>
    public IEnumerable<(string Path, ReadOnlyMemory<byte> Contents)> Files =>
        _files.Where(f => f.Value.IsReadable).Select(f => (f.Key, (ReadOnlyMemory<byte>)f.Value.Contents));

    public byte[] Encode()
    {
        using MemoryStream stream = new();
        foreach ((string path, Entry entry) in _files)
        {
            string head = string.Create(CultureInfo.InvariantCulture, $"{(entry.IsReadable ? 'F' : 'E')} {entry.Contents.Length} {path}\n");
            stream.Write(Encoding.UTF8.GetBytes(head));
            stream.Write(entry.Contents);
        }
        return stream.ToArray();
    }

    /// <summary>Null when the bytes are none that <see cref="Encode"/> wrote.</summary>
    public static ConfigSnapshot? TryDecode(ReadOnlySpan<byte> bytes)
    {
        ConfigSnapshot snapshot = new() { _isComplete = true };
        while (bytes.Length > 0)
        {
            int end = bytes.IndexOf((byte)'\n');
            if (end < 0) return null;
            string[] head = Encoding.UTF8.GetString(bytes[..end]).Split(' ', 3);
            bytes = bytes[(end + 1)..];
            if (head.Length != 3 || head[0] is not ("F" or "E")) return null;
            if (!int.TryParse(head[1], NumberStyles.None, CultureInfo.InvariantCulture, out int length) || length > bytes.Length)
                return null;
            snapshot._files[head[2]] = new Entry(bytes[..length].ToArray(), head[0] == "F");
            bytes = bytes[length..];
        }
        return snapshot;
    }
}
