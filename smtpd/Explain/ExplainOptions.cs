using System.Net;
using MtaSuite.Common.Hosting;

namespace MtaSuite.Smtpd.Explain;

/// <summary>Whom and what is asked about. postaccess has checked the values and writes them as NAME=VALUE behind "--".</summary>
internal sealed class ExplainOptions
{
    /// <summary>The configuration, the service and its overrides, as master gives them to the daemon.</summary>
    public required HostOptions Host { get; init; }
    public IPAddress Client { get; private set; } = IPAddress.Loopback;
    /// <summary>The client's verified name; null: it is looked up.</summary>
    public string? Name { get; private set; }
    /// <summary>Empty: the client said neither HELO nor EHLO.</summary>
    public string Helo { get; private set; } = "";
    public string Sender { get; private set; } = "";
    public List<string> Recipients { get; } = [];
    /// <summary>Who logged in; empty: nobody.</summary>
    public string Login { get; private set; } = "";
    public bool Tls { get; private set; }
    public bool Json { get; private set; }

    /// <summary>Null when the command line makes no sense.</summary>
    public static ExplainOptions? Parse(string[] args)
    {
        if (HostOptions.Parse(args) is not { Help: false } host) return null;
        ExplainOptions options = new() { Host = host };
        foreach (string attribute in host.Attributes)
            if (attribute.Split('=', 2) is not [var name, var value] || !options.Take(name, value)) return null;
        return options;
    }

    private bool Take(string name, string value)
    {
        switch (name)
        {
            case "client":
                if (!IPAddress.TryParse(value, out IPAddress? address)) return false;
                Client = address;
                return true;
            case "name": Name = value; return true;
            case "helo": Helo = value; return true;
            case "from": Sender = value; return true;
            case "rcpt": Recipients.Add(value); return true;
            case "login": Login = value; return true;
            case "tls": Tls = value == "yes"; return true;
            case "json": Json = value == "yes"; return true;
            default: return false;
        }
    }
}
