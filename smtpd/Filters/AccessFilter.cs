using MtaSuite.Common.Smtp;

namespace MtaSuite.Smtpd.Filters;

/// <summary>The access restrictions as a filter. With smtpd_delay_reject those of the early phases are asked at RCPT.</summary>
internal sealed class AccessFilter : ISessionFilter
{
    public static readonly AccessFilter Instance = new();

    public async ValueTask<SessionVerdict> OnAsync(SmtpSession session, FilterEvent e)
    {
        bool delays = session.Settings.Access.DelayReject;
        SmtpReply refusal = e.Phase switch
        {
            FilterPhase.Connect when !delays => await session.Access.ClientAsync(),
            FilterPhase.Helo when !delays => await session.Access.HeloAsync(e.Text),
            FilterPhase.Mail when !delays => await session.Access.SenderAsync(e.Text),
            FilterPhase.Rcpt => await session.Access.RecipientAsync(e.Text),
            FilterPhase.Data => await session.Access.DataAsync(),
            FilterPhase.EndOfData => await session.Access.EndOfDataAsync(),
            _ => default,
        };
        return SessionVerdict.Of(refusal);
    }
}
