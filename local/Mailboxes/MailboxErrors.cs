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
            Libc.EDQUOT or Libc.EFBIG => s_mailboxFull,
            Libc.ENOSPC => s_systemFull,
            _ => s_tryAgain,
        };
        return status.IsPermanent ? Outcome.Bounce(status, text) with { Code = 552 }
            : Outcome.Defer(status, text) with { IsLasting = IsMistake(errno) };
    }

    private static bool IsMistake(int errno) =>
        errno is Libc.EACCES or Libc.EPERM or Libc.ENOENT or Libc.ENOTDIR or Libc.EISDIR or Libc.ELOOP or Libc.ENAMETOOLONG or Libc.EROFS;

    /// <summary>The outcome of a copy that failed, with the words before it that say where.</summary>
    public static Outcome FromCopy(CopyResult result, string prefix) => result.Fault == CopyFault.Reading
        ? Outcome.Defer(s_systemFull, $"{prefix}error reading message: {Libc.ErrorText(result.Errno)}")
        : FromErrno(result.Errno, $"{prefix}error writing message: {Libc.ErrorText(result.Errno)}");

    public static Outcome IdentityRefused(uint uid, uint gid) =>
        Outcome.Defer(s_systemFull, $"cannot assume the rights of uid {uid} gid {gid}");
}
