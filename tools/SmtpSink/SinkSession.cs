using System.Text;
using MtaSuite.Common.Log;
using MtaSuite.Common.Native;
using MtaSuite.Common.Net;
using MtaSuite.Common.Tls;
using MtaSuite.Tools.Shared;

namespace MtaSuite.Tools.SmtpSink;

/// <summary>
/// One client. Lenient as a sink is: it asks for MAIL before RCPT and RCPT before DATA, and takes anything as their arguments. What may go
/// wrong at a step is in SinkSession.Faults.cs; without a fault at a step nothing is kept or allocated for it.
/// </summary>
internal sealed partial class SinkSession(Sink sink, Connection connection, long number)
{
    private const int MaxLine = 8192;
    private static readonly byte[] s_needMail = Fault.ReplyBytes("503 5.5.1 Error: need MAIL command"),
        s_needRcpt = Fault.ReplyBytes("503 5.5.1 Error: need RCPT command"),
        s_nestedMail = Fault.ReplyBytes("503 5.5.1 Error: nested MAIL command"),
        s_aborted = Fault.ReplyBytes("550 This violates SMTP");

    private readonly SinkOptions _options = sink.Options;
    private SinkEnvelope? _envelope;
    private string _helo = "", _reason = "disconnect";
    private bool _esmtp, _hasMail, _over, _inContent, _anyContent;
    private int _recipients;

    public async Task RunAsync()
    {
        Event("connect");
        _over = _options.TlsWrapped && !await SecureAsync()
            || !await ReplyAsync(SinkStep.Connect, sink.Replies[(int)SinkStep.Connect], default);
        while (!_over)
        {
            if (_inContent ? await ContentAsync() : TryLine(out SinkStep step, out ReadOnlyMemory<byte> line)
                && await CommandAsync(step, line)) continue;
            if (_over) break;
            if (connection.InputIsFull) connection.Consume(connection.Input.Length - MaxLine);
            connection.SetDeadline(_options.Timeout);
            if (await connection.FillAsync() is ReadStatus.Data) continue;
            _reason = connection.Error != 0 ? Errno.Text(connection.Error) : connection.IsOpen ? "timeout or end of input" : "closed";
            break;
        }
        if (connection.IsOpen) connection.CloseAfterFlush();
        Event("disconnect", _reason);
        sink.Ended();
    }

    private bool TryLine(out SinkStep step, out ReadOnlyMemory<byte> line)
    {
        (step, line) = (default, default);
        ReadOnlyMemory<byte> input = connection.InputMemory;
        int end = input.Span.IndexOf((byte)'\n');
        if (end < 0) return false;
        line = input[..(end > 0 && input.Span[end - 1] == '\r' ? end - 1 : end)];
        step = SinkSteps.OfCommand(line.Span);
        // the bytes stay where they are until input is asked for
        connection.Consume(end + 1);
        if (_options.Verbose) Tool.Complain(Encoding.UTF8.GetString(line.Span));
        if (_options.Logged[(int)step]) Log.Info($"{Encoding.UTF8.GetString(line.Span)}");
        return true;
    }

    /// <summary>Answers a command; true: look for the next.</summary>
    private ValueTask<bool> CommandAsync(SinkStep step, ReadOnlyMemory<byte> line)
    {
        switch (step)
        {
            case SinkStep.Ehlo when _options.Lmtp || _options.NoEsmtp:
            case SinkStep.Helo when _options.Lmtp:
            case SinkStep.Lhlo when !_options.Lmtp:
                step = SinkStep.Unknown;
                break;
            case SinkStep.StartTls when sink.Tls == null || connection.Filter != null:
                step = SinkStep.Unknown;
                break;
            case SinkStep.Ehlo or SinkStep.Helo or SinkStep.Lhlo:
                _esmtp = step != SinkStep.Helo;
                if (sink.KeepsEnvelope) _helo = Argument(line.Span, 5);
                break;
        }
        byte[] reply = step switch
        {
            SinkStep.Mail when _hasMail => s_nestedMail,
            SinkStep.Rcpt when !_hasMail => s_needMail,
            SinkStep.Data when _recipients == 0 => s_needRcpt,
            SinkStep.Ehlo or SinkStep.Lhlo when connection.Filter != null => sink.SecureFeatures,
            _ => sink.Replies[(int)step],
        };
        if (sink.FaultsAt(step) != null) return FaultyCommandAsync(step, reply, line);
        connection.Write(reply);
        return Done(step, line, reply);
    }

    private async ValueTask<bool> FaultyCommandAsync(SinkStep step, byte[] reply, ReadOnlyMemory<byte> line)
    {
        // the line is a slice of the input buffer, which a wait may change
        line = line.ToArray();
        return await ReplyAsync(step, reply, line) ? await Done(step, line, _said) : End();
    }

    private bool End()
    {
        _over = true;
        return false;
    }

    /// <summary>The session's state after a reply was sent.</summary>
    private ValueTask<bool> Done(SinkStep step, ReadOnlyMemory<byte> line, byte[] said)
    {
        bool ok = said.Length > 0 && said[0] is (byte)'2' or (byte)'3';
        switch (step)
        {
            case SinkStep.Mail when ok:
                _hasMail = true;
                if (sink.KeepsEnvelope)
                    _envelope = new SinkEnvelope(_helo, _options.Lmtp ? "LMTP" : _esmtp ? "ESMTP" : "SMTP", connection.Remote,
                        Argument(line.Span, 10));
                break;
            case SinkStep.Rcpt when ok:
                _recipients++;
                _envelope?.Recipients.Add(Argument(line.Span, 8));
                break;
            case SinkStep.Data when said.Length > 0 && said[0] == '3':
                (_inContent, _anyContent) = (true, false);
                return _options.AbortDelay >= TimeSpan.Zero ? AbortAsync() : _options.ContentDelay > TimeSpan.Zero
                    ? PauseAsync(_options.ContentDelay) : new(true);
            case SinkStep.Rset or SinkStep.Ehlo or SinkStep.Helo or SinkStep.Lhlo:
                Forget();
                break;
            case SinkStep.StartTls when ok:
                Forget();
                return SecureAsync();
            case SinkStep.Quit:
                sink.CountQuit();
                _reason = "quit";
                return new(End());
        }
        return new(true);
    }

    /// <summary>The handshake; false, and the end, where it fails or something came in clear behind STARTTLS.</summary>
    private async ValueTask<bool> SecureAsync()
    {
        string error = "input behind STARTTLS";
        TlsSession? session = await connection.DrainAsync()
            && connection.Input.IsEmpty ? TlsSession.TryCreate(sink.Tls!.Context!, connection, server: true, out error) : null;
        if (session != null && await session.HandshakeAsync(_options.Timeout) == TlsHandshake.Done)
        {
            Event("tls", session.Ssl.IsResumed ? "resumed" : "full");
            return true;
        }
        _reason = $"TLS: {session?.Error ?? error}";
        return End();
    }

    private async ValueTask<bool> PauseAsync(TimeSpan time)
    {
        await connection.Loop.Delay(time);
        return true;
    }

    /// <summary>Refuses the content while the client still sends it, and reads none of it.</summary>
    private async ValueTask<bool> AbortAsync()
    {
        connection.Flush();
        if (_options.AbortDelay > TimeSpan.Zero) await connection.Loop.Delay(_options.AbortDelay);
        connection.Write(s_aborted);
        _reason = "aborted";
        return End();
    }

    private void Forget() => (_hasMail, _recipients, _envelope) = (false, 0, null);

    private static string Argument(ReadOnlySpan<byte> line, int from)
    {
        // "MAIL FROM:" and "RCPT TO:" end in the colon; without one it is what follows the verb
        int colon = from == 5 ? -1 : line.IndexOf((byte)':');
        ReadOnlySpan<byte> rest = colon >= 0 ? line[(colon + 1)..] : line.Length > 5 ? line[5..] : default;
        return Encoding.UTF8.GetString(rest).Trim();
    }

    // ---- content ---------------------------------------------------------------------------------------------------

    /// <summary>Takes content up to its end, CR LF . CR LF (RFC 5321 4.5.2); false: more has to come.</summary>
    private async ValueTask<bool> ContentAsync()
    {
        if (!_anyContent && connection.Input.Length > 0 && sink.FaultsAt(SinkStep.Content) != null
            && !await ReplyAsync(SinkStep.Content, [], default)) return End();
        if (!TakeContent()) return false;
        _inContent = false;
        sink.CountMessage();
        // LMTP (RFC 2033 4.2): one reply for each recipient
        byte[] reply = _said = sink.Replies[(int)SinkStep.Dot];
        bool faulty = sink.FaultsAt(SinkStep.Dot) != null;
        for (int left = _options.Lmtp ? _recipients : 1; left > 0; left--)
        {
            if (!faulty) connection.Write(reply);
            else if (!await ReplyAsync(SinkStep.Dot, reply, default)) return End();
        }
        if (_options.Verbose) Tool.Complain(".");
        if (_options.Logged[(int)SinkStep.Dot]) Log.Info($".");
        Event("message");
        if (_envelope != null) sink.Dump?.Write(_envelope);
        Forget();
        return true;
    }

    private bool TakeContent()
    {
        ReadOnlySpan<byte> input = connection.Input;
        // the line end before the dot may be that of the DATA command
        int end = !_anyContent && input.StartsWith(".\r\n"u8) ? 0 : input.IndexOf("\r\n.\r\n"u8);
        bool found = end >= 0;
        int text = !found ? Math.Max(0, input.Length - 4) : end == 0 && !_anyContent && input[0] == '.' ? 0 : end + 2;
        if (!_anyContent && !found && input.Length < 3) return false;
        if (_envelope != null)
        {
            _envelope.Size += text;
            if (sink.Dump != null) _envelope.Content.Write(input[..text]);
        }
        _anyContent = true;
        connection.Consume(found ? text + 3 : text);
        return found;
    }

    // ---- events ----------------------------------------------------------------------------------------------------

    private void Event(string name, string reason = "")
    {
        if (!_options.Json) return;
        JsonLine line = new JsonLine().Text("event", name).Number("session", number)
            .Number("time_ms", DateTimeOffset.UtcNow.ToUnixTimeMilliseconds());
        if (name == "connect") line.Text("client", connection.Remote?.ToString() ?? "unix");
        if (reason.Length > 0) line.Text("reason", reason);
        if (name == "message" && _envelope is { } e)
        {
            line.Text("helo", e.Helo).Text("protocol", e.Protocol).Text("sender", e.Sender).Number("size", e.Size)
                .Objects("recipients", e.Recipients, static (json, recipient) => json.Text("address", recipient))
                .Text("reply", Encoding.UTF8.GetString(_said).TrimEnd());
        }
        Tool.Print(line.ToString());
    }
}
