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
        const int flags = FileIO.O_WRONLY | FileIO.O_CREAT | FileIO.O_EXCL | FileIO.O_NOFOLLOW;
        using FileDescriptor? file = FileDescriptor.TryOpen(path, flags, FileModes.PrivateFile);
        if (file == null) throw new IOException($"create {path}: {Errno.Text()}");
        bool ok = FileIO.WriteAll(file.Fd, Encoding.ASCII.GetBytes(Make(host, TimeProvider.System.GetUtcNow())));
        if (Credentials.GetEUid() == 0)
            ok &= FileIO.FChOwn(file.Fd, 0, owner.Gid) == 0 && FileIO.FChMod(file.Fd, FileModes.GroupReadableFile) == 0;
        if (!ok) throw new IOException($"write {path}: {Errno.Text()}");
    }
}
