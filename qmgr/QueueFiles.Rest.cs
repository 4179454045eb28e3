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
            using FileDescriptor? file = FileDescriptor.TryOpen(Spool.PathOf(folder, id), FileIO.O_RDONLY | FileIO.O_NOFOLLOW);
            if (file == null && Errno.Last == Errno.ENOENT) continue;
            if (file == null) return (QueueFileStatus.Failed, recipients, false);
            QueueFileStatus status = RecipientReader.TryRead(file.Fd, behind, most, recipients, out bool isEnd);
            return (status, recipients, isEnd);
        }
        return (QueueFileStatus.Missing, recipients, false);
    });
}
