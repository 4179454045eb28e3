using System.IO.Compression;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using MtaSuite.Common.Config;
using MtaSuite.Common.Ipc;
using MtaSuite.Common.Ipc.Messages;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Net;
using MtaSuite.Tests.Unit.Anvil;
using MtaSuite.Tests.Unit.Dns;
using MtaSuite.Tests.Unit.Http;
using MtaSuite.Tests.Unit.Net;
using MtaSuite.Tests.Unit.Tables;
using MtaSuite.Tests.Unit.Tls;
using MtaSuite.Tlsrpt;

namespace MtaSuite.Tests.Unit.Tlsrpt;

/// <summary>Reports on TLS: what is counted, what is said, to whom, and how often.</summary>
[TestFixture]
public sealed class TlsReportTests
{
    private const long Midnight = 1_795_305_600; // 2026-11-22T00:00:00Z
    private static readonly JsonSerializerOptions s_pretty =
        new() { WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly ReportSettings s_settings = new()
    {
        Organization = "Example \"Mail\" Inc.",
        Contact = "postmaster@example.org",
        Sender = "tls@example.org",
        MyHostname = "mx.example.org",
        DomainLimit = 3,
        DetailLimit = 4,
    };

    private static TlsReportNotice Notice(string domain, string result = "", string type = "no-policy-found", string reason = "") => new()
    {
        Domain = domain,
        PolicyType = type,
        PolicyDomain = domain,
        Result = result,
        SendingAddress = "192.0.2.1",
        ReceivingAddress = "198.51.100.7",
        MxHost = $"mx.{domain}",
        MxHelo = $"helo.{domain}",
        Reason = reason,
    };

    private static void Add(ReportBook book, TlsReportNotice notice, long now = Midnight + 100) =>
        book.Add(SessionFacts.Of(notice)!, now, out _);

    private static string Golden(string name, string text, [CallerFilePath] string here = "")
    {
        string source = Path.Combine(Path.GetDirectoryName(here)!, "../../golden/anvil", name);
        if (Environment.GetEnvironmentVariable("UPDATE_GOLDEN") == "1") File.WriteAllText(source, text);
        return File.ReadAllText($"{AppContext.BaseDirectory}/golden/anvil/{name}");
    }

    private static DomainTally Sample()
    {
        ReportBook book = new(s_settings);
        TlsReportNotice sts = Notice("example.net", type: "sts");
        sts.PolicyStrings.AddRange(["version: STSv1", "mode: testing", "mx: *.mail.example.net", "max_age: 86400"]);
        sts.MxPatterns.Add("*.mail.example.net");
        for (int i = 0; i < 5326; i++) Add(book, sts);
        foreach ((string result, int count, string reason) in new[] { ("certificate-expired", 100, "certificate has expired"),
            ("starttls-not-supported", 200, ""), ("validation-failure", 3, "evil \" \\ \u0007 <é> reason") })
        {
            (sts.Result, sts.Reason) = (result, reason);
            for (int i = 0; i < count; i++) Add(book, sts);
        }
        TlsReportNotice dane = Notice("example.net", type: "tlsa");
        (dane.PolicyDomain, dane.MxHelo) = ("mx.example.net", "");
        dane.PolicyStrings.Add("3 1 1 1F850A337E6DB9C609C522D136A475638CC43E1ED424F8EEC8513D747D1D085D");
        Add(book, dane);
        book.EndDay(Midnight + 86400);
        return book.Closed.Single();
    }

    [Test]
    public void The_report_as_json()
    {
        byte[] json = ReportJson.Write(Sample(), s_settings);
        using JsonDocument document = JsonDocument.Parse(json);
        string pretty = JsonSerializer.Serialize(document.RootElement, s_pretty) + "\n";
        Assert.That(pretty, Is.EqualTo(Golden("tlsrpt.json", pretty)));
    }

    [Test]
    public void The_report_as_a_message()
    {
        DomainTally tally = Sample();
        byte[] gzip = ReportJson.Compress(ReportJson.Write(tally, s_settings));
        string mail = Encoding.UTF8.GetString(ReportMail.Compose(tally, "reports@example.net", gzip, s_settings));
        string[] parts = mail.Split("--=_1795305600.1795391999.tlsrpt");
        string text = string.Join("--BOUNDARY", [parts[0], parts[1], parts[2][..(parts[2].IndexOf("\n\n", StringComparison.Ordinal) + 2)]]);
        Assert.That(text, Is.EqualTo(Golden("tlsrpt.mail", text)));
        Assert.That(parts[3], Is.EqualTo("--\n"));
        Assert.That(mail.Split('\n').Max(l => l.Length), Is.LessThan(120));
        using GZipStream stream = new(
            new MemoryStream(Convert.FromBase64String(parts[2][parts[2].IndexOf("\n\n", StringComparison.Ordinal)..])),
            CompressionMode.Decompress);
        using MemoryStream plain = new();
        stream.CopyTo(plain);
        Assert.That(plain.ToArray(), Is.EqualTo(ReportJson.Write(tally, s_settings)));
    }

    [TestCase("v=TLSRPTv1; rua=mailto:reports@example.com", "mailto:reports@example.com")]
    [TestCase("v=TLSRPTv1;rua=https://reporting.example.com/v1/tlsrpt", "https://reporting.example.com/v1/tlsrpt")]
    [TestCase("v=TLSRPTv1 ;\trua=mailto:a@b.example , https://c.example/ ;", "mailto:a@b.example https://c.example/")]
    [TestCase("v=TLSRPTv1; x=y; rua=mailto:a%2Bb@c.example?subject=x", "mailto:a%2Bb@c.example?subject=x")]
    [TestCase("v=TLSRPTv1; rua=mailto:a@b.example,http://plain.example/,ftp://x.example/,mailto:none,mailto:a@b.example",
        "mailto:a@b.example")]
    [TestCase("v=TLSRPTv1; rua=mailto:a%0Ab@c.example", "")]
    [TestCase("v=TLSRPTv1", "")]
    [TestCase("v=TLSRPTv1;", "")]
    [TestCase("v=TLSRPTv12; rua=mailto:a@b.example", "")]
    [TestCase("V=TLSRPTv1; rua=mailto:a@b.example", "")]
    [TestCase("rua=mailto:a@b.example; v=TLSRPTv1", "")]
    public void Where_reports_go(string record, string addresses) =>
        Assert.That(string.Join(' ', TlsReportRecord.Addresses(["other text", record])), Is.EqualTo(addresses));

    [Test]
    public void Memory_is_bounded()
    {
        ReportBook book = new(s_settings);
        for (int i = 0; i < 10; i++) Add(book, Notice($"d{i}.example"));
        Assert.That((book.Count, book.IsFull), Is.EqualTo((3, true)));
        for (int i = 0; i < 100; i++) Add(book, Notice("d0.example", "validation-failure", reason: $"reason {i}"));
        PolicyTally policy = book.Open.First(t => t.Domain == "d0.example").Policies.Single();
        Assert.That((policy.Failures, policy.Details.Values.Sum(), policy.Details.Count), Is.EqualTo((100, 100, 5)));
        for (int i = 0; i < 100; i++)
        {
            TlsReportNotice other = Notice("d1.example", type: "tlsa");
            other.PolicyStrings.Add($"3 1 1 {i}");
            Add(book, other);
        }
        DomainTally tally = book.Open.First(t => t.Domain == "d1.example");
        Assert.That((tally.Policies.Count, tally.Successes), Is.EqualTo((20, 101)));
    }

    [Test]
    public void Of_a_long_policy_the_beginning_is_kept()
    {
        TlsReportNotice notice = Notice("a.example", type: "sts");
        for (int i = 0; i < 100; i++) notice.PolicyStrings.Add($"mx: {new string('x', 400)}{i}");
        string[] lines = [.. PolicyKey.Lines(SessionFacts.Of(notice)!.Policy.Strings)];
        Assert.That((lines.Length, lines[8]), Is.EqualTo((9, notice.PolicyStrings[8])));
    }

    [Test]
    public void Nonsense_is_not_counted()
    {
        Assert.That(SessionFacts.Of(Notice("no domain")), Is.Null);
        Assert.That(SessionFacts.Of(Notice("a.example", type: "other")), Is.Null);
        Assert.That(SessionFacts.Of(Notice("a.example", "other")), Is.Null);
        Assert.That(SessionFacts.Of(Notice("A.Example."))!.Domain, Is.EqualTo("a.example"));
    }

    [Test]
    public void A_day_ends_at_midnight_and_reports_are_spread_over_four_hours()
    {
        ReportBook book = new(s_settings, new Random(1));
        Add(book, Notice("a.example"), Midnight + 1000);
        Add(book, Notice("b.example"), Midnight + 86399);
        Assert.That((book.Open.Count, book.Closed.Count), Is.EqualTo((2, 0)));
        Add(book, Notice("a.example"), Midnight + 86400);
        Assert.That(book.Closed.Select(t => (t.Domain, t.Start, t.End)),
            Is.EqualTo(new[] { ("a.example", Midnight, Midnight + 86399), ("b.example", Midnight, Midnight + 86399) }));
        Assert.That(book.Closed.Select(t => t.Due - Midnight - 86400), Is.All.InRange(0, 4 * 3600));
        Assert.That(book.Closed.First().Due, Is.Not.EqualTo(book.Closed.Last().Due));
        Assert.That(book.Open.Single().Start, Is.EqualTo(Midnight + 86400));
        Assert.That(book.Due(Midnight + 86400 + 4 * 3600), Has.Count.EqualTo(2));
        Assert.That(book.Closed.First().ReportId("mx"), Is.Not.EqualTo(book.Open.Single().ReportId("mx")));
    }

    [Test]
    public void The_journal_brings_everything_back_whole_or_rewritten()
    {
        List<string> lines = [];
        ReportBook book = new(s_settings) { Changed = r => lines.Add(r.Format()) };
        Add(book, Notice("a.example", "validation-failure", reason: "tab\\t and\\nline"));
        Add(book, Notice("a.example"));
        Add(book, Notice("b.example"));
        book.Answer(book.Open.First(t => t.Domain == "a.example"), ["mailto:x@a.example", "https://a.example/"]);
        book.Answer(book.Open.First(t => t.Domain == "b.example"), []);
        book.EndDay(Midnight + 90000);
        lines.Add(new ReportRecord(ReportEvent.Handed, Midnight, "a.example") { Addresses = "mailto:x@a.example" }.Format());
        lines.Add(new ReportRecord(ReportEvent.Handed, Midnight, "a.example") { Addresses = "https://a.example/" }.Format());
        lines.Add(new ReportRecord(ReportEvent.Refused, Midnight, "a.example") { Addresses = "https://a.example/" }.Format());
        Add(book, Notice("c.example"), Midnight + 90001);
        ReportBook Read(IEnumerable<string> from)
        {
            ReportBook read = new(s_settings);
            foreach (string line in from) read.Restore(ReportRecord.Parse(line.TrimEnd('\n'))!);
            return read;
        }
        ReportBook first = Read(lines), second = Read(first.Lines());
        Assert.That(first.LineCount, Is.GreaterThanOrEqualTo(first.Lines().Count()));
        foreach (ReportBook b in new[] { first, second })
        {
            DomainTally a = b.Closed.Single();
            Assert.That((a.Domain, a.Successes, a.Failures, a.Due, a.End),
                Is.EqualTo(("a.example", 1, 1, book.Closed.First().Due, Midnight + 86399)));
            Assert.That(a.Policies[0].Details.Single().Key, Is.EqualTo(book.Closed.First().Policies[0].Details.Single().Key));
            Assert.That((a.Addresses, a.Served),
                Is.EqualTo((new[] { "mailto:x@a.example", "https://a.example/" }, new[] { "mailto:x@a.example" })));
            Assert.That(b.Open.Single().Domain, Is.EqualTo("c.example"));
        }
        foreach (string line in lines)
            for (int cut = 0; cut < line.Length; cut++) _ = ReportRecord.Parse(line[..cut]); // torn lines: anything but an exception
        Assert.That(ReportRecord.Parse("+\tx\ta.example\tsts\ta\tb\tc\t1"), Is.Null);
    }

    [Test]
    public void A_domain_that_wants_nothing_is_forgotten_though_the_journal_ends_there()
    {
        List<string> lines = [];
        ReportBook book = new(s_settings) { Changed = r => lines.Add(r.Format()) };
        Add(book, Notice("a.example"));
        book.Answer(book.Open.Single(), []);
        ReportBook read = new(s_settings);
        foreach (string line in lines[..^1]) read.Restore(ReportRecord.Parse(line.TrimEnd('\n'))!);
        Assert.That((lines.Count, book.Count, read.Count), Is.EqualTo((3, 0, 0)));
    }

    [Test]
    public void Days_that_are_ended_within_a_second_have_reports_of_their_own()
    {
        ReportBook book = new(s_settings);
        for (int i = 0; i < 3; i++)
        {
            Add(book, Notice("a.example"), Midnight + 100);
            book.EndNow(Midnight + 100);
        }
        Assert.That(book.Closed.Select(t => t.Start).Distinct().Count(), Is.EqualTo(3));
        Assert.That(book.Closed.Select(t => t.End), Is.All.InRange(Midnight, Midnight + 110));
    }

    // ---- the service ------------------------------------------------------------------------------------------------

    private static async Task<List<TlsReportState>> AskAsync(EventLoop loop, LinkClient client, bool send)
    {
        StateReader reader = new();
        Assert.That(client.TryOpen(new TlsReportQuery { Send = send }, reader, out _));
        await loop.UntilAsync(() => reader.IsDone);
        return reader.States;
    }

    private sealed class StateReader : IStreamHandler
    {
        public List<TlsReportState> States { get; } = [];
        public bool IsDone { get; private set; }

        public void OnMessage(LinkStream stream, FrameType type, ReadOnlySpan<byte> payload)
        {
            TlsReportState state = new();
            if (type == FrameType.Progress && AttributeDecoder.TryDecode(payload, state)) States.Add(state);
            IsDone |= type == FrameType.Reply;
        }

        public void OnData(LinkStream stream, ReadOnlySpan<byte> data) { }

        public void OnReset(LinkStream stream, string reason) => IsDone = true;
    }

    [Test]
    public void A_domain_that_asks_for_it_gets_one_report_a_day()
    {
        ManualClock clock = new();
        using ServiceBench bench = new();
        using ScriptedDns dns = new("_smtp._tls.wants.example TXT v=TLSRPTv1; rua=mailto:tls@wants.example,mailto:second@wants.example",
            "_smtp._tls.quiet.example TXT something else");
        OnLoop.Run(async loop =>
        {
            bench.StartCleanup(loop);
            string config = $"dns_servers = {dns.Address}\ntlsrpt_random_delay = 0";
            TlsReportService service = bench.StartTlsReports(loop, config);
            LinkClient client = bench.TlsReportClient(loop);
            foreach (string domain in new[] { "wants.example", "quiet.example", "wants.example", "unknown.example" })
                client.TryNotify(Notice(domain));
            client.TryNotify(Notice("wants.example", "certificate-host-mismatch"));
            for (bool settled = false; !settled;)
                settled = await AskAsync(loop, client, send: false) is [{ Addresses.Length: > 0, Successes: 2, Failures: 1 }];
            // another process goes on where this one ends
            await ServiceBench.DrainAsync(service);
            service = bench.StartTlsReports(loop, config);
            TlsReportState state = (await AskAsync(loop, client, send: false)).Single();
            Assert.That((state.Domain, state.Successes, state.Failures, state.Details.Single().Result),
                Is.EqualTo(("wants.example", 2, 1, "certificate-host-mismatch")));
            Assert.That((service.Active, bench.Submitted.Count), Is.EqualTo((1, 0)));
            clock.Advance(TimeSpan.FromDays(1));
            service.Wakeup();
            await loop.UntilAsync(() => service.Active == 0);
            Assert.That(bench.Submitted.Select(e => (e.Sender, e.Recipients.Single().Address)),
                Is.EqualTo(new[] { ("postmaster@test", "tls@wants.example"), ("postmaster@test", "second@wants.example") }));
            Assert.That(bench.Contents[0],
                Does.Contain("\nTLS-Required: No\n").And.Contain("TLS-Report-Domain: wants.example\n").And.Contain(
                    "2 sessions succeeded, 1 failed"));
            service.Wakeup();
            await ServiceBench.DrainAsync(service);
            service = bench.StartTlsReports(loop, config);
            await loop.TurnAsync(5);
            Assert.That((service.Active, bench.Submitted.Count), Is.EqualTo((0, 2)));
        }, clock);
    }

    private static async Task WithReportByWebAsync(EventLoop loop, ManualClock clock, ServiceBench bench, ScriptedDns dns, WebServer server,
        TestCa ca, Func<TlsReportService, Task> test)
    {
        dns.Add($"_smtp._tls.web.example TXT v=TLSRPTv1; rua=https://taker.test:{server.Port}/v1/tlsrpt?of=us");
        dns.Add("taker.test A 127.0.0.1");
        TlsReportService service = bench.StartTlsReports(loop, $"dns_servers = {dns.Address}\ntlsrpt_CAfile = {ca.RootFile}");
        LinkClient client = bench.TlsReportClient(loop);
        client.TryNotify(Notice("web.example"));
        client.TryNotify(Notice("web.example", "certificate-expired"));
        clock.Advance(TimeSpan.FromSeconds(5));
        Assert.That(await AskAsync(loop, client, send: true), Has.Count.EqualTo(1));
        await test(service);
        await ServiceBench.DrainAsync(service);
    }

    // RFC 8460 5.4: the compressed report as the body of a POST
    [Test]
    public void A_report_goes_to_a_web_server_and_goes_again_if_that_is_in_trouble()
    {
        ManualClock clock = new();
        using TestCa ca = new();
        using ServiceBench bench = new();
        using ScriptedDns dns = new();
        List<string> requests = [];
        using WebServer server = new(ca.Chain("taker.test"), request =>
        {
            lock (requests) requests.Add(request);
            return WebServer.Answer("", status: requests.Count == 1 ? "503 Service Unavailable" : "201 Created");
        });
        OnLoop.Run(loop => WithReportByWebAsync(loop, clock, bench, dns, server, ca, async service =>
        {
            await loop.UntilAsync(() => requests.Count == 1);
            await loop.UntilAsync(() => File.ReadAllText(bench.TlsReportJournal).Contains("\n>\t", StringComparison.Ordinal));
            service.Wakeup();
            await loop.TurnAsync(20);
            Assert.That((requests.Count, service.Active), Is.EqualTo((1, 1)), "not at once");
            clock.Advance(TimeSpan.FromMinutes(40));
            service.Wakeup();
            await loop.UntilAsync(() => service.Active == 0);
        }), clock);
        Assert.That(requests, Has.Count.EqualTo(2));
        Assert.That(requests[1], Is.EqualTo(requests[0]).And.StartsWith("POST /v1/tlsrpt?of=us HTTP/1.1\r\n").And.Contain(
            $"Host: taker.test:{server.Port}\r\n").And.Contain("Content-Type: application/tlsrpt+gzip\r\n"));
        byte[] body = Encoding.Latin1.GetBytes(requests[1][(requests[1].IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..]);
        using GZipStream plain = new(new MemoryStream(body), CompressionMode.Decompress);
        using JsonDocument report = JsonDocument.Parse(plain);
        JsonElement policy = report.RootElement.GetProperty("policies")[0];
        Assert.That(policy.GetProperty("policy").GetProperty("policy-domain").GetString(), Is.EqualTo("web.example"));
        Assert.That(policy.GetProperty("summary").ToString(),
            Does.Contain("\"total-successful-session-count\":1").And.Contain("\"total-failure-session-count\":1"));
        Assert.That(bench.Submitted, Is.Empty);
    }

    [TestCase("410 Gone", "taker.test", 1, 0, TestName = "A web server that refuses a report is not asked again")]
    [TestCase("302 Found", "taker.test", 1, 1, TestName = "A report does not follow the server elsewhere")]
    [TestCase("200 OK", "other.test", 0, 1, TestName = "Nobody else's certificate will do")]
    public void A_report_that_is_not_taken(string status, string certificate, int requests, int left)
    {
        ManualClock clock = new();
        using TestCa ca = new();
        using ServiceBench bench = new();
        using ScriptedDns dns = new();
        using WebServer server =
            new(ca.Chain(certificate), _ => WebServer.Answer("", status: status, header: "Location: https://taker.test/\r\n"));
        OnLoop.Run(loop => WithReportByWebAsync(loop, clock, bench, dns, server, ca, async service =>
        {
            // the file may not be there yet
            await loop.UntilAsync(() => (ConfigFile.TryRead(bench.TlsReportJournal, out string journal, out _)
                && journal.Contains("\n>\t", StringComparison.Ordinal)) || service.Active == 0);
            service.Wakeup();
            await loop.TurnAsync(20);
            Assert.That((server.Count, service.Active), Is.EqualTo((requests, left)));
        }), clock);
    }

    [Test]
    public void What_cannot_be_handed_over_is_tried_again_and_what_may_have_been_is_not()
    {
        ManualClock clock = new();
        using ServiceBench bench = new() { Answer = Outcome.Defer("4.3.0", "not now") };
        using ScriptedDns dns = new("_smtp._tls.wants.example TXT v=TLSRPTv1; rua=mailto:tls@wants.example");
        OnLoop.Run(async loop =>
        {
            bench.StartCleanup(loop);
            string config = $"dns_servers = {dns.Address}";
            TlsReportService service = bench.StartTlsReports(loop, config);
            LinkClient client = bench.TlsReportClient(loop);
            client.TryNotify(Notice("wants.example"));
            clock.Advance(TimeSpan.FromSeconds(5));
            Assert.That(await AskAsync(loop, client, send: true), Has.Count.EqualTo(1));
            await loop.UntilAsync(() => bench.Submitted.Count == 1);
            service.Wakeup();
            await loop.TurnAsync(20);
            Assert.That((bench.Submitted.Count, service.Active), Is.EqualTo((1, 1)));
            clock.Advance(TimeSpan.FromMinutes(40));
            service.Wakeup();
            await loop.UntilAsync(() => bench.Submitted.Count == 2);
            await loop.TurnAsync(20);
            await ServiceBench.DrainAsync(service);
            // the process dies while cleanup has the report: nobody knows whether it was taken
            string journal = File.ReadAllText(bench.TlsReportJournal);
            Assert.That(Regex.Count(journal, "(?m)^[<>]\t"), Is.EqualTo(4));
            File.WriteAllText(bench.TlsReportJournal, journal[..(journal.LastIndexOf("\n<\t", StringComparison.Ordinal) + 1)]);
            bench.Answer = Outcome.Ok("queued");
            clock.Advance(TimeSpan.FromHours(2));
            service = bench.StartTlsReports(loop, config);
            await loop.UntilAsync(() => service.Active == 0);
            Assert.That(bench.Submitted, Has.Count.EqualTo(2));
        }, clock);
    }

    [Test]
    public void Reports_that_are_due_together_do_not_go_out_all_at_once()
    {
        const int domains = 50, atOnce = 20;
        using ServiceBench bench = new();
        using ScriptedDns dns = new([.. Enumerable.Range(0, domains).Select(i => $"_smtp._tls.d{i}.example TXT v=TLSRPTv1; "
            + $"rua=mailto:tls@d{i}.example")]);
        OnLoop.Run(async loop =>
        {
            TaskCompletionSource pause = new();
            bench.Pause = pause.Task;
            bench.StartCleanup(loop);
            TlsReportService service = bench.StartTlsReports(loop, $"dns_servers = {dns.Address}");
            LinkClient client = bench.TlsReportClient(loop);
            for (int i = 0; i < domains; i++) client.TryNotify(Notice($"d{i}.example"));
            await AskAsync(loop, client, send: true);
            await loop.UntilAsync(() => bench.Submitted.Count >= atOnce);
            await loop.TurnAsync(20);
            Assert.That((bench.Submitted.Count, service.Active), Is.EqualTo((atOnce, domains)));
            pause.SetResult();
            await loop.UntilAsync(() => service.Active == 0);
            Assert.That(bench.Submitted.Select(e => e.Recipients.Single().Address).Distinct().Count(), Is.EqualTo(domains));
        });
    }
}
