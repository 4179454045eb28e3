using System.Text;
using MtaSuite.Common.Smtp;

namespace MtaSuite.Smtpd.Proxy;

/// <summary>
/// XFORWARD (XFORWARD_README): tells a filter who the client is, so that it and the server behind it can judge and log. What is not known
/// is said to be so, that the filter does not take us for the client.
/// </summary>
internal static class XforwardLines
{
    // RFC 5321 4.5.3.1.4: 512 bytes for a command line
    private const int MaxLine = 510;

    /// <summary>The attributes that a reply to EHLO offers to take.</summary>
    public static HashSet<string> Offered(SmtpReply ehlo)
    {
        foreach (string line in ehlo.Text.Split('\n').Skip(1))
            if (line.Split((char[])[' ', '\t', '='], StringSplitOptions.RemoveEmptyEntries) is [var keyword, .. var attributes]
                && keyword.Equals("XFORWARD", StringComparison.OrdinalIgnoreCase))
                return new HashSet<string>(attributes, StringComparer.OrdinalIgnoreCase);
        return [];
    }

    /// <summary>The command lines, without line ends.</summary>
    public static List<string> For(SmtpSession session, Transaction transaction, HashSet<string> offered)
    {
        List<string> lines = [];
        StringBuilder line = new();
        foreach ((string name, string value) in Values(session, transaction))
        {
            if (!offered.Contains(name)) continue;
            string attribute = XforwardAttribute.Text(name, value == ClientInfo.Unknown ? "" : value);
            if (line.Length > 0 && line.Length + attribute.Length > MaxLine) Flush(lines, line);
            if (line.Length == 0) line.Append("XFORWARD");
            line.Append(attribute);
        }
        Flush(lines, line);
        return lines;
    }

    private static void Flush(List<string> lines, StringBuilder line)
    {
        if (line.Length > 0) lines.Add(line.ToString());
        line.Clear();
    }

    private static (string Name, string Value)[] Values(SmtpSession s, Transaction t)
    {
        ForwardedClient? f = s.Forwarded is { HasClient: true } ? s.Forwarded : null;
        string address = f?.Address ?? s.Client.RfcAddress;
        if (address.Contains(':') && !address.StartsWith("IPv6:", StringComparison.OrdinalIgnoreCase)) address = "IPv6:" + address;
        return
        [
            ("NAME", f?.Name ?? s.Client.Name), ("ADDR", address), ("PORT", f?.Port ?? s.Client.Port),
            ("HELO", f is null ? s.Helo : f.Helo), ("IDENT", s.Forwarded?.Ident ?? ""), ("PROTO", f?.Protocol ?? s.Protocol),
            ("SOURCE", t.LocalClient ? "LOCAL" : "REMOTE"),
        ];
    }
}
