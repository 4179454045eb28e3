using System.Globalization;
using MtaSuite.Relay.Settings;

namespace MtaSuite.Relay.Sessions;

/// <summary>What a server offers.</summary>
[Flags]
public enum ServerFeature
{
    None = 0,
    /// <summary>EHLO or LHLO was accepted.</summary>
    Extended = 1,
    Pipelining = 2,
    EightBitMime = 4,
    Size = 8,
    Dsn = 16,
    SmtpUtf8 = 32,
    Chunking = 64,
    StartTls = 128,
    Auth = 256,
    /// <summary>RFC 8689 REQUIRETLS.</summary>
    RequireTls = 512,
    XforwardName = 1024,
    XforwardAddress = 2048,
    XforwardProtocol = 4096,
    XforwardHelo = 8192,
    XforwardPort = 16384,
    XforwardDomain = 32768,
    XforwardIdent = 65536,
}

/// <summary>The extensions in a server's reply to EHLO or LHLO.</summary>
internal sealed class ServerFeatures
{
    public ServerFeature Set { get; private set; }

    /// <summary>The largest message taken, bytes; 0: not said.</summary>
    public long SizeLimit { get; private set; }

    /// <summary>What stands behind AUTH: the SASL mechanisms.</summary>
    public string AuthMechanisms { get; private set; } = "";

    public bool Has(ServerFeature feature) => (Set & feature) != 0;

    /// <summary>Content goes out by BDAT (RFC 3030).</summary>
    public bool UsesChunks(RelaySettings settings) => settings.UseChunking && Has(ServerFeature.Chunking);

    /// <summary>Forgets everything: a new EHLO is sent (RFC 3207 4.2).</summary>
    public void Clear() => (Set, SizeLimit, AuthMechanisms) = (ServerFeature.None, 0, "");

    /// <summary>Reads the lines behind the first one.</summary>
    /// <param name="ignored">Keywords to pass over, in upper case.</param>
    public void Read(IReadOnlyList<string> lines, IReadOnlySet<string> ignored)
    {
        Set |= ServerFeature.Extended;
        for (int i = 1; i < lines.Count; i++)
        {
            // "AUTH=LOGIN" is how the first servers wrote it
            string[] words = lines[i].Replace('=', ' ').Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (words.Length == 0) continue;
            string keyword = words[0].ToUpperInvariant();
            if (!ignored.Contains(keyword)) Take(keyword, words.AsSpan(1));
        }
    }

    private void Take(string keyword, ReadOnlySpan<string> arguments)
    {
        Set |= keyword switch
        {
            "PIPELINING" => ServerFeature.Pipelining,
            "8BITMIME" => ServerFeature.EightBitMime,
            "SIZE" => ServerFeature.Size,
            "DSN" => ServerFeature.Dsn,
            "SMTPUTF8" => ServerFeature.SmtpUtf8,
            "CHUNKING" => ServerFeature.Chunking,
            "STARTTLS" => ServerFeature.StartTls,
            "AUTH" => ServerFeature.Auth,
            "REQUIRETLS" => ServerFeature.RequireTls,
            "XFORWARD" => Xforward(arguments),
            _ => ServerFeature.None,
        };
        if (keyword == "SIZE" && arguments.Length > 0
            && long.TryParse(arguments[0], NumberStyles.None, CultureInfo.InvariantCulture, out long limit))
            SizeLimit = limit;
        if (keyword == "AUTH") AuthMechanisms = string.Join(' ', arguments!);
    }

    private static ServerFeature Xforward(ReadOnlySpan<string> attributes)
    {
        ServerFeature set = ServerFeature.None;
        foreach (string attribute in attributes)
        {
            set |= attribute.ToUpperInvariant() switch
            {
                "NAME" => ServerFeature.XforwardName,
                "ADDR" => ServerFeature.XforwardAddress,
                "PROTO" => ServerFeature.XforwardProtocol,
                "HELO" => ServerFeature.XforwardHelo,
                "PORT" => ServerFeature.XforwardPort,
                "IDENT" => ServerFeature.XforwardIdent,
                "SOURCE" => ServerFeature.XforwardDomain,
                _ => ServerFeature.None,
            };
        }
        return set;
    }
}
