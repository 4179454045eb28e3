using System.Runtime.InteropServices;

namespace MtaSuite.Common.Native;

/// <summary>Sessions that are resumed: which a server gives out, and those that a client takes and offers again.</summary>
public static unsafe partial class SslSessions
{
    [LibraryImport(OpenSsl.Ssl, EntryPoint = "SSL_CTX_set_session_id_context")]
    private static partial int SessionIdContext(nint context, byte* id, uint length);

    [LibraryImport(OpenSsl.Ssl, EntryPoint = "SSL_CTX_set_timeout")]
    private static partial nint SetTimeout(nint context, nint seconds);

    [LibraryImport(OpenSsl.Ssl, EntryPoint = "SSL_CTX_set_num_tickets")]
    private static partial int SetTickets(nint context, nuint count);

    [LibraryImport(OpenSsl.Ssl, EntryPoint = "SSL_get1_session")]
    private static partial nint GetSession(nint ssl);

    [LibraryImport(OpenSsl.Ssl, EntryPoint = "SSL_set_session")]
    private static partial int SetSession(nint ssl, nint session);

    [LibraryImport(OpenSsl.Ssl, EntryPoint = "SSL_SESSION_is_resumable")]
    private static partial int IsResumable(nint session);

    [LibraryImport(OpenSsl.Ssl, EntryPoint = "SSL_SESSION_free")]
    public static partial void Free(nint session);

    /// <summary>
    /// Server: tickets as the process's ticket keys make them, and session ids without any store; lifetime 0 turns resumption off.
    /// </summary>
    public static void Serve(nint context, ReadOnlySpan<byte> idContext, TimeSpan lifetime, bool issueIds)
    {
        fixed (byte* id = idContext) _ = SessionIdContext(context, id, (uint)Math.Min(idContext.Length, 32));
        // SERVER | NO_INTERNAL: ids are given out and nothing is kept.
        _ = SslContext.Control(context, SslContext.CtrlSessionCacheMode, issueIds ? 0x0302 : 0, 0);
        bool tickets = lifetime > TimeSpan.Zero;
        _ = SetTickets(context, tickets ? 1u : 0u);
        if (!tickets)
        {
            _ = SslContext.SetOptions(context, SslContext.OpNoTicket);
            return;
        }
        _ = SetTimeout(context, (nint)lifetime.TotalSeconds);
        SslTickets.Use(context);
    }

    /// <summary>
    /// Client: the library keeps no sessions, and lets the caller use one of TLS 1.3 more than once (several connections begin at a time).
    /// </summary>
    public static void KeepNone(nint context) => _ = SslContext.Control(context, SslContext.CtrlSessionCacheMode, 0, 0);

    /// <summary>Client: tries to resume a session; the handle stays the caller's.</summary>
    public static void Resume(SslConnection connection, nint session) => _ = SetSession(connection.Handle, session);

    /// <summary>A session that can be resumed, for the caller to free; 0 when there is none.</summary>
    public static nint Take(SslConnection connection)
    {
        nint session = GetSession(connection.Handle);
        if (session == 0 || IsResumable(session) == 1) return session;
        Free(session);
        return 0;
    }
}
