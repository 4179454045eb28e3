namespace MtaSuite.Mailauth;

/// <summary>The manual, printed by --help.</summary>
internal static class Manual
{
    public const string Text = """
        NAME
            mailauth - signs mail, and checks SPF, DKIM, DMARC and ARC

        SYNOPSIS
            started by master:    mailauth unix - - n - - mailauth
            for other systems:    mailauth -c DIR --listen ADDRESS [--listen ADDRESS]... [--socket-group GROUP] [-v] [-o NAME=VALUE]...

        DESCRIPTION
            A milter. Mail of users who have logged in, of clients in mailauth_trusted_networks and of this machine is signed with the
            keys that mailauth_signing_table has for its author. Mail of others is checked, and the results are written into one
            Authentication-Results field; fields that claim to be ours are removed before. mailauth_dmarc_action says what becomes of mail
            that fails DMARC.

            Private keys belong to root or mail_owner, and nobody else may read them. They are read before root's rights are given up:
            after a change, reload.

        OPTIONS
            -c DIR            the folder with main.cf; without master it needs none of Postfix's parameters
            --listen ADDRESS  serve without master: inet:127.0.0.1:8891, inet:[::1]:8891 or unix:/path/socket
            --socket-group G  the group whose members may connect to Unix sockets
            -o NAME=VALUE     overrides a parameter
            -v                log more

        PARAMETERS
            mailauth_..., myhostname, mydomain, mynetworks, mail_owner, dns_servers, maillog_file, syslog_name

        SIGNALS
            Without master: TERM and INT end it when the messages under way are done, HUP opens the log file again.

        EXIT STATUS
            0 done, 75 try later, 78 bad configuration, 70 bug

        """;
}
