using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace MtaSuite.Tests.Lab;

/// <summary>
/// The one zone of the lab that is signed, and validated by its resolver. Each domain in it has one exchanger, whose TLSA records are good, wrong, bogus, or not there;
/// "other" is one without whose name is in no certificate.
/// </summary>
internal static class SignedZone
{
    public const string Name = "signed.lab", File = "signed.zone", Anchor = "signed.ds";
    private const string Postfix = "10.77.0.12", Exim = "10.77.0.13";
    private static readonly string s_wrong = new('a', 64), s_bogus = new('b', 64), s_forged = new('c', 64);

    private static readonly (string Name, string Host, string Address)[] s_domains =
        [("good", "mx.postfix", Postfix), ("wrong", "mx.exim", Exim), ("bogus", "sts.exim", Exim), ("none", "sts.postfix", Postfix), ("other", "other", Postfix)];

    public static IEnumerable<string> Domains => s_domains.Select(d => $"{d.Name}.{Name}");

    /// <summary>The host of a domain's exchanger record.</summary>
    public static string ExchangerOf(string domain) => $"{Array.Find(s_domains, d => $"{d.Name}.{Name}" == domain).Host}.{Name}";

    /// <summary>Signs it where the name server finds it.</summary>
    public static void Make(LabHost server, LabHost postfix)
    {
        using X509Certificate2 certificate = X509Certificate2.CreateFromPem(postfix.Read("/etc/tls/mx.pem"));
        string key = Convert.ToHexString(SHA256.HashData(certificate.PublicKey.ExportSubjectPublicKeyInfo()));
        string zone = $"$ORIGIN {Name}.\n$TTL 5\n@ SOA dns.lab. root.lab. 1 60 60 600 1\n@ NS dns.lab.\n"
            + string.Concat(s_domains.Select(d => $"{d.Name} MX 10 {d.Host}\n{d.Host} A {d.Address}\nmta-sts.{d.Name} A {Lab.Resolver}\n_mta-sts.{d.Name} TXT \"v=STSv1; id=1\"\n"))
            + $"_25._tcp.mx.postfix TLSA 3 1 1 {key}\n_25._tcp.mx.exim TLSA 3 1 1 {s_wrong}\n_25._tcp.sts.exim TLSA 3 1 1 {s_bogus}\n";
        server.Write("/etc/nsd/plain.zone", zone);
        // changed behind the signature's back
        server.Shell($"cd /etc/nsd && k=$(ldns-keygen -r /dev/urandom -k -a ECDSAP256SHA256 {Name}) && ldns-signzone -f signed plain.zone $k && mv $k.ds {Anchor} && sed 's/{s_bogus}/{s_forged}/I' signed > {File}").Succeeded();
    }
}
