using MtaSuite.Common.Mail;
using MtaSuite.Common.Native;
using MtaSuite.Common.Spool;

namespace MtaSuite.Qmgr;

/// <summary>Reads on in the recipients of a queue file, whose envelope may be large, without reading all of it again.</summary>
public static class RecipientReader
{
    private const int Stretch = 16 * 1024;

    /// <summary>Reads recipients that are not done.</summary>
    /// <param name="behind">The offset of the recipient behind which it begins.</param>
    /// <param name="most">So many at most, 1 or more.</param>
    /// <param name="isEnd">There are no more behind them.</param>
    public static QueueFileStatus TryRead(int fd, long behind, int most, List<EnvelopeRecipient> recipients, out bool isEnd)
    {
        isEnd = false;
        byte[] buffer = new byte[Stretch];
        int n = FileIO.PRead(fd, buffer, 0);
        if (n < 0) return QueueFileStatus.Failed;
        if (!QueueFileHead.TryRead(buffer.AsSpan(0, n), out QueueFileHead head)) return QueueFileStatus.Corrupt;
        long end = head.EnvelopeOffset + head.EnvelopeLength;
        // the record at that place itself is passed over
        for (long at = behind; at < end;)
        {
            n = FileIO.PRead(fd, buffer.AsSpan(0, (int)Math.Min(buffer.Length, end - at)), at);
            if (n <= 0) return n < 0 ? QueueFileStatus.Failed : QueueFileStatus.Corrupt;
            int used = 0;
            RecordsStatus status = RecordsStatus.Incomplete;
            if (at == behind) used = buffer.AsSpan(0, n).IndexOf((byte)'\n') + 1;
            else status = QueueFileFormat.ReadRecipients(buffer.AsSpan(0, n), at, most, recipients, out used);
            isEnd = status == RecordsStatus.End;
            if (isEnd || status == RecordsStatus.Enough) return QueueFileStatus.Ok;
            if (status == RecordsStatus.Corrupt || (used == 0 && at + n == end)) return QueueFileStatus.Corrupt;
            if (used == 0 && n == buffer.Length) buffer = new byte[buffer.Length * 2];
            at += used;
        }
        return QueueFileStatus.Corrupt;
    }
}
