using System.Globalization;
using System.Text;
using MtaSuite.Common.Native;

namespace MtaSuite.Common.Tls;

/// <summary>
/// How far a peer is known: it showed no certificate, one that proves nothing, one of a trusted authority, or the one expected.
/// </summary>
public enum TlsTrust : byte { Anonymous, Untrusted, Trusted, Verified }

/// <summary>What is worth knowing of an established session, in the words that logs and headers use.</summary>
public sealed record TlsFacts
{
    public required SslAgreement Agreement { get; init; }
    public required bool IsServer { get; init; }
    public TlsTrust Trust { get; init; }
    /// <summary>The name that the client asked for and got a certificate of its own for; else empty.</summary>
    public string ServerName { get; init; } = "";
    /// <summary>The name that the client asked for, whatever it got; else empty.</summary>
    public string AskedName { get; init; } = "";
    public string PeerName { get; init; } = "";
    public string PeerIssuer { get; init; } = "";
    /// <summary>"AB:CD:..." of the peer's certificate and of its public key; empty without certificate.</summary>
    public string CertificateFingerprint { get; init; } = "";
    public string KeyFingerprint { get; init; } = "";
    /// <summary>Why the chain is not trusted; empty when it is.</summary>
    public string VerifyError { get; init; } = "";

    /// <summary>Asks a session whose handshake is done. Trusted at most: names are the caller's business.</summary>
    /// <param name="digest">For fingerprints.</param>
    public static TlsFacts Of(TlsSession session, string digest)
    {
        nint certificate = SslPeer.Certificate(session.Ssl);
        int verified = SslVerification.Result(session.Ssl);
        TlsFacts facts = new() { Agreement = SslAgreement.Of(session.Ssl), IsServer = session.IsServer };
        if (certificate == 0) return facts;
        facts = facts with
        {
            Trust = verified == SslVerification.Ok ? TlsTrust.Trusted : TlsTrust.Untrusted,
            PeerName = Printable(SslCertificate.SubjectCommonName(certificate)),
            PeerIssuer = Printable(SslCertificate.IssuerCommonName(certificate)),
            CertificateFingerprint = Hex(SslCertificate.Fingerprint(certificate, digest, publicKey: false)),
            KeyFingerprint = Hex(SslCertificate.Fingerprint(certificate, digest, publicKey: true)),
            VerifyError = verified == SslVerification.Ok ? "" : SslVerification.ResultText(verified),
        };
        SslCertificate.Free(certificate);
        return facts;
    }

    /// <summary>The peer's certificate is for one of these names (".example.com": any below it).</summary>
    public static bool Matches(TlsSession session, IEnumerable<string> names, uint flags, out string matched)
    {
        matched = "";
        nint certificate = SslPeer.Certificate(session.Ssl);
        if (certificate == 0) return false;
        foreach (string name in names)
        {
            if (!SslCertificate.MatchesHost(certificate, name, flags)) continue;
            matched = name;
            break;
        }
        SslCertificate.Free(certificate);
        return matched.Length > 0;
    }

    /// <summary>"Anonymous TLS connection established from PEER: TLSv1.3 with cipher ... (256/256 bits) key-exchange X25519 ...".</summary>
    /// <param name="direction">"from" or "to".</param>
    public string Summary(string direction, string peer)
    {
        StringBuilder text = new(200);
        text.Append(Trust).Append(" TLS connection ").Append(Agreement.Resumed ? "reestablished " : "established ").Append(direction)
            .Append(' ').Append(peer);
        if (ServerName.Length > 0) text.Append(" to ").Append(ServerName);
        text.Append(": ").Append(Cipher);
        if (Keys.Length > 0) text.Append(' ').Append(Keys);
        return text.ToString();
    }

    /// <summary>"TLSv1.3 with cipher TLS_AES_256_GCM_SHA384 (256/256 bits)".</summary>
    public string Cipher => string.Create(CultureInfo.InvariantCulture,
        $"{Agreement.Protocol} with cipher {Agreement.Cipher} ({Agreement.UsedBits}/{Agreement.AlgorithmBits} bits)");

    /// <summary>
    /// "key-exchange X25519 server-signature RSA-PSS (2048 bits) server-digest SHA256"; empty before TLS 1.3, where the cipher's name says
    /// it.
    /// </summary>
    public string Keys
    {
        get
        {
            if (Agreement.Protocol is not "TLSv1.3") return "";
            StringBuilder text = new();
            AppendExchange(text);
            AppendSignature(text, "server", IsServer ? Agreement.Local : Agreement.Peer);
            AppendSignature(text, "client", IsServer ? Agreement.Peer : Agreement.Local);
            return text.ToString().Trim();
        }
    }

    private void AppendExchange(StringBuilder text)
    {
        switch (Agreement.KeyExchange)
        {
            case "": break;
            case "EC": text.Append(" key-exchange ECDHE (").Append(Agreement.KeyExchangeGroup).Append(')'); break;
            case "DH": text.Append(CultureInfo.InvariantCulture, $" key-exchange DHE ({Agreement.KeyExchangeBits} bits)"); break;
            default: text.Append(" key-exchange ").Append(Agreement.KeyExchange); break;
        }
    }

    private static void AppendSignature(StringBuilder text, string side, SslSignature s)
    {
        if (string.IsNullOrEmpty(s.Algorithm)) return;
        text.Append(' ').Append(side).Append("-signature ").Append(s.Algorithm);
        if (s.Curve.Length > 0) text.Append(" (").Append(s.Curve).Append(')');
        else if (s.Bits > 0) text.Append(CultureInfo.InvariantCulture, $" ({s.Bits} bits)");
        if (s.Digest.Length > 0) text.Append(' ').Append(side).Append("-digest ").Append(s.Digest);
    }

    private static string Hex(byte[] bytes) => BitConverter.ToString(bytes).Replace('-', ':');

    /// <summary>What a certificate says, fit for a log line or a header.</summary>
    private static string Printable(string text) =>
        string.Create(Math.Min(text.Length, 200), text, static (span, t) =>
        {
            for (int i = 0; i < span.Length; i++) span[i] = t[i] is >= ' ' and <= '~' and not '"' and not '\\' ? t[i] : '?';
        });
}
