using MtaSuite.Common.Config.Params;
using MtaSuite.Common.Log;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Tables;

namespace MtaSuite.Smtpd.Access;

/// <summary>What the right-hand side of an access(5) table makes happen.</summary>
internal static class AccessAction
{
    /// <summary>Applies a lookup's result; not found is Dunno.</summary>
    public static Verdict Apply(AccessContext c, AccessTable table, LookupResult result, string name, ReplyClass @class) =>
        result.IsNotFound ? Verdict.Dunno : Apply(c, $"access table {table.Spec}", result, name, @class);

    /// <param name="source">Who says so, for the log: "access table hash:/etc/access".</param>
    public static Verdict Apply(AccessContext c, string source, LookupResult result, string name, ReplyClass @class)
    {
        if (result.IsNotFound) return Verdict.Dunno;
        if (result.IsError)
        {
            Log.Warning($"{result.ErrorText}");
            return c.Reject(451, new DsnStatus(4, 3, 5), $"<{name}>: {@class} rejected: Server configuration error", serious: true);
        }
        string value = result.Value;
        c.Trace?.Note($"{source} has \"{value}\" for {name}");
        int end = value.AsSpan().IndexOfAny(' ', '\t');
        string word = end < 0 ? value : value[..end];
        string text = end < 0 ? "" : value[end..].Trim();
        return new Entry(c, source, name, @class, value, word, text).Apply();
    }

    private readonly record struct Entry(AccessContext C, string Source, string Name, ReplyClass Class, string Value, string Word,
        string Text)
    {
        public Verdict Apply()
        {
            switch (Word.ToUpperInvariant())
            {
                case "DUNNO": return Verdict.Dunno;
                case "OK" or "RELAY": return Ok();
                case "REJECT": return Reject(C.Rules.MapRejectCode, "5.7.1", "Access denied");
                case "DEFER": return Reject(C.Rules.MapDeferCode, "4.7.1", "Access denied");
                case "DEFER_IF_PERMIT":
                    (DsnStatus permitStatus, string permitText) = Split("4.7.1", "Service unavailable");
                    return C.SetDeferIfPermit(C.Rules.MapDeferCode, permitStatus.ToString(), permitText);
                case "DEFER_IF_REJECT":
                    (DsnStatus rejectStatus, string rejectText) = Split("4.7.1", "Service unavailable");
                    C.SetDeferIfReject(C.Rules.MapDeferCode, rejectStatus.ToString(), rejectText);
                    return Verdict.Dunno;
                case "INFO": return Note("info", Text);
                case "WARN": return Note("warn", Text);
                case "HOLD": return Hold();
                case "DISCARD": return Discard();
                case "FILTER": return Filter();
                case "REDIRECT": return Redirect();
                case "BCC": return Bcc();
                case "PREPEND": return Prepend();
                default: return NumericOrList();
            }
        }

        private Verdict Ok() => C.Permit(Word, Class, Name, $"from {Source}");

        private Verdict Reject(int code, string status, string text)
        {
            (DsnStatus fixedStatus, string full) = Split(status, text);
            return C.Reject(code, fixedStatus, full);
        }

        /// <summary>The text may begin with a status of its own.</summary>
        private (DsnStatus, string) Split(string status, string text)
        {
            DsnStatus dsn = DsnStatus.Parse(status);
            string shown = Text;
            if (DsnStatus.TryParse(Text, out DsnStatus own, out int length)) (dsn, shown) = (own, Text[length..].Trim());
            return (StatusFix.For(Class, dsn), $"<{Name}>: {Class} rejected: {(shown.Length > 0 ? shown : text)}");
        }

        private Verdict Note(string what, string text)
        {
            C.LogEvent(what, text);
            return Verdict.Dunno;
        }

        /// <summary>The transaction that an action on the message belongs to; null where there is none.</summary>
        private Transaction? Message(string action)
        {
            // what happens to a message behind smtpd is cleanup's business, and not in sight of a filter before the queue
            bool proxied = C.Session.Settings.Proxy.IsUsed && action != "PREPEND";
            if (proxied) Log.Warning($"{Source}: with {SmtpdParams.SmtpdProxyFilter} specified, action {action} is unavailable");
            if (proxied) return null;
            if (C.Session.Transaction is { } transaction && C.Sender is not null) return transaction;
            Log.Warning($"{Source}: action {action} is skipped outside of a mail transaction");
            return null;
        }

        private Verdict Hold()
        {
            if (Message("HOLD") is not { Hold: false } transaction) return Verdict.Dunno;
            transaction.Hold = true;
            return Note("hold", $"<{Name}>: {Class} {(Text.Length > 0 ? Text : "triggers HOLD action")}");
        }

        private Verdict Discard()
        {
            if (Message("DISCARD") is not { } transaction) return Verdict.Dunno;
            transaction.Discard = true;
            C.LogEvent("discard", $"<{Name}>: {Class} {(Text.Length > 0 ? Text : "triggers DISCARD action")}");
            return Ok();
        }

        private Verdict Filter()
        {
            if (Message("FILTER") is not { } transaction) return Verdict.Dunno;
            if (!Text.Contains(':')) return Misused("requires transport:destination");
            transaction.Filter = Text;
            return Note("filter", $"<{Name}>: {Class} triggers FILTER {Text}");
        }

        private Verdict Redirect()
        {
            if (Message("REDIRECT") is not { } transaction) return Verdict.Dunno;
            if (!Text.Contains('@')) return Misused("requires user@domain target");
            transaction.Redirect = Text;
            return Note("redirect", $"<{Name}>: {Class} triggers REDIRECT {Text}");
        }

        private Verdict Bcc()
        {
            if (Message("BCC") is not { } transaction) return Verdict.Dunno;
            if (!Text.Contains('@')) return Misused("requires user@domain target");
            (transaction.Bcc ??= []).Add(Text);
            return Note("bcc", $"<{Name}>: {Class} triggers BCC {Text}");
        }

        private Verdict Prepend()
        {
            if (Message("PREPEND") is not { } transaction) return Verdict.Dunno;
            if (transaction.Content is not null) return Misused("uses PREPEND after the content");
            int colon = Text.IndexOf(':');
            if (colon <= 0 || Text.AsSpan(0, colon).ContainsAnyExceptInRange('!', '~')) return Misused("requires header: text");
            (transaction.Prepend ??= []).Add(Text);
            return Verdict.Dunno;
        }

        private Verdict Misused(string what)
        {
            Log.Warning($"{Source} entry \"{Value}\" {what}");
            return Verdict.Dunno;
        }

        /// <summary>
        /// All digits: OK (a time stamp of some outside program). "4NN text", "5NN text": a refusal. Anything else: restrictions.
        /// </summary>
        private Verdict NumericOrList()
        {
            if (Word.Length == 3 && Text.Length > 0 && Word[0] is '4' or '5' && char.IsAsciiDigit(Word[1]) && char.IsAsciiDigit(Word[2]))
                return Reject(int.Parse(Word, System.Globalization.CultureInfo.InvariantCulture), $"{Word[0]}.7.1", "Access denied");
            if (!Value.AsSpan().ContainsAnyExceptInRange('0', '9')) return Ok();
            if (Value.Contains(':'))
            {
                Log.Warning($"{Source} has an entry with a lookup table: {Value}; use a restriction class instead");
                return C.ConfigurationError();
            }
            C.PendingEntry = (Source, Value);
            return Verdict.Dunno;
        }
    }
}
