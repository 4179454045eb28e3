using System.Text;
using MtaSuite.Common.Dns;
using MtaSuite.Common.Log;
using MtaSuite.Common.Native;
using MtaSuite.Common.Net;
using MtaSuite.Common.Smtp;

namespace MtaSuite.Smtpd.Proxy;

/// <summary>
/// The connection to a filter before the queue: commands one after the other, each with its reply, then content. It serves one message and
/// owns its socket. When the filter breaks off, is too slow or says what is no reply, it <see cref="IsBroken"/>: nothing more is
/// sent, and whatever is asked is answered with a temporary refusal.
/// </summary>
internal sealed class ProxyConnection : IDisposable
{
    private readonly ProxySettings _settings;
    private readonly ProxyReplyReader _replies;
    private readonly Connection _connection;

    private ProxyConnection(ProxySettings settings, Connection connection)
    {
        (_settings, _connection) = (settings, connection);
        _replies = new ProxyReplyReader(settings.LineLimit);
    }

    public bool IsBroken { get; private set; }

    /// <summary>No more content is of use: it is gone, or has said something before the end.</summary>
    public bool HasLeft => IsBroken || !_connection.IsOpen || _connection.HasHungUp;

    /// <summary>A connection to the filter; null, which is logged: there is none.</summary>
    public static async ValueTask<ProxyConnection?> ConnectAsync(SmtpServer server, ProxySettings settings)
    {
        string problem = settings.Problem;
        if (settings.Address is { } address)
        {
            (Connection? connection, problem) = await server.Services.ConnectAsync(address, settings.Timeout);
            if (connection is not null) return new ProxyConnection(settings, connection);
        }
        Log.Warning($"connect to proxy filter {settings.Name}: {problem}");
        return null;
    }

    /// <summary>
    /// Sends a command and waits for its reply. The reply when it is of the expected class; else what the client is to be told: the
    /// filter's own refusal (4xx, 5xx), or our temporary one in place of whatever else it said.
    /// </summary>
    /// <param name="command">Without its line end; empty: it is the filter's turn to speak, it was just connected to.</param>
    /// <param name="expected">The first digit of the reply hoped for.</param>
    public async ValueTask<SmtpReply> AskAsync(string command, int expected)
    {
        if (!IsBroken && command.Length > 0 && HasInput()) Break($"proxy {_settings.Name} spoke before \"{command}\" was sent to it");
        if (IsBroken) return Replies.WriteError;
        if (command.Length > 0) _connection.Write(Encoding.UTF8.GetBytes(command + "\r\n"));
        SmtpReply reply = await ReadAsync();
        if (IsBroken || reply.Code / 100 == expected) return IsBroken ? Replies.WriteError : reply;
        Log.Warning($"proxy {_settings.Name} rejected \"{(command.Length > 0 ? command : "connection request")}\": \"{Line(reply)}\"");
        return reply.Code >= 400 ? reply : Replies.WriteError;
    }

    /// <summary>A reply on one line, for the log.</summary>
    public static string Line(SmtpReply reply) => reply.ToString().Replace('\n', ' ');

    private async ValueTask<SmtpReply> ReadAsync()
    {
        _connection.SetDeadline(_settings.Timeout);
        while (true)
        {
            ProxyReplyStatus status = Take(out SmtpReply reply);
            if (status == ProxyReplyStatus.Complete) return reply;
            if (status == ProxyReplyStatus.Garbage) return Break($"received garbage from proxy {_settings.Name}: {reply.Text}");
            switch (await _connection.FillAsync())
            {
                case ReadStatus.Data: break;
                case ReadStatus.TimedOut: return Break($"timeout talking to proxy {_settings.Name}");
                default: return Break(LostText);
            }
        }
    }

    private ProxyReplyStatus Take(out SmtpReply reply)
    {
        ProxyReplyStatus status = _replies.Next(_connection.Input, out reply, out int consumed);
        _connection.Consume(consumed);
        return status;
    }

    private string LostText => _connection.Error == Errno.ETIMEDOUT ? $"timeout talking to proxy {_settings.Name}"
        : $"lost connection with proxy {_settings.Name}";

    private SmtpReply Break(string why)
    {
        if (!IsBroken) Log.Warning($"{why}");
        IsBroken = true;
        _connection.Dispose();
        return default;
    }

    /// <summary>Something has come that was not asked for.</summary>
    private bool HasInput()
    {
        if (!_connection.Input.IsEmpty) return true;
        if (!_connection.MayHaveInput) return false;
        Connection.FillAwaiter fill = _connection.FillAsync();
        return fill.IsCompleted && fill.GetResult() == ReadStatus.Data;
    }

    // ---- content ---------------------------------------------------------------------------------------------------

    // Unsent content above this makes the client wait.
    private const int MaxUnsent = 64 * 1024;
    private LineEncoder _encoder = new(dots: true, limit: 0);

    public bool HasRoom => _connection.Unsent < MaxUnsent;

    /// <summary>Sends content, lines ending in LF.</summary>
    public void WriteContent(ReadOnlySpan<byte> content)
    {
        while (!content.IsEmpty && _connection.IsOpen)
        {
            Span<byte> room = _connection.GetSpan(Math.Min(content.Length * 2, MaxUnsent) + LineEncoder.MaxEnd);
            _encoder.Encode(content, room, out int consumed, out int written);
            _connection.Advance(written);
            content = content[consumed..];
        }
    }

    /// <summary>Waits until the filter has taken most of what was sent; true: it has.</summary>
    public async ValueTask<bool> DrainAsync()
    {
        _connection.SetDeadline(_settings.Timeout);
        if (await _connection.DrainAsync(MaxUnsent / 2)) return true;
        Break(LostText);
        return false;
    }

    /// <summary>
    /// Ends the content and waits for the reply, whatever class it has. What a filter says before the end is taken as well when it is a
    /// refusal; an acceptance that came before the end is none.
    /// </summary>
    /// <param name="whole">All content was sent; else the end is not, and only a refusal is looked for.</param>
    public async ValueTask<SmtpReply> EndContentAsync(bool whole)
    {
        if (IsBroken) return Replies.WriteError;
        bool early = !whole || HasInput();
        if (!early) WriteEnd();
        SmtpReply reply = early && !HasInput() ? Break(LostText) : await ReadAsync();
        if (IsBroken) return Replies.WriteError;
        if (early)
        {
            Break($"proxy {_settings.Name} replied before the end of the message: \"{Line(reply)}\"");
            return reply.Code >= 400 ? reply : Replies.WriteError;
        }
        if (reply.Code is < 300 or >= 400) return reply;
        Log.Warning($"proxy {_settings.Name} rejected \".\": \"{Line(reply)}\"");
        return Replies.WriteError;
    }

    private void WriteEnd()
    {
        Span<byte> end = stackalloc byte[LineEncoder.MaxEnd];
        _connection.Write(end[.._encoder.Finish(end)]);
    }

    // ---- end -------------------------------------------------------------------------------------------------------

    /// <summary>Takes leave between two commands.</summary>
    public void Quit()
    {
        if (IsBroken) return;
        _connection.Write("QUIT\r\n"u8);
        _connection.CloseAfterFlush();
    }

    /// <summary>Hangs up in the middle of whatever it is: content without its end is no message.</summary>
    public void Dispose() => _connection.Dispose();
}
