namespace MtaSuite.Tools.SmtpSource;

/// <summary>What smtp-source --help prints.</summary>
internal static class SmtpSourceManual
{
    public const string Usage = "usage: smtp-source [options] [inet:]host[:port]|unix:path (smtp-source --help lists the options)";

    public const string Text = """
        smtp-source - send many messages by SMTP or LMTP, over many sessions at once

        usage: smtp-source [OPTION...] [inet:]HOST[:PORT]
               smtp-source [OPTION...] unix:PATH

          -s N            sessions at once (1)
          -m N            messages in all (1)
          -d              many messages over one connection; otherwise a connection for each
          -l BYTES        length of the text, the header not counted
          -F FILE         send this message; dots are doubled, lines end in CR LF
          -r N            recipients of each message; a number is prepended to the address
          -N              prepend a number that never repeats to each recipient
          -f FROM, -t TO  envelope addresses (foo@NAME)
          -M NAME         name for HELO and for addresses (this machine's)
          -S SUBJECT      a Subject header
          -L              LMTP
          -o              no HELO, no message header
          -w SECONDS      wait between the messages of a session; -R SECONDS a random time up to that
          -C N            try N times to connect where the server refuses
          -A              a refusal is a warning and does not end the program
          -T BYTES        size of the TCP window
          -4, -6          IPv4 only, IPv6 only
          -c              count on the terminal; -v shows the replies
          -j              at the end a report as JSON: messages, messages_per_second, latency percentiles, refused, lost, ...

          --rate N        N messages a second, of all sessions together
          --to-domains N  recipients in N domains: user@domain becomes user@d1.domain to user@dN.domain in turn
          --ehlo          EHLO in place of HELO
          --pipelining    EHLO, then MAIL, RCPT and DATA in one go
          --keep-going    lost connections are warnings, too
          --tls           EHLO and STARTTLS; certificates are not verified
          --tls-wrapped   TLS from the first byte
          --tls-resume    a new connection resumes the TLS session of an earlier one
          --tls-protocols VERSIONS   as in smtp_tls_protocols (>=TLSv1.2, !TLSv1.3)
          --no-mail       each message is only a connection, HELO, TLS if requested, and QUIT; not with -d

        Exit status: 0 done; 1 error, or wrong usage.

        """;
}
