using System.Text.RegularExpressions;
using MtaSuite.Tests.E2e.Harness;
using MtaSuite.Tests.Unit.Tls;

namespace MtaSuite.Tests.Faults;

/// <summary>
/// TLS between two instances that ends in the middle of each record of the handshake, of the commands, of the message and of the replies,
/// by the one side and the other, with FIN and with RST: every message arrives, and comes twice only where the reply to its end was lost.
/// </summary>
[TestFixture]
public class TlsCutShort : InstanceTest
{
    private const int Records = 14;
    private readonly TestCa _ca = new();
    private readonly List<(string Name, CuttingProxy Proxy)> _ways = [];
    private Instance? _next;

    private Instance Next => _next!;

    protected override void Prepare()
    {
        _next = Instance.Create($"smtpd_tls_chain_files={_ca.Chain(Instance.HostName, ecdsa: false)}", "smtpd_tls_security_level=may",
            "smtpd_client_connection_count_limit=0");
        Next.Start();
        List<string> policies = [], transports = [];
        foreach (string version in (string[])["TLSv1.3", "TLSv1.2"])
            foreach (CutSide side in Enum.GetValues<CutSide>())
                foreach (bool reset in (bool[])[false, true])
                    for (int record = 1; record <= Records; record++)
                    {
                        CuttingProxy proxy = new(Next.SmtpPort, side, record, reset);
                        string name = $"{version}-{side}-{(reset ? "rst" : "fin")}-{record}".ToLowerInvariant();
                        _ways.Add((name, proxy));
                        transports.Add($"{name}.example smtp:[127.0.0.1]:{proxy.Port}");
                        policies.Add($"[127.0.0.1]:{proxy.Port} encrypt protocols={version}");
                    }
        File.WriteAllLines($"{_ca.Folder}/transport", transports);
        File.WriteAllLines($"{_ca.Folder}/policies", policies);
        Mta.Configure($"transport_maps=texthash:{_ca.Folder}/transport", $"smtp_tls_policy_maps=texthash:{_ca.Folder}/policies",
            "minimal_backoff_time=1s", "maximal_backoff_time=1s",
            "queue_run_delay=1s", "transport_retry_time=1s", "smtp_tls_loglevel=1");
        Next.Configure("virtual_alias_maps=regexp:{{/@.*-.*example/ " + Address + "}}", "virtual_alias_domains=regexp:{{/-.*example/ x}}");
        Next.Reload();
    }

    [OneTimeTearDown]
    public void StopNext()
    {
        foreach ((_, CuttingProxy proxy) in _ways) proxy.Dispose();
        _next?.Stop();
        _next?.Dispose();
        _ca.Dispose();
    }

    [Test]
    public void Nothing_is_lost_and_nothing_doubled_that_need_not_be()
    {
        string body = string.Concat(Enumerable.Repeat(new string('x', 70) + "\n", 600)); // three records
        foreach ((string name, _) in _ways) Mta.Sendmail($"Subject: <{name}>\n\n{body}", "-f", Address, $"x@{name}.example").Succeeded();
        Mta.WaitUntilEmpty();
        Next.WaitUntilEmpty();

        Dictionary<string, int> found = Next.Mailbox().GroupBy(m => m.Header("Subject")!).ToDictionary(g => g.Key, g => g.Count());
        string log = Mta.LogText();
        List<string> wrong = [], doubled = [];
        foreach ((string name, CuttingProxy proxy) in _ways)
        {
            int count = found.GetValueOrDefault($"<{name}>");
            bool unknown =
                Regex.IsMatch(log, $@"to=<x@{Regex.Escape(name)}\.example>, .*status=deferred .*message may be sent more than once");
            if (count == 0 || (count > 1 && !unknown)) wrong.Add($"{name}: {count}");
            if (count > 1) doubled.Add(name);
        }
        string[] uncut = [.. _ways.Where(w => !w.Proxy.HasCut).Select(w => w.Name)];
        TestContext.Out.WriteLine($"{_ways.Count} ways, {uncut.Length} had no such record, {doubled.Count} came twice: "
            + $"{string.Join(' ', doubled)}\nnot cut: {string.Join(' ', uncut)}");
        Assert.That(wrong, Is.Empty);
        // what a client says in TLS before the message: hello, finished, EHLO, the envelope; and then there is the message
        Assert.That(_ways.Where(w => !w.Proxy.HasCut && Regex.IsMatch(w.Name, "-[1-8]$")).Select(w => w.Name), Is.Empty);
        Assert.That(Mta.CountLog("status=deferred "), Is.GreaterThan(50));
        Assert.That(log, Does.Contain("Cannot start TLS: handshake failure"));
        Assert.That(Next.Mailbox().Where(m => !m.Text.EndsWith("\n" + new string('x', 70) + "\n", StringComparison.Ordinal)), Is.Empty,
            "cut messages");
        foreach (Instance one in (Instance[])[Mta, Next]) Assert.That(one.LogText(), Does.Not.Contain("panic:").And.Not.Contain("fatal:"));
        Wait.Until(() => Next.CountLog(@"smtpd\[\d+\]: connect from") == Next.CountLog(@"smtpd\[\d+\]: disconnect from"),
            () => "the server's sessions to end");
    }
}
