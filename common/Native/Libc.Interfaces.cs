using System.Net;
using System.Numerics;
using System.Runtime.InteropServices;

namespace MtaSuite.Common.Native;

public static unsafe partial class Libc
{
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

    [LibraryImport(Lib, EntryPoint = "getifaddrs", SetLastError = true)]
    private static partial int GetIfAddrs(InterfaceEntry** list);

    [LibraryImport(Lib, EntryPoint = "freeifaddrs")]
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
            if (family is not (AF_INET or AF_INET6)) continue;
            // sockaddr_in: family, port, address; sockaddr_in6: family, port, flow, address
            int offset = family == AF_INET ? 4 : 8, length = family == AF_INET ? 4 : 16;
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
