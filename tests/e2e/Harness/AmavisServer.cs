using MtaSuite.Common.Native;

namespace MtaSuite.Tests.E2e.Harness;

/// <summary>
/// Debian's amavisd with a virus scanner that knows one virus: takes mail by SMTP on a port, and passes it on to another; or, without
/// ports, judges mail for amavisd-milter over a socket. As root.
/// </summary>
public sealed class AmavisServer : IDisposable
{
    private readonly ForeignDaemon _daemon;

    /// <summary>Where it takes AM.PDP, without a port.</summary>
    public string Socket { get; }

    /// <summary>Its user may make files here.</summary>
    public string Work { get; }

    /// <param name="port">Where it takes SMTP; 0: nowhere.</param>
    /// <param name="virus">What becomes of a virus: D_DISCARD, D_REJECT.</param>
    public AmavisServer(Instance mta, int port, int next, string virus)
    {
        string home = Directory.CreateDirectory($"{mta.Folder}/amavis").FullName;
        (Socket, Work) = ($"{home}/amavisd.sock", $"{home}/tmp");
        foreach (string folder in new[] { "tmp", "db", "virusmails" }) Directory.CreateDirectory($"{home}/{folder}");
        File.SetUnixFileMode(Work, (UnixFileMode)FileModes.GroupFolder /* amavisd-milter wants it so */);
        File.WriteAllText($"{home}/scan",
            "#!/bin/sh\nif grep -rqF EICAR-STANDARD-ANTIVIRUS-TEST-FILE \"$1\"; then echo 'INFECTED Eicar'; exit 1; fi\n");
        File.SetUnixFileMode($"{home}/scan", (UnixFileMode)FileModes.PublicFolder);
        string settings = $"{mta.Etc}/amavis.conf"; // where only root may write
        File.WriteAllText(settings, Settings(home, port, next, virus));
        Programs.Run("chown", ["-R", "amavis:amavis", home]).Succeeded();
        _daemon = new ForeignDaemon("amavisd", ["-c", settings, "foreground"],
            () => port > 0 ? ForeignDaemon.Listens(port) : File.Exists(Socket));
    }

    public void Dispose() => _daemon.Dispose();

    private static string Listens(string home, int port) => port > 0
        ? $"$unix_socketname = undef; $inet_socket_bind = '127.0.0.1'; $inet_socket_port = {port};"
        : $"$protocol = 'AM.PDP'; $unix_socketname = '{home}/amavisd.sock'; $inet_socket_port = undef;";

    private static string Settings(string home, int port, int next, string virus) => $$"""
        use strict;
        $max_servers = 2; $daemon_user = 'amavis'; $daemon_group = 'amavis';
        $MYHOME = '{{home}}'; $TEMPBASE = "$MYHOME/tmp"; $db_home = "$MYHOME/db"; $QUARANTINEDIR = "$MYHOME/virusmails";
        $enable_db = 0; $enable_zmq = 0; $do_syslog = 0; $LOGFILE = "$MYHOME/log"; $log_level = 1;
        $pid_file = "$MYHOME/pid"; $lock_file = "$MYHOME/lock"; {{Listens(home, port)}}
        $forward_method = 'smtp:[127.0.0.1]:{{next}}'; $notify_method = $forward_method;
        $myhostname = 'amavis.test.example'; $mydomain = 'test.example'; @local_domains_maps = (1);
        $X_HEADER_TAG = 'X-Virus-Scanned'; $X_HEADER_LINE = 'amavis at test.example';
        $final_virus_destiny = {{virus}}; $final_banned_destiny = D_PASS; $final_bad_header_destiny = D_PASS;
        $virus_admin = undef; $virus_quarantine_method = undef;
        @bypass_spam_checks_maps = (1); @bypass_banned_checks_maps = (1); $enable_dkim_verification = 0;
        @decoders = (); @av_scanners = (['test', '{{home}}/scan', '{}', [0], [1], qr/INFECTED (\S+)/m]);
        @av_scanners_backup = ();
        1;

        """;
}
