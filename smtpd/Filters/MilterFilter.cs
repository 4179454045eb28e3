using System.Text;
using MtaSuite.Common.Ipc.Messages;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Milter;
using MtaSuite.Common.Milter.Client;
using MtaSuite.Common.Smtp;

namespace MtaSuite.Smtpd.Filters;

/// <summary>
/// The milters of one session: they hear of each event in their order, until one refuses or discards. Owns their connections; cleanup
/// holds copies while it speaks about content.
/// </summary>
internal sealed class MilterFilter(SmtpSession session, IReadOnlyList<MilterService> services) : ISessionFilter
{
    private readonly MilterSession[] _milters = [.. services.Select(s => new MilterSession(session.Loop, s))];
    private readonly SessionMacros _macros = new(session);
    private List<MilterSession> _handedOver = [];
    private string _helo = "";
    private bool _heldSession;

    /// <summary>What cleanup answers when it spoke to none of them.</summary>
    private const long NobodyAsked = -1;

    private MilterSettings Settings => session.Settings.Milters;

    /// <summary>Somebody is left who wants to see content.</summary>
    public bool WantsContent => Array.Exists(_milters, m => m.State == MilterState.Session);

    public SmtpReply Standing
    {
        get
        {
            foreach (MilterSession milter in _milters)
                if (milter.Standing.IsFinal) return milter.Standing.Reply;
            return default;
        }
    }

    public async ValueTask<SessionVerdict> OnAsync(SmtpSession s, FilterEvent e)
    {
        if (s.Transaction is { Discard: true } || e.Phase == FilterPhase.EndOfData) return default;
        bool held = false;
        string[] arguments = [];
        if (e.Phase == FilterPhase.Helo) _helo = e.Text;
        if (e.Phase is FilterPhase.Mail or FilterPhase.Rcpt)
        {
            arguments = Arguments(e);
            await _macros.SetAsync(e);
        }
        foreach (MilterSession milter in _milters)
        {
            if (!e.Refusal.IsNone && !milter.WantsRefusedRecipients) continue;
            if (e.Phase == FilterPhase.Mail && milter.IsOutOfStep) await ReopenAsync(milter);
            MilterVerdict verdict = await AskAsync(milter, e, arguments);
            if (!e.Refusal.IsNone) continue; // it is refused whatever they say
            held |= verdict.Kind == MilterVerdictKind.Hold;
            if (verdict.IsFinal) return Final(e, verdict);
        }
        if (held) LogHold(e);
        return held ? new SessionVerdict(SessionVerdictKind.Hold) : default;
    }

    /// <summary>Tells a milter of the session again, over a new connection. What it says against it now is its answer to MAIL.</summary>
    private async ValueTask ReopenAsync(MilterSession milter)
    {
        MilterVerdict verdict = await AskAsync(milter, new FilterEvent(FilterPhase.Connect), []);
        if (!verdict.IsFinal && _helo.Length > 0) await AskAsync(milter, new FilterEvent(FilterPhase.Helo, _helo), []);
    }

    private ValueTask<MilterVerdict> AskAsync(MilterSession milter, FilterEvent e, string[] arguments)
    {
        switch (e.Phase)
        {
            case FilterPhase.Connect:
                return milter.ConnectAsync(session.Server.Services, ClientOf(session),
                    options => Settings.Macros(MacroStage.Connect, options, _macros.Value));
            case FilterPhase.Helo:
                milter.Abort();
                return milter.HeloAsync(e.Text, Settings.Macros(MacroStage.Helo, milter.Options, _macros.Value));
            case FilterPhase.Mail:
                return milter.MailAsync(arguments, Settings.Macros(MacroStage.Mail, milter.Options, _macros.Value));
            case FilterPhase.Rcpt:
                return milter.RcptAsync(arguments, Settings.Macros(MacroStage.Rcpt, milter.Options, _macros.Value));
            case FilterPhase.Data:
                return milter.DataAsync(Settings.Macros(MacroStage.Data, milter.Options, _macros.Value));
            default:
                return milter.UnknownAsync(e.Text, Settings.UnknownCommandMacros(_macros.Value));
        }
    }

    private static MilterClient ClientOf(SmtpSession s) =>
        MilterClient.Of(s.Client.Name, s.Client.Ip, s.Client.PortNumber, ClientInfo.Unknown);

    /// <summary>The address with its brackets, then the parameters of ESMTP as the client wrote them.</summary>
    internal static string[] Arguments(FilterEvent e)
    {
        string[] parameters = Encoding.UTF8.GetString(e.Parameters.Span).Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
        return [$"<{Address.Quote821(e.Text)}>", .. parameters];
    }

    // ---- verdicts --------------------------------------------------------------------------------------------------

    private SessionVerdict Final(FilterEvent e, MilterVerdict verdict)
    {
        if (verdict.Kind == MilterVerdictKind.Discard)
        {
            Log(e, "milter-discard", "milter triggers DISCARD action");
            return new SessionVerdict(SessionVerdictKind.Discard);
        }
        SmtpReply reply = verdict.Reply;
        Log(e, "milter-reject", reply.ToString());
        bool leaves = reply.Code == 421;
        switch (e.Phase)
        {
            case FilterPhase.Connect when leaves:
                return SessionVerdict.Of(new SmtpReply(421, default,
                    $"{session.Settings.MyHostname} Service unavailable - try again later"));
            case FilterPhase.Connect when reply.Code >= 500 && !session.Settings.SoftBounce:
                return SessionVerdict.Of(new SmtpReply(554, default, $"{session.Settings.MyHostname} ESMTP not accepting connections"));
            // the refusal stands, and is the answer to MAIL
            case FilterPhase.Connect or FilterPhase.Helo when !leaves:
                return default;
            default:
                return SessionVerdict.Of(reply);
        }
    }

    private void LogHold(FilterEvent e)
    {
        if (session.Transaction is { Hold: true } || (session.Transaction is null && _heldSession)) return;
        _heldSession = true;
        Log(e, "milter-hold", "milter triggers HOLD action");
    }

    private void Log(FilterEvent e, string what, string text)
    {
        string? sender = e.Phase == FilterPhase.Mail ? e.Text : session.Transaction?.Sender;
        string? recipient = e.Phase == FilterPhase.Rcpt ? e.Text
            : session.Transaction is { Recipients: [var first, ..] } ? first.Address : null;
        session.SessionLog.Event(what, text, sender, recipient, session.Helo);
    }

    // ---- content ---------------------------------------------------------------------------------------------------

    /// <summary>
    /// Hands the milters to cleanup, which speaks to them about content; "none", or the refusal of one that broke down meanwhile.
    /// </summary>
    public async ValueTask<SmtpReply> HandOverAsync(Transaction t)
    {
        _handedOver = [];
        List<MilterHandover> states = [];
        List<int> descriptors = [];
        foreach (MilterSession milter in _milters)
        {
            if (milter.State != MilterState.Session) continue; // it has no say in the content
            MilterHandover? state = await milter.HandOverAsync(
                Settings.Macros(MacroStage.EndOfHeader, milter.Options, _macros.Value) ?? [],
                Settings.Macros(MacroStage.EndOfMessage, milter.Options, _macros.Value) ?? []);
            if (state is not null)
            {
                states.Add(state);
                descriptors.Add(milter.Descriptor);
                _handedOver.Add(milter);
            }
            else if (milter.Standing is { Kind: not MilterVerdictKind.Continue } standing)
            {
                FilterEvent e = new(FilterPhase.Data);
                if (standing.IsFinal) return Final(e, standing).Reply;
                LogHold(e);
                t.Hold = true;
            }
        }
        if (states.Count > 0) (t.Milters, t.MilterDescriptors) = (states, [.. descriptors]);
        return default;
    }

    /// <summary>cleanup is done with the content.</summary>
    /// <param name="inStep">Bit for bit those that can go on.</param>
    /// <param name="toReopen">Bit for bit those that need a new connection.</param>
    /// <param name="finished">The message was accepted; who was left out has heard from cleanup that it is over.</param>
    public void TakeBack(long inStep, long toReopen, bool finished)
    {
        finished &= inStep != NobodyAsked;
        for (int i = 0; i < _handedOver.Count; i++)
        {
            if ((toReopen & (1L << i)) != 0) _handedOver[i].Reopen();
            else if ((inStep & (1L << i)) == 0) _handedOver[i].Lost();
            else if (finished) _handedOver[i].MessageDone();
            else _handedOver[i].Abort();
        }
        _handedOver = [];
    }

    public void EndTransaction()
    {
        foreach (MilterSession milter in _milters) milter.Abort();
    }

    public void Quit()
    {
        foreach (MilterSession milter in _milters) milter.Quit();
    }
}
