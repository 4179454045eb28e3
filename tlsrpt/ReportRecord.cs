using MtaSuite.Common.Hosting;
using System.Globalization;
using System.Text;

namespace MtaSuite.Tlsrpt;

/// <summary>What a line of the journal says.</summary>
internal enum ReportEvent : byte { Sessions, Addresses, Closed, Handed, Refused, Done }

/// <summary>
/// The journal of reports; fields are apart by TAB and written as <see cref="StateJournalText"/> does:
/// <code>
/// line = "+" TAB key TAB type TAB policy-domain TAB strings TAB patterns TAB count
///            [ TAB result TAB sender TAB mx TAB helo TAB receiver TAB reason ]   sessions
///      / "@" TAB key TAB uris                       where reports go, by spaces; empty: nowhere
///      / "]" TAB key TAB end TAB due                the day is over
///      / "&gt;" TAB key TAB uri                     is being handed over
///      / "&lt;" TAB key TAB uri                     was not taken, and may be tried again
///      / "x" TAB key                                is done
/// key  = start TAB domain
/// </code>
/// Times are seconds since 1970. What was handed over and neither refused nor done counts as sent: no report goes out twice.
/// </summary>
internal sealed record ReportRecord(ReportEvent Event, long Start, string Domain)
{
    private const string Letters = "+@]><x";

    public PolicyKey? Policy { get; init; }
    public FailureKey? Failure { get; init; }
    public long Count { get; init; }
    /// <summary>A URI, or several separated by spaces.</summary>
    public string Addresses { get; init; } = "";
    public long End { get; init; }
    public long Due { get; init; }

    /// <summary>The line with its LF.</summary>
    public string Format()
    {
        StringBuilder line = new(200);
        line.Append(Letters[(int)Event]).Append('\t').Append(CultureInfo.InvariantCulture, $"{Start}").Append('\t')
            .Append(StateJournalText.Escape(Domain));
        void Field(string text) => line.Append('\t').Append(StateJournalText.Escape(text));
        switch (Event)
        {
            case ReportEvent.Sessions:
                foreach (string text in (string[])[Policy!.Type, Policy.Domain, Policy.Strings, Policy.Patterns]) Field(text);
                line.Append(CultureInfo.InvariantCulture, $"\t{Count}");
                if (Failure is not { } f) break;
                foreach (string text in (string[])[f.Result, f.SendingAddress, f.MxHost, f.MxHelo, f.ReceivingAddress, f.Reason])
                    Field(text);
                break;
            case ReportEvent.Closed: line.Append(CultureInfo.InvariantCulture, $"\t{End}\t{Due}"); break;
            case ReportEvent.Done: break;
            default: Field(Addresses); break;
        }
        return line.Append('\n').ToString();
    }

    /// <summary>Reads a line without its LF; null: it makes no sense.</summary>
    public static ReportRecord? Parse(string line)
    {
        string[] f = [.. line.Split('\t').Select(t => StateJournalText.Unescape(t))];
        if (f.Length < 3 || f[0].Length != 1 || Letters.IndexOf(f[0][0]) is var kind && kind < 0 || !TryNumber(f[1], out long start)
            || f[2].Length == 0) return null;
        ReportRecord r = new((ReportEvent)kind, start, f[2]);
        switch (r.Event)
        {
            case ReportEvent.Sessions:
                if (f.Length is not (8 or 14) || !TryNumber(f[7], out long count)) return null;
                r = r with { Policy = new PolicyKey(f[3], f[4], f[5], f[6]), Count = count };
                return f.Length == 8 ? r : r with { Failure = new FailureKey(f[8], f[9], f[10], f[11], f[12], f[13]) };
            case ReportEvent.Closed:
                return f.Length == 5 && TryNumber(f[3], out long end)
                    && TryNumber(f[4], out long due) ? r with { End = end, Due = due } : null;
            case ReportEvent.Done:
                return f.Length == 3 ? r : null;
            default:
                return f.Length == 4 ? r with { Addresses = f[3] } : null;
        }
    }

    private static bool TryNumber(string text, out long number) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
}
