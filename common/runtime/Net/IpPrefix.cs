using System.Net;

namespace MtaSuite.Common.Net;

/// <summary>Networks by prefix length.</summary>
public static class IpPrefix
{
    /// <summary>The first address of the network that an address is in.</summary>
    /// <param name="bits">From 0; as many as the address has, or more: the address itself.</param>
    public static IPAddress Network(IPAddress address, int bits)
    {
        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out int length);
        if (bits >= length * 8) return address;
        for (int i = 0; i < length; i++) bytes[i] &= (byte)(0xFF00 >> Math.Clamp(bits - i * 8, 0, 8));
        return new IPAddress(bytes[..length]);
    }
}
