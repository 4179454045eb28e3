using System.Net;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using MtaSuite.Tests.Unit.Net;

namespace MtaSuite.Tests.Unit.Relay;

/// <summary>How a server with TLS behaves.</summary>
public enum TlsMode { Good, NotOffered, Refused, Garbage, HangUp, Injected, Wrapped, GarbageOnce, Renegotiates }

/// <summary>A mail server with TLS by .NET's own SslStream: takes everything, on as many connections as come.</summary>
internal sealed class TlsPeer : IDisposable
{
    private readonly ThreadedListener _listener;
    private readonly X509Certificate2 _certificate;
    private readonly TlsMode _mode;
    private readonly List<string> _said = [];
    private int _handshakes;

    public TlsPeer(string chainText, TlsMode mode = TlsMode.Good)
    {
        using X509Certificate2 made =
            X509Certificate2.CreateFromPem(chainText.AsSpan(chainText.IndexOf("-----BEGIN CERT", StringComparison.Ordinal)), chainText);
        _certificate = X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pkcs12), null);
        _mode = mode;
        _listener = new ThreadedListener(Talk);
    }

    public IPEndPoint EndPoint => _listener.EndPoint;
    /// <summary>What clients said, "T: " in TLS and "C: " in clear before it.</summary>
    public string[] Said
    {
        get
        {
            lock (_said) return [.. _said];
        }
    }
    public string ServerName { get; private set; } = "";
    /// <summary>A keyword more in the answer to EHLO inside TLS.</summary>
    public string Offer { get; init; } = "X-NOTHING";
    /// <summary>A client that has a certificate showed it when it was asked to renegotiate; null: it was not asked.</summary>
    public bool? HasRenegotiated { get; private set; }
    public int Messages { get; private set; }

    private void Talk(Stream stream)
    {
        bool secure = false;
        if (_mode == TlsMode.Wrapped) (stream, secure) = (Secure(stream), true);
        Send(stream, "220 peer.test ESMTP\r\n");
        bool data = false;
        while (ReadLine(stream) is { } line)
        {
            if (data)
            {
                if (line != ".") continue;
                data = false;
                Messages++;
                Send(stream, "250 2.0.0 taken\r\n");
                continue;
            }
            lock (_said) _said.Add((secure ? "T: " : "C: ") + line);
            string verb = line.Split(' ')[0];
            switch (verb)
            {
                case "EHLO":
                    Send(stream, secure
                        || _mode == TlsMode.NotOffered ? $"250-peer.test\r\n250-{Offer}\r\n250 8BITMIME\r\n"
                        : "250-peer.test\r\n250 STARTTLS\r\n");
                    break;
                case "STARTTLS" when _mode == TlsMode.Refused:
                    Send(stream, "454 4.7.0 not now\r\n");
                    break;
                case "STARTTLS":
                    int number = Interlocked.Increment(ref _handshakes);
                    Send(stream, _mode == TlsMode.Injected ? "220 go\r\n250 injected\r\n" : "220 go\r\n");
                    if (_mode == TlsMode.HangUp) return;
                    if (_mode == TlsMode.Garbage || (_mode == TlsMode.GarbageOnce && number == 1)) Send(stream, "this is no handshake\r\n");
                    (stream, secure) = (Secure(stream), true);
                    break;
                case "MAIL" when _mode == TlsMode.Renegotiates:
                    Renegotiate((SslStream)stream);
                    break;
                case "DATA":
                    Send(stream, "354 go\r\n");
                    data = true;
                    break;
                case "QUIT":
                    Send(stream, "221 bye\r\n");
                    return;
                default:
                    Send(stream, "250 2.0.0 ok\r\n");
                    break;
            }
        }
    }

    private void Renegotiate(SslStream stream)
    {
        stream.NegotiateClientCertificateAsync().GetAwaiter().GetResult();
        HasRenegotiated = stream.RemoteCertificate != null;
        Send(stream, "250 2.0.0 ok\r\n");
    }

    private SslStream Secure(Stream stream)
    {
        SslStream ssl = new(stream);
        ssl.AuthenticateAsServer(new SslServerAuthenticationOptions
        {
            RemoteCertificateValidationCallback = (_, _, _, _) => true,
            ServerCertificateSelectionCallback = (_, name) =>
            {
                ServerName = name ?? "";
                return _certificate;
            },
        });
        return ssl;
    }

    private static void Send(Stream stream, string text) => stream.Write(Encoding.ASCII.GetBytes(text));

    private static string? ReadLine(Stream stream)
    {
        StringBuilder line = new();
        for (int b; (b = stream.ReadByte()) >= 0;)
        {
            if (b == '\n') return line.ToString().TrimEnd('\r');
            line.Append((char)b);
        }
        return null;
    }

    public void Dispose()
    {
        _listener.Dispose();
        _certificate.Dispose();
    }
}
