using System.Net;
using MtaSuite.Common.Native;
using MtaSuite.Tests.E2e.Harness;
using MtaSuite.Tests.Unit.Dns;
using MtaSuite.Tests.Unit.Http;
using MtaSuite.Tests.Unit.Relay;
using MtaSuite.Tests.Unit.Tls;

namespace MtaSuite.Tests.E2e;

/// <summary>
/// MTA-STS from the record to the delivery: a name server and the policies' web server of the test's own, at port 443 of an address of the
/// loop, and mail servers with good and bad certificates.
/// </summary>
[TestFixture]
public class MtaSts : InstanceTest
{
    private const string WebAddress = "127.0.41.1";
    private readonly TestCa _ca = new();
    private readonly Dictionary<string, string> _policies = [];
    private readonly List<TlsPeer> _peers = [];
    private readonly List<string> _transports = [];
    private ScriptedDns? _dns;
    private WebServer? _web;

    private ScriptedDns Dns => _dns!;

    protected override string[] Settings
    {
        get
        {
            if (!Programs.IsRoot) Assert.Ignore("needs root for port 443");
            _dns = new ScriptedDns();
            _web = new WebServer(_ca.Chain("mta-sts.good.example"), Policy, new IPEndPoint(IPAddress.Parse(WebAddress), 443));
            AddDomain("good", "enforce", "mx.good.example", "mx.good.example");
            AddDomain("bad", "enforce", "mx.bad.example", "other.example");
            AddDomain("unlisted", "enforce", "mx2.unlisted.example", "mx.unlisted.example");
            AddDomain("testing", "testing", "mx.testing.example", "other.example");
            AddDomain("unfetched", "", "", "other.example");
            return
            [
                $"dns_servers={_dns.Address}", "smtp_tls_security_level=may", $"smtp_tls_CAfile={_ca.RootFile}",
                    $"mta_sts_CAfile={_ca.RootFile}", "inet_protocols=ipv4",
                $"transport_maps=inline:{{{string.Join(',', _transports)}}}", "minimal_backoff_time=1h", "maximal_backoff_time=1h",
                    "queue_run_delay=1h",
            ];
        }
    }

    /// <summary>NAME.example with the exchanger mx.NAME.example.</summary>
    private void AddDomain(string name, string mode, string pattern, string certificate)
    {
        TlsPeer peer = new(_ca.ChainText(certificate, true, null, "", out _));
        _peers.Add(peer);
        Dns.Add($"{name}.example MX 10 mx.{name}.example");
        Dns.Add($"mx.{name}.example A 127.0.0.1");
        Dns.Add($"mta-sts.{name}.example A {WebAddress}");
        Dns.Add($"_mta-sts.{name}.example 1 TXT v=STSv1; id=1");
        if (mode.Length > 0) _policies[$"mta-sts.{name}.example"] = $"version: STSv1\nmode: {mode}\nmx: {pattern}\nmax_age: 86400\n";
        _transports.Add($"{{{name}.example=smtp:{name}.example:{peer.EndPoint.Port}}}");
    }

    /// <summary>One certificate for all hosts would not do: the server changes it with each domain that a test is about.</summary>
    private byte[] Policy(string request)
    {
        string host = request.Split("Host: ")[1].Split('\r')[0];
        return _policies.TryGetValue(host, out string? policy) ? WebServer.Answer(policy) : WebServer.Answer("", status: "404 Not Found");
    }

    [OneTimeTearDown]
    public void RemovePeers()
    {
        _web?.Dispose();
        foreach (TlsPeer peer in _peers) peer.Dispose();
        _dns?.Dispose();
        _ca.Dispose();
    }

    private void Send(string domain, string expected)
    {
        _web!.Chain = _ca.Chain($"mta-sts.{domain}");
        int mark = Mta.LogMark();
        Mta.Sendmail("Subject: x\n\nx\n", "-f", Address, $"x@{domain}").Succeeded();
        Mta.WaitForLog($@"to=<x@{domain}>, .*{expected}", mark);
    }

    private const string Sent = @"dsn=2\.0\.0, status=sent", Deferred = @"dsn=4\.7\.5, status=deferred ";

    [Test, Order(1)]
    public void An_enforced_policy_and_a_good_certificate()
    {
        Assert.That(Mta.Processes().Count(p => p.Program == "sts"), Is.Zero, "nobody has asked yet");
        Send("good.example", $"tls=sts, {Sent}");
        Mta.WaitForLog(@"sts\[\d+\]: MTA-STS policy of good\.example: id=1 mode=enforce max_age=86400 mx=mx\.good\.example");
    }

    [Test]
    public void An_enforced_policy_and_a_bad_certificate() =>
        Send("bad.example", $@"tls=!sts, {Deferred}\(Server certificate not verified\)");

    [Test]
    public void An_exchanger_that_the_policy_does_not_name() =>
        Send("unlisted.example",
        $@"relay=none, .*{Deferred}\(MTA-STS policy of unlisted\.example does not allow host mx\.unlisted\.example\)");

    [Test]
    public void A_policy_in_testing()
    {
        Send("testing.example", $"tls=may, {Sent}");
        Mta.WaitForLog(
            @"MTA-STS policy of testing\.example in testing: host mx\.testing\.example would be refused: certificate-host-mismatch");
    }

    [Test]
    public void A_policy_that_cannot_be_had()
    {
        Send("unfetched.example", $"tls=may, {Sent}");
        Mta.WaitForLog(@"MTA-STS policy of unfetched\.example: sts-policy-fetch-error: HTTP status 404");
    }

    [Test, Order(2)]
    public void A_policy_that_is_known_counts_on_though_no_newer_one_can_be_had_even_for_a_new_process()
    {
        Send("good.example", $"tls=sts, {Sent}");
        _policies.Remove("mta-sts.good.example");
        Dns.Remove("_mta-sts.good.example");
        Dns.Add("_mta-sts.good.example 1 TXT v=STSv1; id=2");
        foreach ((int pid, _) in Mta.Processes().Where(p => p.Program is "sts" or "relay").ToList()) Signals.Kill(pid, Signals.SIGTERM);
        Wait.Until(() => !Mta.Processes().Any(p => p.Program == "sts"), "the process is gone");
        Send("good.example", $"tls=sts, {Sent}");
        Mta.WaitForLog(@"MTA-STS policy of good\.example: sts-policy-fetch-error: HTTP status 404; the one that is known stays");
    }
}
