using MtaSuite.Common.Native;

namespace MtaSuite.Local.Mailboxes;

/// <summary>Where a copy of a message goes.</summary>
public abstract class ByteSink
{
    /// <summary>Why <see cref="Write"/> failed.</summary>
    public int Error { get; protected set; }

    /// <summary>Writes all of it, or says false with <see cref="Errno"/> set; after that nothing more is written.</summary>
    public abstract bool Write(ReadOnlySpan<byte> data);
}

/// <summary>A file, with the limit that mailbox_size_limit puts on it.</summary>
/// <param name="file">Descriptor open for writing; stays the caller's.</param>
/// <param name="size">The file's size now.</param>
/// <param name="limit">Largest size it may grow to; 0: none.</param>
public sealed class MailboxSink(int file, long size, long limit) : ByteSink
{
    /// <summary>Size of the file after what was written.</summary>
    public long Size { get; private set; } = size;

    public override bool Write(ReadOnlySpan<byte> data)
    {
        if (limit > 0 && Size + data.Length > limit)
        {
            Error = Errno.EFBIG;
            return false;
        }
        if (!FileIO.WriteAll(file, data))
        {
            Error = Errno.Last;
            return false;
        }
        Size += data.Length;
        return true;
    }

    /// <summary>Cuts the file back to an earlier size.</summary>
    public void Truncate(long size)
    {
        _ = FileIO.FTruncate(file, size);
        Size = size;
    }
}
