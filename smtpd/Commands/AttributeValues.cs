using System.Globalization;
using System.Net;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Smtp;

namespace MtaSuite.Smtpd.Commands;

/// <summary>Values of attributes that XCLIENT and XFORWARD share.</summary>
internal static class AttributeValues
{
    /// <summary>"192.0.2.1" or "IPv6:2001:db8::1"; null for [UNAVAILABLE].</summary>
    public static bool TryAddress(ClientAttribute a, out IPAddress? address)
    {
        address = null;
        if (a.IsUnavailable) return true;
        string text = a.Value.StartsWith("IPv6:", StringComparison.OrdinalIgnoreCase) ? a.Value[5..] : a.Value;
        if (!HostName.TryParseAddress(text, out IPAddress parsed)) return false;
        address = parsed.IsIPv4MappedToIPv6 ? parsed.MapToIPv4() : parsed;
        return true;
    }

    /// <summary>A port; 0 for [UNAVAILABLE].</summary>
    public static bool TryPort(ClientAttribute a, out int port)
    {
        port = 0;
        return a.IsUnavailable || (int.TryParse(a.Value, NumberStyles.None, CultureInfo.InvariantCulture, out port) && port <= 65535);
    }

    public static string Text(int port) => port == 0 ? ClientInfo.Unknown : port.ToString(CultureInfo.InvariantCulture);

    /// <summary>As in RFC 5321 4.1.3 address literals, without brackets.</summary>
    public static string Text(IPAddress? address) => address switch
    {
        null => ClientInfo.Unknown,
        { AddressFamily: System.Net.Sockets.AddressFamily.InterNetworkV6 } => $"IPv6:{address}",
        _ => address.ToString(),
    };

    public static SmtpReply Bad(string command, ClientAttribute a) => new(501, new DsnStatus(5, 5, 4),
        a.Name == ClientAttributeName.Unknown ? $"Bad {command} attribute name: {a.Word}"
            : $"Bad {a.Word.ToUpperInvariant()} syntax: {a.Value}");
}
