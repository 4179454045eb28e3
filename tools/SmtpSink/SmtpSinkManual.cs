namespace MtaSuite.Tools.SmtpSink;

/// <summary>What smtp-sink --help prints.</summary>
internal static class SmtpSinkManual
{
    public const string Usage = "usage: smtp-sink [options] [inet:][host]:port|unix:path backlog (smtp-sink --help lists the options)";

    public const string Text = """
        smtp-sink - an SMTP or LMTP server that discards mail, or misbehaves on request

        usage: smtp-sink [OPTION...] [inet:][HOST]:PORT BACKLOG
               smtp-sink [OPTION...] unix:PATH BACKLOG

        The server
          -4, -6          IPv4 only, IPv6 only
          -L              LMTP
          -h NAME         name in its replies (smtp-sink)
          -8 -a -C -E -F -N -p   do not announce 8BITMIME, AUTH, XCLIENT, ENHANCEDSTATUSCODES, XFORWARD, DSN, PIPELINING
          -e              no ESMTP
          -P              greets as a Cisco PIX does; no ESMTP
          -m N            connections at once (256); more wait
          -M N, -n N      exit after N messages, after N sessions
          --tls FILE      offers STARTTLS with the key and the certificates of a chain file; --tls-wrapped: TLS from the first byte instead
          -t SECONDS      time limit for a command or a reply (100)
          -T BYTES        size of the TCP window
          -u USER, -R DIR run as this user (root must give it), change the root directory

        Output
          -c              counters of sessions, QUITs and messages
          -v              the commands that arrive
          -s COMMANDS     these commands, in syslog
          -j              events as JSON, one object a line: connect, message, fault, disconnect
          -d TEMPLATE     each message in a file of its own; -D TEMPLATE appends; strftime(3) is applied to the name
          -S TEXT         in front of each message in these files; with the escape sequences of C

        Faults: COMMANDS are names with commas or blanks between: CONNECT HELO EHLO LHLO MAIL RCPT DATA . RSET NOOP VRFY QUIT AUTH
        STARTTLS
          -f COMMANDS     5xx; -B REPLY changes the reply (500 5.3.0 Error: command failed). No PIPELINING
          -r COMMANDS     4xx; -b REPLY changes the reply (450 4.3.0 Error: command failed). No PIPELINING
          -q COMMANDS     hang up without a reply
          -Q COMMANDS     421 and hang up
          -w SECONDS      wait before the reply to DATA
          -W COMMAND:SECONDS[:PERCENT]   wait before a reply; with PERCENT, repeatedly with that probability
          -A SECONDS      wait after the reply to DATA, then 550 and hang up without reading
          -H SECONDS      wait after the reply to DATA before reading the content

        Faults at certain places: PLACE is COMMAND[#N][@ODDS[/domain|/host]][:TEXT]: at the Nth COMMAND of a session; with a probability of
        ODDS (0 to 1), decided each time, or once for each recipient domain or local address; only if the command contains TEXT. CONTENT is
        the arrival of content.
          --drop ODDS            hang up at once; the same as --close CONNECT@ODDS
          --close PLACE          hang up without a reply        --reset PLACE    the same with a TCP reset
          --shutdown PLACE       421 and hang up                --hang PLACE     never reply again
          --reply PLACE=REPLY    this reply; \n in it starts another line
          --delay PLACE=TIME     reply late (20ms, 1.5s, 2m)    --slow PLACE=TIME   so long for each byte of the reply
          --omit PLACE           no reply, then continue            --repeat PLACE[=N]  N replies more than one
          --early PLACE          the reply together with the one before it
          --partial PLACE[=N]    N bytes of the reply (half of it), then hang up
          --garbage PLACE        something that is not a reply  --endless PLACE  a reply without end

        Exit status: 0 done; 1 error, or wrong usage.

        """;
}
