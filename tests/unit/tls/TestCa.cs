using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using MtaSuite.Common.Native;

namespace MtaSuite.Tests.Unit.Tls;

/// <summary>A certificate authority of the test's own, with a folder for its files.</summary>
internal sealed class TestCa : IDisposable
{
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly X509Certificate2 _root;
    private int _serial;

    public TestCa(string name = "Test CA")
    {
        Folder = Directory.CreateTempSubdirectory("mta-ca-").FullName;
        File.SetUnixFileMode(Folder, (UnixFileMode)FileModes.PublicFolder /* daemons run as somebody else */);
        CertificateRequest request = new($"CN={name},O=Tests", _key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        _root = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-30), DateTimeOffset.UtcNow.AddDays(30));
        File.WriteAllText(RootFile, _root.ExportCertificatePem());
    }

    public string Folder { get; }

    public string RootFile => $"{Folder}/ca.pem";

    public byte[] RootDer => _root.RawData;

    /// <summary>Writes a chain file (key, certificate) and returns its path.</summary>
    /// <param name="ecdsa">An ECDSA key on P-256, else RSA with 2,048 bits.</param>
    public string Chain(string host, bool ecdsa = true, TimeSpan? life = null, string? file = null, string cn = "")
    {
        string path = file ?? $"{Folder}/{host}-{++_serial}.pem";
        File.WriteAllText(path, ChainText(host, ecdsa, life, cn, out _));
        return path;
    }

    /// <param name="host">Its name, or several, with spaces between.</param>
    public string ChainText(string host, bool ecdsa, TimeSpan? life, string cn, out X509Certificate2 certificate)
    {
        using AsymmetricAlgorithm key = ecdsa ? ECDsa.Create(ECCurve.NamedCurves.nistP256) : RSA.Create(2048);
        string[] hosts = host.Split(' ');
        string subject = $"CN={(cn.Length > 0 ? cn : hosts[0])}";
        CertificateRequest request = key is ECDsa ec ? new(subject, ec, HashAlgorithmName.SHA256)
            : new(subject, (RSA)key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        SubjectAlternativeNameBuilder names = new();
        foreach (string name in hosts) names.AddDnsName(name);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, false));
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(_root, true, false));
        DateTimeOffset end = DateTimeOffset.UtcNow + (life ?? TimeSpan.FromDays(20));
        byte[] serial = new byte[8];
        RandomNumberGenerator.Fill(serial);
        serial[0] = 1;
        certificate =
            request.Create(_root.SubjectName, X509SignatureGenerator.CreateForECDsa(_key), DateTimeOffset.UtcNow.AddDays(-20), end, serial);
        return key.ExportPkcs8PrivateKeyPem() + "\n" + certificate.ExportCertificatePem() + "\n";
    }

    public void Dispose()
    {
        _root.Dispose();
        _key.Dispose();
        Directory.Delete(Folder, recursive: true);
    }
}
