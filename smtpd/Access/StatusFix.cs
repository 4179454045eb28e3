using MtaSuite.Common.Log;
using MtaSuite.Common.Mail;

namespace MtaSuite.Smtpd.Access;

/// <summary>
/// Makes an enhanced status fit what is judged. RFC 3463 3.2 has separate details for bad sender and bad recipient addresses (X.1.7, X.1.8
/// against X.1.1 to X.1.6); a table used for both can hold only one of them.
/// </summary>
internal static class StatusFix
{
    // For X.1.1 to X.1.8: the detail when a sender is refused, and when a recipient is.
    private static readonly (short Sender, short Recipient)[] s_details = [(7, 1), (8, 2), (7, 3), (7, 4), (0, 5), (7, 6), (7, 3), (8, 2)];

    public static DsnStatus For(ReplyClass replyClass, DsnStatus status)
    {
        if (status.Subject != 1) return status;
        (short sender, short recipient) = status.Detail is >= 1 and <= 8 ? s_details[status.Detail - 1] : ((short)0, (short)0);
        DsnStatus result = new(status.Class, 0, 0);
        if (replyClass == ReplyClass.Sender) result = status with { Detail = sender };
        else if (replyClass == ReplyClass.Recipient) result = status with { Detail = recipient };
        if (result != status) Log.Info($"mapping DSN status {status} into {replyClass} status {result}");
        return result;
    }
}
