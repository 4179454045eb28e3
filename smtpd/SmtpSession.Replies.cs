using MtaSuite.Common.Config;
using MtaSuite.Common.Log;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Smtp;
using MtaSuite.Smtpd.Access;

namespace MtaSuite.Smtpd;

/// <summary>Replies go into the connection's output, which is sent once for each batch of events and before every wait for input.</summary>
internal sealed partial class SmtpSession
{
    /// <summary>A positive reply as it goes over the wire.</summary>
    public void Reply(ReadOnlySpan<byte> wire)
    {
        Connection.Write(wire);
        _transcript?.Out(wire);
        _dialog?.Out(wire);
    }

    public void Reply(int code, string status, string text) =>
        Reply(new SmtpReply(code, status.Length == 0 ? default : DsnStatus.Parse(status), text));

    /// <summary>Any reply. A refusal gets the footer and is softened by soft_bounce; 421 and 521 end the session.</summary>
    public void Reply(SmtpReply reply)
    {
        if (reply.Code < 400)
        {
            Send(reply);
            return;
        }
        ValueTask<Refusal> refusal = RefusalTables.AskAsync(this, reply, LogId);
        if (_refusals is null && refusal.IsCompletedSuccessfully) Send(refusal.Result);
        else (_refusals ??= new Queue<ValueTask<Refusal>>()).Enqueue(refusal);
    }

    // Refusals whose table has not answered yet. A command has one reply at its end, so that nothing overtakes them.
    private Queue<ValueTask<Refusal>>? _refusals;

    /// <summary>Sends the refusals that wait for a table: before the next command, and at the end.</summary>
    private async ValueTask SendRefusalsAsync()
    {
        while (_refusals!.TryDequeue(out ValueTask<Refusal> refusal)) Send(await refusal);
        _refusals = null;
    }

    private void Send(Refusal refusal)
    {
        SmtpReply reply = refusal.Footer.Length == 0 ? refusal.Reply : ReplyFooter.Append(refusal.Reply, refusal.Footer, this);
        Send(Settings.SoftBounce ? reply.AsTemporary() : reply);
    }

    private void Send(SmtpReply reply)
    {
        Span<byte> room = Connection.GetSpan(SmtpReply.MaxBytes(reply.Text.Length, reply.Lines));
        int length = reply.Format(room);
        _transcript?.Out(room[..length]);
        _dialog?.Out(room[..length]);
        Connection.Advance(length);
        if (reply.Code >= 400) NoteTrouble(reply);
        if (reply.Code is 421 or 521) Close();
    }

    /// <summary>A refusal, as handlers return it.</summary>
    public bool Refuse(SmtpReply reply)
    {
        Reply(reply);
        return false;
    }
}

/// <summary>smtpd_reject_footer: more lines behind a refusal.</summary>
internal static class ReplyFooter
{
    /// <summary>
    /// Adds the template's lines ("\n" between them, each with code and status); "\c" at its start joins the first one to the reply's
    /// last. A template that
    /// cannot be expanded adds nothing.
    /// </summary>
    public static SmtpReply Append(SmtpReply reply, string template, SmtpSession session)
    {
        bool joins = template.StartsWith("\\c", StringComparison.Ordinal);
        string rest = (joins ? template[2..] : template).Replace("\\n", "\n", StringComparison.Ordinal);
        string allowed = session.Settings.Access.Dns.ReplyCharacters;
        MacroValue Name(string name) => new(ReplyNames.Harmless(ReplyNames.Value(name, session), allowed), Literal: true);
        string expanded = MacroExpander.Expand(rest, Name, out string? problem);
        if (problem is null) return reply with { Text = $"{reply.Text}{(joins ? "" : "\n")}{expanded}" };
        Log.Warning($"bad reply footer: {problem}");
        return reply;
    }
}
