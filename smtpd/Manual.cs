namespace MtaSuite.Smtpd;

/// <summary>The manual page's text.</summary>
internal static class Manual
{
    public const string Text = """
        smtpd - SMTP server

        master starts it for services of type inet in master.cf. It talks SMTP (RFC 5321) with PIPELINING, SIZE, 8BITMIME,
        SMTPUTF8, ENHANCEDSTATUSCODES, CHUNKING and DSN, checks clients and addresses by the smtpd_*_restrictions, and streams
        messages to cleanup. A 250 after the content means that the message is durable in the queue.

        One process serves many clients. The maxproc column of master.cf is the most sessions at once; beyond it clients get
        421 4.3.2. When nine tenths are there, $stress is "yes",
        and the shorter smtpd_timeout holds for clients that wait already, too.

        postaccess starts it as "smtpd --explain" to learn which restriction would decide about a client; nothing is served then.

        Parameters: see the names that begin with smtpd_ in postconf(5), and message_size_limit, line_length_limit,
        queue_minfree, mynetworks, strict_rfc821_envelopes, disable_vrfy_command, soft_bounce.

        """;
}
