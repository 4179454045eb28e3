using System.Buffers.Binary;
using MtaSuite.Common.Native;
using MtaSuite.Common.Spool;
using MtaSuite.Common.Spool.Journal;

namespace MtaSuite.Local.Service;

/// <summary>
/// Tells a delivery agent whether the journal covers a delivery that it has written and not synced. A segment's records are forgotten
/// only after a sync of the whole file system that the queue lies on, and before that sync begins the segment says so in its head. So what
/// was written on this file system before a look at the head that finds the segment still open is on stable storage before the record goes;
/// until then a failure of the machine brings the message back. For any thread.
/// </summary>
public sealed class JournalCover(SpoolDirectory spool)
{
    private readonly object _gate = new();
    /// <summary>The segments' files, kept open to the end; null: not opened yet. The files are never replaced.</summary>
    private readonly FileDescriptor?[] _files = new FileDescriptor?[JournalSegment.MaxNumber];
    private ulong _device;

    /// <summary>Opens what <see cref="Holds"/> looks at, as long as the thread has the rights to do so.</summary>
    public void Prepare(JournalPlace place)
    {
        if (!IsPossible(place) || Volatile.Read(ref _files[place.Segment]) != null) return;
        lock (_gate)
        {
            if (_files[place.Segment] != null) return;
            const int flags = FileIO.O_RDONLY | FileIO.O_NOFOLLOW | FileIO.O_NONBLOCK;
            FileDescriptor? file = FileDescriptor.TryOpen(JournalSegment.PathOf(spool, place.Segment), flags);
            if (file == null) return;
            if (!FileStatus.TryGet(file.Fd, out FileStatus status) || !status.IsRegular)
            {
                file.Dispose();
                return;
            }
            _device = status.Device;
            Volatile.Write(ref _files[place.Segment], file);
        }
    }

    /// <summary>To be asked after the last write of the delivery.</summary>
    /// <param name="device">The file system that was written to.</param>
    public bool Holds(JournalPlace place, ulong device)
    {
        if (!IsPossible(place) || Volatile.Read(ref _files[place.Segment]) is not { } file) return false;
        Span<byte> head = stackalloc byte[JournalFormat.OpenHead];
        return device == _device && FileIO.PRead(file.Fd, head, 0) == head.Length
            && JournalFormat.IsOpen(head, place.Generation);
    }

    private static bool IsPossible(JournalPlace place) => !place.IsNone && (uint)place.Segment < JournalSegment.MaxNumber;
}
