using System.Runtime.InteropServices;

namespace MtaSuite.Common.Native;

/// <summary>Datagrams with the sender's credentials.</summary>
public static unsafe partial class Libc
{
    public const int SO_PASSCRED = 16;

    [StructLayout(LayoutKind.Sequential)]
    private struct IoVector
    {
        public byte* Base;
        public nuint Length;
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

    [LibraryImport(Lib, EntryPoint = "recvmsg", SetLastError = true)]
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
}
