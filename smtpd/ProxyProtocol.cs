using System.Buffers.Binary;
using System.Buffers.Text;
using System.Net;
using System.Text;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Smtp;

namespace MtaSuite.Smtpd;

/// <summary>How far a PROXY header has come.</summary>
public enum ProxyStatus : byte { Incomplete, Complete, Error }

/// <summary>
/// What a proxy said of the connection it passes on (HAProxy's PROXY protocol, versions 1 and 2).
/// Without end points the connection is the proxy's own (LOCAL): use the socket's addresses. A client whose address the proxy does not tell
/// (UNKNOWN, or no family) is an error: it must not pass for the proxy, which may be among those that are trusted.
/// </summary>
public readonly record struct ProxyHeader(IPEndPoint? Source, IPEndPoint? Destination)
{
    /// <summary>Longest version 1 line with its CR LF.</summary>
    public const int MaxV1Length = 107;
    /// <summary>Longest version 2 header accepted: addresses and a sane amount of type-length-value records.</summary>
    public const int MaxV2Length = 16 + 2048;

    // Version 2: 12 bytes signature, 1 byte version (high four bits) and command, 1 byte family and protocol, 2 bytes length
    // (big endian) of what follows: addresses, then records that are skipped.
    private static ReadOnlySpan<byte> Signature => [0x0D, 0x0A, 0x0D, 0x0A, 0x00, 0x0D, 0x0A, 0x51, 0x55, 0x49, 0x54, 0x0A];
    private static ReadOnlySpan<byte> V1Start => "PROXY "u8;

    /// <summary>Parses the header at the start of what has arrived so far.</summary>
    /// <param name="input">All bytes of the connection up to now.</param>
    /// <param name="header">The result; only for Complete.</param>
    /// <param name="consumed">Bytes of the header; only for Complete.</param>
    public static ProxyStatus TryParse(ReadOnlySpan<byte> input, out ProxyHeader header, out int consumed)
    {
        header = default;
        consumed = 0;
        if (IsPrefix(input, Signature)) return input.Length < 16 ? ProxyStatus.Incomplete : ParseV2(input, out header, out consumed);
        if (IsPrefix(input, V1Start))
            return input.Length < V1Start.Length ? ProxyStatus.Incomplete : ParseV1(input, out header, out consumed);
        return ProxyStatus.Error;
    }

    private static bool IsPrefix(ReadOnlySpan<byte> input, ReadOnlySpan<byte> start)
    {
        int n = Math.Min(input.Length, start.Length);
        return input[..n].SequenceEqual(start[..n]);
    }

    // Version 1: "PROXY" SP ("TCP4" / "TCP6") SP source SP destination SP source-port SP destination-port CR LF, or "PROXY UNKNOWN" ...
    // CR LF, which is refused.
    // As in Postfix a line may end in LF alone, and words behind the ports are not looked at.
    private static ProxyStatus ParseV1(ReadOnlySpan<byte> input, out ProxyHeader header, out int consumed)
    {
        header = default;
        consumed = 0;
        int end = input[..Math.Min(input.Length, MaxV1Length)].IndexOf((byte)'\n');
        if (end < 0) return input.Length < MaxV1Length ? ProxyStatus.Incomplete : ProxyStatus.Error;
        consumed = end + 1;
        ReadOnlySpan<byte> text = input[V1Start.Length..end].TrimEnd((byte)'\r');
        ReadOnlySpan<byte> family = CommandLine.TakeWord(ref text);
        bool four = family.SequenceEqual("TCP4"u8);
        if (!four && !family.SequenceEqual("TCP6"u8)) return ProxyStatus.Error;
        if (!TryAddress(CommandLine.TakeWord(ref text), four, out IPAddress source)
            || !TryAddress(CommandLine.TakeWord(ref text), four, out IPAddress destination)
            || !TryPort(CommandLine.TakeWord(ref text), out int sourcePort)
            || !TryPort(CommandLine.TakeWord(ref text), out int destinationPort)) return ProxyStatus.Error;
        header = new ProxyHeader(new IPEndPoint(source, sourcePort), new IPEndPoint(destination, destinationPort));
        return ProxyStatus.Complete;
    }

    private static ProxyStatus ParseV2(ReadOnlySpan<byte> input, out ProxyHeader header, out int consumed)
    {
        header = default;
        consumed = 16 + BinaryPrimitives.ReadUInt16BigEndian(input[14..]);
        int version = input[12] >> 4, command = input[12] & 15;
        if (version != 2 || command > 1 || consumed > MaxV2Length) return ProxyStatus.Error;
        if (input.Length < consumed) return ProxyStatus.Incomplete;
        ReadOnlySpan<byte> body = input[16..consumed];
        if (command == 0) return ProxyStatus.Complete;
        // family and transport: 0x11 TCP over IPv4, 0x21 TCP over IPv6; unspecified and others carry no address for us
        int size = input[13] switch { 0x11 => 4, 0x21 => 16, _ => 0 };
        if (size == 0 || body.Length < 2 * size + 4) return ProxyStatus.Error;
        ReadOnlySpan<byte> ports = body[(2 * size)..];
        header = new ProxyHeader(
            new IPEndPoint(Unmap(new IPAddress(body[..size])), BinaryPrimitives.ReadUInt16BigEndian(ports)),
            new IPEndPoint(Unmap(new IPAddress(body.Slice(size, size))), BinaryPrimitives.ReadUInt16BigEndian(ports[2..])));
        return ProxyStatus.Complete;
    }

    private static bool TryAddress(ReadOnlySpan<byte> text, bool four, out IPAddress address)
    {
        string value = Encoding.ASCII.GetString(text);
        if (!(four ? HostName.TryParseIPv4(value, out address) : HostName.TryParseIPv6(value, out address))) return false;
        address = Unmap(address);
        return true;
    }

    private static IPAddress Unmap(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;

    private static bool TryPort(ReadOnlySpan<byte> text, out int port)
    {
        port = 0;
        return text is { Length: >= 1 and <= 5 } and ([_] or [not (byte)'0', ..]) && !text.ContainsAnyExceptInRange((byte)'0', (byte)'9')
            && Utf8Parser.TryParse(text, out port, out _) && port <= 65535;
    }
}
