using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace MtaSuite.Tests.Lab;

/// <summary>
/// The one zone of the lab that is signed, and validated by its resolver. Each domain in it has one exchanger with a name of its own, and
/// what TLSA records there may be.
/// </summary>
internal static class SignedZone
{
    public const string Name = "signed.lab", File = "signed.zone", Anchor = "signed.ds";
    private const string Postfix = "10.77.0.12", Exim = "10.77.0.13";
    private static readonly string s_wrong = new('a', 64), s_bogus = new('b', 64), s_forged = new('c', 64);

    /// <summary>Domain, exchanger, its address, its TLSA records; KEY is that of the certificate, CA the authority's certificate.</summary>
    private static readonly (string Name, string Host, string Address, string[] Records)[] s_domains =
    [
        ("good", "mx.postfix", Postfix, ["3 1 1 KEY"]),
        ("rollover", "next.postfix", Postfix, [$"3 1 1 {s_wrong}", "3 1 1 KEY"]),
        ("authority", "ta.postfix", Postfix, ["2 0 1 CA"]),
        ("stranger", "stranger", Postfix, ["2 0 1 CA"]),
        ("wrong", "mx.exim", Exim, [$"3 1 1 {s_wrong}"]),
        ("bogus", "sts.exim", Exim, [$"3 1 1 {s_bogus}"]),
        ("none", "sts.postfix", Postfix, []),
        ("other", "other", Postfix, []),
    ];

    /// <summary>Names that the certificate of a host has, besides its own; "stranger" and "other" are in none.</summary>
    public static IEnumerable<string> NamesOf(string host) =>
        s_domains.Where(d => d.Host.EndsWith("." + host, StringComparison.Ordinal)).Select(d => $"{d.Host}.{Name}");

    public static IEnumerable<string> Domains => s_domains.Select(d => $"{d.Name}.{Name}");

    /// <summary>The host of a domain's exchanger record.</summary>
    public static string ExchangerOf(string domain) => $"{Array.Find(s_domains, d => $"{d.Name}.{Name}" == domain).Host}.{Name}";

    /// <summary>Signs it where the name server finds it.</summary>
    public static void Make(LabHost server, LabHost postfix)
    {
        X509Certificate2Collection chain = [];
        chain.ImportFromPem(postfix.Read("/etc/tls/mx.pem"));
        // in small letters: the placeholders are none of them
        string key = Convert.ToHexStringLower(SHA256.HashData(chain[0].PublicKey.ExportSubjectPublicKeyInfo())),
            authority = Convert.ToHexStringLower(SHA256.HashData(chain[1].RawData));
        string zone = $"$ORIGIN {Name}.\n$TTL 5\n@ SOA dns.lab. root.lab. 1 60 60 600 1\n@ NS dns.lab.\n";
        foreach ((string name, string host, string address, string[] records) in s_domains)
        {
            zone += $"{name} MX 10 {host}\n{host} A {address}\nmta-sts.{name} A {Lab.Resolver}\n_mta-sts.{name} TXT \"v=STSv1; id=1\"\n";
            foreach (string record in records)
                zone += $"_25._tcp.{host} TLSA "
                    + $"{record.Replace("KEY", key, StringComparison.Ordinal).Replace("CA", authority, StringComparison.Ordinal)}\n";
        }
        server.Write("/etc/nsd/plain.zone", zone);
        // changed behind the signature's back
        server.Shell($"cd /etc/nsd && k=$(ldns-keygen -r /dev/urandom -k -a ECDSAP256SHA256 {Name}) && ldns-signzone -f signed "
            + $"plain.zone $k && mv $k.ds {Anchor} && sed 's/{s_bogus}/{s_forged}/I' signed > {File}").Succeeded();
    }
}
