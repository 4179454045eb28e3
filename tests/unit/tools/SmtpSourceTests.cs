using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using MtaSuite.Common.Native;
using MtaSuite.Tests.E2e.Harness;
using MtaSuite.Tests.Unit.Tls;
using MtaSuite.Tools.Shared;
using MtaSuite.Tools.SmtpSink;
using MtaSuite.Tools.SmtpSource;

namespace MtaSuite.Tests.Unit.Tools;

/// <summary>The load generator against Debian's smtp-sink and against our own.</summary>
public class SmtpSourceTests
{
    private ToolHarness _harness = null!;
    private Sink _sink = null!;

    [SetUp]
    public void SetUp() => _harness = new ToolHarness();

    [TearDown]
    public void TearDown() => _harness.Dispose();

    private string Sink(params string[] options)
    {
        _sink = _harness.StartSink("127.0.0.1:0", options, out int port);
        return $"127.0.0.1:{port}";
    }

    /// <summary>Debian's smtp-sink writing what it gets to a file, while the function runs; the file's text.</summary>
    private string WithDebiansSink(string options, Func<string, int> source)
    {
        Programs.Require("smtp-sink");
        using TcpListener free = new(IPAddress.Loopback, 0);
        free.Start();
        int port = ((IPEndPoint)free.LocalEndpoint).Port;
        free.Stop();
        Directory.CreateDirectory($"{_harness.Folder}/sink");
        File.SetUnixFileMode(_harness.Folder, (UnixFileMode)FileModes.PublicFolder);
        File.SetUnixFileMode($"{_harness.Folder}/sink", (UnixFileMode)FileModes.WorldWritableFolder);
        string[] user = Programs.IsRoot ? ["-u", "nobody"] : [];
        using Process sink = Programs.Start("smtp-sink", [.. user, .. options.Split(' ', StringSplitOptions.RemoveEmptyEntries),
            "-D", $"{_harness.Folder}/sink/all", $"127.0.0.1:{port}", "100"]);
        try
        {
            Wait.Until(() =>
            {
                using Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                try { socket.Connect(IPAddress.Loopback, port); }
                catch (SocketException) { return false; }
                return true;
            }, "smtp-sink listens");
            Assert.That(source($"127.0.0.1:{port}"), Is.Zero, _harness.Messages);
        }
        finally
        {
            sink.Kill();
            sink.WaitForExit();
        }
        return File.Exists($"{_harness.Folder}/sink/all") ? File.ReadAllText($"{_harness.Folder}/sink/all") : "";
    }

    private static int Send(string options, string place) =>
        SmtpSourceCommand.Run([.. options.Split(' ', StringSplitOptions.RemoveEmptyEntries), "-M", "me.example", place]);

    [TestCase("one", 1, "")]
    [TestCase("parallel", 40, "-s 20 -m 40")]
    [TestCase("over one connection", 40, "-d -s 2 -m 40")]
    [TestCase("large", 3, "-m 3 -l 500000")]
    [TestCase("old mode", 3, "-o -m 3")]
    [TestCase("several recipients", 4, "-N -r 5 -m 4")]
    [TestCase("small window", 1, "-T 1024 -l 20000")]
    [TestCase("pipelining", 20, "--pipelining -d -m 20 -r 3")]
    [TestCase("pauses", 3, "-w 0.01 -m 3")]
    [TestCase("random pauses", 3, "-R 0.02 -m 3 -d")]
    [TestCase("rate", 10, "--rate 100 -m 10 -s 3")]
    public void Debians_smtp_sink_gets_the_messages(string name, int messages, string options)
    {
        string dump = WithDebiansSink("", place => Send(options, place));
        Assert.That(dump.Split("X-Client-Addr: ").Length - 1, Is.EqualTo(messages));
    }

    [TestCase("--tls -m 6 -s 2", 6, 6, 0)]
    [TestCase("--tls -m 6 -s 2 -d", 6, 2, 0)]
    [TestCase("--tls-resume -m 6", 6, 6, 5)]
    [TestCase("--tls-resume -m 6 --tls-protocols <=TLSv1.2", 6, 6, 5)]
    [TestCase("--tls-resume -m 6 --no-mail", 0, 6, 5)]
    [TestCase("--tls -m 6 --pipelining -d", 6, 1, 0)]
    public void Messages_go_over_tls(string options, int messages, int handshakes, int resumed)
    {
        using TestCa ca = new();
        string place = Sink("--tls", ca.Chain("mx.example"));
        Assert.That(Send($"-j {options}", place), Is.Zero, _harness.Messages);
        Assert.That(Counts("messages", "tls_handshakes", "tls_resumed"), Is.EqualTo(new[] { 6, handshakes, resumed }));
        Assert.That(_sink.Messages, Is.EqualTo(messages));
    }

    [Test]
    public void Tls_from_the_first_byte()
    {
        using TestCa ca = new();
        string place = Sink("--tls-wrapped", "--tls", ca.Chain("mx.example", ecdsa: false));
        Assert.That(Send("--tls-wrapped -m 3", place), Is.Zero, _harness.Messages);
        Assert.That(_sink.Messages, Is.EqualTo(3));
    }

    [Test]
    public void A_server_without_tls_is_refused()
    {
        string place = Sink();
        Assert.That(Send("--tls", place), Is.EqualTo(1));
        Assert.That(_harness.Messages, Does.Contain("STARTTLS rejected: 500 5.5.1 Error: unknown command"));
    }

    [Test]
    public void A_reply_that_does_not_belong_there_is_named()
    {
        string place = Sink("--repeat", "MAIL");
        Assert.That(Send("", place), Is.EqualTo(1));
        Assert.That(_harness.Messages, Does.Contain("data rejected: 250 2.1.5 Ok"));
    }

    [Test]
    public void Lmtp_to_Debians_smtp_sink() =>
        Assert.That(WithDebiansSink("-L", place => Send("-L -r 3 -m 5 -s 2", place)).Split("X-Client-Proto: LMTP\n"),
        Has.Length.EqualTo(6));

    [Test]
    public void The_envelope_and_the_header_are_those_of_the_original()
    {
        string dump = WithDebiansSink("", place => Send("-m 1 -r 3 -l 200 -f <a@b.example> -t c@d.example -S hello", place));
        Assert.That(dump, Does.Match("""
            ^X-Client-Addr: 127\.0\.0\.1
            X-Client-Proto: SMTP
            X-Helo-Args: me\.example
            X-Mail-Args: <a@b\.example>
            X-Rcpt-Args: <3c@d\.example>
            X-Rcpt-Args: <2c@d\.example>
            X-Rcpt-Args: <c@d\.example>
            Received: .*
            .*
            .*
            From: <a@b\.example>
            To: <c@d\.example>
            Date: .*
            Message-Id: <[^@]+@me\.example>
            Subject: hello

            X{78}
            X{78}
            X{40}

            $
            """));
    }

    [Test]
    public void A_prepared_message_arrives_as_it_is()
    {
        File.WriteAllText($"{_harness.Folder}/prepared", "a: b\n\n.dot\n..two\nno end");
        string dump = WithDebiansSink("", place => Send($"-F {_harness.Folder}/prepared", place));
        Assert.That(dump, Does.EndWith("\na: b\n\n.dot\n..two\nno end\n\n"));
    }

    [Test]
    public void Recipients_are_spread_over_domains()
    {
        string dump = WithDebiansSink("", place => Send("-d -m 6 --to-domains 3 -t x@example.com", place));
        Assert.That(dump.Split('\n').Where(l => l.StartsWith("X-Rcpt-Args", StringComparison.Ordinal)).Select(l => l[13..]),
            Is.EqualTo(new[]
        {
            "<x@d1.example.com>", "<x@d2.example.com>", "<x@d3.example.com>", "<x@d1.example.com>", "<x@d2.example.com>",
                "<x@d3.example.com>",
        }));
    }

    [Test]
    public void The_counter_counts()
    {
        WithDebiansSink("", place => Send("-c -d -m 3", place));
        Assert.That(_harness.Output, Is.EqualTo("1\r2\r3\r\n"));
    }

    private JsonElement Report() => JsonDocument.Parse(_harness.Output.Split('\n')[^2]).RootElement;

    private int[] Counts(params string[] names)
    {
        JsonElement report = Report();
        return [.. names.Select(n => report.GetProperty(n).GetInt32())];
    }

    [TestCase("-r connect", "bad startup: 450 4.3.0 Error: command failed")]
    [TestCase("-f helo", "HELO rejected: 500 5.3.0 Error: command failed")]
    [TestCase("-f mail", "sender rejected: 500 5.3.0 Error: command failed")]
    [TestCase("-f rcpt", "recipient rejected: 500 5.3.0 Error: command failed")]
    [TestCase("-f data", "data rejected: 500 5.3.0 Error: command failed")]
    [TestCase("-f .", "end of data rejected: 500 5.3.0 Error: command failed")]
    [TestCase("-q .", "lost connection while sending message")]
    [TestCase("-q connect", "lost connection while receiving greeting")]
    public void A_failure_is_the_end(string option, string message)
    {
        string place = Sink(option.Split(' '));
        Assert.That(Send("-m 10 -s 2", place), Is.EqualTo(1));
        Assert.That(_harness.Messages, Does.Contain($"fatal: {message}\n"));
    }

    [TestCase("-r connect -A", 0, 10, 0)]
    [TestCase("-f rcpt -A -d", 0, 10, 0)]
    [TestCase("-f . -A -d", 0, 10, 0)]
    [TestCase("-f mail -A --pipelining", 0, 10, 0)]
    [TestCase("--close . --keep-going", 0, 0, 10)]
    [TestCase("--close MAIL#2 -d --keep-going", 5, 0, 5)]
    [TestCase("--reply RCPT#1=450 -d -A", 9, 1, 0)]
    [TestCase("--shutdown RCPT#2 -d -A", 5, 5, 0)]
    public void Failures_are_counted_where_they_are_tolerated(string options, int accepted, int refused, int lost)
    {
        string[] words = options.Split(' ');
        string place = Sink(words[..2]);
        Assert.That(Send($"-j -m 10 {string.Join(' ', words[2..])}", place), Is.Zero, _harness.Messages);
        Assert.That(Counts("messages", "refused", "lost"), Is.EqualTo(new[] { accepted, refused, lost }));
    }

    [Test]
    public void The_report_has_rate_and_latencies()
    {
        string place = Sink("--delay", ".=30ms");
        Send("-j -m 20 -s 4 -r 2", place);
        JsonElement report = Report();
        Assert.That(report.GetProperty("recipients").GetInt32(), Is.EqualTo(40));
        Assert.That(report.GetProperty("connections").GetInt32(), Is.EqualTo(20));
        Assert.That(report.GetProperty("latency_p50_ms").GetDouble(), Is.GreaterThanOrEqualTo(29));
        Assert.That(report.GetProperty("latency_max_ms").GetDouble(),
            Is.GreaterThanOrEqualTo(report.GetProperty("latency_p50_ms").GetDouble()));
        Assert.That(report.GetProperty("messages_per_second").GetDouble(), Is.InRange(1, 4 / 0.029));
    }

    [Test]
    public void The_rate_is_kept()
    {
        string place = Sink();
        long start = Stopwatch.GetTimestamp();
        Send("--rate 50 -m 26 -s 5", place);
        Assert.That(Stopwatch.GetElapsedTime(start).TotalSeconds, Is.GreaterThan(0.49));
    }

    [Test]
    public void Over_a_Unix_socket()
    {
        string place = $"unix:{_harness.Folder}/sock";
        _sink = _harness.StartSink(place, [], out _);
        Assert.That(Send("-m 20 -s 4", place), Is.Zero, _harness.Messages);
        Assert.That(_harness.OnLoop(() => _sink.Messages), Is.EqualTo(20));
    }

    [Test]
    public void Nobody_there()
    {
        Assert.That(Send("-C 2", "127.0.0.1:1"), Is.EqualTo(1));
        Assert.That(_harness.Messages, Does.Contain("fatal: connect: Connection refused"));
    }
}
