using MtaSuite.Common.Config;
using MtaSuite.Common.Log;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Smtp;

namespace MtaSuite.Smtpd.Access;

/// <summary>
/// The state of judging one session's commands: which address is looked at, pending deferrals, and the reply that a refusal left.
/// One for each session, made when first needed. While a restriction waits the session does nothing else, so that this stays as it is.
/// </summary>
internal sealed class AccessContext(SmtpSession session)
{
    public const int MaxDepth = 100;

    public SmtpSession Session { get; } = session;
    public AccessRules Rules => Session.Settings.Access;

    public NameServices Names => Session.Server.Names;

    /// <summary>What is judged now, for replies: an address, a name, "DATA" ...</summary>
    public string ReplyName = "";
    public ReplyClass ReplyClass = ReplyClass.Client;
    /// <summary>The check that a bare table in an entry's value stands for.</summary>
    public Restriction? TableCheck;

    /// <summary>The sender and recipient that checks see; null when there is none (or, after DATA, more than one).</summary>
    public string? Sender, Recipient;
    public string? Helo;
    public string? EtrnDomain;
    public bool SenderListedChecked, RecipientListedChecked;

    /// <summary>Depth of the list that warn_if_reject stands in; 0: refusals are real.</summary>
    public int WarnDepth;
    public int Depth;
    /// <summary>Policy servers that do not answer and whose default action is being carried out.</summary>
    public int FailedPolicies;
    public SmtpReply DeferIfReject;
    public SmtpReply DeferIfPermit;
    public bool DeferIfPermitActive;

    /// <summary>A list of restrictions found in an access table, to be run next: the table and its text.</summary>
    public (string Source, string Text)? PendingEntry;

    /// <summary>Keeps what decides, for those who ask why; null in sessions.</summary>
    public AccessTrace? Trace;

    public RestrictionList? TakePendingEntry()
    {
        if (PendingEntry is not { } entry) return null;
        PendingEntry = null;
        return Rules.ParseEntry(entry.Source, entry.Text, TableCheck);
    }

    /// <summary>What a refusal is answered with.</summary>
    public SmtpReply Reply { get; private set; }

    /// <summary>Starts a list: what an earlier one left of warnings and deferrals of refusals is gone.</summary>
    public void Reset()
    {
        Depth = 0;
        WarnDepth = 0;
        DeferIfReject = default;
    }

    /// <summary>
    /// Refuses, or warns only, or defers because of earlier trouble. Trouble of our own (<paramref name="serious"/>) is never turned into a
    /// warning.
    /// </summary>
    public Verdict Reject(int code, DsnStatus status, string text, bool serious = false)
    {
        SmtpReply reply = new(code, status.WithClass((byte)(code / 100)), text);
        if (code is < 400 or > 599)
        {
            Log.Warning($"SMTP reply code configuration error: {reply}");
            reply = SmtpReply.Parse("450 4.7.1 Service unavailable");
        }
        bool warn = WarnDepth != 0 && !serious;
        if (!warn && !DeferIfReject.IsNone && reply.Code >= 500)
        {
            reply = DeferIfReject;
            WarnDepth = 0;
            DeferIfReject = default;
        }
        if (Session.Settings.SoftBounce) reply = reply.AsTemporary();
        LogEvent(warn ? "reject_warning" : "reject", reply.ToString());
        if (warn) return Verdict.Dunno;
        Reply = reply;
        return Verdict.Reject;
    }

    public Verdict Reject(int code, string status, string text) => Reject(code, DsnStatus.Parse(status), text);

    /// <summary>"451 4.3.5": the configuration is broken here; the cause was logged or named by check.</summary>
    public Verdict ConfigurationError() => Reject(451, new DsnStatus(4, 3, 5), "Server configuration error", serious: true);

    /// <summary>"451 4.3.0": a table does not answer.</summary>
    public Verdict LookupError(string name) => Reject(451, new DsnStatus(4, 3, 0), $"<{name}>: Temporary lookup failure", serious: true);

    /// <summary>Remembers the first reason to defer what would be permitted later.</summary>
    public Verdict SetDeferIfPermit(int code, string status, string text)
    {
        SmtpReply reply = new(code, DsnStatus.Parse(status), text);
        if (WarnDepth != 0)
        {
            LogEvent("reject_warning", reply.ToString());
            return Verdict.Dunno;
        }
        Trace?.Note($"defers what is permitted later: {reply}");
        if (!DeferIfPermitActive) DeferIfPermit = reply;
        DeferIfPermitActive = true;
        return Verdict.Dunno;
    }

    /// <summary>Remembers the first reason to defer what would be refused later in this list.</summary>
    public void SetDeferIfReject(int code, string status, string text)
    {
        Trace?.Note("defers what is refused later in this list");
        if (DeferIfReject.IsNone) DeferIfReject = new SmtpReply(code, DsnStatus.Parse(status), text);
    }

    /// <summary>Permits, and logs it when smtpd_log_access_permit_actions names the action.</summary>
    public Verdict Permit(string action, ReplyClass @class, string name, string detail = "")
    {
        if (!DeferIfPermitActive && Rules.LogPermitActions.Count > 0 && Rules.LogPermitActions.Contains(action.ToLowerInvariant()))
            LogEvent("permit", $"action={action} for {@class}={name}{(detail.Length > 0 ? " " + detail : "")}");
        return Verdict.Ok;
    }

    /// <summary>
    /// One line with all that is known: "NOQUEUE: reject: RCPT from name[addr]: text; from=&lt;&gt; to=&lt;&gt; proto=ESMTP helo=&lt;&gt;".
    /// </summary>
    public void LogEvent(string what, string text)
    {
        Trace?.Note($"{what}: {text}");
        Session.SessionLog.Event(what, text, Sender, Recipient, Helo);
    }
}
