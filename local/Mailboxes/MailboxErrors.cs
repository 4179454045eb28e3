using MtaSuite.Common.Mail;
using MtaSuite.Common.Native;

namespace MtaSuite.Local.Mailboxes;

/// <summary>What an error of the file system means for a delivery.</summary>
internal static class MailboxErrors
{
    private static readonly DsnStatus s_tryAgain = new(4, 2, 0), s_systemFull = new(4, 3, 0), s_mailboxFull = new(5, 2, 2);

    /// <summary>
    /// A full quota or a mailbox at its limit is the recipient's own doing and permanent; everything else is temporary: a full disk, wrong
    /// rights or a missing folder are somebody's mistake that can be put right while the mail waits.
    /// </summary>
    public static Outcome FromErrno(int errno, string text)
    {
        DsnStatus status = errno switch
        {
            Errno.EDQUOT or Errno.EFBIG => s_mailboxFull,
            Errno.ENOSPC => s_systemFull,
            _ => s_tryAgain,
        };
        return status.IsPermanent ? Outcome.Bounce(status, text) with { Code = 552 }
            : Outcome.Defer(status, text) with { IsLasting = IsMistake(errno) };
    }

    private static bool IsMistake(int errno) =>
        errno is Errno.EACCES or Errno.EPERM or Errno.ENOENT or Errno.ENOTDIR or Errno.EISDIR or Errno.ELOOP or Errno.ENAMETOOLONG
            or Errno.EROFS;

    /// <summary>The outcome of a copy that failed, with the words before it that say where.</summary>
    public static Outcome FromCopy(CopyResult result, string prefix) => result.Fault == CopyFault.Reading
        ? Outcome.Defer(s_systemFull, $"{prefix}error reading message: {Errno.Text(result.Error)}")
        : FromErrno(result.Error, $"{prefix}error writing message: {Errno.Text(result.Error)}");

    public static Outcome IdentityRefused(uint uid, uint gid) =>
        Outcome.Defer(s_systemFull, $"cannot assume the rights of uid {uid} gid {gid}");
}
