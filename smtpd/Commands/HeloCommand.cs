using System.Text;
using MtaSuite.Common.Log;
using MtaSuite.Common.Smtp;
using MtaSuite.Smtpd.Filters;

namespace MtaSuite.Smtpd.Commands;

/// <summary>
/// RFC 5321 4.1.1.1: helo = "HELO" SP Domain CRLF, ehlo = "EHLO" SP ( Domain / address-literal ) CRLF. Both end a transaction (4.1.4).
/// </summary>
internal static class HeloCommand
{
    public static ValueTask<bool> ExecuteHeloAsync(SmtpSession s, ReadOnlyMemory<byte> arguments) =>
        ExecuteAsync(s, arguments, extended: false);

    public static ValueTask<bool> ExecuteEhloAsync(SmtpSession s, ReadOnlyMemory<byte> arguments) =>
        ExecuteAsync(s, arguments, extended: true);

    private static async ValueTask<bool> ExecuteAsync(SmtpSession s, ReadOnlyMemory<byte> arguments, bool extended)
    {
        // RFC 2034 3: no enhanced status in the replies to HELO and EHLO.
        if (arguments.IsEmpty) return s.Refuse(new SmtpReply(501, default, extended ? "Syntax: EHLO hostname" : "Syntax: HELO hostname"));
        string name = Encoding.UTF8.GetString(arguments.Span);
        SmtpReply refusal = await s.Filters.RunAsync(new FilterEvent(FilterPhase.Helo, name));
        if (!refusal.IsNone) return s.Refuse(refusal);
        s.EndTransaction();
        s.Helo = Harmless(name);
        if (!extended)
        {
            // A session that began with EHLO stays what it is: the client knows of PIPELINING.
            s.Reply(250, "", s.Settings.MyHostname);
            return true;
        }
        s.IsExtended = true;
        EhloKeywords discarded = s.Rights.Discarded;
        if (discarded != EhloKeywords.None && s.Rights.Offers(EhloKeywords.SilentDiscard))
            Log.Info($"discarding EHLO keywords: {Ehlo.Format(discarded)}");
        s.Reply(s.Server.EhloReply(Unannounced(s), s.Rights.Xclient, s.Rights.Xforward, await s.Server.Authentication.OfferAsync(s)));
        return true;
    }

    /// <summary>What EHLO does not announce to this client, now.</summary>
    private static EhloKeywords Unannounced(SmtpSession s)
    {
        EhloKeywords result = s.Rights.Discarded;
        if (!s.Encryption.OffersRequireTls) result |= EhloKeywords.RequireTls;
        if (!s.Encryption.IsOffered) result |= EhloKeywords.StartTls;
        if (!s.Rights.Verp) result |= EhloKeywords.Verp;
        return result;
    }

    /// <summary>
    /// Without what could mislead in a header, a log line or a table: controls and other non-ASCII, spaces, &lt;&gt;()\";@.
    /// </summary>
    internal static string Harmless(string text) => string.Create(text.Length, text, static (span, t) =>
    {
        for (int i = 0; i < span.Length; i++) span[i] = t[i] is > ' ' and <= '~' && !" <>()\\\";@".Contains(t[i]) ? t[i] : '?';
    });
}
