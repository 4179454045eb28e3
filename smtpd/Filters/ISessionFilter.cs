using MtaSuite.Common.Smtp;

namespace MtaSuite.Smtpd.Filters;

/// <summary>Where in a session filters are asked.</summary>
internal enum FilterPhase : byte
{
    /// <summary>Before the greeting.</summary>
    Connect,
    Helo,
    Mail,
    /// <summary>Refused recipients too, see <see cref="FilterEvent.Refusal"/>.</summary>
    Rcpt,
    Data,
    /// <summary>All content has come, and is at cleanup.</summary>
    EndOfData,
    /// <summary>A command that the server does not know.</summary>
    Unknown,
}

/// <summary>Something that a client said.</summary>
/// <param name="Text">The name of HELO, the sender, the recipient, or the whole of an unknown command.</param>
/// <param name="Parameters">
/// What stands behind the path of MAIL or RCPT, as it came; valid until the next wait for input of the client.
/// </param>
internal readonly record struct FilterEvent(FilterPhase Phase, string Text = "", ReadOnlyMemory<byte> Parameters = default)
{
    /// <summary>What a filter before this one answers to a recipient; "none": nothing against it so far.</summary>
    public SmtpReply Refusal { get; init; }
}

internal enum SessionVerdictKind : byte
{
    /// <summary>Nothing against it.</summary>
    Continue,
    /// <summary>Refused, for now or for good; a reply of 421 ends the session.</summary>
    Refuse,
    /// <summary>The message is taken and dropped.</summary>
    Discard,
    /// <summary>The message is taken and kept in the hold queue.</summary>
    Hold,
    /// <summary>The message goes to another address instead of its recipients.</summary>
    Redirect,
}

/// <summary>What a filter says. A filter logs its own verdicts.</summary>
internal readonly record struct SessionVerdict(SessionVerdictKind Kind, SmtpReply Reply = default, string Address = "")
{
    public static SessionVerdict Of(SmtpReply refusal) =>
        refusal.IsNone ? default : new SessionVerdict(SessionVerdictKind.Refuse, refusal);
}

/// <summary>Whatever has a say in a session before content comes; for content see cleanup's IContentFilter.</summary>
internal interface ISessionFilter
{
    /// <summary>Something happened. A filter that has accepted the message, or the session, answers Continue by itself.</summary>
    ValueTask<SessionVerdict> OnAsync(SmtpSession session, FilterEvent e);

    /// <summary>What is answered to commands that need a session that was not refused (AUTH, MAIL ...); "none": nothing.</summary>
    SmtpReply Standing => default;

    /// <summary>The transaction is over, or was given up.</summary>
    void EndTransaction() { }

    /// <summary>The session is over.</summary>
    void Quit() { }
}
