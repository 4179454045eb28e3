using System.Net;
using System.Numerics;
using System.Runtime.InteropServices;

namespace MtaSuite.Common.Native;

/// <summary>This host: its name (gethostname(2)) and the addresses of its interfaces (getifaddrs(3)).</summary>
public static unsafe partial class LocalHost
{
    [LibraryImport("libc", EntryPoint = "gethostname", SetLastError = true)]
    private static partial int GetHostNameRaw(byte* buffer, nuint size);

    /// <summary>The host's name, as gethostname(2) gives it; "localhost" when it fails.</summary>
    public static string Name()
    {
        byte* b = stackalloc byte[256];
        return GetHostNameRaw(b, 255) == 0 ? Marshal.PtrToStringUTF8((nint)b) ?? "localhost" : "localhost";
    }

    // struct ifaddrs { next, name, flags (4 bytes, 4 of padding), addr, netmask, ... }
    [StructLayout(LayoutKind.Sequential)]
    private struct InterfaceEntry
    {
        public InterfaceEntry* Next;
        public nint Name;
        public uint Flags;
        public byte* Address, Netmask;
        public nint Destination, Data;
    }

    [LibraryImport("libc", EntryPoint = "getifaddrs", SetLastError = true)]
    private static partial int GetIfAddrs(InterfaceEntry** list);

    [LibraryImport("libc", EntryPoint = "freeifaddrs")]
    private static partial void FreeIfAddrs(InterfaceEntry* list);

    /// <summary>
    /// The IPv4 and IPv6 addresses of all interfaces that are up, with the lengths of their prefixes in bits; none on failure.
    /// </summary>
    public static List<(IPAddress Address, int PrefixLength)> InterfaceAddresses()
    {
        const uint up = 1;
        var result = new List<(IPAddress, int)>();
        InterfaceEntry* list;
        if (GetIfAddrs(&list) < 0) return result;
        for (InterfaceEntry* entry = list; entry != null; entry = entry->Next)
        {
            if (entry->Address == null || (entry->Flags & up) == 0) continue;
            ushort family = *(ushort*)entry->Address;
            if (family is not (Sockets.AF_INET or Sockets.AF_INET6)) continue;
            // sockaddr_in: family, port, address; sockaddr_in6: family, port, flow, address
            int offset = family == Sockets.AF_INET ? 4 : 8, length = family == Sockets.AF_INET ? 4 : 16;
            int prefix = length * 8;
            if (entry->Netmask != null)
            {
                prefix = 0;
                for (int i = 0; i < length; i++) prefix += BitOperations.PopCount(entry->Netmask[offset + i]);
            }
            result.Add((new IPAddress(new ReadOnlySpan<byte>(entry->Address + offset, length)), prefix));
        }
        FreeIfAddrs(list);
        return result;
    }
}
