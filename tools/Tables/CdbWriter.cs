using System.Buffers;
using System.Buffers.Binary;
using MtaSuite.Common.Native;
using MtaSuite.Common.Tables.Cdb;

namespace MtaSuite.Tools.Tables;

/// <summary>
/// Writes a constant database beside the old one (NAME.cdb.tmp, locked, so that two writers follow each other) and renames it into place.
/// Records go to the file as they come; memory holds some 40 bytes for each. Owns the descriptor of the temporary file.
/// </summary>
internal sealed class CdbWriter : TableWriter
{
    private const int BufferSize = 64 * 1024;

    private readonly string _path, _temporary;
    private readonly TableWriterOptions _options;
    private readonly CdbIndex _index = new();
    private readonly byte[] _buffer = new byte[BufferSize];
    private FileDescriptor? _file;
    private int _buffered;
    private long _flushed = CdbFormat.HeaderSize;
    private bool _committed;

    public CdbWriter(string path, TableWriterOptions options)
    {
        (_path, _temporary, _options) = (path, path + ".tmp", options);
        if (OpenTemporary() && options.Incremental) CopyExisting();
    }

    private long Position => _flushed + _buffered;

    private bool Fail(string text)
    {
        Error ??= text;
        return false;
    }

    private bool FailErrno(string what) => Fail($"{what}: {Errno.Text()}");

    /// <summary>Opens and locks the temporary file; again when another writer renamed it away while this one waited for the lock.</summary>
    private bool OpenTemporary()
    {
        while (true)
        {
            _file = FileDescriptor.TryOpen(_temporary, FileIO.O_RDWR | FileIO.O_CREAT | FileIO.O_NOFOLLOW, FileModes.PrivateFile);
            if (_file == null) return FailErrno($"open database {_temporary}");
            if (FileLocks.Flock(_file.Fd, FileLocks.LOCK_EX) != 0) return FailErrno($"lock {_temporary}");
            if (!FileStatus.TryGet(_file.Fd, out FileStatus mine)) return FailErrno($"fstat {_temporary}");
            if (!FileStatus.TryGet(_temporary, out FileStatus named, follow: false) || named.Inode != mine.Inode
                || named.Device != mine.Device)
            {
                _file.Dispose();
                continue;
            }
            if (!mine.IsRegular || mine.Links != 1) return Fail($"open database {_temporary}: not a regular file with one name");
            return FileIO.FTruncate(_file.Fd, 0) == 0 || FailErrno($"truncate {_temporary}");
        }
    }

    private void CopyExisting()
    {
        using CdbReader? reader = CdbReader.Open(_path, out _, out string error, out int errno);
        if (reader == null)
        {
            if (errno != Errno.ENOENT || _options.MustExist) Fail($"open database {_path}: {error}");
            return;
        }
        long position = CdbReader.FirstRecord;
        CdbStatus status;
        while ((status = reader.Next(ref position, int.MaxValue / 2, out byte[] key, out byte[] data)) == CdbStatus.Found)
            if (!_index.Contains(CdbFormat.Hash(key), key, KeyAt)) Append(key, data, default);
        if (status != CdbStatus.Absent) Fail($"{_path}: {CdbTable.Describe(status)}");
    }

    private ReadOnlySpan<byte> End => _options.TrailingNul ? "\0"u8 : default;

    public override bool TryAdd(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value) =>
        Error == null && !Contains(key) && Append(key, value, End);

    public override void Set(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        TryRemove(key);
        if (Error == null) Append(key, value, End);
    }

    public override bool TryRemove(ReadOnlySpan<byte> key)
    {
        if (Error != null) return false;
        return _index.Remove(CdbFormat.Hash(key), key, KeyAt) | _index.Remove(CdbFormat.Hash([.. key, 0]), [.. key, 0], KeyAt);
    }

    private bool Contains(ReadOnlySpan<byte> key) =>
        _index.Contains(CdbFormat.Hash(key), key, KeyAt) || ((_options.Incremental || _options.TrailingNul) && ContainsWithNul(key));

    private bool ContainsWithNul(ReadOnlySpan<byte> key) => _index.Contains(CdbFormat.Hash([.. key, 0]), [.. key, 0], KeyAt);

    private bool Append(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, ReadOnlySpan<byte> end)
    {
        long position = Position, length = (long)key.Length + value.Length + end.Length * 2;
        // room for the tables that follow the records
        if (position + CdbFormat.RecordHeaderSize + length + (_index.Count + 1L) * 2 * CdbFormat.SlotSize > CdbFormat.MaxFileSize)
            return Fail($"{_path}: a cdb file cannot be larger than 4 GiB");
        Span<byte> lengths = stackalloc byte[CdbFormat.RecordHeaderSize];
        BinaryPrimitives.WriteInt32LittleEndian(lengths, key.Length + end.Length);
        BinaryPrimitives.WriteInt32LittleEndian(lengths[4..], value.Length + end.Length);
        uint hash = end.IsEmpty ? CdbFormat.Hash(key) : CdbFormat.Hash([.. key, .. end]);
        if (!Write(lengths) || !Write(key) || !Write(end) || !Write(value) || !Write(end)) return false;
        _index.Add(hash, (uint)position);
        return true;
    }

    private bool Write(ReadOnlySpan<byte> data)
    {
        if (data.Length > BufferSize - _buffered && !Flush()) return false;
        if (data.Length > BufferSize)
        {
            if (!FileIO.PWriteAll(_file!.Fd, data, _flushed)) return FailErrno($"write {_temporary}");
            _flushed += data.Length;
            return true;
        }
        data.CopyTo(_buffer.AsSpan(_buffered));
        _buffered += data.Length;
        return true;
    }

    private bool Flush()
    {
        if (!FileIO.PWriteAll(_file!.Fd, _buffer.AsSpan(0, _buffered), _flushed)) return FailErrno($"write {_temporary}");
        _flushed += _buffered;
        _buffered = 0;
        return true;
    }

    /// <summary>Whether the record at a position of this file has the key; for <see cref="CdbIndex"/>, where hashes are equal.</summary>
    private bool KeyAt(uint position, ReadOnlySpan<byte> key)
    {
        byte[] record = ArrayPool<byte>.Shared.Rent(CdbFormat.RecordHeaderSize + key.Length);
        Span<byte> part = record.AsSpan(0, CdbFormat.RecordHeaderSize + key.Length);
        bool equal = TryReadBack(part, position)
            && BinaryPrimitives.ReadUInt32LittleEndian(part) == (uint)key.Length && part[CdbFormat.RecordHeaderSize..].SequenceEqual(key);
        ArrayPool<byte>.Shared.Return(record);
        return equal;
    }

    /// <summary>Reads what was written; false at the end of the file or with <see cref="TableWriter.Error"/> set.</summary>
    private bool TryReadBack(Span<byte> target, long position)
    {
        if (position + target.Length > Position || (position + target.Length > _flushed && !Flush())) return false;
        while (target.Length > 0)
        {
            int n = FileIO.PRead(_file!.Fd, target, position);
            if (n <= 0) return n < 0 && Errno.Last == Errno.EINTR ? TryReadBack(target, position) : FailErrno($"read {_temporary}");
            target = target[n..];
            position += n;
        }
        return true;
    }

    public override bool TryCommit()
    {
        bool ok = Error == null && CompactRecords() && WriteTables() && Protect()
            && (FileIO.Fsync(_file!.Fd) == 0 || FailErrno($"fsync {_temporary}"))
            && (Paths.Rename(_temporary, _path) == 0 || FailErrno($"rename {_temporary} to {_path}"));
        _committed = ok;
        return ok && SyncDirectory();
    }

    /// <summary>
    /// Moves the records together where removed ones left gaps. A record never moves up, so that none is overwritten before it is read.
    /// </summary>
    private bool CompactRecords()
    {
        if (!Flush()) return false;
        if (_index.Removed == 0) return true;
        long target = CdbFormat.HeaderSize, end = _flushed;
        byte[] record = [];
        byte[] lengths = new byte[CdbFormat.RecordHeaderSize];
        for (int i = 0; i < _index.Slots; i++)
        {
            uint position = _index.PositionOf(i);
            if (position == 0) continue;
            if (!TryReadBack(lengths, position)) return false;
            int length = CdbFormat.RecordHeaderSize + BinaryPrimitives.ReadInt32LittleEndian(lengths)
                + BinaryPrimitives.ReadInt32LittleEndian(lengths.AsSpan(4));
            if (record.Length < length) record = new byte[length];
            if (!TryReadBack(record.AsSpan(0, length), position)) return false;
            if (!FileIO.PWriteAll(_file!.Fd, record.AsSpan(0, length), target)) return FailErrno($"write {_temporary}");
            _index.Move(i, (uint)target);
            target += length;
        }
        _flushed = target;
        return FileIO.FTruncate(_file!.Fd, target) == 0 || FailErrno($"truncate {_temporary}");
    }

    private bool WriteTables()
    {
        byte[] header = new byte[CdbFormat.HeaderSize];
        foreach (var (number, table) in _index.BuildTables())
        {
            BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(number * 8), (uint)Position);
            BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(number * 8 + 4), (uint)(table.Length / CdbFormat.SlotSize));
            if (!Write(table)) return false;
        }
        if (Position > CdbFormat.MaxFileSize) return Fail($"{_path}: a cdb file cannot be larger than 4 GiB");
        return Flush() && (FileIO.PWriteAll(_file!.Fd, header, 0) || FailErrno($"write {_temporary}"));
    }

    /// <summary>A file that is updated keeps its owner (as far as this process may set it) and permissions.</summary>
    private bool Protect()
    {
        bool keep = _options.Incremental & FileStatus.TryGet(_path, out FileStatus old);
        if (keep && FileStatus.TryGet(_file!.Fd, out FileStatus mine) && (mine.Uid, mine.Gid) != (old.Uid, old.Gid))
            _ = FileIO.FChOwn(_file!.Fd, old.Uid, old.Gid);
        return FileIO.FChMod(_file!.Fd, keep ? old.Permissions & FileModes.PermissionBits : _options.Mode) == 0
            || FailErrno($"chmod {_temporary}");
    }

    private bool SyncDirectory()
    {
        string directory = Path.GetDirectoryName(_path) is { Length: > 0 } name ? name : ".";
        int error = FileSystem.SyncFolder(directory);
        return error == 0 || Fail($"fsync {directory}: {Errno.Text(error)}");
    }

    public override void Dispose()
    {
        if (_file == null) return;
        // under the lock: another writer that waits for it looks whether the name is still this file
        if (!_committed) _ = Paths.Unlink(_temporary);
        _file.Dispose();
        _file = null;
    }
}
