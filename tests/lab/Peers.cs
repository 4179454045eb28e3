using MtaSuite.Tests.E2e.Harness;

namespace MtaSuite.Tests.Lab;

/// <summary>Ours.</summary>
internal sealed class SuitePeer(LabHost host) : MailPeer(host, "ours")
{
    private static readonly string s_bin = $"{Programs.Build}/sbin";

    public override void Prepare()
    {
        Host.Run($"{s_bin}/mtasuite", "init", "/var/suite", "--hostname", $"mx.{Domain}", "--smtp-port", "25", "--submission-port", "587",
            "--submissions-port", "465").Succeeded();
        // init binds the loopback address only
        Shell("sed -i 's/^127.0.0.1:25 /25 /' /var/suite/etc/master.cf");
        Configure("inet_interfaces=all", "inet_protocols=ipv4", $"mydestination={string.Join(", ", Hosted)}, mx.{Domain}, localhost",
            $"relay_domains={string.Join(", ", Kept)}",
            "mynetworks=127.0.0.0/8, 10.77.0.0/24", "mail_spool_directory=/var/mail", "local_recipient_maps=", "recipient_delimiter=+",
                "alias_maps=hash:/var/suite/etc/aliases", "smtp_connect_timeout=5s",
            $"hopcount_limit={HopLimit}", "queue_run_delay=1s", "minimal_backoff_time=600s", "maximal_backoff_time=600s",
            "smtpd_tls_chain_files=/etc/tls/mx.pem", "smtpd_tls_loglevel=1", "smtpd_tls_received_header=yes", "smtp_tls_security_level=may",
                "smtp_tls_CAfile=/etc/tls/ca.pem", "smtp_tls_loglevel=1",
            "smtp_tls_policy_maps=inline:"
                + Braces([.. ((string[])["postfix.lab", "exim.lab", .. ProviderPeer.Ways.Select(w => w.Nexthop)])
                .Select(n => Braces([$"{n}=secure match={HostOf(n)}"])), "clear.lab=encrypt"]),
            "transport_maps=inline:" + Braces(ProviderPeer.Ways.Select(w => $"{w.Domain}={w.Transport}:{w.Nexthop}")),
            "smtp_sasl_auth_enable=yes", "smtp_sasl_tls_security_options=noanonymous",
                "smtp_sasl_password_maps=texthash:/var/suite/etc/sasl_passwd",
            "virtual_alias_maps=inline:" + Braces(
                [.. LoopTo.Select(n => $"vloop-{n}@{Domain}=vloop-ours@{n}.lab"), "ring1@ours.lab=ring2@ours.lab",
                "ring2@ours.lab=ring1@ours.lab"]));
        SetPassword(ProviderPeer.Password);
        File.AppendAllText($"{Host.Folder}/var/suite/etc/master.cf", "wrapped unix - - n - - smtp\n  -o smtp_tls_wrappermode=yes\n");
        File.AppendAllText($"{Host.Folder}/var/suite/etc/aliases",
            string.Concat(LoopTo.Select(n => $"loop-{n}: loop-ours@{n}.lab\n")) + "self: other\nother: self\n");
        Host.Run($"{s_bin}/newaliases", "-C", "/var/suite/etc").Succeeded();
    }

    private static string HostOf(string nexthop) =>
        nexthop[0] == '[' ? nexthop[1..nexthop.IndexOf(']', StringComparison.Ordinal)] : $"mx.{nexthop}";

    /// <summary>What it says to the provider.</summary>
    public void SetPassword(string password) =>
        Host.Write("/var/suite/etc/sasl_passwd",
        string.Concat(ProviderPeer.Ways.Select(w => $"{w.Nexthop} {ProviderPeer.Login}:{password}\n")));

    /// <summary>Submits a message on the host itself.</summary>
    public void Submit(string from, string to, string subject, string body) =>
        Host.Shell($"printf 'Subject: {subject}\n\n{body}\n' | MAIL_CONFIG=/var/suite/etc {s_bin}/sendmail -f {from} {to}").Succeeded();

    public void Configure(params string[] settings) =>
        Host.Run([$"{s_bin}/postconf", "-c", "/var/suite/etc", "-e", .. settings]).Succeeded();

    public void Reload() => Shell($"{s_bin}/mtasuite -c /var/suite/etc reload");

    protected override void OnStart() => Shell($"{s_bin}/mtasuite -c /var/suite/etc start");

    protected override void OnStop() => Shell($"{s_bin}/mtasuite -c /var/suite/etc stop");

    public override void Flush() => Postqueue("-f");

    /// <summary>Runs postqueue with these options.</summary>
    public ProgramResult Postqueue(params string[] options) =>
        Host.Run([$"{s_bin}/postqueue", "-c", "/var/suite/etc", .. options]).Succeeded();

    public void Postsuper(params string[] options) => Host.Run([$"{s_bin}/postsuper", "-c", "/var/suite/etc", .. options]).Succeeded();

    public override string Queue() => Host.Shell($"MAIL_CONFIG=/var/suite/etc {s_bin}/mailq").Output;

    public override string Log() => Host.Read("/var/suite/log/mail.log");
}

/// <summary>Debian's Postfix.</summary>
internal sealed class PostfixPeer(LabHost host) : MailPeer(host, "postfix")
{
    public override void Prepare()
    {
        Host.Write("/etc/postfix/main.cf", $"""
            compatibility_level = 3.6
            myhostname = mx.{Domain}
            mydestination = {string.Join(", ", Hosted)}, mx.{Domain}, localhost, {string.Join(", ", SignedZone.Domains)}
            relay_domains = {string.Join(", ", Kept)}
            mynetworks = 127.0.0.0/8, 10.77.0.0/24
            inet_protocols = ipv4
            maillog_file = /var/log/mail.log
            alias_maps = hash:/etc/postfix/aliases
            alias_database = hash:/etc/postfix/aliases
            local_recipient_maps =
            mail_spool_directory = /var/mail
            recipient_delimiter = +
            virtual_alias_maps = inline:{Braces(LoopTo.Select(n => $"vloop-{n}@{Domain}=vloop-postfix@{n}.lab"))}
            hopcount_limit = {HopLimit}
            smtp_connect_timeout = 5s
            queue_run_delay = 1s
            minimal_backoff_time = 2s
            maximal_backoff_time = 2s
            transport_retry_time = 1s
            smtpd_tls_security_level = may
            smtpd_tls_chain_files = /etc/tls/mx.pem
            smtp_tls_security_level = may
            smtp_tls_CAfile = /etc/tls/ca.pem
            smtp_tls_loglevel = 1
            smtp_tls_policy_maps = inline:{"{ {ours.lab = secure match=mx.ours.lab} }"}

            """);
        Host.Write("/etc/postfix/aliases", string.Concat(LoopTo.Select(n => $"loop-{n}: loop-postfix@{n}.lab\n")));
        // without chroot: its copies of files would have to be made
        Shell("mkdir -p /var/spool/postfix /var/lib/postfix && chown postfix /var/lib/postfix && postconf -F '*/*/chroot=n' && newaliases");
    }

    protected override void OnStart() => Shell("postfix start");

    protected override void OnStop() => Shell("postfix stop");

    public override void Flush() => Host.Run("postqueue", "-f").Succeeded();

    public override void RetryLate() => Shell("postconf -e minimal_backoff_time=600s maximal_backoff_time=600s && postfix reload");

    public override string Queue() => Host.Run("postqueue", "-p").Output;

    public override string Log() => Host.Read("/var/log/mail.log");
}

/// <summary>Debian's Exim.</summary>
internal sealed class EximPeer(LabHost host) : MailPeer(host, "exim")
{
    // Exim runs nothing with an argument that comes from a client; what it finds by it in a file is another thing
    private const string EtrnDomain = "${lookup{$domain}lsearch,ret=key{/etc/exim4/etrn}}";
    private const string Forward = "${lookup{$local_part}lsearch{/etc/exim4/redirects}}";

    public override void Prepare()
    {
        Host.Write("/etc/exim4/redirects",
            string.Concat(LoopTo.SelectMany(n => new[] { $"loop-{n}: loop-exim@{n}.lab\n", $"vloop-{n}: vloop-exim@{n}.lab\n" })));
        Host.Write("/etc/exim4/exim4.conf", $$"""
            primary_hostname = mx.{{Domain}}
            domainlist hosted = {{string.Join(" : ", Hosted)}}
            domainlist kept = {{string.Join(" : ", Kept)}}
            hostlist nets = 10.77.0.0/24 : 127.0.0.1
            exim_user = Debian-exim
            exim_group = Debian-exim
            never_users =
            keep_environment =
            disable_ipv6 = true
            acl_smtp_rcpt = rcpt
            acl_smtp_etrn = etrn
            smtp_etrn_command = /usr/sbin/exim4 -R {{EtrnDomain}}
            received_headers_max = {{HopLimit}}
            tls_advertise_hosts = *
            tls_certificate = /etc/tls/mx.pem
            tls_verify_certificates = /etc/tls/ca.pem
            host_lookup =
            rfc1413_query_timeout = 0s
            log_file_path = /var/log/exim4/%slog
            begin acl
            rcpt:
              accept hosts = +nets
              accept domains = +hosted : +kept
              deny
            etrn:
              accept hosts = +nets
            begin routers
            forwards:
              driver = redirect
              domains = +hosted
              data = {{Forward}}
            remote:
              driver = dnslookup
              domains = ! +hosted
              transport = smtp
              no_more
            mailbox:
              driver = accept
              local_parts = alice
              local_part_suffix = +*
              local_part_suffix_optional
              transport = mbox
            begin transports
            smtp:
              driver = smtp
              connect_timeout = 5s
              tls_verify_certificates = /etc/tls/ca.pem
              tls_verify_hosts = 10.77.0.11
              tls_verify_cert_hostnames = 10.77.0.11
              hosts_require_tls = 10.77.0.11
            mbox:
              driver = appendfile
              file = /var/mail/alice
              user = alice
            begin retry
            * * F,1h,2s

            """);
        Host.Write("/etc/exim4/etrn", string.Concat(Kept.Select(k => $"{k}\n")));
        Shell("mkdir -p /run/exim4 /var/spool/exim4 /var/log/exim4 && chown -R Debian-exim: /run/exim4 /var/spool/exim4 /var/log/exim4");
    }

    protected override void OnStart() => Shell("exim4 -bd -q2s");

    protected override void OnStop() => Shell("p=$(cat /run/exim4/exim.pid); kill $p; while [ -e /proc/$p ]; do sleep 0.1; done");

    public override void Flush() => Shell("exim4 -qff");

    public override void RetryLate()
    {
        Stop();
        Shell("sed -i 's/F,1h,2s/F,1h,10m/' /etc/exim4/exim4.conf");
        Start();
    }

    public override string Queue() => Host.Run("exim4", "-bp").Output + Host.Shell("cat /var/spool/exim4/msglog/* 2>/dev/null").Output;

    public override string Log() => Host.Read("/var/log/exim4/mainlog");
}

/// <summary>Debian's OpenSMTPD.</summary>
internal sealed class OpensmtpdPeer(LabHost host) : MailPeer(host, "opensmtpd")
{
    public override void Prepare()
    {
        static string List(IEnumerable<string> words) => Braces(words.Select(w => $"\"{w}\""));
        Host.Write("/etc/smtpd.conf", $$"""
            table aliases {{Braces(LoopTo.Select(n => $"\"loop-{n}\" = \"loop-opensmtpd@{n}.lab\""))}}
            action "mbox" mbox alias <aliases>
            action "out" relay helo mx.{{Domain}}
            action "keep" relay backup mx "mx.{{Domain}}" helo mx.{{Domain}}
            listen on 0.0.0.0 hostname mx.{{Domain}}
            match from any for domain {{List(Hosted)}} action "mbox"
            match from any for domain {{List(Kept)}} action "keep"
            match from local for any action "out"
            match from src { "127.0.0.1", "10.77.0.0/24" } for any action "out"

            """);
        // its control program wants to be set-gid
        Shell("mkdir -p /var/spool/smtpd /var/lib/opensmtpd/empty && chmod 711 /var/spool/smtpd /var/lib/opensmtpd/empty"
            + " && cp /usr/sbin/smtpctl /var/lib/opensmtpd/smtpctl && chgrp opensmtpq /var/lib/opensmtpd/smtpctl && chmod 2555 "
            + "/var/lib/opensmtpd/smtpctl");
    }

    protected override void OnStart() =>
        Shell("smtpd -d -v >>/var/log/smtpd.log 2>&1 & echo $! >/run/opensmtpd.pid; i=0; while [ ! -S /run/smtpd.sock ] && [ $i -lt 100 "
        + "]; do sleep 0.1; i=$((i+1)); done");

    protected override void OnStop() =>
        Shell("p=$(cat /run/opensmtpd.pid); kill $p; while [ -e /proc/$p ]; do sleep 0.1; done; rm -f /run/smtpd.sock");

    /// <summary>It keeps the way to a host that was down closed for minutes, unless it is started anew.</summary>
    public override void Flush()
    {
        Stop();
        Start();
        // what it has not loaded yet is not scheduled
        Shell("for i in 1 2 3 4; do sleep 0.3; /var/lib/opensmtpd/smtpctl schedule all; done");
    }

    public override string Queue() =>
        Host.Run("/var/lib/opensmtpd/smtpctl", "show", "queue") is var shown ? shown.Output + shown.Error : "";

    public override string Log() => Host.Read("/var/log/smtpd.log");
}
