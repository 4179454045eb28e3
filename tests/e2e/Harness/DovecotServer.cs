using System.Diagnostics;
using MtaSuite.Common.Native;

namespace MtaSuite.Tests.E2e.Harness;

/// <summary>
/// Dovecot's authentication server alone, with one user, behind a socket. It comes and goes as told. Skips the test where it cannot be had.
/// </summary>
public sealed class DovecotServer : IDisposable
{
    private readonly string _folder, _socket;
    private Process? _process;

    /// <summary>Prepares one; <see cref="Start"/> starts it.</summary>
    /// <param name="socket">Where it is to listen.</param>
    public DovecotServer(string socket, string login, string password)
    {
        if (!File.Exists("/usr/sbin/dovecot") || !Programs.IsRoot) Assert.Ignore("no Dovecot, or not root");
        _socket = socket;
        _folder = Directory.CreateTempSubdirectory("mta-dovecot-").FullName;
        File.SetUnixFileMode(_folder, (UnixFileMode)FileModes.PublicFolder);
        File.WriteAllText($"{_folder}/passwd", $"{login}:{{PLAIN}}{password}::::::\n");
        File.WriteAllText($"{_folder}/dovecot.conf", $$"""
            base_dir = {{_folder}}/run
            state_dir = {{_folder}}/run
            log_path = {{_folder}}/log
            protocols =
            ssl = no
            disable_plaintext_auth = no
            auth_mechanisms = plain login cram-md5 scram-sha-256
            auth_failure_delay = 0
            default_internal_user = root
            default_login_user = root
            passdb {
              driver = passwd-file
              args = scheme=PLAIN {{_folder}}/passwd
            }
            userdb {
              driver = static
              args = uid=1 gid=1 home=/
            }
            service auth {
              unix_listener {{_socket}} {
                mode = 0666
              }
            }
            service anvil {
              chroot =
            }
            service stats {
              chroot =
            }
            """);
    }

    /// <summary>Starts it and waits for the socket.</summary>
    public void Start()
    {
        File.Delete(_socket);
        ProcessStartInfo start = new("/usr/sbin/dovecot", ["-F", "-c", $"{_folder}/dovecot.conf"]) { RedirectStandardError = true };
        _process = Process.Start(start)!;
        Wait.Until(() => File.Exists(_socket),
            () => $"Dovecot's socket\n{(File.Exists($"{_folder}/log") ? File.ReadAllText($"{_folder}/log") : "")}");
    }

    public void Stop()
    {
        if (_process is null) return;
        _ = Common.Native.Signals.Kill(_process.Id, 15);
        if (!_process.WaitForExit(TestLimits.Answer)) _process.Kill(entireProcessTree: true);
        _process.Dispose();
        _process = null;
    }

    public void Dispose()
    {
        Stop();
        Directory.Delete(_folder, recursive: true);
    }
}
