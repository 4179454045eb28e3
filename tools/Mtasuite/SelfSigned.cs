using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using MtaSuite.Common.Native;

namespace MtaSuite.Tools.Mtasuite;

/// <summary>A self-signed certificate and its key, so that TLS works at once; a real one takes their place.</summary>
internal static class SelfSigned
{
    private static readonly TimeSpan s_lifetime = TimeSpan.FromDays(3650);

    /// <summary>Private key, then certificate, in PEM: what smtpd_tls_chain_files takes.</summary>
    public static string Make(string host, DateTimeOffset now)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        X500DistinguishedNameBuilder name = new();
        name.AddCommonName(host.Length <= 64 ? host : "mail");
        CertificateRequest request = new(name.Build(), key, HashAlgorithmName.SHA256);
        SubjectAlternativeNameBuilder names = new();
        names.AddDnsName(host);
        if (host != "localhost") names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        using X509Certificate2 certificate = request.CreateSelfSigned(now.AddHours(-1), now + s_lifetime);
        return $"{key.ExportPkcs8PrivateKeyPem()}\n{certificate.ExportCertificatePem()}\n";
    }

    /// <summary>Writes it for the eyes of the owner and mail_owner alone.</summary>
    public static void Write(string path, string host, Account owner)
    {
        int fd = Libc.Open(path, Libc.O_WRONLY | Libc.O_CREAT | Libc.O_EXCL | Libc.O_CLOEXEC | Libc.O_NOFOLLOW, 0x180 /* 0600 */);
        if (fd < 0) throw new IOException($"create {path}: {Libc.ErrorText()}");
        bool ok = Libc.WriteAll(fd, Encoding.ASCII.GetBytes(Make(host, TimeProvider.System.GetUtcNow())));
        if (Libc.GetEUid() == 0) ok &= Libc.FChOwn(fd, 0, owner.Gid) == 0 && Libc.FChMod(fd, 0x1A0 /* 0640 */) == 0;
        _ = Libc.Close(fd);
        if (!ok) throw new IOException($"write {path}: {Libc.ErrorText()}");
    }
}
