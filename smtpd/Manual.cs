namespace MtaSuite.Smtpd;

/// <summary>The manual page's text.</summary>
internal static class Manual
{
    public const string Text = """
        NAME
            smtpd - SMTP server

        SYNOPSIS
            started by master for services of type inet in master.cf

        DESCRIPTION
            Speaks SMTP with clients, in clear or within TLS, lets users log in (docs/AUTH.md), checks clients and addresses by the
            smtpd_*_restrictions, and streams messages to cleanup. A 250 after the content means that the message is durable in the queue.
            With smtpd_proxy_filter they go to a filter that speaks SMTP instead, whose answer is the client's (docs/PROXY_FILTER.md).

            One process serves many clients. The maxproc column of master.cf is the maximum of sessions at once; beyond it clients get
            421 4.3.2. With nine tenths of them in use $stress is "yes", and the shorter smtpd_timeout applies to waiting clients, too.

            postaccess runs it as "smtpd --explain" to evaluate the restrictions for an imaginary client; nothing is served then.

        PARAMETERS
            All that begin with smtpd_ in "postconf -d", and message_size_limit, line_length_limit, queue_minfree, mynetworks,
            strict_rfc821_envelopes, disable_vrfy_command, soft_bounce

        STANDARDS
            RFC 5321 (SMTP), RFC 1870 (SIZE), RFC 1985 (ETRN), RFC 2034 (status codes), RFC 2920 (PIPELINING), RFC 3030 (CHUNKING),
            RFC 3207 (STARTTLS), RFC 3461 (DSN), RFC 4954 (AUTH), RFC 6152 (8BITMIME), RFC 6531 (SMTPUTF8), RFC 8689 (REQUIRETLS)

        EXIT STATUS
            0 done, 75 try later, 78 bad configuration, 70 bug

        """;
}
