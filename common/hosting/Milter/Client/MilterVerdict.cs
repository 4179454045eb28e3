using MtaSuite.Common.Smtp;

namespace MtaSuite.Common.Milter.Client;

/// <summary>What becomes of a session, a message or a recipient.</summary>
public enum MilterVerdictKind : byte
{
    /// <summary>Nothing against it.</summary>
    Continue,
    /// <summary>Refused with a reply, for now or for good.</summary>
    Refuse,
    /// <summary>Taken, and dropped without a word.</summary>
    Discard,
    /// <summary>Taken, and kept in the hold queue.</summary>
    Hold,
    /// <summary>Refused with a reply of 421, and the session ends.</summary>
    Shutdown,
}

/// <summary>The answer of a milter to an event, or what stands in for it.</summary>
public readonly record struct MilterVerdict(MilterVerdictKind Kind, SmtpReply Reply = default)
{
    public static readonly MilterVerdict Continue;
    public static readonly MilterVerdict Hold = new(MilterVerdictKind.Hold);
    public static readonly MilterVerdict Discard = new(MilterVerdictKind.Discard);
    public static readonly MilterVerdict Reject = new(MilterVerdictKind.Refuse, SmtpReply.Parse("550 5.7.1 Command rejected"));
    public static readonly MilterVerdict TemporaryFailure =
        new(MilterVerdictKind.Refuse, SmtpReply.Parse("451 4.7.1 Service unavailable - try again later"));
    public static readonly MilterVerdict Shutdown =
        new(MilterVerdictKind.Shutdown, SmtpReply.Parse("421 4.7.0 Server closing connection"));
    private static readonly MilterVerdict s_unavailable = new(MilterVerdictKind.Refuse, SmtpReply.Parse("550 5.5.0 Service unavailable"));
    private static readonly MilterVerdict s_misconfigured =
        new(MilterVerdictKind.Refuse, SmtpReply.Parse("451 4.3.5 Server configuration problem - try again later"));
    private static readonly MilterVerdict s_unavailableShutdown =
        new(MilterVerdictKind.Shutdown, SmtpReply.Parse("421 4.7.1 Service unavailable - try again later"));
    private static readonly MilterVerdict s_misconfiguredShutdown =
        new(MilterVerdictKind.Shutdown, SmtpReply.Parse("421 4.3.5 Server configuration problem - try again later"));

    /// <summary>Nobody can tell what the message is now: it must come again.</summary>
    public static readonly MilterVerdict Damaged =
        new(MilterVerdictKind.Refuse, SmtpReply.Parse("451 4.3.0 Error: content filter failed, try again later"));

    public bool IsContinue => Kind == MilterVerdictKind.Continue;

    /// <summary>It ends the message, or the session.</summary>
    public bool IsFinal => Kind is not (MilterVerdictKind.Continue or MilterVerdictKind.Hold);

    /// <summary>For a milter that is away or breaks the protocol.</summary>
    public static MilterVerdict Unavailable(MilterDefaultAction action) => action switch
    {
        MilterDefaultAction.Accept => Continue,
        MilterDefaultAction.Reject => s_unavailable,
        MilterDefaultAction.Quarantine => Hold,
        MilterDefaultAction.Shutdown => s_unavailableShutdown,
        _ => TemporaryFailure,
    };

    /// <summary>For a milter whose configuration, or whose answer, makes no sense.</summary>
    public static MilterVerdict Misconfigured(MilterDefaultAction action) => action switch
    {
        MilterDefaultAction.Accept => Continue,
        MilterDefaultAction.Quarantine => Hold,
        MilterDefaultAction.Shutdown => s_misconfiguredShutdown,
        _ => s_misconfigured,
    };
}
