using MtaSuite.Common.Native;

namespace MtaSuite.Common.Tables.Cdb;

/// <summary>
/// cdb:NAME, hash:NAME and btree:NAME: an indexed file NAME.cdb that postmap or postalias wrote. All three types are this one format and
/// this one file, so that no table depends on a library. A file that takes the name's place is noticed within a second of lookups.
/// </summary>
public sealed class CdbTable : MemoryTable, IListable
{
    private readonly Lock _gate = new();
    private readonly string _type, _name;
    private readonly FileWatch _watch;
    private CdbReader? _reader;
    private string _reason = "";

    private CdbTable(string spec, string type, string name, TableOptions options) : base(spec, options)
    {
        (_type, _name) = (type, name);
        _watch = new FileWatch(name + Suffix, options.Clock);
        Reopen();
        if (_reader == null) OpenError = _reason;
        else WarnIfOlderThanSource();
    }

    /// <summary>What follows the table's name in the name of its file.</summary>
    public const string Suffix = ".cdb";

    public static Table Open(string spec, string type, string name, TableOptions options) => new CdbTable(spec, type, name, options);

    protected override LookupResult Find(string key)
    {
        int longest = TextCoding.MaxLength(key);
        // one byte more than the key, for those writers that store the NUL of a C string
        Span<byte> encoded = longest < 512 ? stackalloc byte[512] : new byte[longest + 1];
        encoded = encoded[..(TextCoding.Encode(key, Options.Utf8, encoded) + 1)];
        encoded[^1] = 0;
        lock (_gate)
        {
            if (_watch.HasChanged(out _)) Reopen();
            if (_reader == null) return Unavailable(_reason);
            CdbStatus status = _reader.Find(encoded[..^1], Options.MaxValueBytes, out byte[] data);
            if (status == CdbStatus.Absent) status = _reader.Find(encoded, Options.MaxValueBytes, out data);
            return Result(status, data, key);
        }
    }

    private LookupResult Result(CdbStatus status, ReadOnlySpan<byte> data, string key) => status switch
    {
        CdbStatus.Absent => LookupResult.NotFound,
        CdbStatus.Found => TextCoding.Decode(TrimNul(data), Options.Utf8) is { } value
            ? LookupResult.Found(value)
            : Unavailable($"key \"{key}\": non-UTF-8 value"),
        _ => Unavailable($"{_watch.Path}: {Describe(status)}"),
    };

    public static string Describe(CdbStatus status) => status switch
    {
        CdbStatus.Corrupt => "corrupt cdb file",
        CdbStatus.TooLong => "a record is too long",
        _ => "read error",
    };

    public static ReadOnlySpan<byte> TrimNul(ReadOnlySpan<byte> text) => text.EndsWith((byte)0) ? text[..^1] : text;

    /// <summary>Opens what the name leads to now. When that fails what was open stays in use: better an old answer than none.</summary>
    private void Reopen()
    {
        CdbReader? reader = CdbReader.Open(_watch.Path, out FileStatus status, out string error, out int errno);
        if (reader != null)
        {
            _reader?.Dispose();
            _reader = reader;
            _watch.Remember(status);
        }
        else if (_reader == null) _reason = Explain(error, errno);
    }

    /// <summary>Says what to do when the indexed file was never made, or only for Berkeley DB.</summary>
    private string Explain(string error, int errno)
    {
        string reason = $"open database {_watch.Path}: {error}";
        if (errno != Errno.ENOENT) return reason;
        if (File.Exists(_name + ".db"))
            return $"{reason} ({_name}.db is a Berkeley DB file, which is not read here: run \"postmap {_type}:{_name}\", or postalias "
                + $"for aliases)";
        return File.Exists(_name) ? $"{reason} (run \"postmap {_type}:{_name}\", or postalias for aliases)" : reason;
    }

    private void WarnIfOlderThanSource()
    {
        if (Options.Warn is not { } warn || !FileStatus.TryGet(_name, out FileStatus source)
            || !FileStatus.TryGet(_watch.Path, out FileStatus index)) return;
        // a second of grace: copies of both made by one command
        if (source.Modified - index.Modified > TimeSpan.FromSeconds(1)) warn($"database {_watch.Path} is older than source file {_name}");
    }

    public string? List(Func<string, string, bool> visit)
    {
        lock (_gate)
        {
            if (_reader == null) return _reason;
            long position = CdbReader.FirstRecord;
            CdbStatus status;
            while ((status = _reader.Next(ref position, Options.MaxValueBytes, out byte[] key, out byte[] data)) == CdbStatus.Found)
            {
                string? keyText = TextCoding.Decode(TrimNul(key), Options.Utf8), value = TextCoding.Decode(TrimNul(data), Options.Utf8);
                if (keyText != null && value != null && !visit(keyText, value)) return null;
            }
            return status == CdbStatus.Absent ? null : Describe(status);
        }
    }

    protected override void Dispose(bool disposing)
    {
        lock (_gate)
        {
            _reader?.Dispose();
            _reader = null;
            _reason = "table is closed";
        }
        base.Dispose(disposing);
    }
}
