using System.Net;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using MtaSuite.Tests.Unit.Net;

namespace MtaSuite.Tests.Unit.Http;

/// <summary>A web server on threads: one request for each connection, answered with the bytes that a function makes of it.</summary>
internal sealed class WebServer : IDisposable
{
    private readonly ThreadedListener _listener;
    private readonly Func<string, byte[]?> _answer;

    /// <param name="chain">A file with key and certificate; empty: no TLS.</param>
    /// <param name="answer">Gets the whole request, in Latin 1; null: silence until the client leaves.</param>
    public WebServer(string chain, Func<string, byte[]?> answer, IPEndPoint? at = null)
    {
        _answer = answer;
        Chain = chain;
        _listener = new ThreadedListener(Serve, at);
    }

    /// <summary>The certificate from the next connection on.</summary>
    public string Chain { get; set; }

    public int Port => _listener.EndPoint.Port;

    /// <summary>Requests seen.</summary>
    public int Count;

    /// <summary>An answer with a status line and a body.</summary>
    public static byte[] Answer(string body, string type = "text/plain", string status = "200 OK", string header = "") =>
        Encoding.UTF8.GetBytes($"HTTP/1.1 {status}\r\nContent-Type: {type}\r\nContent-Length: "
        + $"{Encoding.UTF8.GetByteCount(body)}\r\n{header}Connection: close\r\n\r\n{body}");

    private void Serve(Stream connection)
    {
        using Stream stream = Secure(connection);
        string request = Read(stream);
        if (request.Length > 0) Interlocked.Increment(ref Count);
        if (_answer(request) is { } answer) stream.Write(answer);
        else while (stream.ReadByte() >= 0) { }
    }

    private Stream Secure(Stream stream)
    {
        if (Chain.Length == 0) return stream;
        using X509Certificate2 pem = X509Certificate2.CreateFromPemFile(Chain);
        SslStream secure = new(stream);
        secure.AuthenticateAsServer(pem);
        return secure;
    }

    /// <summary>
    /// The header, and as much behind it as Content-Length says; a TLS handshake where none is spoken is answered at once.
    /// </summary>
    private static string Read(Stream stream)
    {
        StringBuilder text = new();
        while (!text.ToString().Contains("\r\n\r\n", StringComparison.Ordinal) && stream.ReadByte() is >= 0 and var c)
        {
            text.Append((char)c);
            if (text[0] == 0x16) return "handshake";
        }
        string header = text.ToString();
        int at = header.IndexOf("Content-Length: ", StringComparison.OrdinalIgnoreCase);
        int left = at < 0 ? 0 : int.Parse(header.AsSpan(at + 16, header.IndexOf('\r', at) - at - 16));
        for (; left > 0 && stream.ReadByte() is >= 0 and var c; left--) text.Append((char)c);
        return text.ToString();
    }

    public void Dispose() => _listener.Dispose();
}
