using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using MtaSuite.Common.Native;

namespace MtaSuite.Tests.E2e.Harness;

/// <summary>Dovecot's IMAP server with TLS from the first byte, for one login and the Maildir of one account. Skips the test where it
/// cannot be had.</summary>
public sealed class ImapServer : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("mta-imap-").FullName;
    private readonly Process _process;

    /// <param name="chain">A file with key and certificate.</param>
    public ImapServer(string chain, string login, string password, Common.Native.Account account, string maildir)
    {
        if (!File.Exists("/usr/lib/dovecot/imap") || !Programs.IsRoot) Assert.Ignore("no Dovecot with IMAP, or not root");
        File.SetUnixFileMode(_folder, (UnixFileMode)FileModes.PublicFolder);
        Port = FreePort();
        File.WriteAllText($"{_folder}/passwd", $"{login}:{{PLAIN}}{password}::::::\n");
        File.WriteAllText($"{_folder}/dovecot.conf", $$"""
            base_dir = {{_folder}}/run
            state_dir = {{_folder}}/run
            log_path = {{_folder}}/log
            protocols = imap
            listen = 127.0.0.1
            ssl = required
            ssl_cert = <{{chain}}
            ssl_key = <{{chain}}
            auth_mechanisms = plain login scram-sha-256
            default_internal_user = dovecot
            default_login_user = dovenull
            first_valid_uid = 1
            mail_location = maildir:{{maildir}}
            passdb {
              driver = passwd-file
              args = scheme=PLAIN {{_folder}}/passwd
            }
            userdb {
              driver = static
              args = uid={{account.Uid}} gid={{account.Gid}} home={{maildir}}
            }
            service imap-login {
              chroot =
              inet_listener imap {
                port = 0
              }
              inet_listener imaps {
                port = {{Port}}
                ssl = yes
              }
            }
            service anvil {
              chroot =
            }
            service stats {
              chroot =
            }
            """);
        _process = Process.Start(new ProcessStartInfo("/usr/sbin/dovecot",
            ["-F", "-c", $"{_folder}/dovecot.conf"])
        { RedirectStandardError = true })!;
        Wait.Until(Answers, () => $"an IMAP server\n{Log}");
    }

    public int Port { get; }

    public string Log => File.Exists($"{_folder}/log") ? File.ReadAllText($"{_folder}/log") : "";

    private bool Answers()
    {
        using TcpClient client = new();
        try { client.Connect(IPAddress.Loopback, Port); }
        catch (SocketException) { return false; }
        return true;
    }

    private static int FreePort()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    public void Dispose()
    {
        _ = Common.Native.Signals.Kill(_process.Id, 15);
        if (!_process.WaitForExit(10_000)) _process.Kill(entireProcessTree: true);
        _process.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}
