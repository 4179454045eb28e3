namespace MtaSuite.Tools.Mtasuite;

/// <summary>The files of a new instance, as texts.</summary>
internal static class InstanceFiles
{
    public static string MainCf(InitOptions o, string owner, bool root) => $"""
        # A private instance of the mail system, made by "mtasuite init".
        # Any parameter may be set here; "postconf -d" lists them with their defaults,
        # and "mtasuite -c {o.Etc} check" names what is wrong in this file.

        compatibility_level = 3.11

        # where it lives
        queue_directory = {o.Spool}
        data_directory = {o.Data}
        daemon_directory = {o.DaemonDirectory}
        command_directory = {o.CommandDirectory}
        maillog_file = {o.Log}/mail.log
        mail_owner = {owner}

        # who it is, and for whom it works
        myhostname = {o.HostName}
        mydestination = $myhostname, localhost.$mydomain, localhost
        inet_interfaces = {o.Interfaces}
        mynetworks = 127.0.0.0/8

        # TLS; the certificate is signed by itself: put a real one in its place, private key first
        smtpd_tls_chain_files = {o.Etc}/server.pem
        smtpd_tls_security_level = may
        # RFC 8996: nothing older; and the server chooses among the ciphers
        smtpd_tls_protocols = >=TLSv1.2
        smtpd_tls_mandatory_protocols = >=TLSv1.2
        tls_preempt_cipherlist = yes

        # local delivery
        alias_maps = hash:{o.Etc}/aliases
        alias_database = hash:{o.Etc}/aliases
        {(root ? $"# mailboxes are {MailboxDefault}; with home_mailbox = Maildir/ they are in the users' homes"
            : $"mail_spool_directory = {o.Mail}/")}

        """;

    private const string MailboxDefault = "in mail_spool_directory (/var/mail)";

    public static string Aliases(string? user) => $"""
        # Local aliases: name: address, |command, /file or :include:/file. After a change: newaliases.
        postmaster: {user ?? "root"}
        mailer-daemon: postmaster
        abuse: postmaster

        """;

    /// <summary>
    /// What both submission services (RFC 6409, RFC 8314) have in common: users log in, may send anywhere, stay hidden in the header, and
    /// what their programs leave out of it is completed. They send over connections that scanners do not, and some of them talk out of
    /// turn.
    /// </summary>
    private const string Submission = """
          -o smtpd_tls_auth_only=yes
          -o smtpd_sasl_auth_enable=yes
          -o smtpd_client_restrictions=
          -o smtpd_helo_restrictions=
          -o smtpd_sender_restrictions=
          -o smtpd_recipient_restrictions=
          -o smtpd_relay_restrictions=permit_sasl_authenticated,reject
          -o smtpd_reject_unlisted_recipient=no
          -o smtpd_forbid_unauth_pipelining=no
          -o smtpd_hide_client_session=yes
          -o local_header_rewrite_clients=permit_sasl_authenticated
        """;

    public static string Passwords => """
        # Logins for smtpd, set by "postpasswd USER@DOMAIN"; see smtpd_sasl_path.

        """;

    private static string Service(InitOptions o, int port) => $"{o.ServiceHost}{port}";

    public static string Master(InitOptions o) => $$"""
        # Services of this instance. Columns: see master(5); "-" is the default.
        # service                 type  private unpriv  chroot  wakeup  maxproc command + args
        {{Service(o, o.SmtpPort),-25}} inet  n       -       n       -       -       smtpd
        {{Service(o, o.SubmissionPort),-25}} inet  n       -       n       -       -       smtpd
          -o syslog_name=mtasuite/submission
          -o smtpd_tls_security_level=encrypt
        {{Submission}}
        {{Service(o, o.SubmissionsPort),-25}} inet  n       -       n       -       -       smtpd
          -o syslog_name=mtasuite/submissions
          -o smtpd_tls_wrappermode=yes
        {{Submission}}
        pickup                    unix  n       -       n       60      1       pickup
        cleanup                   unix  n       -       n       -       0       cleanup
        qmgr                      unix  n       -       n       300     1       qmgr
        bounce                    unix  -       -       n       -       0       bounce
        defer                     unix  -       -       n       -       0       bounce
        trace                     unix  -       -       n       -       0       bounce
        smtp                      unix  -       -       n       -       -       smtp
        relay                     unix  -       -       n       -       -       smtp
          -o smtp_fallback_relay=
        lmtp                      unix  -       -       n       -       -       lmtp
        showq                     unix  n       -       n       -       -       showq
        anvil                     unix  -       -       n       -       1       anvil
        greylist                  unix  -       -       n       -       1       greylist
        mailauth                  unix  -       -       n       -       -       mailauth
        verify                    unix  -       -       n       -       1       verify
        sts                       unix  -       -       n       -       1       sts
        tlsrpt                    unix  -       -       n       3600?   1       tlsrpt
        postlog                   unix-dgram n  -       n       -       1       postlogd
        error                     unix  -       -       n       -       -       error
        retry                     unix  -       -       n       -       -       error
        discard                   unix  -       -       n       -       -       discard
        local                     unix  -       n       n       -       -       local
        virtual                   unix  -       n       n       -       -       virtual

        """;
}
