using System.Globalization;
using System.Net;
using System.Net.Sockets;
using MtaSuite.Common.Milter;
using MtaSuite.Tests.E2e.Harness;
using MtaSuite.Tests.Unit.Milter;

namespace MtaSuite.Tests.E2e;

/// <summary>mtasuite doctor says of each filter whether it answers: of main.cf, of overrides in master.cf, of tables.</summary>
[TestFixture]
public class DoctorFilters : InstanceTest
{
    private readonly TcpListener _policy = new(IPAddress.Loopback, 0), _closing = new(IPAddress.Loopback, 0),
        _mute = new(IPAddress.Loopback, 0);
    private readonly int _nobody = Instance.FreePort();
    private readonly CancellationTokenSource _ends = new();
    private SmtpSink? _sink;
    private MilterThread? _good, _rude;

    private static int PortOf(TcpListener listener) => ((IPEndPoint)listener.LocalEndpoint).Port;

    protected override string[] Settings
    {
        get
        {
            _sink = new SmtpSink(IPAddress.Loopback, 0);
            foreach (TcpListener listener in (TcpListener[])[_policy, _closing, _mute]) listener.Start();
            _ = ServeAsync(_policy, closes: false);
            _ = ServeAsync(_closing, closes: true);
            return
            [
                $"smtpd_client_restrictions=check_policy_service inet:127.0.0.1:{PortOf(_policy)}",
                "smtpd_restriction_classes=later", $"later=check_policy_service inet:127.0.0.1:{_nobody}",
                $"smtpd_milter_maps=inline:{{192.0.2.1=inet:127.0.0.1:{_nobody}}}",
                $"non_smtpd_milters={{ inet:127.0.0.1:{PortOf(_mute)}, command_timeout=1s, default_action=accept }}",
                "accept_ineffective_parameters=smtpd_proxy_filter",
            ];
        }
    }

    private async Task ServeAsync(TcpListener listener, bool closes)
    {
        List<Socket> held = [];
        try
        {
            while (true)
            {
                Socket peer = await listener.AcceptSocketAsync(_ends.Token);
                if (closes) peer.Dispose();
                else held.Add(peer);
            }
        }
        catch (OperationCanceledException)
        {
            foreach (Socket peer in held) peer.Dispose();
        }
    }

    protected override void Prepare()
    {
        _good = new MilterThread($"{Mta.Folder}/good", _ => null);
        _rude = new MilterThread($"{Mta.Folder}/rude", heard => heard.Command == MilterCommand.Negotiate
            ? [ScriptedMilter.Packet('O', "\0\0\0\u0009\0\0\0\0\0\0\0\0")] : null);
        int[] ports = [Instance.FreePort(), Instance.FreePort()];
        Mta.Configure($"smtpd_milters=unix:{Mta.Folder}/good");
        File.AppendAllText($"{Mta.Etc}/master.cf", string.Create(CultureInfo.InvariantCulture, $"""
            127.0.0.1:{ports[0]} inet n - n - - smtpd
              -o smtpd_milters=unix:{Mta.Folder}/rude,unix:{Mta.Folder}/good
              -o smtpd_client_restrictions=check_policy_service,inet:127.0.0.1:{PortOf(_closing)},greylist
              -o content_filter=scan:[127.0.0.1]:{_sink!.Port}
            127.0.0.1:{ports[1]} inet n - n - - smtpd
              -o content_filter=gone:[127.0.0.1]:10024
              -o smtpd_proxy_filter=127.0.0.1:{_nobody}
              -o receive_override_options=no_milters
            scan unix - - n - - smtp
            script unix - n n - - pipe user=nobody argv=/nonexistent/filter

            """));
        File.AppendAllText($"{Mta.Etc}/master.cf", $"127.0.0.1:{Instance.FreePort()} inet n - n - - smtpd -o content_filter=script:\n");
    }

    [OneTimeTearDown]
    public void StopFilters()
    {
        _ends.Cancel();
        _policy.Dispose();
        _closing.Dispose();
        _mute.Dispose();
        _good?.Dispose();
        _rude?.Dispose();
        _sink?.Dispose();
        _ends.Dispose();
    }

    [Test]
    public void Each_filter_is_named_with_its_place_and_whether_it_answers()
    {
        ProgramResult result = Instance.Run("mtasuite", "-c", Mta.Etc, "doctor", "-j", "--no-domains");
        Assert.That(result.ExitCode, Is.EqualTo(2), result.Error);
        List<DoctorLine> lines = DoctorLine.Read(result.Output);
        Has("OK|WARNING", "milter",
            $@"^unix:{Mta.Folder}/good \(smtpd_milters of \S+, .*\) answers in [\d.]+ ms: agrees on version 6 of the");
        Has("PROBLEM", "milter", $@"^unix:{Mta.Folder}/rude \(smtpd_milters of \S+\): .*protocol version 9 conflict.*; clients are told to "
            + "come again and disconnected .default_action shutdown.. start it, and compare");
        Has("PROBLEM", "milter", $@"^inet:127.0.0.1:{_nobody} \(smtpd_milter_maps of \S+, .*\): .*Connection refused");
        Has("PROBLEM", "milter", $@"^inet:127.0.0.1:{PortOf(_mute)} \(non_smtpd_milters of cleanup\): .*Connection timed out; mail passes "
            + "without it");
        Has("OK", "policy server",
            $@"^inet:127.0.0.1:{PortOf(_policy)} \(smtpd_client_restrictions of .*\) takes connections \([\d.]+ ms\)");
        Has("PROBLEM", "policy server",
            $@"^inet:127.0.0.1:{_nobody} \(later of .*\): Connection refused; its default action stands in: 451 4.3.5");
        Has("PROBLEM", "policy server", $"^inet:127.0.0.1:{PortOf(_closing)} .*: it closes the connection without being asked anything");
        Has("OK|WARNING", "content_filter",
            $@"^scan:\[127.0.0.1\]:{_sink!.Port} \(content_filter of \S+\) answers in [\d.]+ ms: greets with .220");
        Has("PROBLEM", "content_filter", @"^gone:\[127.0.0.1\]:10024 .*: master.cf has no service gone of type unix; mail for it waits");
        Has("PROBLEM", "content_filter", "^script: .*service script: /nonexistent/filter: No such file or directory");
        Has("PROBLEM", "smtpd_proxy_filter", $"^127.0.0.1:{_nobody} .*: Connection refused; no mail gets in");
        Has("OK|WARNING", "greylist", @"^greylist \(smtpd_client_restrictions of \S+\) answers in [\d.]+ ms");

        // a slow machine makes a warning of an answer
        void Has(string level, string area, string pattern) => Assert.That(
            lines.Where(l => level.Split('|').Contains(l.Level) && l.Area == area).Select(l => l.Text),
            NUnit.Framework.Has.Some.Match(pattern), string.Join('\n', lines));
    }
}
