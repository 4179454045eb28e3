using MtaSuite.Relay.Messages;
using MtaSuite.Relay.Settings;

namespace MtaSuite.Relay.Sessions;

/// <summary>
/// Runs transactions over one open session, one after the other; where the server allows it the next one's commands go out together with
/// the content of the one before.
/// </summary>
internal sealed class TransactionRunner
{
    private readonly SmtpChat _chat;
    private readonly SessionFacts _session;
    private readonly CommandPipeline _pipeline;
    private readonly EnvelopeCommands _commands;
    private readonly EnvelopeReplies _replies;
    private readonly ContentSender _content;
    private readonly TransactionLimits _limits;
    private int _useCount;

    public TransactionRunner(SmtpChat chat, SessionFacts session)
    {
        (_chat, _session) = (chat, session);
        _pipeline = new CommandPipeline(session.Features);
        _commands = new EnvelopeCommands(chat, _pipeline, session);
        _replies = new EnvelopeReplies(chat, _pipeline, _commands);
        _content = new ContentSender(chat, _pipeline, session);
        _limits = new TransactionLimits(chat, session.Features);
    }

    /// <summary>The limits on reuse allow another message.</summary>
    public bool MayTakeMore
    {
        get
        {
            CacheSettings limits = _chat.Settings.Cache;
            return (limits.CountLimit == 0 || _useCount < limits.CountLimit)
                && _chat.Loop.NowMilliseconds - _chat.ConnectedMilliseconds < limits.AgeLimit.TotalMilliseconds;
        }
    }

    /// <summary>The next transaction's commands may go out with this one's content.</summary>
    private bool MayOverlap => _session.Features.Has(ServerFeature.Pipelining) && MayTakeMore && !_session.DelaysEndOfData;

    /// <summary>
    /// Runs one transaction to its end. The one that is given back has had its first commands sent (RFC 2920 3.1) and goes on with the next
    /// call.
    /// </summary>
    /// <param name="waiting">Those that wait for a session with the same server.</param>
    public async ValueTask<MailTransaction?> RunAsync(MailTransaction transaction, WaitingTransactions waiting)
    {
        MailTransaction? next = null;
        long began = _chat.Loop.NowMilliseconds;
        bool ok = transaction.Phase != TransactionPhase.Start || await BeginAsync(transaction);
        ok = ok && await _replies.ExchangeAsync(transaction);
        if (ok && TakesContent(transaction))
        {
            ok = await _content.SendAsync(transaction);
            if (ok && MayOverlap) next = waiting.Take();
            if (next != null && !await BeginAsync(next)) ok = false;
            ok = ok && await _content.ReadRepliesAsync(transaction);
        }
        else if (ok) ok = await AbortAsync(transaction);
        if (ok) waiting.NoteDuration(TimeSpan.FromMilliseconds(_chat.Loop.NowMilliseconds - began));
        End(transaction, ok);
        if (ok) return next;
        next?.Ended.TrySet(TransactionEnd.NotStarted);
        return null;
    }

    private bool TakesContent(MailTransaction t) =>
        t is { Accepted: > 0, IsVerifyOnly: false } && (t.IsDataReady || _session.Features.UsesChunks(_chat.Settings));

    /// <summary>Writes the first commands, as many as may go out together.</summary>
    private async ValueTask<bool> BeginAsync(MailTransaction transaction)
    {
        transaction.IsReused = ++_useCount > 1;
        bool hasDsn = _session.Features.Has(ServerFeature.Dsn);
        transaction.Server = new ServerInfo(_chat.Target.NameAndPort, _useCount, _session.TlsText, hasDsn);
        if (_pipeline.IsEmpty && !await _chat.HasNoInputAsync(SmtpStep.Mail)) return false;
        transaction.Begin(_chat.Target.EndPoint);
        _limits.Check(transaction);
        return _commands.Write(transaction);
    }

    /// <summary>
    /// Nobody is to get the content. Where the server waits for it all the same it gets none of it: a lone dot (RFC 2920 3.1); otherwise
    /// RSET comes before the next MAIL.
    /// </summary>
    private async ValueTask<bool> AbortAsync(MailTransaction t)
    {
        if (!t.IsDataReady)
        {
            _commands.NeedsReset |= t.Recipients.Count > 0 && !t.IsMailRefused;
            return true;
        }
        if (t.IsOutOfOrder) return _chat.FailProtocol(SmtpStep.Data);
        if (!await _chat.HasNoInputAsync(SmtpStep.Data)) return false;
        _chat.Write(".\r\n"u8);
        return await _chat.ReadReplyAsync(SmtpStep.DataDone, _chat.Settings.Timeouts.DataDone);
    }

    /// <summary>
    /// Gives everybody who has no outcome yet the session's failure, or the transaction back when it may be tried over a new session at
    /// once.
    /// </summary>
    private void End(MailTransaction transaction, bool ok)
    {
        if (!ok)
        {
            SessionFailure failure = _chat.NoteClosed();
            if (transaction is { IsReused: true, IsContentOut: false } && failure.IsGone)
            {
                transaction.Ended.TrySet(TransactionEnd.NotStarted);
                return;
            }
            bool answered = transaction is { IsVerifyOnly: true, IsDataReady: true };
            foreach (RelayRecipient recipient in transaction.Recipients)
                if (!answered && recipient.Final == null && !transaction.IsMailRefused) transaction.Fail(recipient, failure.Outcome);
        }
        transaction.Ended.TrySet(TransactionEnd.Done);
    }

    /// <summary>RSET, so that an idle session is in order. False: it is not.</summary>
    public async ValueTask<bool> ResetAsync()
    {
        if (!_commands.NeedsReset) return true;
        if (!await _chat.AskAsync("RSET", SmtpStep.Reset, _chat.Settings.Timeouts.Reset)) return false;
        _commands.NeedsReset = false;
        return _chat.Reply.IsGood;
    }
}
