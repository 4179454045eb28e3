using MtaSuite.Common.Ipc;
using MtaSuite.Common.Log;
using MtaSuite.Common.Smtp;
using MtaSuite.Smtpd.Filters;

namespace MtaSuite.Smtpd.Proxy;

/// <summary>
/// One mail transaction that goes through a filter before the queue (smtpd_proxy_filter) instead of to cleanup. The filter hears of the
/// message at the first recipient that we accept, or with speed_adjust when all of it is here; its reply to the end of the message is the
/// client's. Owns the connection to it, which ends with the transaction: without the end of the content unless that was answered.
/// </summary>
internal sealed class ProxyTransaction : IDisposable
{
    private static readonly SmtpReply s_control = SmtpReply.Parse("501 5.5.4 Error: control character in command");
    private readonly SmtpSession _session;
    private readonly Transaction _transaction;
    private readonly ProxySettings _settings;
    private readonly string _mail;
    private readonly List<string> _recipients = [];
    private ProxyConnection? _filter;
    private ProxyBuffer? _buffer;
    private bool _inContent;

    private ProxyTransaction(SmtpSession session, Transaction transaction, string mail) =>
        (_session, _transaction, _settings, _mail) = (session, transaction, session.Settings.Proxy, mail);

    /// <summary>For a MAIL command that we accept; null where no filter is configured.</summary>
    public static ProxyTransaction? Begin(SmtpSession session, Transaction transaction, ReadOnlyMemory<byte> arguments) =>
        session.Settings.Proxy.IsUsed
        ? new ProxyTransaction(session, transaction, Command("MAIL FROM:", FilterPhase.Mail, transaction.Sender, arguments)) : null;

    /// <summary>The command as the client gave it, the address in the strict form of RFC 5321.</summary>
    private static string Command(string verb, FilterPhase phase, string address, ReadOnlyMemory<byte> arguments) =>
        verb + string.Join(' ', MilterFilter.Arguments(new FilterEvent(phase, address, arguments)));

    /// <summary>A recipient that we accept; "none", or what the client is told instead.</summary>
    public async ValueTask<SmtpReply> RcptAsync(string recipient, ReadOnlyMemory<byte> arguments)
    {
        string command = Command("RCPT TO:", FilterPhase.Rcpt, recipient, arguments);
        if (command.AsSpan().ContainsAnyInRange('\0', '\x1F') || _mail.AsSpan().ContainsAnyInRange('\0', '\x1F')) return s_control;
        if (_settings.SpeedAdjust)
        {
            _recipients.Add(command);
            return default;
        }
        SmtpReply refusal = _filter is null ? await OpenAsync() : default;
        return refusal.IsNone ? Refusal(await _filter!.AskAsync(command, expected: 2), 2) : refusal;
    }

    /// <summary>Content is to come; "none", or what the client is told instead.</summary>
    public async ValueTask<SmtpReply> DataAsync()
    {
        if (_settings.SpeedAdjust) return default;
        return await BeginContentAsync();
    }

    private async ValueTask<SmtpReply> BeginContentAsync()
    {
        if (_filter is null) return Replies.WriteError;
        SmtpReply refusal = Refusal(await _filter.AskAsync("DATA", expected: 3), 3);
        _inContent = refusal.IsNone;
        return refusal;
    }

    private static SmtpReply Refusal(SmtpReply reply, int expected) => reply.Code / 100 == expected ? default : reply;

    /// <summary>Where content goes.</summary>
    public ISubmission OpenContent() => _settings.SpeedAdjust
        ? _buffer = new ProxyBuffer(_session.Server.ProxyWorkers, _session.Server.ProxyFolder) : new ProxyContent(_filter!);

    /// <summary>
    /// All content has come: the filter's reply to the end of the message, accepting or refusing, or our own temporary refusal.
    /// </summary>
    public async ValueTask<SmtpReply> FinishAsync(ContentReceiver content)
    {
        await content.FinishAsync(static () => null);
        bool whole = content.Trouble == ContentTrouble.None;
        SmtpReply reply = _settings.SpeedAdjust ? await ReplayAsync(whole) : await _filter!.EndContentAsync(whole);
        _inContent = false; // it was answered, or the connection is broken
        if (_transaction.Hold) Log.Warning($"with smtpd_proxy_filter specified, a milter's HOLD of this message is unavailable");
        _session.SessionLog.Proxy(_transaction, reply.Code < 400 ? "accept" : "reject", ProxyConnection.Line(reply));
        return reply;
    }

    /// <summary>The filter hears of a message that is here already; its first refusal is the reply to all of it.</summary>
    private async ValueTask<SmtpReply> ReplayAsync(bool whole)
    {
        if (!whole || _buffer is null) return Replies.WriteError;
        SmtpReply refusal = await OpenAsync();
        foreach (string recipient in _recipients)
            if (refusal.IsNone) refusal = Refusal(await _filter!.AskAsync(recipient, expected: 2), 2);
        if (refusal.IsNone) refusal = await BeginContentAsync();
        if (!refusal.IsNone) return refusal;
        return await _filter!.EndContentAsync(await _buffer.ReplayAsync(_filter));
    }

    // ---- the beginning of the session with the filter --------------------------------------------------------------

    /// <summary>
    /// Connects, takes the greeting, says EHLO, who the client is, and MAIL. What the filter has against all but MAIL is none of the
    /// client's business.
    /// </summary>
    private async ValueTask<SmtpReply> OpenAsync()
    {
        ProxyConnection? filter = await ProxyConnection.ConnectAsync(_session.Server, _settings);
        if (filter is null) return Replies.WriteError;
        SmtpReply refusal = await GreetAsync(filter) ? Refusal(await filter.AskAsync(_mail, expected: 2), 2) : Replies.WriteError;
        if (refusal.IsNone) _filter = filter;
        else filter.Quit();
        return refusal;
    }

    private async ValueTask<bool> GreetAsync(ProxyConnection filter)
    {
        SmtpReply greeting = await filter.AskAsync("", expected: 2);
        if (greeting.Code / 100 != 2) return false;
        SmtpReply ehlo = await filter.AskAsync($"EHLO {_settings.Ehlo}", expected: 2);
        if (ehlo.Code / 100 != 2) return false;
        foreach (string line in XforwardLines.For(_session, _transaction, XforwardLines.Offered(ehlo)))
            if ((await filter.AskAsync(line, expected: 2)).Code / 100 != 2) return false;
        return true;
    }

    /// <summary>The transaction is over, or given up.</summary>
    public void Dispose()
    {
        if (_inContent) _filter?.Dispose();
        else _filter?.Quit();
        _filter = null;
        _buffer?.Dispose();
    }
}
