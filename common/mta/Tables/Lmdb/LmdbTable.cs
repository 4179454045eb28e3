using MtaSuite.Common.Native;
using Library = MtaSuite.Common.Native.Lmdb;

namespace MtaSuite.Common.Tables.Lmdb;

/// <summary>
/// lmdb:NAME: the LMDB file NAME.lmdb, through the system's library. Writers update such a file in place under an exclusive flock(2) of it
/// (as Postfix's do), so each lookup takes a shared one and may wait for a writer. Without the library every lookup is an error.
/// </summary>
public sealed class LmdbTable : BlockingTable, IListable
{
    private readonly Lock _gate = new();
    private readonly FileWatch _watch;
    private nint _environment;
    private int _fd = -1;
    private ulong _inode;
    private string _reason = "";
    private bool _closed;

    public LmdbTable(string spec, string name, TableOptions options) : base(spec, options, threads: 1)
    {
        _watch = new FileWatch(name + Suffix, options.Clock);
        Reopen();
        if (_environment == 0) OpenError = _reason;
    }

    /// <summary>What follows the table's name in the name of its file.</summary>
    public const string Suffix = ".lmdb";

    protected override LookupResult Find(string key)
    {
        byte[] encoded = TextCoding.Encode(key + "\0", Options.Utf8);
        if (encoded.Length is < 2 or > Library.MaxKey + 1) return LookupResult.NotFound;
        lock (_gate)
        {
            if (_watch.HasChanged(out FileStatus status) && status.Inode != _inode) Reopen();
            if (_environment == 0) return Unavailable(_reason);
            LookupResult result = LookupResult.NotFound;
            int code = Read((transaction, database) => Get(transaction, database, encoded, key, out result));
            // the file outgrew the part of it that is mapped
            if (code == Library.MapResized && Reopen())
                code = Read((transaction, database) => Get(transaction, database, encoded, key, out result));
            return code == 0 ? result : Unavailable($"{_watch.Path}: {Library.ErrorText(code)}");
        }
    }

    private int Get(nint transaction, uint database, ReadOnlySpan<byte> key, string text, out LookupResult result)
    {
        int code = Library.Get(transaction, database, key[..^1], out ReadOnlySpan<byte> value);
        if (code == Library.NotFound && key.Length <= Library.MaxKey) code = Library.Get(transaction, database, key, out value);
        result = code != 0 ? LookupResult.NotFound
            : value.Length > Options.MaxValueBytes ? Unavailable($"key \"{text}\": value is too long")
            : TextCoding.Decode(Cdb.CdbTable.TrimNul(value), Options.Utf8) is { } found ? LookupResult.Found(found)
            : Unavailable($"key \"{text}\": non-UTF-8 value");
        return code == Library.NotFound ? 0 : code;
    }

    private int Read(Func<nint, uint, int> use)
    {
        if (FileLocks.Flock(_fd, FileLocks.LOCK_SH) != 0) return Errno.Last;
        int code = Library.Begin(_environment, Library.ReadOnlyTransaction, out nint transaction, out uint database);
        if (code == 0)
        {
            code = use(transaction, database);
            Library.Abort(transaction);
        }
        _ = FileLocks.Flock(_fd, FileLocks.LOCK_UN);
        return code;
    }

    private bool Reopen()
    {
        if (_closed) return false;
        try
        {
            int code = Library.Open(_watch.Path, Library.ReadOnly, 0, 0, out nint environment, out int fd);
            if (code != 0)
            {
                _reason = $"open database {_watch.Path}: {Library.ErrorText(code)}";
                return false;
            }
            if (_environment != 0) Library.Close(_environment);
            (_environment, _fd) = (environment, fd);
            if (FileStatus.TryGet(fd, out FileStatus status)) _watch.Remember(status);
            _inode = status.Inode;
            return true;
        }
        catch (DllNotFoundException)
        {
            _reason = $"open database {_watch.Path}: the library liblmdb.so.0 is not installed";
            return false;
        }
    }

    public string? List(Func<string, string, bool> visit)
    {
        lock (_gate)
        {
            if (_environment == 0) return _reason;
            int code = Read((transaction, database) => Library.Each(transaction, database, (key, value) =>
                TextCoding.Decode(Cdb.CdbTable.TrimNul(key), Options.Utf8) is not { } keyText
                || TextCoding.Decode(Cdb.CdbTable.TrimNul(value), Options.Utf8) is not { } text
                || visit(keyText, text)));
            return code == 0 ? null : Library.ErrorText(code);
        }
    }

    protected override void Dispose(bool disposing)
    {
        lock (_gate)
        {
            if (_environment != 0) Library.Close(_environment);
            _environment = 0;
            _closed = true;
            _reason = "table is closed";
        }
        base.Dispose(disposing);
    }
}
