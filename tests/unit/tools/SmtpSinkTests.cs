using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using MtaSuite.Common.Native;
using MtaSuite.Tests.E2e.Harness;
using MtaSuite.Tools.Shared;
using MtaSuite.Tools.SmtpSink;

namespace MtaSuite.Tests.Unit.Tools;

/// <summary>
/// The sink on a loop of its own thread, and clients that say exactly what they are told to; Debian's smtp-source as one of them.
/// </summary>
public class SmtpSinkTests
{
    private ToolHarness _harness = null!;
    private Sink _sink = null!;
    private int _port;

    [SetUp]
    public void SetUp() => _harness = new ToolHarness();

    [TearDown]
    public void TearDown() => _harness.Dispose();

    private void Start(params string[] options) => _sink = _harness.StartSink("127.0.0.1:0", options, out _port);

    /// <summary>Says one line after the other; each reply's lines with "/" between, "closed" for the end.</summary>
    private string[] Talk(params string[] lines)
    {
        using SmtpPeer peer = new(_port);
        List<string> replies = [Next(peer)];
        foreach (string line in lines)
        {
            if (replies[^1] is "closed" or "reset") break;
            try { peer.Send(line.Replace("\n", "\r\n", StringComparison.Ordinal) + "\r\n"); }
            catch (SocketException e) when (e.SocketErrorCode is SocketError.ConnectionReset
                or SocketError.Shutdown)
            { /* its last words are read below */ }
            replies.Add(Next(peer));
        }
        return [.. replies];
    }

    private static string Next(SmtpPeer peer)
    {
        try
        {
            Reply reply = peer.Read();
            return $"{reply.Code} {reply.Text.Replace('\n', '/')}";
        }
        catch (IOException) { return "closed"; }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.ConnectionReset) { return "reset"; }
        catch (AssertionException) { return "garbage"; }
    }

    private static readonly string[] s_message =
        ["EHLO me", "MAIL FROM:<a@b>", "RCPT TO:<c@d>", "DATA", "Subject: x\n\nhey\n..dot\n.", "QUIT"];
    private const string Ehlo = "250 smtp-sink/PIPELINING/8BITMIME/AUTH PLAIN LOGIN/XCLIENT NAME HELO/XFORWARD NAME ADDR PROTO "
        + "HELO/ENHANCEDSTATUSCODES/DSN/",
        Go = "354 End data with <CR><LF>.<CR><LF>", Mail = "250 2.1.0 Ok", Rcpt = "250 2.1.5 Ok", Dot = "250 2.0.0 Ok", Bye = "221 Bye";

    private static string[] Expected(params (int At, string Reply)[] changes)
    {
        List<string> replies = ["220 smtp-sink ESMTP", Ehlo, Mail, Rcpt, Go, Dot, Bye];
        foreach ((int at, string reply) in changes)
        {
            replies[at] = reply;
            if (reply is "closed" or "reset") replies.RemoveRange(at + 1, replies.Count - at - 1);
        }
        return [.. replies];
    }

    [Test]
    public void A_message_is_taken()
    {
        Start("-c");
        Assert.That(Talk(s_message), Is.EqualTo(Expected()));
        _harness.Until(() => _sink.Sessions == 1);
        Assert.That((_sink.Messages, _sink.Quits), Is.EqualTo((1, 1)));
        Assert.That(_harness.Output, Is.EqualTo("sess=0 quit=0 mesg=1\rsess=0 quit=1 mesg=1\rsess=1 quit=1 mesg=1\r"));
    }

    [TestCase("-8aCEFNp", 1, "250 smtp-sink/")]
    [TestCase("-p", 1, "250 smtp-sink/8BITMIME/AUTH PLAIN LOGIN/XCLIENT NAME HELO/XFORWARD NAME ADDR PROTO HELO/ENHANCEDSTATUSCODES/DSN/")]
    [TestCase("-h me.example", 0, "220 me.example ESMTP")]
    [TestCase("-f rcpt", 3, "500 5.3.0 Error: command failed")]
    [TestCase("-f . -B 552~5.2.2~full", 5, "552 5.2.2 full")]
    [TestCase("-r mail,ehlo -b 451~4.1.1~later", 2, "451 4.1.1 later")]
    [TestCase("-q data", 4, "closed")]
    [TestCase("-q connect", 0, "closed")]
    [TestCase("-Q .", 5, "421 4.0.0 Server closing connection")]
    [TestCase("-A 0", 4, Go)]
    [TestCase("--drop 1", 0, "closed")]
    [TestCase("--close .", 5, "closed")]
    [TestCase("--close CONTENT", 5, "closed")]
    [TestCase("--reset RCPT", 3, "reset")]
    [TestCase("--shutdown MAIL", 2, "421 4.0.0 Server closing connection")]
    [TestCase("--reply RCPT:c@d=550-5.1.1~no\\n550~5.1.1~user", 3, "550 5.1.1 no/5.1.1 user")]
    [TestCase("--reply RCPT:x@d=550~no", 3, Rcpt)]
    [TestCase("--reply MAIL#2=550~no", 2, Mail)]
    [TestCase("--partial .=6", 5, "closed")]
    [TestCase("--garbage EHLO", 1, "garbage")]
    [TestCase("--early .", 5, Dot)]
    [TestCase("--early .", 6, Bye)]
    [TestCase("--repeat MAIL", 3, Mail)]
    [TestCase("--early RCPT", 3, Rcpt)]
    [TestCase("--delay EHLO=20ms", 1, Ehlo)]
    [TestCase("--slow MAIL=1ms", 2, Mail)]
    [TestCase("-w 0 -H 0", 4, Go)]
    [TestCase("-W rcpt:0:50", 3, Rcpt)]
    public void An_option_changes_one_reply(string options, int at, string reply)
    {
        Start([.. options.Split(' ').Select(o => o.Replace('~', ' '))]);
        Assert.That(Talk(s_message)[at], Is.EqualTo(reply));
    }

    [Test]
    public void What_needs_another_command_first_is_refused()
    {
        Start();
        Assert.That(Talk("RCPT TO:<a@b>", "DATA", "LHLO x", "MAIL FROM:<>", "MAIL FROM:<>", "DATA", "RSET", "RCPT TO:<a>", "HELO x")[1..],
            Is.EqualTo(new[]
        {
            "503 5.5.1 Error: need MAIL command", "503 5.5.1 Error: need RCPT command", "500 5.5.1 Error: unknown command", Mail,
            "503 5.5.1 Error: nested MAIL command", "503 5.5.1 Error: need RCPT command", Mail, "503 5.5.1 Error: need MAIL command",
                "250 smtp-sink",
        }));
    }

    [Test]
    public void Lmtp_answers_for_each_recipient()
    {
        Start("-L", "--reply", ".#2=452 4.2.2 full");
        using SmtpPeer peer = new(_port);
        peer.Read().Is(220);
        peer.Say("EHLO x").Is(500);
        foreach (string line in (string[])["LHLO x", "MAIL FROM:<a@b>", "RCPT TO:<c@d>", "RCPT TO:<e@f>"]) peer.Say(line).Is(250);
        peer.Say("DATA").Is(354);
        Assert.That((peer.SendContent("x\n").Text, peer.Read().Code), Is.EqualTo(("2.2.0 Ok", 452)));
        peer.Quit();
    }

    [Test]
    public void Pix_and_no_esmtp()
    {
        Start("-P");
        Assert.That(Talk("EHLO x", "HELO x"), Is.EqualTo(new[] { "220 ********", "500 5.5.1 Error: unknown command", "250 smtp-sink" }));
    }

    [Test]
    public void The_end_of_content_is_found_wherever_the_input_is_split()
    {
        Start("-j");
        byte[] content = Encoding.ASCII.GetBytes("a\r\n..\r\n.\n.\r\r\nb\r\n.\r\n");
        using SmtpPeer peer = SmtpPeer.Open(_port);
        for (int split = 0; split < content.Length; split++)
        {
            peer.Say("MAIL FROM:<a@b>").Is(250);
            peer.Say("RCPT TO:<c@d>").Is(250);
            peer.Say("DATA").Is(354);
            peer.Send(Encoding.ASCII.GetString(content[..split]));
            _harness.OnLoop(() => 0);
            peer.Send(Encoding.ASCII.GetString(content[split..]) + "NOOP\r\n");
            Assert.That((peer.Read().Text, peer.Read().Text), Is.EqualTo(("2.0.0 Ok", "2.0.0 Ok")), $"split at {split}");
        }
        peer.Quit();
        Assert.That(Events("message").Select(m => m.GetProperty("size").GetInt32()).Distinct(), Is.EqualTo(new[] { content.Length - 3 }));
    }

    [Test]
    public void An_empty_message_has_a_dot_alone()
    {
        Start();
        Assert.That(Talk("HELO x", "MAIL FROM:<>", "RCPT TO:<a>", "DATA", ".", "QUIT")[^2..], Is.EqualTo(new[] { Dot, Bye }));
    }

    private List<JsonElement> Events(string name)
    {
        _harness.Until(() => _sink.Sessions > 0);
        return [.. _harness.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => JsonDocument.Parse(l).RootElement)
            .Where(e => e.GetProperty("event").GetString() == name)];
    }

    [Test]
    public void Events_tell_what_happened()
    {
        Start("-j", "--delay", "MAIL=1ms");
        Talk(s_message);
        JsonElement message = Events("message").Single();
        Assert.That(message.GetProperty("sender").GetString(), Is.EqualTo("<a@b>"));
        Assert.That(message.GetProperty("recipients")[0].GetProperty("address").GetString(), Is.EqualTo("<c@d>"));
        Assert.That(message.GetProperty("reply").GetString(), Is.EqualTo(Dot));
        Assert.That(Events("fault").Single().GetProperty("step").GetString(), Is.EqualTo("MAIL"));
        Assert.That(Events("disconnect").Single().GetProperty("reason").GetString(), Is.EqualTo("quit"));
    }

    [Test]
    public void Single_dumps()
    {
        Start("-d", $"{_harness.Folder}/dump/%Y-", "-S", ">>\\n");
        Talk(s_message);
        string file = Directory.GetFiles($"{_harness.Folder}/dump").Single();
        Assert.That(Path.GetFileName(file), Does.Match("^20\\d\\d-[0-9a-f]{8}$"));
        Assert.That(File.ReadAllText(file), Does.Match("""
            ^>>
            X-Client-Addr: 127\.0\.0\.1
            X-Client-Proto: ESMTP
            X-Helo-Args: me
            X-Mail-Args: <a@b>
            X-Rcpt-Args: <c@d>
            Received: from me \(\[127\.0\.0\.1\]\)
            \tby smtp-sink \(smtp-sink\) with ESMTP id [0-9a-f]{8};
            \t\w\w\w, .*
            Subject: x

            hey
            \.dot

            $
            """));
    }

    [Test]
    public void A_share_of_domains_is_always_the_same()
    {
        Start("--reply", "RCPT@0.1/domain=450 4.2.0 not this one");
        using SmtpPeer peer = SmtpPeer.Open(_port);
        int[] Refused()
        {
            peer.Say("RSET").Is(250);
            peer.Say("MAIL FROM:<>").Is(250);
            return [.. Enumerable.Range(1, 1000).Where(i => peer.Say($"RCPT TO:<x@d{i}.example>").Code == 450)];
        }
        int[] first = Refused();
        Assert.That(first, Has.Length.InRange(70, 130));
        Assert.That(Refused(), Is.EqualTo(first));
    }

    [Test]
    public void It_leaves_after_so_many_messages()
    {
        Start("-M", "2");
        Talk(s_message);
        string[] last = Talk(s_message[..^1]);
        Assert.That(last[5], Is.EqualTo(Dot));
        Assert.That(_harness.Stopped(TestLimits.Wait));
    }

    [Test]
    public void Excess_connections_wait()
    {
        Start("-m", "1");
        using SmtpPeer first = SmtpPeer.Open(_port);
        using SmtpPeer second = new(_port);
        first.Quit();
        second.Read().Is(220);
    }

    [Test]
    public void A_client_that_says_nothing_is_left()
    {
        Start("-t", "1");
        using SmtpPeer peer = SmtpPeer.Open(_port);
        Assert.That(peer.IsClosed());
    }

    [TestCase("-f", "foo")]
    [TestCase("-b", "550 hard")]
    [TestCase("--reply", "RCPT")]
    [TestCase("--reply", "RCPT@2=550 no")]
    [TestCase("--reply", "RCPT#0=550 no")]
    [TestCase("--delay", "RCPT=soon")]
    [TestCase("--early", "CONNECT")]
    [TestCase("-W", "rcpt:1:100")]
    [TestCase("-d x -D", "y")]
    public void Bad_options_are_told(string option, string value) =>
        Assert.That(SmtpSinkCommand.Parse([.. option.Split(' '), value, "127.0.0.1:0", "100"], new SinkOptions()),
        Is.Not.Null.And.Not.Empty);

    [TestCase("one", 1, "")]
    [TestCase("parallel", 40, "-s 20 -m 40")]
    [TestCase("over one connection", 40, "-d -s 2 -m 40")]
    [TestCase("large", 3, "-m 3 -l 500000")]
    [TestCase("old mode", 3, "-o -m 3")]
    [TestCase("several recipients", 4, "-N -r 5 -m 4")]
    [TestCase("small window", 1, "-T 1024 -l 20000")]
    [TestCase("named", 1, "-M [192.0.2.1] -S subject -f a@b -t c@d")]
    public void Debians_smtp_source_is_served(string name, int messages, string options)
    {
        Programs.Require("smtp-source");
        Start();
        Programs.Run("smtp-source", [.. options.Split(' ', StringSplitOptions.RemoveEmptyEntries), $"127.0.0.1:{_port}"]).Succeeded();
        _harness.Until(() => _sink.Messages == messages);
    }

    [Test]
    public void Debians_smtp_source_speaks_lmtp_to_it()
    {
        Programs.Require("smtp-source");
        Start("-L");
        Programs.Run("smtp-source", ["-L", "-r", "3", "-m", "5", "-s", "2", $"127.0.0.1:{_port}"]).Succeeded();
        _harness.Until(() => _sink.Messages == 5);
    }

    [TestCase("-f rcpt", "recipient rejected: 500 5.3.0 Error: command failed")]
    [TestCase("-q data", "lost connection while sending DATA command")]
    [TestCase("-r .", "end of data rejected: 450 4.3.0")]
    public void Debians_smtp_source_sees_the_fault(string option, string message)
    {
        Programs.Require("smtp-source");
        Start(option.Split(' '));
        ProgramResult result = Programs.Run("smtp-source", [$"127.0.0.1:{_port}"]);
        Assert.That(result.ExitCode, Is.EqualTo(1));
        Assert.That(result.Error, Does.Contain($"fatal: {message}"));
    }
}
