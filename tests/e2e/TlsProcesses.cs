using System.Text.Json;
using System.Text.RegularExpressions;
using MtaSuite.Common.Native;
using MtaSuite.Tests.E2e.Harness;
using MtaSuite.Tests.Unit.Tls;

namespace MtaSuite.Tests.E2e;

/// <summary>TLS where several processes serve one port.</summary>
[TestFixture]
public class TlsProcesses : InstanceTest
{
    private const int Connections = 200, Sessions = 20;
    private readonly TestCa _ca = new();

    protected override string[] Settings =>
        ["service_processes=2", "smtpd_tls_security_level=may", $"smtpd_tls_chain_files={_ca.Chain(Instance.HostName)}",
        "smtpd_tls_loglevel=1", "smtpd_client_connection_count_limit=0"];

    protected override void Prepare()
    {
        foreach (string file in Directory.GetFiles(_ca.Folder)) File.SetUnixFileMode(file, (UnixFileMode)FileModes.PublicFile);
    }

    [OneTimeTearDown]
    public void RemoveAuthority() => _ca.Dispose();

    [Test]
    public void A_ticket_of_one_process_is_good_in_the_other()
    {
        HashSet<string> full = [], resumed = [];
        int connections = 0;
        Wait.Until(() =>
        {
            ProgramResult run = Instance.Run("smtp-source", "-j", "--tls-resume", "--no-mail", "-s", $"{Sessions}", "-m", $"{Connections}",
                $"127.0.0.1:{Mta.SmtpPort}").Succeeded();
            JsonElement report = JsonDocument.Parse(run.Output).RootElement;
            connections += Connections;
            Assert.That(report.GetProperty("tls_handshakes").GetInt32(), Is.EqualTo(Connections));
            // those that began before there was a ticket
            Assert.That(report.GetProperty("tls_resumed").GetInt32(), Is.InRange(Connections - 2 * Sessions, Connections - 1));
            foreach (Match m in Regex.Matches(Mta.LogText(), @"smtpd\[(\d+)\]: .*TLS connection (re)?established"))
                (m.Groups[2].Success ? resumed : full).Add(m.Groups[1].Value);
            return resumed.Count >= 2 || connections > 3000;
        }, "both processes serve");
        Assert.That(resumed, Has.Count.EqualTo(2), "processes that resumed sessions");
    }
}
