using System.Buffers;
using System.Collections;
using MtaSuite.Common.Native;

namespace MtaSuite.Common.Spool;

/// <summary>
/// A log as it was when it was opened: the newest record for each recipient, in the order of the file. May be enumerated again and again,
/// each time from the file, so that a log of any length needs little memory. Torn and malformed lines are skipped. Owns its descriptor
/// unless told otherwise.
/// </summary>
public sealed class LogSnapshot : IEnumerable<DeliveryRecord>, IDisposable
{
    private readonly FileDescriptor _file;
    private readonly bool _owns;
    private readonly long _end;
    /// <summary>Recipient offset to the position of its newest line.</summary>
    private readonly Dictionary<long, long> _newest = [];

    internal LogSnapshot(FileDescriptor file, bool owns = true)
    {
        _file = file;
        _owns = owns;
        _end = FileStatus.TryGet(file.Fd, out FileStatus status) ? status.Size : 0;
        foreach ((long position, DeliveryRecord record) in Lines())
        {
            if (record.Offset >= 0) _newest[record.Offset] = position;
        }
    }

    public IEnumerator<DeliveryRecord> GetEnumerator()
    {
        foreach ((long position, DeliveryRecord record) in Lines())
        {
            if (record.Offset < 0 || _newest[record.Offset] == position) yield return record;
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    public void Dispose()
    {
        if (_owns) _file.Dispose();
    }

    private IEnumerable<(long Position, DeliveryRecord Record)> Lines()
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(2 * LogRecordCodec.MaxLine);
        try
        {
            long position = 0;
            int start = 0, end = 0;
            bool skipping = false;
            while (true)
            {
                int length = buffer.AsSpan(start, end - start).IndexOf((byte)'\n');
                if (length >= 0)
                {
                    if (!skipping && LogRecordCodec.TryDecode(buffer.AsSpan(start, length), out DeliveryRecord record))
                        yield return (position, record);
                    skipping = false;
                    position += length + 1;
                    start += length + 1;
                    continue;
                }
                // a line too long to be ours: discard what is there and continue after its end
                if (end - start > LogRecordCodec.MaxLine)
                {
                    skipping = true;
                    position += end - start;
                    start = end;
                }
                buffer.AsSpan(start, end - start).CopyTo(buffer);
                (start, end) = (0, end - start);
                int room = (int)Math.Min(buffer.Length - end, _end - position - end);
                int read = room > 0 ? FileIO.PRead(_file.Fd, buffer.AsSpan(end, room), position + end) : 0;
                if (read <= 0) yield break;
                end += read;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
