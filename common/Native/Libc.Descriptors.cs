using System.Runtime.InteropServices;

namespace MtaSuite.Common.Native;

/// <summary>Descriptors that go from one process to another over a Unix socket (SCM_RIGHTS, unix(7)).</summary>
public static unsafe partial class Libc
{
    // struct cmsghdr: size_t length, int level, int type; the descriptors follow, and the whole is aligned to 8 bytes
    private const int ControlHeader = 16, ScmRights = 1, MsgControlTruncated = 8, MsgCloseOnExec = 0x40000000;

    [LibraryImport(Lib, EntryPoint = "sendmsg", SetLastError = true)]
    private static partial nint SendMsg(int fd, MessageHeader* message, int flags);

    /// <summary>The most descriptors in one message.</summary>
    public const int MaxDescriptors = 32;

    /// <summary>
    /// sendmsg(2) with descriptors, which arrive with the first of the bytes: bytes taken, -1 on failure, and then none of them is sent.
    /// </summary>
    public static int SendWithDescriptors(int socket, ReadOnlySpan<byte> data, ReadOnlySpan<int> descriptors)
    {
        if (descriptors.Length is 0 or > MaxDescriptors) throw new ArgumentOutOfRangeException(nameof(descriptors));
        byte* control = stackalloc byte[ControlHeader + MaxDescriptors * 4];
        int length = ControlHeader + descriptors.Length * 4;
        *(nuint*)control = (nuint)length;
        ((int*)control)[2] = SOL_SOCKET;
        ((int*)control)[3] = ScmRights;
        descriptors.CopyTo(new Span<int>(control + ControlHeader, descriptors.Length));
        fixed (byte* p = data)
        {
            IoVector vector = new() { Base = p, Length = (nuint)data.Length };
            MessageHeader message = new()
            {
                Vectors = &vector,
                VectorCount = 1,
                Control = control,
                ControlLength = (nuint)((length + 7) & ~7),
            };
            return (int)SendMsg(socket, &message, MSG_NOSIGNAL);
        }
    }

    /// <summary>
    /// recvmsg(2) with the descriptors that came along, closed on exec: bytes, 0 at the end, -1 on failure.
    /// </summary>
    /// <param name="descriptors">Room for <see cref="MaxDescriptors"/>.</param>
    /// <param name="count">How many came; -1: more than there is room for, and those that there was room for are closed.</param>
    public static int ReceiveWithDescriptors(int socket, Span<byte> buffer, Span<int> descriptors, out int count)
    {
        byte* control = stackalloc byte[ControlHeader + MaxDescriptors * 4];
        count = 0;
        fixed (byte* p = buffer)
        {
            IoVector vector = new() { Base = p, Length = (nuint)buffer.Length };
            MessageHeader message = new()
            {
                Vectors = &vector,
                VectorCount = 1,
                Control = control,
                ControlLength = ControlHeader + MaxDescriptors * 4,
            };
            int n = (int)RecvMsg(socket, &message, MsgCloseOnExec);
            if (n < 0 || message.ControlLength < ControlHeader) return n;
            if (((int*)control)[2] != SOL_SOCKET || ((int*)control)[3] != ScmRights) return n;
            count = ((int)*(nuint*)control - ControlHeader) / 4;
            Span<int> came = new(control + ControlHeader, count);
            if ((message.Flags & MsgControlTruncated) == 0 && count <= descriptors.Length) came.CopyTo(descriptors);
            else
            {
                foreach (int fd in came) _ = Close(fd);
                count = -1;
            }
            return n;
        }
    }

    /// <summary>Another descriptor of the same socket or file, closed on exec; -1 on failure.</summary>
    public static int Duplicate(int fd)
    {
        const int duplicateCloseOnExec = 1030;
        return Fcntl(fd, duplicateCloseOnExec, 0);
    }
}
