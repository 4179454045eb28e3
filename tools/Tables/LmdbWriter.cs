using MtaSuite.Common.Native;
using Library = MtaSuite.Common.Native.Lmdb;

namespace MtaSuite.Tools.Tables;

/// <summary>
/// Updates an LMDB file in one transaction, under an exclusive flock(2) of it. Readers see the old contents until the commit.
/// </summary>
internal sealed class LmdbWriter : TableWriter
{
    // address space, not disk: the file grows with what is in it
    private const long SmallestMap = 1L << 30;

    private readonly string _path;
    private readonly TableWriterOptions _options;
    private nint _environment, _transaction;
    private uint _database;

    public LmdbWriter(string path, TableWriterOptions options)
    {
        (_path, _options) = (path, options);
        try
        {
            Open();
        }
        catch (DllNotFoundException) { Error = $"open database {path}: the library liblmdb.so.0 is not installed"; }
    }

    private void Open()
    {
        bool exists = FileStatus.TryGet(_path, out FileStatus status);
        if (!exists && _options.MustExist)
        {
            Error = $"open database {_path}: {Errno.Text()}";
            return;
        }
        long mapSize = Math.Max(Math.Max(SmallestMap, _options.MapSize), Math.Max(_options.SizeHint * 8, status.Size * 4));
        if (Failed(Library.Open(_path, 0, mapSize, _options.Mode, out _environment, out int fd), "open database")) return;
        if (!exists && FileIO.FChMod(fd, _options.Mode) != 0) Error = $"chmod {_path}: {Errno.Text()}";
        else if (FileLocks.Flock(fd, FileLocks.LOCK_EX) != 0) Error = $"lock {_path}: {Errno.Text()}";
        else if (!Failed(Library.Begin(_environment, 0, out _transaction, out _database), "begin transaction") && !_options.Incremental)
            Failed(Library.Clear(_transaction, _database), "truncate");
    }

    private bool Failed(int code, string what)
    {
        if (code == 0) return false;
        Error ??= $"{what} {_path}: {Library.ErrorText(code)}";
        return true;
    }

    public override bool TryAdd(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        if (Error != null || Contains(key)) return false;
        int code = Put(key, value, Library.NoOverwrite);
        return code != Library.KeyExists && !Failed(code, "write");
    }

    public override void Set(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        TryRemove(key);
        if (Error == null) Failed(Put(key, value, 0), "write");
    }

    private int Put(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, uint flags) => _options.TrailingNul
        ? Library.Put(_transaction, _database, [.. key, 0], [.. value, 0], flags)
        : Library.Put(_transaction, _database, key, value, flags);

    /// <summary>In either form, with the NUL or without.</summary>
    private bool Contains(ReadOnlySpan<byte> key) =>
        Library.Get(_transaction, _database, key, out _) == 0
        || (key.Length < Library.MaxKey && Library.Get(_transaction, _database, [.. key, 0], out _) == 0);

    public override bool TryRemove(ReadOnlySpan<byte> key)
    {
        if (Error != null || key.Length is 0 or > Library.MaxKey) return false;
        bool removed = Removed(Library.Delete(_transaction, _database, key));
        return (key.Length < Library.MaxKey && Removed(Library.Delete(_transaction, _database, [.. key, 0]))) || removed;
    }

    private bool Removed(int code) => code != Library.NotFound && !Failed(code, "delete");

    public override bool TryCommit()
    {
        if (Error != null) return false;
        nint transaction = _transaction;
        _transaction = 0;
        return !Failed(Library.Commit(transaction), "write");
    }

    public override void Dispose()
    {
        if (_transaction != 0) Library.Abort(_transaction);
        if (_environment != 0) Library.Close(_environment);
        _transaction = _environment = 0;
    }
}
