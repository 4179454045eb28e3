using System.Net;
using System.Text;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Milter;
using MtaSuite.Common.Milter.Client;

namespace MtaSuite.Mailauth.Sessions;

/// <summary>The client of an SMTP session, as the mail server tells of it.</summary>
/// <param name="Name">Its verified name, or its address in brackets.</param>
/// <param name="Address">Null: a program of the mail server's machine (a Unix socket, standard input).</param>
internal sealed record ClientFacts(string Name, IPAddress? Address)
{
    public static readonly ClientFacts None = new("unknown", null);

    public static ClientFacts Of(MilterClient client)
    {
        if (client.Family is not (MilterFamily.Inet or MilterFamily.Inet6)) return new ClientFacts(client.Name, null);
        string text = client.Address.StartsWith("IPv6:", StringComparison.OrdinalIgnoreCase) ? client.Address[5..] : client.Address;
        if (!IPAddress.TryParse(text, out IPAddress? address)) return new ClientFacts(client.Name, IPAddress.None);
        return new ClientFacts(client.Name, address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address);
    }

    /// <summary>"name[address]", as in the log of the SMTP server.</summary>
    public override string ToString() => Address == null ? Name : Name.StartsWith('[') ? $"unknown{Name}" : $"{Name}[{Address}]";

    /// <summary>The address in a path of SMTP, in internal form; empty: the null sender, or what is none.</summary>
    public static string AddressOf(string path) =>
        SmtpPath.TryParse(Encoding.UTF8.GetBytes(path), new SmtpPathOptions(Strict: false, AllowUtf8: true, AllowEmpty: true),
            out string address, out _, out _) ? address : "";
}
