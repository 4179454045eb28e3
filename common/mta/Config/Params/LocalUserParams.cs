namespace MtaSuite.Common.Config.Params;

/// <summary>
/// What local users may take of the services that every user may connect to (public/pickup, public/showq, public/qmgr, public/postlog).
/// Not for root and
/// mail_owner. The names are ours: Postfix has no such sockets.
/// </summary>
public static class LocalUserParams
{
    public static readonly IntParam ConnectionLimit = new("local_user_connection_limit", "200", min: 1,
        doc: "Connections, and requests, that one local user may have open at a service at once.");
    public static readonly LongParam ContentLimit = new("local_user_content_limit", "33554432", min: 1_048_576,
        doc: "Bytes of content of one local user that a service keeps in memory at once.");
    public static readonly LongParam EnvelopeLimit = new("local_user_envelope_limit", "2097152", min: 65_536,
        doc: "Bytes of requests (envelopes) of one local user that a service works on at once; a larger one waits for the others.");
    public static readonly TimeParam DrainTimeout = new("local_user_drain_timeout", "60s", min: "1s",
        doc: "How long a process that is being replaced continues requests of local commands.");
    public static readonly TimeParam IdleTimeout = new("local_user_idle_timeout", "60s", min: "1s",
        doc: "How long a local user may stay connected to a service and ask for nothing.");
    public static readonly TimeParam ProgressTimeout = new("local_user_progress_timeout", "300s", min: "1s",
        doc: "How long a local user's request may stay without progress (1,024 bytes) while the service waits for the user.");
    public static readonly IntParam PostlogRateLimit = new("postlog_user_rate_limit", "20", min: 1,
        doc: "Lines (256 bytes each) a second that one local user may log through postlogd, after 50 seconds' worth at once.");

    public static IReadOnlyList<Param> All { get; } =
        [ConnectionLimit, ContentLimit, EnvelopeLimit, DrainTimeout, IdleTimeout, ProgressTimeout, PostlogRateLimit];
}
