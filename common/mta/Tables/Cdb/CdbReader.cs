using System.Buffers.Binary;
using Microsoft.Win32.SafeHandles;
using MtaSuite.Common.Native;

namespace MtaSuite.Common.Tables.Cdb;

/// <summary>What reading a record came to.</summary>
public enum CdbStatus { Found, Absent, Corrupt, TooLong, ReadError }

/// <summary>
/// Reads a constant database. Every position and length in the file is checked before it is used, so that a damaged file gives
/// <see cref="CdbStatus.Corrupt"/> and nothing worse. A small file is held in memory as it was when opened, a large one is read in place.
/// Owns the descriptor; a lookup does not change the reader, so that several threads may ask at once (but not while it is disposed).
/// </summary>
public sealed class CdbReader : IDisposable
{
    /// <summary>Files up to this size are kept in memory.</summary>
    public const int ImageLimit = 1024 * 1024;

    private readonly byte[] _image;
    private readonly SafeFileHandle? _file;
    private readonly long _size;

    private CdbReader(byte[] image, SafeFileHandle? file, long size) => (_image, _file, _size) = (image, file, size);

    /// <summary>A reader of a file's bytes.</summary>
    public static CdbReader FromImage(byte[] image) => new(image, null, image.Length);

    /// <summary>Opens a file. Null with errno (0: a reason of our own) and the reason when it cannot be used.</summary>
    /// <param name="imageLimit">Files larger than this many bytes are read in place.</param>
    public static CdbReader? Open(string path, out FileStatus status, out string error, out int errno, int imageLimit = ImageLimit)
    {
        status = default;
        int fd = FileIO.Open(path, FileIO.O_RDONLY | FileIO.O_CLOEXEC | FileIO.O_NONBLOCK, 0);
        if (fd < 0)
        {
            errno = Errno.Last;
            error = Errno.Text(errno);
            return null;
        }
        SafeFileHandle file = new(fd, true);
        errno = 0;
        if (!FileStatus.TryGet(fd, out status)) error = Errno.Text(errno = Errno.Last);
        else if (!status.IsRegular) error = "not a regular file";
        else if (status.Size is < CdbFormat.HeaderSize or > CdbFormat.MaxFileSize) error = "not a cdb file (bad size)";
        else
        {
            byte[] image = new byte[status.Size <= imageLimit ? (int)status.Size : CdbFormat.HeaderSize];
            CdbReader reader = new(image, file, status.Size);
            if (TryReadFile(file, image, 0))
            {
                error = "";
                if (image.Length < status.Size) return reader;
                file.Dispose();
                return new CdbReader(image, null, image.Length);
            }
            error = "read error";
        }
        file.Dispose();
        return null;
    }

    /// <summary>Looks for the first record of a key.</summary>
    /// <param name="maxLength">Longest data wanted, in bytes.</param>
    public CdbStatus Find(ReadOnlySpan<byte> key, int maxLength, out byte[] data)
    {
        data = [];
        uint hash = CdbFormat.Hash(key);
        ReadOnlySpan<byte> header = _image.AsSpan((int)(hash % CdbFormat.Tables) * 8, 8);
        long table = BinaryPrimitives.ReadUInt32LittleEndian(header);
        uint slots = BinaryPrimitives.ReadUInt32LittleEndian(header[4..]);
        if (slots == 0) return CdbStatus.Absent;
        if (table < CdbFormat.HeaderSize || table + (long)slots * CdbFormat.SlotSize > _size) return CdbStatus.Corrupt;
        uint slot = hash / CdbFormat.Tables % slots;
        Span<byte> entry = stackalloc byte[CdbFormat.SlotSize];
        for (uint i = 0; i < slots; i++)
        {
            if (!TryRead(entry, table + (long)slot * CdbFormat.SlotSize)) return CdbStatus.ReadError;
            uint position = BinaryPrimitives.ReadUInt32LittleEndian(entry[4..]);
            if (position == 0) return CdbStatus.Absent;
            if (BinaryPrimitives.ReadUInt32LittleEndian(entry) == hash)
            {
                CdbStatus status = ReadIfKey(position, key, maxLength, out data);
                if (status != CdbStatus.Absent) return status;
            }
            if (++slot == slots) slot = 0;
        }
        return CdbStatus.Absent;
    }

    /// <summary>The data at a position if its key is this one; Absent if it is another.</summary>
    private CdbStatus ReadIfKey(long position, ReadOnlySpan<byte> key, int maxLength, out byte[] data)
    {
        data = [];
        CdbStatus status = ReadRecordHeader(position, out uint keyLength, out uint dataLength);
        if (status != CdbStatus.Found) return status;
        if (keyLength != (uint)key.Length) return CdbStatus.Absent;
        position += CdbFormat.RecordHeaderSize;
        if (!TryKeyEquals(key, position, out bool equal)) return CdbStatus.ReadError;
        if (!equal) return CdbStatus.Absent;
        if (dataLength > (uint)maxLength) return CdbStatus.TooLong;
        data = new byte[dataLength];
        return TryRead(data, position + keyLength) ? CdbStatus.Found : CdbStatus.ReadError;
    }

    private CdbStatus ReadRecordHeader(long position, out uint keyLength, out uint dataLength)
    {
        keyLength = dataLength = 0;
        if (position < CdbFormat.HeaderSize || position + CdbFormat.RecordHeaderSize > _size) return CdbStatus.Corrupt;
        Span<byte> lengths = stackalloc byte[CdbFormat.RecordHeaderSize];
        if (!TryRead(lengths, position)) return CdbStatus.ReadError;
        keyLength = BinaryPrimitives.ReadUInt32LittleEndian(lengths);
        dataLength = BinaryPrimitives.ReadUInt32LittleEndian(lengths[4..]);
        bool fits = position + CdbFormat.RecordHeaderSize + keyLength + dataLength <= _size;
        return fits ? CdbStatus.Found : CdbStatus.Corrupt;
    }

    private bool TryKeyEquals(ReadOnlySpan<byte> key, long position, out bool equal)
    {
        Span<byte> part = stackalloc byte[Math.Min(key.Length, 256)];
        equal = true;
        while (key.Length > 0 && equal)
        {
            part = part[..Math.Min(part.Length, key.Length)];
            if (!TryRead(part, position)) return false;
            equal = key.StartsWith(part);
            key = key[part.Length..];
            position += part.Length;
        }
        return true;
    }

    /// <summary>Position of the first record, for <see cref="Next"/>.</summary>
    public static long FirstRecord => CdbFormat.HeaderSize;

    /// <summary>Reads the record at a position, in the order they were written, and moves on to the next. Absent: no more.</summary>
    public CdbStatus Next(ref long position, int maxLength, out byte[] key, out byte[] data)
    {
        key = data = [];
        if (position >= RecordsEnd()) return CdbStatus.Absent;
        CdbStatus status = ReadRecordHeader(position, out uint keyLength, out uint dataLength);
        if (status != CdbStatus.Found) return status;
        if (keyLength > (uint)maxLength || dataLength > (uint)maxLength) return CdbStatus.TooLong;
        key = new byte[keyLength];
        data = new byte[dataLength];
        position += CdbFormat.RecordHeaderSize;
        if (!TryRead(key, position) || !TryRead(data, position + keyLength)) return CdbStatus.ReadError;
        position += keyLength + dataLength;
        return CdbStatus.Found;
    }

    /// <summary>Where the records end: at the first hash table.</summary>
    private long RecordsEnd()
    {
        long end = long.MaxValue;
        for (int i = 0; i < CdbFormat.Tables; i++)
        {
            ReadOnlySpan<byte> entry = _image.AsSpan(i * 8, 8);
            if (BinaryPrimitives.ReadUInt32LittleEndian(entry[4..]) != 0)
                end = Math.Min(end, BinaryPrimitives.ReadUInt32LittleEndian(entry));
        }
        return end == long.MaxValue ? FirstRecord : end;
    }

    private bool TryRead(Span<byte> target, long position)
    {
        if (position < 0 || position + target.Length > _size) return false;
        if (position + target.Length > _image.Length) return _file != null && TryReadFile(_file, target, position);
        _image.AsSpan((int)position, target.Length).CopyTo(target);
        return true;
    }

    /// <summary>False also when the file has become shorter.</summary>
    private static bool TryReadFile(SafeFileHandle file, Span<byte> target, long position)
    {
        try
        {
            while (target.Length > 0)
            {
                int n = RandomAccess.Read(file, target, position);
                if (n == 0) return false;
                target = target[n..];
                position += n;
            }
            return true;
        }
        catch (IOException) { return false; }
        catch (UnauthorizedAccessException) { return false; }
    }

    public void Dispose() => _file?.Dispose();
}
