using System.Globalization;
using System.Text;
using MtaSuite.Common.Config;
using MtaSuite.Common.Config.Params;
using MtaSuite.Common.Hosting;
using MtaSuite.Common.Log;
using MtaSuite.Common.Native;
using MtaSuite.Common.Net;
using MtaSuite.Common.Tls;
using MtaSuite.Common.Tls.Client;
using MtaSuite.Tools.Shared;

namespace MtaSuite.Tools.PosttlsFinger;

/// <summary>
/// posttls-finger: connects to a server and reports on TLS with it, by the levels and parameters of the SMTP client.
/// </summary>
internal static class PosttlsFingerCommand
{
    private const string Usage = "usage: posttls-finger [-cCSvw] [-a family] [-d digest] [-F CAfile] [-g grade] [-h host_lookup] [-H "
        + "chainfiles] [-k certfile] [-K keyfile]"
        + " [-l level] [-o name=value] [-p protocols] [-P CApath] [-r delay] [-s servername] [-t timeout] [-T timeout] "
        + "[inet:]domain[:port]|unix:path [match...]";

    public const string Manual = """
        posttls-finger - probe the TLS properties of an SMTP or LMTP server

        usage: posttls-finger [options] [inet:]DOMAIN[:PORT] [MATCH...]
               posttls-finger -S [options] unix:PATH [MATCH...]

          -a FAMILY      ipv4, ipv6 or any (any)
          -c             show TLS only, not the SMTP dialogue
          -C             show the server's certificates (PEM)
          -d DIGEST      for fingerprints (smtp_tls_fingerprint_digest)
          -F FILE        trusted authorities; -P DIR: a hashed directory of them
          -g GRADE       least grade of ciphers (medium)
          -h METHODS     how hosts are looked up: dns, native (dns)
          -H FILES       own chain files; or -k certificate file and -K key file
          -l LEVEL       security level as in smtp_tls_security_level (dane; where there are no TLSA records: secure)
          -o NAME=VALUE  a parameter of main.cf
          -p PROTOCOLS   as in smtp_tls_mandatory_protocols (>=TLSv1)
          -r DELAY       connect again after so many seconds and see whether the session is resumed
          -s NAME        the name sent to the server (SNI)
          -S             LMTP
          -t, -T TIME    seconds for connecting and greeting (30), and for commands (30)
          -w             TLS from the first byte
          MATCH          names that the certificate may have (verify, secure), or fingerprints (fingerprint)

        [HOST] in brackets means the host itself and not its mail exchangers. As with Postfix's posttls-finger, main.cf (MAIL_CONFIG names
        another folder) supplies myhostname, the tls_ parameters, smtp_tls_fingerprint_digest and the like. Options take precedence, and no
        table is searched.

        Exit status: 0 TLS meets the level; 1 it does not, or there is no connection; 64 wrong usage.

        """;

    public static int Run(string[] args)
    {
        GetOpt options = new(args, "a:A:cCd:fF:g:h:H:k:K:l:L:m:M:o:p:P:r:s:St:T:vwX");
        FingerOptions o = new();
        for (char c = options.Next(); c != '\0'; c = options.Next())
            if (!o.Take(c, options.Value)) return Tool.Fatal(ExitCode.Usage, Usage);
        if (options.Operands.Count == 0) return Tool.Fatal(ExitCode.Usage, Usage);
        o.Destination = options.Operands[0];
        o.Match = [.. options.Operands.Skip(1)];
        if (!TlsLevels.TryParse(o.Level, out _)) return Tool.Fatal(ExitCode.Usage, $"unknown TLS level {o.Level}");
        return Probe(o);
    }

    private static int Probe(FingerOptions o)
    {
        Log.Configure(new LogSettings("posttls-finger") { File = "/dev/null" });
        MailConfig? config = o.Configuration();
        if (config == null) return 1;
        TlsClientSettings settings = new(config, lmtp: false);
        foreach (string problem in settings.Problems) Tool.Warning(problem);
        List<KeyPair>? keys = settings.Files.Load(out string error);
        if (keys == null) return Tool.Fatal(1, error);
        using EventLoop loop = new();
        int status = 1;
        loop.Post(() => RunAsync().Detach());
        loop.Run();
        return status;

        async Task RunAsync()
        {
            status = await new FingerProbe(loop, config, settings, keys, o).RunAsync() ? 0 : 1;
            loop.Stop();
        }
    }
}

/// <summary>What the command line says.</summary>
internal sealed class FingerOptions
{
    private readonly List<KeyValuePair<string, string>> _overrides = [];
    private string _certificate = "", _key = "";

    public string Destination { get; set; } = "";
    public List<string> Match { get; set; } = [];
    public string Level { get; private set; } = "dane";
    public string Family { get; private set; } = "any";
    public string HostLookup { get; private set; } = "dns";
    public bool Chat { get; private set; } = true;
    public bool ShowChain { get; private set; }
    public bool Lmtp { get; private set; }
    public bool Wrapper { get; private set; }
    public bool Quiet { get; private set; }
    public TimeSpan Reconnect { get; private set; }
    public TimeSpan ConnectTimeout { get; private set; } = TimeSpan.FromSeconds(30);
    public TimeSpan CommandTimeout { get; private set; } = TimeSpan.FromSeconds(30);

    /// <summary>Takes an option; false when it is wrong.</summary>
    public bool Take(char option, string value)
    {
        switch (option)
        {
            case 'a': Family = value; return value is "any" or "ipv4" or "ipv6";
            case 'c': Chat = false; return true;
            case 'C': ShowChain = true; return true;
            case 'd': return Set("smtp_tls_fingerprint_digest", value);
            case 'F': return Set("smtp_tls_CAfile", value);
            case 'g': return Set("smtp_tls_ciphers", value) && Set("smtp_tls_mandatory_ciphers", value);
            case 'h': HostLookup = value; return true;
            case 'H': return Set("smtp_tls_chain_files", value);
            case 'k': _certificate = value; return true;
            case 'K': _key = value; return true;
            case 'l': Level = value; return true;
            case 'L': Quiet = value is "0" or "none"; return true;
            case 'o': return value.Split('=', 2) is [var name, var text] && Set(name.Trim(), text.Trim());
            case 'p': return Set("smtp_tls_protocols", value) && Set("smtp_tls_mandatory_protocols", value);
            case 'P': return Set("smtp_tls_CApath", value);
            case 'r': return TrySeconds(value, out TimeSpan delay) && (Reconnect = delay) >= TimeSpan.Zero;
            case 's': return Set("smtp_tls_servername", value);
            case 'S': Lmtp = true; return true;
            case 't': return TrySeconds(value, out TimeSpan connect) && (ConnectTimeout = connect) > TimeSpan.Zero;
            case 'T': return TrySeconds(value, out TimeSpan command) && (CommandTimeout = command) > TimeSpan.Zero;
            case 'w': Wrapper = true; return true;
            case 'f' or 'm' or 'M' or 'v': return true;
            default: return false;
        }
    }

    private bool Set(string name, string value)
    {
        _overrides.Add(KeyValuePair.Create(name, value));
        return true;
    }

    private static bool TrySeconds(string text, out TimeSpan time)
    {
        bool ok = int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int seconds);
        time = TimeSpan.FromSeconds(seconds);
        return ok;
    }

    /// <summary>
    /// The parameters for the probe: main.cf's but for those that options speak of or that are about how mail is sent, the defaults, and
    /// what the options override. Null, told, when the folder that MAIL_CONFIG names has none; without the usual folder there are the
    /// defaults.
    /// </summary>
    public MailConfig? Configuration()
    {
        string folder = Tool.ConfigDirectory(null);
        if (Environment.GetEnvironmentVariable("MAIL_CONFIG") is not { Length: > 0 }
            && Paths.Access($"{folder}/{MainCf.FileName}", Paths.R_OK) != 0) return Configuration(null);
        return Tool.LoadConfig(null, "posttls-finger", quiet: true) is { } main ? Configuration(main) : null;
    }

    /// <param name="main">What main.cf says; null: there is none.</param>
    internal MailConfig Configuration(MailConfig? main)
    {
        Set("smtp_tls_security_level", Level);
        Set("smtp_dns_support_level", "dnssec");
        Set("smtp_host_lookup", HostLookup);
        if (_certificate.Length + _key.Length > 0)
        {
            Set("smtp_tls_cert_file", _certificate.Length > 0 ? _certificate : _key);
            Set("smtp_tls_key_file", _key.Length > 0 ? _key : _certificate);
        }
        StringBuilder text = new("compatibility_level = 3.11\n");
        foreach (string name in main?.ExplicitNames.Where(IsRead) ?? [])
            text.Append(name).Append(" = ").Append(main!.ExplicitText(name)).Append('\n');
        return MailConfig.Parse(text.ToString(), overrides: _overrides, processName: "posttls-finger").Config;
    }

    private static bool IsRead(string name) => name == SmtpFingerprintDigest
        || !(name.StartsWith("smtp_", StringComparison.Ordinal) || name.StartsWith("lmtp_", StringComparison.Ordinal));

    private static readonly string SmtpFingerprintDigest = TlsParams.SmtpTlsFingerprintDigest.Name;
}
