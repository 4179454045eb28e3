using Microsoft.Win32.SafeHandles;
using MtaSuite.Common.Native;

namespace MtaSuite.Common.Tables.Text;

/// <summary>
/// texthash:FILE: a postmap source file, read into memory. Read again when it has changed and was not written to for a second,
/// because an editor may still be at it.
/// </summary>
internal sealed class TextHashTable : MemoryTable, IListable
{
    /// <summary>Largest file that is taken into memory, in bytes.</summary>
    public const long MaxFileSize = 64 * 1024 * 1024;

    private readonly Lock _gate = new();
    private readonly FileWatch _watch;
    private Dictionary<string, string>? _entries;
    private string _reason = "";

    public TextHashTable(string spec, string path, TableOptions options) : base(spec, options)
    {
        _watch = new FileWatch(path, options.Clock);
        Load();
        if (_entries == null) OpenError = _reason;
    }

    protected override LookupResult Find(string key)
    {
        lock (_gate)
        {
            if (_watch.HasChanged(out FileStatus status) && (_entries == null || !_watch.IsFresh(status))) Load();
            if (_entries == null) return Unavailable(_reason);
            return _entries.TryGetValue(key, out string? value) ? LookupResult.Found(value) : LookupResult.NotFound;
        }
    }

    /// <summary>Reads the file. When that fails what was read before stays in use.</summary>
    private void Load()
    {
        int fd = FileIO.Open(_watch.Path, FileIO.O_RDONLY | FileIO.O_CLOEXEC | FileIO.O_NONBLOCK, 0);
        if (fd < 0)
        {
            _reason = $"open database {_watch.Path}: {Errno.Text()}";
            return;
        }
        using SafeFileHandle file = new(fd, true);
        if (!FileStatus.TryGet(fd, out FileStatus status)) _reason = $"open database {_watch.Path}: {Errno.Text()}";
        else if (!status.IsRegular) _reason = $"open database {_watch.Path}: not a regular file";
        else if (status.Size > MaxFileSize)
            _reason = $"open database {_watch.Path}: larger than {MaxFileSize >> 20} MiB; use an indexed file";
        else if (Read(file) is { } entries)
        {
            _entries = entries;
            _watch.Remember(status);
        }
    }

    private Dictionary<string, string>? Read(SafeFileHandle file)
    {
        using FileStream stream = new(file, FileAccess.Read, 0);
        Action<string> warn = Options.Warn ?? (static _ => { });
        SourceReader reader = new(stream, _watch.Path, SourceFormat.Map, Options, warn);
        Dictionary<string, string> entries = new(StringComparer.Ordinal);
        while (reader.TryRead(out SourceEntry entry))
        {
            string key = TextCoding.Decode(entry.Key, Options.Utf8)!, value = TextCoding.Decode(entry.Value, Options.Utf8)!;
            if (Options.ValuesNameFiles && !FileValues.TryRead(value, out value, out string error))
                warn($"{_watch.Path}, line {entry.Line}: {error}: skipping this entry");
            else if (!entries.TryAdd(key, value))
                warn($"{_watch.Path}, line {entry.Line}: duplicate entry: \"{key}\"");
        }
        if (reader.Error == null) return entries;
        _reason = reader.Error;
        return null;
    }

    public string? List(Func<string, string, bool> visit)
    {
        lock (_gate)
        {
            if (_entries == null) return _reason;
            foreach (var (key, value) in _entries)
                if (!visit(key, value)) break;
            return null;
        }
    }
}
