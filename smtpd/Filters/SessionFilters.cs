using MtaSuite.Common.Milter.Client;
using MtaSuite.Common.Smtp;

namespace MtaSuite.Smtpd.Filters;

/// <summary>
/// The filters of one session in their order: restrictions, then milters. Without milters it is the restrictions alone, and costs nothing
/// beside them.
/// </summary>
internal sealed class SessionFilters(SmtpSession session)
{
    private static readonly ISessionFilter[] s_restrictions = [AccessFilter.Instance];
    private ISessionFilter[] _filters = s_restrictions;

    /// <summary>The milters of the session; null: there are none.</summary>
    public MilterFilter? Milters { get; private set; }

    /// <summary>A client is there, or XCLIENT named another one: finds its milters. What earlier ones knew is forgotten.</summary>
    public async ValueTask BeginAsync()
    {
        Quit();
        IReadOnlyList<MilterService> services = await session.Server.MiltersOfAsync(session);
        if (services.Count > 0) _filters = [AccessFilter.Instance, Milters = new MilterFilter(session, services)];
    }

    /// <summary>Asks the filters; "none", or the refusal.</summary>
    public async ValueTask<SmtpReply> RunAsync(FilterEvent e)
    {
        foreach (ISessionFilter filter in _filters)
        {
            SessionVerdict verdict = await filter.OnAsync(session, e);
            switch (verdict.Kind)
            {
                case SessionVerdictKind.Refuse when e.Refusal.IsNone:
                    e = e with { Refusal = verdict.Reply };
                    // who looks for attackers wants to hear of recipients that do not exist
                    if (e.Phase != FilterPhase.Rcpt) return verdict.Reply;
                    break;
                case SessionVerdictKind.Hold when session.Transaction is { } t:
                    t.Hold = true;
                    break;
                case SessionVerdictKind.Redirect when session.Transaction is { } t:
                    t.Redirect = verdict.Address;
                    break;
                case SessionVerdictKind.Discard when session.Transaction is { } t:
                    t.Discard = true;
                    return default;
                default:
                    break;
            }
        }
        return e.Refusal;
    }

    /// <summary>What a filter said of the whole session; "none": it may go on.</summary>
    public SmtpReply Standing => Milters?.Standing ?? default;

    /// <summary>Filters beside the restrictions hear of commands that the server does not know.</summary>
    public bool HearUnknown => Milters is not null;

    public void EndTransaction() => Milters?.EndTransaction();

    /// <summary>The session is over, or begins anew.</summary>
    public void Quit()
    {
        Milters?.Quit();
        Milters = null;
        _filters = s_restrictions;
    }
}
