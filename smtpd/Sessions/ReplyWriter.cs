using MtaSuite.Common.Mail;
using MtaSuite.Common.Smtp;

namespace MtaSuite.Smtpd.Sessions;

/// <summary>
/// Writes replies into the connection's output, which is sent once for each batch of events and before every wait for input. Refusals pass
/// through the reject filter and get the footer.
/// </summary>
internal sealed class ReplyWriter(SmtpSession session, PostmasterNotice notice)
{
    // Refusals whose table has not answered yet. A command has one reply at its end, so that nothing overtakes them.
    private Queue<ValueTask<Refusal>>? _pending;

    /// <summary>Refusals wait for their tables: nothing else may be answered before <see cref="SendPendingAsync"/>.</summary>
    public bool HasPending => _pending is not null;

    public static SmtpReply Make(int code, string status, string text) =>
        new(code, status.Length == 0 ? default : DsnStatus.Parse(status), text);

    /// <summary>A positive reply as it goes over the wire.</summary>
    public void Write(ReadOnlySpan<byte> wire)
    {
        session.Connection.Write(wire);
        session.Dialogue?.Out(wire);
    }

    /// <summary>Any reply. A refusal gets the footer and is softened by soft_bounce; 421 and 521 end the session.</summary>
    public void Write(SmtpReply reply)
    {
        if (reply.Code < 400)
        {
            Send(reply);
            return;
        }
        ValueTask<Refusal> refusal = RefusalTables.AskAsync(session, reply, session.LogId);
        if (_pending is null && refusal.IsCompletedSuccessfully) Send(refusal.Result);
        else (_pending ??= new Queue<ValueTask<Refusal>>()).Enqueue(refusal);
    }

    /// <summary>Sends the refusals that wait for a table: before the next command, and at the end.</summary>
    public async ValueTask SendPendingAsync()
    {
        while (_pending!.TryDequeue(out ValueTask<Refusal> refusal)) Send(await refusal);
        _pending = null;
    }

    private void Send(Refusal refusal)
    {
        SmtpReply reply = refusal.Footer.Length == 0 ? refusal.Reply : ReplyFooter.Append(refusal.Reply, refusal.Footer, session);
        Send(session.Settings.SoftBounce ? reply.AsTemporary() : reply);
    }

    private void Send(SmtpReply reply)
    {
        Span<byte> room = session.Connection.GetSpan(SmtpReply.MaxBytes(reply.Text.Length, reply.Lines));
        int length = reply.Format(room);
        session.Dialogue?.Out(room[..length]);
        session.Connection.Advance(length);
        if (reply.Code >= 400) notice.Note(reply);
        if (reply.Code is 421 or 521) session.Close();
    }
}
