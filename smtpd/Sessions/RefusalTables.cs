using MtaSuite.Common.Log;
using MtaSuite.Common.Smtp;
using MtaSuite.Common.Tables;

namespace MtaSuite.Smtpd.Sessions;

/// <summary>A refusal as it is sent, and the template of the lines behind it (empty: none).</summary>
internal readonly record struct Refusal(SmtpReply Reply, string Footer);

/// <summary>
/// What tables make of a refusal: another one (smtpd_reject_filter_maps), and lines behind it (smtpd_reject_footer_maps).
/// </summary>
internal static class RefusalTables
{
    public static async ValueTask<Refusal> AskAsync(SmtpSession session, SmtpReply reply, string logId)
    {
        SmtpdTables tables = session.Settings.Tables;
        if (!tables.RejectFilterMaps.IsEmpty && await FindAsync(tables.RejectFilterMaps, reply) is { } other)
            reply = Replace(reply, other, logId);
        string? footer = tables.RejectFooterMaps.IsEmpty ? null : await FindAsync(tables.RejectFooterMaps, reply);
        return new Refusal(reply, footer ?? session.Settings.RejectFooter);
    }

    /// <summary>Without an answer the refusal stays as it is: it is one in any case.</summary>
    private static async ValueTask<string?> FindAsync(Maps maps, SmtpReply reply)
    {
        LookupResult result = await maps.LookupAsync(reply.ToString());
        if (result.IsError) Log.Warning($"{result.ErrorText}");
        return result.IsFound ? result.Value : null;
    }

    private static SmtpReply Replace(SmtpReply reply, string other, string logId)
    {
        if (!IsRefusal(other))
        {
            Log.Warning($"{logId}: ignoring invalid reject filter result: {other}");
            return reply;
        }
        Log.Info($"{logId}: reply filter in: {reply}");
        Log.Info($"{logId}: reply filter out: {other}");
        return SmtpReply.Parse(other);
    }

    /// <summary>A code of 4XX or 5XX, something behind it, and a status, if there is one, of the same class.</summary>
    private static bool IsRefusal(string text) => text is [('4' or '5'), (>= '0' and <= '9'), (>= '0' and <= '9'), (' ' or '-'), ..]
        && (text.Length == 4 || !char.IsAsciiDigit(text[4]) || text[4] == text[0]);
}
