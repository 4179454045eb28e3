using System.Runtime.InteropServices;

namespace MtaSuite.Common.Native;

/// <summary>
/// The LMDB library, bound by its soname: where it is not installed the first call throws <see cref="DllNotFoundException"/>. All calls
/// return 0, an errno, or one of the library's own negative codes. Handles are the library's; callers outside this folder use spans.
/// </summary>
public static unsafe partial class Lmdb
{
    private const string Lib = "liblmdb.so.0";

    public const uint NoSubDirectory = 0x4000, NoLock = 0x400000, ReadOnly = 0x20000, ReadOnlyTransaction = 0x20000, NoOverwrite = 0x10;
    public const int KeyExists = -30799, NotFound = -30798, MapFull = -30792, MapResized = -30785;
    /// <summary>Longest key, in bytes; no key is empty.</summary>
    public const int MaxKey = 511;
    private const int CursorFirst = 0, CursorNext = 8;

    [StructLayout(LayoutKind.Sequential)]
    private struct Value
    {
        public nuint Size;
        public byte* Data;
    }

    [LibraryImport(Lib, EntryPoint = "mdb_strerror")]
    private static partial nint StrError(int code);

    [LibraryImport(Lib, EntryPoint = "mdb_env_create")]
    private static partial int EnvCreate(nint* environment);

    [LibraryImport(Lib, EntryPoint = "mdb_env_set_mapsize")]
    private static partial int EnvSetMapSize(nint environment, nuint size);

    [LibraryImport(Lib, EntryPoint = "mdb_env_open", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int EnvOpen(nint environment, string path, uint flags, uint mode);

    [LibraryImport(Lib, EntryPoint = "mdb_env_get_fd")]
    private static partial int EnvGetFd(nint environment, int* fd);

    [LibraryImport(Lib, EntryPoint = "mdb_env_close")]
    public static partial void Close(nint environment);

    [LibraryImport(Lib, EntryPoint = "mdb_txn_begin")]
    private static partial int TxnBegin(nint environment, nint parent, uint flags, nint* transaction);

    [LibraryImport(Lib, EntryPoint = "mdb_txn_commit")]
    public static partial int Commit(nint transaction);

    [LibraryImport(Lib, EntryPoint = "mdb_txn_abort")]
    public static partial void Abort(nint transaction);

    [LibraryImport(Lib, EntryPoint = "mdb_dbi_open")]
    private static partial int DbiOpen(nint transaction, byte* name, uint flags, uint* dbi);

    [LibraryImport(Lib, EntryPoint = "mdb_drop")]
    private static partial int Drop(nint transaction, uint dbi, int delete);

    [LibraryImport(Lib, EntryPoint = "mdb_get")]
    private static partial int GetRaw(nint transaction, uint dbi, Value* key, Value* data);

    [LibraryImport(Lib, EntryPoint = "mdb_put")]
    private static partial int PutRaw(nint transaction, uint dbi, Value* key, Value* data, uint flags);

    [LibraryImport(Lib, EntryPoint = "mdb_del")]
    private static partial int DeleteRaw(nint transaction, uint dbi, Value* key, Value* data);

    [LibraryImport(Lib, EntryPoint = "mdb_cursor_open")]
    private static partial int CursorOpen(nint transaction, uint dbi, nint* cursor);

    [LibraryImport(Lib, EntryPoint = "mdb_cursor_get")]
    private static partial int CursorGet(nint cursor, Value* key, Value* data, int operation);

    [LibraryImport(Lib, EntryPoint = "mdb_cursor_close")]
    private static partial void CursorClose(nint cursor);

    /// <summary>The text of a code.</summary>
    public static string ErrorText(int code) => Marshal.PtrToStringUTF8(StrError(code)) ?? "unknown error";

    /// <summary>
    /// Opens the file (no directory, no lock file) with room for a number of bytes; 0 mapSize: as large as the file says.
    /// </summary>
    public static int Open(string path, uint flags, long mapSize, uint mode, out nint environment, out int fd)
    {
        nint created;
        int descriptor = -1;
        int code = EnvCreate(&created);
        if (code == 0 && mapSize > 0) code = EnvSetMapSize(created, (nuint)mapSize);
        if (code == 0) code = EnvOpen(created, path, flags | NoSubDirectory | NoLock, mode);
        if (code == 0) code = EnvGetFd(created, &descriptor);
        if (code != 0) Close(created);
        environment = code == 0 ? created : 0;
        fd = descriptor;
        return code;
    }

    /// <summary>Begins a transaction on the file's one unnamed database.</summary>
    public static int Begin(nint environment, uint flags, out nint transaction, out uint database)
    {
        nint begun;
        uint dbi = 0;
        int code = TxnBegin(environment, 0, flags, &begun);
        if (code == 0 && (code = DbiOpen(begun, null, 0, &dbi)) != 0) Abort(begun);
        transaction = code == 0 ? begun : 0;
        database = dbi;
        return code;
    }

    /// <summary>Removes all entries.</summary>
    public static int Clear(nint transaction, uint database) => Drop(transaction, database, 0);

    /// <summary>The value of a key; only valid until the transaction ends or writes.</summary>
    public static int Get(nint transaction, uint database, ReadOnlySpan<byte> key, out ReadOnlySpan<byte> value)
    {
        fixed (byte* k = key)
        {
            Value wanted = new() { Size = (nuint)key.Length, Data = k }, data = default;
            int code = GetRaw(transaction, database, &wanted, &data);
            value = code == 0 ? Span(data) : default;
            return code;
        }
    }

    public static int Put(nint transaction, uint database, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, uint flags)
    {
        fixed (byte* k = key, v = value)
        {
            Value wanted = new() { Size = (nuint)key.Length, Data = k }, data = new() { Size = (nuint)value.Length, Data = v };
            return PutRaw(transaction, database, &wanted, &data, flags);
        }
    }

    public static int Delete(nint transaction, uint database, ReadOnlySpan<byte> key)
    {
        fixed (byte* k = key)
        {
            Value wanted = new() { Size = (nuint)key.Length, Data = k };
            return DeleteRaw(transaction, database, &wanted, null);
        }
    }

    /// <summary>Receives one entry; false ends the listing.</summary>
    public delegate bool Visitor(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value);

    /// <summary>Visits all entries in the order of their keys.</summary>
    public static int Each(nint transaction, uint database, Visitor visit)
    {
        nint cursor;
        int code = CursorOpen(transaction, database, &cursor);
        if (code != 0) return code;
        Value key = default, data = default;
        code = CursorGet(cursor, &key, &data, CursorFirst);
        while (code == 0 && visit(Span(key), Span(data))) code = CursorGet(cursor, &key, &data, CursorNext);
        CursorClose(cursor);
        return code == NotFound ? 0 : code;
    }

    // LMDB keeps lengths of at most 32 bits
    private static ReadOnlySpan<byte> Span(Value value) => new(value.Data, (int)Math.Min(value.Size, int.MaxValue));
}
