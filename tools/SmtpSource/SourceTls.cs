using MtaSuite.Common.Native;
using MtaSuite.Common.Net;
using MtaSuite.Common.Tls;

namespace MtaSuite.Tools.SmtpSource;

/// <summary>
/// TLS of all sessions of a run: one context, which verifies nothing, and the one TLS session that new connections may resume.
/// </summary>
internal sealed class SourceTls
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(300);
    private readonly TlsContext _context;
    private readonly bool _resume;
    private nint _session;

    private SourceTls(TlsContext context, bool resume) => (_context, _resume) = (context, resume);

    /// <summary>Null with the reason where there is no TLS.</summary>
    public static SourceTls? TryCreate(SourceOptions options, out string error)
    {
        if (!TlsProtocols.TryParse(options.TlsProtocols, out TlsProtocols protocols, out string bad))
        {
            error = $"unknown TLS protocol {bad}";
            return null;
        }
        TlsContext? context =
            TlsContext.TryCreate(new TlsContextSettings { Server = false, Protocols = protocols, VerifyNothing = true }, [], out error);
        return context == null ? null : new SourceTls(context, options.TlsResume);
    }

    /// <summary>Starts TLS on a connection whose output is sent; null, when it failed.</summary>
    public async ValueTask<TlsSession?> StartAsync(Connection connection)
    {
        TlsSession? session = TlsSession.TryCreate(_context, connection, server: false, out _);
        if (session == null) return null;
        if (_session != 0) SslSessions.Resume(session.Ssl, _session);
        return await session.HandshakeAsync(s_limit) == TlsHandshake.Done ? session : null;
    }

    /// <summary>Keeps the session to resume it, once the server has said something within it: tickets come behind the handshake.</summary>
    public void Keep(TlsSession session)
    {
        if (_resume && _session == 0) _session = SslSessions.Take(session.Ssl);
    }
}
