using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using MtaSuite.Common.Native;
using MtaSuite.Common.Net;
using MtaSuite.Common.Tls;
using MtaSuite.Common.Tls.Client;
using MtaSuite.Tools.Shared;

namespace MtaSuite.Tools.Doctor;

/// <summary>What a server said and showed.</summary>
internal sealed class ServerReport
{
    /// <summary>Why the conversation ended early; empty: it did not.</summary>
    public string Error { get; set; } = "";
    public required IPEndPoint EndPoint { get; init; }
    public bool IsConnected { get; set; }
    /// <summary>The host answered with a refusal; otherwise there was no answer.</summary>
    public bool IsRefused { get; set; }
    /// <summary>The first line, code included; empty: none came.</summary>
    public string Greeting { get; set; } = "";
    /// <summary>The reply to EHLO before TLS; null: none, or TLS came first.</summary>
    public List<string>? Clear { get; set; }
    /// <summary>The reply to EHLO within TLS.</summary>
    public List<string>? Encrypted { get; set; }
    public bool OffersStartTls { get; set; }
    public TlsFacts? Tls { get; set; }
    /// <summary>Why there is no TLS although it was tried.</summary>
    public string TlsError { get; set; } = "";
    /// <summary>A trusted authority vouches for the certificate, whatever its names are.</summary>
    public bool IsTrusted { get; set; }
    public bool HasName { get; set; }
    /// <summary>With TLSA records: they and what was shown fit.</summary>
    public bool MeetsPolicy { get; set; }
    /// <summary>DER, the server's own first.</summary>
    public List<byte[]> Chain { get; set; } = [];

    /// <summary>The code of the greeting and the host name that it begins with; empty: none.</summary>
    public string GreetingName => Greeting.Length > 4 ? Greeting[4..].Split(' ')[0] : "";
}

/// <summary>Talks with one server as a careful client does: greeting, EHLO, TLS, EHLO again, QUIT. No mail is sent.</summary>
internal static class ServerProbe
{
    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(10);

    /// <param name="host">The name that the certificate should have, also sent as SNI.</param>
    /// <param name="wrapper">TLS from the first byte.</param>
    /// <param name="dane">A policy with TLSA records that the server must meet; null: an authority must vouch for it.</param>
    public static async Task<ServerReport> RunAsync(DoctorContext c, IPEndPoint endPoint, string host, bool wrapper = false,
        TlsPolicy? dane = null)
    {
        ServerReport report = new() { EndPoint = endPoint };
        ConnectResult result = await Connector.Connect(c.Loop, endPoint, null, s_timeout);
        if (!result.IsConnected)
        {
            (report.Error, report.IsRefused) = (Errno.Text(result.Error), result.Error == Errno.ECONNREFUSED);
            return report;
        }
        report.IsConnected = true;
        Connection connection = new(c.Loop, result.Release(), endPoint);
        await TalkAsync(c, connection, host, wrapper, dane, report);
        connection.CloseAfterFlush(TimeSpan.FromSeconds(1));
        return report;
    }

    private static async Task TalkAsync(DoctorContext c, Connection connection, string host, bool wrapper, TlsPolicy? dane,
        ServerReport report)
    {
        SmtpDialogue d = new(connection, _ => { }, text => report.Error = text);
        if (wrapper && !await SecureAsync(c, connection, host, dane, report)) return;
        if (await d.ReplyAsync(s_timeout) is not { } greeting) return;
        report.Greeting = greeting[0];
        if (!greeting[0].StartsWith('2'))
        {
            report.Error = $"it greets with \"{greeting[0]}\"";
            return;
        }
        List<string>? features = await EhloAsync(c, d, report);
        if (wrapper) report.Encrypted = features;
        else report.Clear = features;
        if (features == null) return;
        report.OffersStartTls = !wrapper && SmtpDialogue.Offers(features, "STARTTLS");
        if (report.OffersStartTls)
        {
            if (await d.AskAsync("STARTTLS", s_timeout) is not { } answer) return;
            if (!answer[0].StartsWith('2')) report.TlsError = $"STARTTLS is answered with \"{answer[0]}\"";
            else if (!await SecureAsync(c, connection, host, dane, report)) return;
            else report.Encrypted = await EhloAsync(c, d, report);
        }
        await d.AskAsync("QUIT", TimeSpan.FromSeconds(2));
    }

    private static async Task<List<string>?> EhloAsync(DoctorContext c, SmtpDialogue d, ServerReport report)
    {
        if (await d.AskAsync($"EHLO {c.HeloName}", s_timeout) is not { } reply) return null;
        if (reply[0].StartsWith('2')) return reply;
        report.Error = $"EHLO is answered with \"{reply[0]}\"";
        return null;
    }

    /// <summary>False: there is no connection any more.</summary>
    private static async Task<bool> SecureAsync(DoctorContext c, Connection connection, string host, TlsPolicy? dane, ServerReport report)
    {
        TlsPolicy policy = dane ?? TlsPolicy.Of(TlsLevel.Secure, c.Tls) with { Match = [host], ServerName = "hostname" };
        TlsStart start = await new TlsClient(c.Tls, [], c.Loop.Time).StartAsync(connection, policy, host, host, host);
        report.Tls = start.Facts;
        if (start.Facts == null)
        {
            report.TlsError = start.Error;
            return false;
        }
        report.MeetsPolicy = start.Status == TlsStartStatus.Established;
        report.IsTrusted = dane == null && start.Status != TlsStartStatus.NotTrusted;
        report.HasName = TlsFacts.Matches(start.Session!, [host], c.Tls.Library.HostFlags, out _);
        report.Chain = SslPeer.Certificates(start.Session!.Ssl);
        return true;
    }

    /// <summary>Names and end of a certificate; null: it cannot be read.</summary>
    public static (IReadOnlyList<string> Names, DateTimeOffset End, bool IsSelfSigned)? Describe(byte[] der)
    {
        try
        {
            using X509Certificate2 certificate = X509CertificateLoader.LoadCertificate(der);
            List<string> names =
                [.. certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>().SelectMany(e => e.EnumerateDnsNames())];
            if (names.Count == 0) names.Add(certificate.GetNameInfo(X509NameType.SimpleName, false));
            return (names, certificate.NotAfter.ToUniversalTime(),
                certificate.SubjectName.RawData.AsSpan().SequenceEqual(certificate.IssuerName.RawData));
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    /// <summary>
    /// A certificate's data for a TLSA record: selector 0 the whole, 1 the public key; matching type 0 as it is, 1 SHA-256, 2 SHA-512.
    /// Null: neither.
    /// </summary>
    public static byte[]? TlsaData(byte[] der, int selector, int matchingType)
    {
        byte[]? data = selector == 0 ? der : selector == 1 ? PublicKey(der) : null;
        return data == null ? null : matchingType switch { 0 => data, 1 => SHA256.HashData(data), 2 => SHA512.HashData(data), _ => null };
    }

    private static byte[]? PublicKey(byte[] der)
    {
        try
        {
            using X509Certificate2 certificate = X509CertificateLoader.LoadCertificate(der);
            return certificate.PublicKey.ExportSubjectPublicKeyInfo();
        }
        catch (CryptographicException)
        {
            return null;
        }
    }
}
