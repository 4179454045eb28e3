using System.Diagnostics;
using System.Text;
using MtaSuite.Common.Native;
using MtaSuite.Common.Net;
using MtaSuite.Common.Tls;
using MtaSuite.Tools.Shared;

namespace MtaSuite.Tools.SmtpSource;

/// <summary>
/// One of the parallel sessions: message after message, each over a connection of its own or all over one. A message's conversation is one
/// loop with one place where it waits: a reply moves it to its next step, which says what comes next.
/// </summary>
internal sealed class SourceSession(SourceRun run)
{
    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(300);
    private const int Chunk = 64 * 1024;

    /// <summary>What a reply is waited for.</summary>
    private enum Step : byte { Greeting, Hello, Mail, Recipient, Data, Content, Reset, Quit, StartTls }

    private static readonly string[] s_sending =
        ["receiving greeting", "sending HELO", "sending MAIL FROM command", "sending RCPT TO command", "sending DATA command",
        "sending message", "sending RSET command", "sending QUIT",
            "starting TLS"];

    private static readonly string[] s_rejected =
        ["bad startup", "HELO rejected", "sender rejected", "recipient rejected", "data rejected", "end of data rejected", "RSET rejected",
        "QUIT rejected",
            "STARTTLS rejected"];

    private readonly SourceOptions _options = run.Options;
    private Connection? _connection;
    /// <summary>TLS on the connection; null in clear.</summary>
    private TlsSession? _tls;
    /// <summary>Replies to RCPT, and to the content with LMTP, that are still to come.</summary>
    private int _left, _accepted;
    private bool _piped;
    private string _reply = "";

    public async Task RunAsync()
    {
        bool first = true;
        while (run.TryTake(out int message, out TimeSpan wait))
        {
            if (!first && _options.FixedPause + _options.RandomPause is > 0 and double pause)
                wait = TimeSpan.FromSeconds(Math.Max(wait.TotalSeconds,
                    _options.FixedPause > 0 ? pause : Random.Shared.NextDouble() * pause));
            first = false;
            if (wait > TimeSpan.Zero) await run.Loop.Delay(wait);
            if (!await SendAsync(message)) return;
            if ((!_options.KeepConnection || _options.NoMail) && _connection != null && !await TalkAsync(Step.Quit, 0, 0)) return;
        }
        if (_connection != null && !await TalkAsync(Step.Quit, 0, 0)) return;
        run.SessionEnded();
    }

    /// <summary>Sends one message; false: the program gives up.</summary>
    private async ValueTask<bool> SendAsync(int message)
    {
        long started = Stopwatch.GetTimestamp();
        if (_connection is { IsOpen: true }) return await TalkAsync(Step.Mail, message, started);
        int error = 0;
        for (int attempt = 0; attempt < _options.ConnectAttempts; attempt++)
        {
            // 10 ms: a full listen queue drains
            if (attempt > 0) await run.Loop.Delay(TimeSpan.FromMilliseconds(10));
            (_connection, error) = await _options.Peer.ConnectAsync(run.Loop, _options.WindowSize);
            if (_connection != null || error is not (Errno.ECONNREFUSED or Errno.ECONNRESET or Errno.EAGAIN)) break;
        }
        if (_connection == null) return run.Lost($"connect: {Errno.Text(error)}");
        run.Report.Connections++;
        _tls = null;
        if (_options.TlsWrapped && !await SecureAsync()) return run.Lost($"lost connection while {s_sending[(int)Step.StartTls]}");
        return await TalkAsync(Step.Greeting, message, started);
    }

    /// <summary>Goes from a step to the end of the message, or of the session; false: the program gives up.</summary>
    private async ValueTask<bool> TalkAsync(Step step, int message, long started)
    {
        Connection connection = _connection!;
        if (step == Step.Mail) Envelope(connection, message);
        else if (step == Step.Quit) connection.Write("QUIT\r\n"u8);
        while (true)
        {
            while (TryReply(connection, step == Step.Data ? 3 : 2, out int code))
            {
                if (step == Step.Quit || (step == Step.Reset && code / 100 == 2)) return Ended(step == Step.Quit);
                if (code / 100 != (step == Step.Data ? 3 : 2))
                {
                    if (TakeRefusal(connection, ref step, code, started) is { } over) return over;
                    continue;
                }
                if (step == Step.Content)
                {
                    _accepted++;
                    if (--_left > 0) continue;
                    return Delivered(started);
                }
                if (step == Step.StartTls && !await SecureAsync()) return run.Lost($"lost connection while {s_sending[(int)step]}");
                if (step == Step.Hello && _tls != null) run.Tls!.Keep(_tls);
                if (step == Step.Hello && _options.NoMail && (_tls != null || !_options.Tls))
                {
                    run.Delivered(started, 0);
                    return true;
                }
                step = Next(connection, step, message);
                if (step == Step.Content && !await ContentAsync(connection, message)) break;
            }
            connection.SetDeadline(s_timeout);
            ReadStatus status = connection.InputIsFull ? ReadStatus.Failed : await connection.FillAsync();
            if (status == ReadStatus.Data) continue;
            Ended(true);
            if (step == Step.Quit) return true;
            string what = status == ReadStatus.TimedOut ? "timeout" : "lost connection";
            return run.Lost($"{what} while {s_sending[(int)step]}");
        }
    }

    /// <summary>What a refusal leads to: null: there is more to read; else the end, of the program if false.</summary>
    private bool? TakeRefusal(Connection connection, ref Step step, int code, long started)
    {
        if (!run.Refused($"{s_rejected[(int)step]}: {_reply}")) return false;
        if (step is Step.Greeting or Step.Hello or Step.Reset or Step.StartTls || code is 421 or 521) return Ended(true);
        if (step == Step.Content)
        {
            // of several recipients, and of the replies of LMTP, the others count still
            if (--_left > 0) return null;
            return _accepted == 0 || Delivered(started);
        }
        // what is on its way already would be answered: with pipelining there is no way back but a new connection
        if (_piped) return Ended(true);
        step = Step.Reset;
        connection.Write("RSET\r\n"u8);
        return null;
    }

    private bool Delivered(long started)
    {
        run.Delivered(started, _options.Lmtp ? _accepted : _options.RecipientCount);
        return true;
    }

    /// <summary>The handshake; false, with the connection closed, where it failed.</summary>
    private async ValueTask<bool> SecureAsync()
    {
        _tls = await run.Tls!.StartAsync(_connection!);
        if (_tls == null) return !Ended(true);
        run.Report.Handshakes++;
        if (_tls.Ssl.IsResumed) run.Report.Resumed++;
        return true;
    }

    private bool Ended(bool close)
    {
        if (!close) return true;
        _connection?.Dispose();
        _connection = null;
        return true;
    }

    /// <summary>Says what follows a good reply; what is waited for then.</summary>
    private Step Next(Connection connection, Step step, int message)
    {
        switch (step)
        {
            case Step.Hello when _options.Tls && _tls == null:
                connection.Write("STARTTLS\r\n"u8);
                return Step.StartTls;
            case Step.Greeting or Step.StartTls when !_options.Old:
                connection.Write(_options.Lmtp ? "LHLO "u8 : _options.Ehlo ? "EHLO "u8 : "HELO "u8);
                Text(connection, _options.HostName);
                connection.Write("\r\n"u8);
                return Step.Hello;
            case Step.Greeting or Step.Hello:
                Envelope(connection, message);
                return Step.Mail;
            case Step.Mail:
                if (!_piped) Recipient(connection, message, _left);
                return Step.Recipient;
            case Step.Recipient when --_left > 0:
                if (!_piped) Recipient(connection, message, _left);
                return Step.Recipient;
            case Step.Recipient:
                if (!_piped) connection.Write("DATA\r\n"u8);
                return Step.Data;
            default:
                return Step.Content;
        }
    }

    private void Envelope(Connection connection, int message)
    {
        _piped = _options.Pipelining;
        _left = _options.RecipientCount;
        connection.Write("MAIL FROM:<"u8);
        Text(connection, _options.Sender);
        connection.Write(">\r\n"u8);
        if (!_piped) return;
        for (int left = _left; left > 0; left--) Recipient(connection, message, left);
        connection.Write("DATA\r\n"u8);
    }

    private void Recipient(Connection connection, int message, int left)
    {
        connection.Write("RCPT TO:<"u8);
        Text(connection, run.Recipient(message, left));
        connection.Write(">\r\n"u8);
    }

    private static void Text(Connection connection, string text) =>
        connection.Advance(Encoding.UTF8.GetBytes(text, connection.GetSpan(text.Length * 3)));

    private async ValueTask<bool> ContentAsync(Connection connection, int message)
    {
        _left = _options.Lmtp ? _options.RecipientCount : 1;
        _accepted = 0;
        connection.SetDeadline(s_timeout);
        connection.Write(run.Header(message));
        for (int at = 0; at < run.Body.Length && connection.IsOpen; at += Chunk)
        {
            connection.Write(run.Body.AsSpan(at, Math.Min(Chunk, run.Body.Length - at)));
            if (connection.Unsent > 2 * Chunk && !await connection.DrainAsync(Chunk)) return false;
        }
        connection.Write(".\r\n"u8);
        return connection.IsOpen;
    }

    /// <summary>Takes a whole reply off the input; its last line is kept only where it is not the one that is waited for.</summary>
    /// <param name="wanted">The first digit of a reply that is.</param>
    private bool TryReply(Connection connection, int wanted, out int code)
    {
        ReadOnlySpan<byte> input = connection.Input;
        code = 0;
        for (int at = 0; ;)
        {
            int end = input[at..].IndexOf((byte)'\n');
            if (end < 0) return false;
            ReadOnlySpan<byte> line = input.Slice(at, end);
            at += end + 1;
            bool isReply = line.Length >= 3 && !line[..3].ContainsAnyExceptInRange((byte)'0', (byte)'9');
            if (isReply && line.Length > 3 && line[3] == '-') continue;
            code = isReply ? (line[0] - '0') * 100 + (line[1] - '0') * 10 + line[2] - '0' : 0;
            if (code / 100 != wanted) _reply = Encoding.UTF8.GetString(line).TrimEnd('\r');
            if (_options.Verbose) Tool.Complain($"<<< {Encoding.UTF8.GetString(line).TrimEnd('\r')}");
            connection.Consume(at);
            return true;
        }
    }
}
