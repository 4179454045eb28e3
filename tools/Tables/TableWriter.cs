using MtaSuite.Common.Native;
using MtaSuite.Common.Tables.Cdb;
using MtaSuite.Common.Tables.Lmdb;

namespace MtaSuite.Tools.Tables;

/// <summary>How an indexed file is written.</summary>
public sealed record TableWriterOptions
{
    /// <summary>Start from the entries that are there, rather than from none.</summary>
    public bool Incremental { get; init; }

    /// <summary>With <see cref="Incremental"/>: a file that does not exist is an error, rather than no entries.</summary>
    public bool MustExist { get; init; }

    /// <summary>Store a NUL behind each key and value.</summary>
    public bool TrailingNul { get; init; }

    /// <summary>Permissions of the file; one that is updated by <see cref="Incremental"/> keeps its own.</summary>
    public uint Mode { get; init; } = FileModes.PublicFile;

    /// <summary>The least size of an LMDB map, bytes.</summary>
    public long MapSize { get; init; }

    /// <summary>How many bytes are going to be written, roughly.</summary>
    public long SizeHint { get; init; }
}

/// <summary>
/// Writes an indexed file. Others see nothing of it before <see cref="TryCommit"/>, and everything after; only one writer at a time works
/// on a file. The first failure stands in <see cref="Error"/>, and everything after it does nothing and returns false. Dispose without
/// commit leaves all as it was.
/// </summary>
public abstract class TableWriter : IDisposable
{
    /// <summary>What failed; null while all is well.</summary>
    public string? Error { get; protected set; }

    /// <summary>Adds an entry; false when the key has one (which stays).</summary>
    public abstract bool TryAdd(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value);

    /// <summary>Gives a key this value, whether it had one or not.</summary>
    public abstract void Set(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value);

    /// <summary>Removes a key's entry; false when it had none.</summary>
    public abstract bool TryRemove(ReadOnlySpan<byte> key);

    /// <summary>Makes the result durable and visible; false with <see cref="Error"/> set.</summary>
    public abstract bool TryCommit();

    public abstract void Dispose();

    /// <summary>The types that can be written.</summary>
    public static bool CanWrite(string type) => type is "hash" or "btree" or "cdb" or "lmdb";

    /// <summary>Begins to write the indexed file of "type:name". Never null: see <see cref="Error"/>.</summary>
    public static TableWriter Open(string type, string name, TableWriterOptions options) => type == "lmdb"
        ? new LmdbWriter(name + LmdbTable.Suffix, options)
        : new CdbWriter(name + CdbTable.Suffix, options);
}
