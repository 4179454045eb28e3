using MtaSuite.Common.Dns;
using MtaSuite.Common.Http;
using MtaSuite.Common.Ipc;
using MtaSuite.Common.Net;
using MtaSuite.Common.Tls.Client;
using MtaSuite.Relay.Routing;
using MtaSuite.Sts;
using MtaSuite.Tests.Unit.Anvil;
using MtaSuite.Tests.Unit.Dns;
using MtaSuite.Tests.Unit.Http;
using MtaSuite.Tests.Unit.Net;
using MtaSuite.Tests.Unit.Tables;
using MtaSuite.Tests.Unit.Tls;

namespace MtaSuite.Tests.Unit.Sts;

/// <summary>The service sts with a name server and a web server of the test's own: what it finds, keeps, and asks again.</summary>
public sealed class StsServiceTests
{
    private readonly TestCa _ca = new();
    private ServiceBench _bench = null!;
    private ScriptedDns _dns = null!;
    private WebServer _web = null!;
    private ManualClock _clock = null!;
    private byte[] _answer = [];

    [SetUp]
    public void Make()
    {
        _bench = new ServiceBench();
        _clock = new ManualClock();
        _dns = new ScriptedDns("mta-sts.d.test A 127.0.0.1", "_mta-sts.d.test 60 TXT v=STSv1; id=1",
            "_mta-sts.d.test 60 TXT something else");
        _web = new WebServer(_ca.Chain("mta-sts.d.test"), request =>
            request.StartsWith("GET /.well-known/mta-sts.txt HTTP/1.1\r\nHost: mta-sts.d.test", StringComparison.Ordinal) ? _answer
            : WebServer.Answer("", status: "400 Bad"));
        _answer = Policy("enforce");
    }

    [TearDown]
    public void Remove()
    {
        _web.Dispose();
        _dns.Dispose();
        _bench.Dispose();
    }

    [OneTimeTearDown]
    public void RemoveAuthority() => _ca.Dispose();

    private static byte[] Policy(string mode, int age = 86400) =>
        WebServer.Answer($"version: STSv1\nmode: {mode}\nmx: *.d.test\nmax_age: {age}\n");

    private sealed record World(StsService Service, EventLoop Loop, ServiceBench Bench, DnsResolver Resolver)
    {
        /// <summary>What the service says now, asked by a process that remembers nothing; "no" for a domain without MTA-STS.</summary>
        public async Task<string> AskAsync(string domain = "d.test")
        {
            Resolver.Forget();
            StsClient client = new(Loop, Bench.Spool.SocketPath(true, "sts"));
            StsFinding? finding = await client.FindAsync(domain);
            client.Close();
            return finding == null ? "no" : finding.HasPolicy ? $"{finding.Mode} {finding.Failure.Word()}" : finding.Failure.Word();
        }
    }

    private World Start(EventLoop loop)
    {
        DnsResolver resolver = _dns.Resolver(loop);
        PolicySettings settings =
            new() { AuthorityFile = _ca.RootFile, Port = _web.Port, FetchTimeout = TestLimits.Answer, Journal = _bench.Journal };
        return new World(new StsService(_bench.Context(loop, "sts", ""), settings,
            new HostLookup(resolver, new() { HostsFile = "/dev/null", IPv6 = false })), loop, _bench, resolver);
    }

    private void Run(Func<World, Task> test) => OnLoop.Run(loop => test(Start(loop)), _clock);

    private void Announce(string id)
    {
        _dns.Remove("_mta-sts.d.test");
        if (id.Length > 0) _dns.Add($"_mta-sts.d.test 60 TXT v=STSv1; id={id}");
    }

    [Test]
    public void A_policy_is_fetched_once_for_all_who_ask() => Run(async w =>
    {
        Task<string>[] asking = [.. Enumerable.Range(0, 5).Select(_ => w.AskAsync())];
        foreach (Task<string> one in asking) Assert.That(await one, Is.EqualTo("Enforce success"));
        Assert.That(await w.AskAsync("D.TEST"), Is.EqualTo("Enforce success"));
        Assert.That(await w.AskAsync("other.test"), Is.EqualTo("no"));
        Assert.That(await w.AskAsync("-.bad name"), Is.EqualTo("no"));
        Assert.That(_web.Count, Is.EqualTo(1));
        int looks = _dns.Count("_mta-sts.d.test");
        await w.AskAsync();
        Assert.That(_dns.Count("_mta-sts.d.test"), Is.EqualTo(looks), "the record holds for its TTL");
    });

    [Test]
    public void A_new_id_brings_a_new_policy_and_the_same_id_does_not() => Run(async w =>
    {
        Assert.That(await w.AskAsync(), Is.EqualTo("Enforce success"));
        _answer = Policy("testing");
        _clock.Advance(TimeSpan.FromSeconds(61));
        Assert.That((await w.AskAsync(), _web.Count), Is.EqualTo(("Enforce success", 1)), "the same id");
        Announce("2");
        Assert.That(await w.AskAsync(), Is.EqualTo("Enforce success"), "not looked at before the TTL is over");
        _clock.Advance(TimeSpan.FromSeconds(61));
        Assert.That((await w.AskAsync(), _web.Count), Is.EqualTo(("Testing success", 2)));
        Announce("");
        _clock.Advance(TimeSpan.FromSeconds(61));
        Assert.That(await w.AskAsync(), Is.EqualTo("Testing success"), "a record that is gone ends nothing");
        _clock.Advance(TimeSpan.FromDays(1));
        Assert.That(await w.AskAsync(), Is.EqualTo("no"));
    });

    [Test]
    public void An_old_policy_is_renewed_behind_the_back_of_those_who_ask() => Run(async w =>
    {
        Assert.That(await w.AskAsync(), Is.EqualTo("Enforce success"));
        _answer = Policy("testing");
        _clock.Advance(TimeSpan.FromHours(13));
        Assert.That(await w.AskAsync(), Is.EqualTo("Enforce success"));
        await w.Loop.UntilAsync(() => _web.Count == 2 && File.ReadAllText(_bench.Journal).Contains("testing", StringComparison.Ordinal));
        Assert.That(await w.AskAsync(), Is.EqualTo("Testing success"));
    });

    [Test]
    public void A_failure_keeps_the_policy_that_is_known_and_is_not_repeated_at_once() => Run(async w =>
    {
        Assert.That(await w.AskAsync(), Is.EqualTo("Enforce success"));
        _answer = WebServer.Answer("gone", status: "404 Not Found");
        Announce("2");
        _clock.Advance(TimeSpan.FromSeconds(61));
        Assert.That((await w.AskAsync(), _web.Count), Is.EqualTo(("Enforce sts-policy-fetch-error", 2)));
        _clock.Advance(TimeSpan.FromSeconds(61));
        Assert.That((await w.AskAsync(), _web.Count), Is.EqualTo(("Enforce sts-policy-fetch-error", 2)));
        _clock.Advance(TimeSpan.FromSeconds(301));
        _answer = Policy("none");
        Assert.That((await w.AskAsync(), _web.Count), Is.EqualTo(("None success", 3)));
    });

    [Test]
    public void What_makes_a_policy_fail() => Run(async w =>
    {
        async Task ExpectAsync(string expected)
        {
            _clock.Advance(TimeSpan.FromSeconds(301));
            Assert.That(await w.AskAsync(), Is.EqualTo(expected));
        }
        _answer = WebServer.Answer("version: STSv1\n");
        await ExpectAsync("sts-policy-invalid");
        _answer = WebServer.Answer("version: STSv1\nmode: none\nmax_age: 9", type: "text/html");
        await ExpectAsync("sts-policy-invalid");
        _answer = WebServer.Answer(new string('x', 70_000));
        await ExpectAsync("sts-policy-invalid");
        _answer = WebServer.Answer("", status: "301 Moved", header: $"Location: https://mta-sts.d.test:{_web.Port}/x\r\n");
        await ExpectAsync("sts-policy-fetch-error");
        _web.Chain = _ca.Chain("d.test");
        await ExpectAsync("sts-webpki-invalid");
        _dns.Remove("mta-sts.d.test");
        await ExpectAsync("sts-policy-fetch-error");
        _dns.Add("_mta-sts.d.test 60 TXT v=STSv1; id=2");
        await ExpectAsync("sts-policy-invalid");
        Announce("no_good");
        await ExpectAsync("sts-policy-invalid");
        _dns.Rcode("_mta-sts.d.test", 2);
        await ExpectAsync("sts-policy-invalid");
    });

    [Test]
    public void Policies_outlive_the_process_until_they_expire()
    {
        Run(async w =>
        {
            await w.AskAsync();
            await ServiceBench.DrainAsync(w.Service);
        });
        _dns.Rcode("_mta-sts.d.test", 2);
        Run(async w =>
        {
            Assert.That((await w.AskAsync(), _web.Count), Is.EqualTo(("Enforce success", 1)));
            await ServiceBench.DrainAsync(w.Service);
        });
        File.AppendAllText(_bench.Journal, "torn");
        _clock.Advance(TimeSpan.FromSeconds(86400));
        Run(async w =>
        {
            Assert.That(await w.AskAsync(), Is.EqualTo("no"));
            await ServiceBench.DrainAsync(w.Service);
        });
    }

    [Test]
    public void A_service_that_is_not_there_is_no_MTA_STS() => OnLoop.Run(async loop =>
        Assert.That(await new StsClient(loop, _bench.Spool.SocketPath(true, "sts")).FindAsync("d.test"), Is.Null));

    [Test]
    public void Large_policies_are_forgotten_before_they_fill_the_memory() => Run(w =>
    {
        HostLookup hosts = new(w.Resolver, new());
        PolicyBook book = new(hosts, new WebClient(hosts), new PolicySettings { MaxSize = 10_000 });
        long now = _clock.GetUtcNow().ToUnixTimeSeconds();
        void Restore(string domain, int length)
        {
            string body = $"version: STSv1\nmode: enforce\nmx: *.test\nmax_age: 86400\nx: {new string('x', length)}\n";
            Assert.That(StsPolicyFile.TryParse(System.Text.Encoding.ASCII.GetBytes(body), out StsPolicyFile file, out string error), error);
            book.Restore(domain, new KnownPolicy("1", now, body, file));
        }
        for (int i = 0; i < 10; i++) Restore($"small{i}.test", 10);
        for (int i = 0; i < 100; i++)
        {
            Restore($"large{i}.test", 900);
            Assert.That(book.Lines.Sum(l => l.Length), Is.LessThan(13_000), "bodies of 10,000 and what else stands in a line");
        }
        Assert.That(book.Lines.Count(l => l.StartsWith("small", StringComparison.Ordinal)), Is.EqualTo(10));
        Assert.That(book.Lines, Has.Some.StartsWith("large99"));
        return Task.CompletedTask;
    });
}
