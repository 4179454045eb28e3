using System.Runtime.InteropServices;

namespace MtaSuite.Common.Native;

/// <summary>
/// send(2) and recv(2); over Unix sockets also with the sender's user (SCM_CREDENTIALS) and with descriptors (SCM_RIGHTS, unix(7)).
/// </summary>
public static unsafe partial class Sockets
{
    public const int MSG_PEEK = 2, MSG_DONTWAIT = 0x40, MSG_NOSIGNAL = 0x4000;

    [LibraryImport("libc", EntryPoint = "recv", SetLastError = true)]
    private static partial nint RecvRaw(int fd, byte* buffer, nuint count, int flags);

    [LibraryImport("libc", EntryPoint = "send", SetLastError = true)]
    private static partial nint SendRaw(int fd, byte* buffer, nuint count, int flags);

    [LibraryImport("libc", EntryPoint = "sendto", SetLastError = true)]
    private static partial nint SendToRaw(int fd, byte* buffer, nuint count, int flags, byte* address, uint length);

    /// <summary>recv(2): bytes, 0 at the end, -1 on failure (EAGAIN where nothing is there).</summary>
    public static int Recv(int fd, Span<byte> buffer, int flags = 0)
    {
        fixed (byte* p = buffer) return (int)RecvRaw(fd, p, (nuint)buffer.Length, flags);
    }

    /// <summary>send(2) without SIGPIPE: bytes taken, -1 on failure.</summary>
    public static int Send(int fd, ReadOnlySpan<byte> data, int flags = 0)
    {
        fixed (byte* p = data) return (int)SendRaw(fd, p, (nuint)data.Length, flags | MSG_NOSIGNAL);
    }

    /// <summary>A datagram to a Unix socket path ('@' first: the abstract namespace).</summary>
    public static int SendToUnix(int fd, ReadOnlySpan<byte> data, string path, int flags = 0)
    {
        byte* address = stackalloc byte[110];
        uint length = UnixAddress(path, address);
        if (length == 0) return -1;
        fixed (byte* p = data) return (int)SendToRaw(fd, p, (nuint)data.Length, flags | MSG_NOSIGNAL, address, length);
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct MessageHeader
    {
        public void* Name;
        public uint NameLength;
        public IoVector* Vectors;
        public nuint VectorCount;
        public void* Control;
        public nuint ControlLength;
        public int Flags;
    }

    [LibraryImport("libc", EntryPoint = "recvmsg", SetLastError = true)]
    private static partial nint RecvMsg(int fd, MessageHeader* message, int flags);

    /// <summary>
    /// One datagram, without waiting, from a Unix socket that has SO_PASSCRED: its bytes (cut to the buffer), and the sender's user as the
    /// kernel says; uint.MaxValue when it says nothing. -1 on failure.
    /// </summary>
    public static int ReceiveWithUser(int fd, Span<byte> buffer, out uint uid)
    {
        const int scmCredentials = 2, headerSize = 16, controlSize = 32;
        // struct cmsghdr: size_t length, int level, int type; then struct ucred: pid, uid, gid
        // no room for more: descriptors that a sender attaches (SCM_RIGHTS) are not taken
        byte* control = stackalloc byte[controlSize];
        uid = uint.MaxValue;
        fixed (byte* p = buffer)
        {
            IoVector vector = new() { Base = p, Length = (nuint)buffer.Length };
            MessageHeader message = new() { Vectors = &vector, VectorCount = 1, Control = control, ControlLength = controlSize };
            int n = (int)RecvMsg(fd, &message, MSG_DONTWAIT);
            bool told = n >= 0 && message.ControlLength >= headerSize + 12 && ((int*)control)[2] == SOL_SOCKET
                && ((int*)control)[3] == scmCredentials;
            if (told) uid = ((uint*)(control + headerSize))[1];
            return n;
        }
    }

    // struct cmsghdr: size_t length, int level, int type; the descriptors follow, and the whole is aligned to 8 bytes
    private const int ControlHeader = 16, ScmRights = 1, MsgControlTruncated = 8, MsgCloseOnExec = 0x40000000;

    [LibraryImport("libc", EntryPoint = "sendmsg", SetLastError = true)]
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
                foreach (int fd in came) _ = FileIO.Close(fd);
                count = -1;
            }
            return n;
        }
    }
}
