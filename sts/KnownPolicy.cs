using MtaSuite.Common.Hosting;
using System.Globalization;
using System.Text;
using MtaSuite.Common.Tls.Client;

namespace MtaSuite.Sts;

/// <summary>A policy that was fetched.</summary>
/// <param name="Id">Of the record that announced it.</param>
/// <param name="Fetched">Seconds since 1970.</param>
/// <param name="Body">As it was served.</param>
internal sealed record KnownPolicy(string Id, long Fetched, string Body, StsPolicyFile File)
{
    /// <summary>A policy counts so long at least, or each message to the domain would fetch it again.</summary>
    private const long ShortestAge = 60;
    /// <summary>At this age a policy in use is fetched again, though its id is the same.</summary>
    private const long RefreshAge = 86400;

    public long Expires => Fetched + Math.Max(ShortestAge, (long)File.MaxAge.TotalSeconds);

    /// <summary>
    /// It is time for a fresh copy: a day old, or past half of its life. RFC 8461 5.1 and 10.2 want it fresh well before it expires.
    /// </summary>
    public bool IsStale(long now) => now >= Fetched + Math.Min(RefreshAge, (Expires - Fetched) / 2);

    /// <summary>
    /// A line of the journal; the newest for a domain counts:
    /// <code>
    /// line = domain TAB id TAB fetched TAB body LF
    /// </code>
    /// The body is written as <see cref="StateJournalText"/> does.
    /// </summary>
    public string Line(string domain) =>
        string.Create(CultureInfo.InvariantCulture, $"{domain}\t{Id}\t{Fetched}\t{StateJournalText.Escape(Body)}\n");

    /// <summary>Reads a line without its LF.</summary>
    public static bool TryParse(string line, out string domain, out KnownPolicy? policy)
    {
        (domain, policy) = ("", null);
        string[] parts = line.Split('\t');
        if (parts.Length != 4 || parts[0].Length == 0
            || !long.TryParse(parts[2], NumberStyles.None, CultureInfo.InvariantCulture, out long fetched)) return false;
        string body = StateJournalText.Unescape(parts[3]);
        if (fetched > uint.MaxValue || !StsPolicyFile.TryParse(Encoding.UTF8.GetBytes(body), out StsPolicyFile file, out _)) return false;
        (domain, policy) = (parts[0], new KnownPolicy(parts[1], fetched, body, file));
        return true;
    }
}
