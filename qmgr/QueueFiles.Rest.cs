using MtaSuite.Common.Mail;
using MtaSuite.Common.Native;
using MtaSuite.Common.Net;
using MtaSuite.Common.Spool;

namespace MtaSuite.Qmgr;

internal sealed partial class QueueFiles
{
    /// <summary>
    /// Reads on in a message's recipients, from its folder or where it was moved meanwhile; see <see cref="RecipientReader"/>.
    /// </summary>
    public Promise<(QueueFileStatus Status, List<EnvelopeRecipient> Recipients, bool IsEnd)> ReadOnAsync(string expected, string id,
        long behind, int most) => _workers.Run(() =>
    {
        List<EnvelopeRecipient> recipients = [];
        foreach (string folder in (ReadOnlySpan<string>)[expected, .. Places])
        {
            int fd = FileIO.Open(Spool.PathOf(folder, id), FileIO.O_RDONLY | FileIO.O_CLOEXEC | FileIO.O_NOFOLLOW, 0);
            if (fd < 0 && Errno.Last == Errno.ENOENT) continue;
            if (fd < 0) return (QueueFileStatus.Failed, recipients, false);
            QueueFileStatus status = RecipientReader.TryRead(fd, behind, most, recipients, out bool isEnd);
            _ = FileIO.Close(fd);
            return (status, recipients, isEnd);
        }
        return (QueueFileStatus.Missing, recipients, false);
    });
}
