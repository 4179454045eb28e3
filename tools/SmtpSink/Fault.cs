using System.Globalization;
using System.Text;

namespace MtaSuite.Tools.SmtpSink;

/// <summary>What goes wrong.</summary>
internal enum FaultKind : byte
{
    /// <summary>Another reply.</summary>
    Reply,
    /// <summary>The reply comes late.</summary>
    Delay,
    /// <summary>The reply comes byte by byte.</summary>
    Slow,
    /// <summary>421, and the session ends.</summary>
    Shutdown,
    /// <summary>The session ends without a reply.</summary>
    Close,
    /// <summary>The same with a TCP reset.</summary>
    Reset,
    /// <summary>Nothing more is said; the connection stays.</summary>
    Hang,
    /// <summary>Only the first bytes of the reply, then the end of the session.</summary>
    Partial,
    /// <summary>Bytes that are no reply, in its place.</summary>
    Garbage,
    /// <summary>A reply whose lines never end.</summary>
    Endless,
    /// <summary>The reply is left out; the session goes on.</summary>
    Omit,
    /// <summary>The reply comes more often than asked for.</summary>
    Repeat,
    /// <summary>The reply comes with the one before it.</summary>
    Early,
    /// <summary>Of an <see cref="Early"/> one: at the step before.</summary>
    Ahead,
}

/// <summary>What the odds of a fault are drawn for.</summary>
internal enum OddsBasis : byte
{
    /// <summary>Each time anew.</summary>
    Each,
    /// <summary>Always the same for a recipient's domain.</summary>
    Domain,
    /// <summary>Always the same for the local address that was connected to.</summary>
    Host,
}

/// <summary>
/// One thing that goes wrong: <c>STEP ["#" nth] ["@" odds ["/domain" / "/host"]] [":" text] ["=" value]</c>. The nth of its kind in a
/// session; with these odds (0.1: one in ten); only where the command has this text in it.
/// </summary>
internal sealed record Fault(FaultKind Kind, SinkStep Step)
{
    public int Nth { get; init; }
    public double Odds { get; init; } = 1;
    public OddsBasis Basis { get; init; }
    public string Text { get; init; } = "";
    public TimeSpan Time { get; init; }
    /// <summary>Bytes of a partial reply, repetitions of a reply.</summary>
    public int Number { get; init; }
    public byte[] Reply { get; init; } = [];
    /// <summary>Percent of repeating a delay, as smtp-sink's -W has it; 0: not at all.</summary>
    public int DelayOdds { get; init; }
    /// <summary>For <see cref="FaultKind.Ahead"/>: whose reply comes early.</summary>
    public SinkStep Early { get; init; }

    private static readonly Dictionary<string, FaultKind> s_kinds = Enum.GetValues<FaultKind>().Where(k => k != FaultKind.Ahead)
        .ToDictionary(k => k.ToString().ToLowerInvariant(), StringComparer.Ordinal);

    /// <summary>The long options, for a command line's parser.</summary>
    public static IEnumerable<string> OptionNames => s_kinds.Keys;

    public string Name => Kind.ToString().ToLowerInvariant();

    /// <summary>Reads the value of a long option; null, with the reason, when it makes no sense.</summary>
    public static Fault? Parse(string option, string text, out string error)
    {
        error = $"bad value of --{option}: {text}";
        int equals = text.IndexOf('=');
        (string place, string value) = equals < 0 ? (text, "") : (text[..equals], text[(equals + 1)..]);
        string match = Cut(ref place, ':'), odds = Cut(ref place, '@'), nth = Cut(ref place, '#');
        if (!SinkSteps.TryParse(place, out SinkStep step)) return null;
        Fault fault = new(s_kinds[option], step) { Text = match };
        if (nth.Length > 0)
        {
            if (!int.TryParse(nth, NumberStyles.None, CultureInfo.InvariantCulture, out int n) || n == 0) return null;
            fault = fault with { Nth = n };
        }
        if (odds.Length > 0)
        {
            string basis = Cut(ref odds, '/');
            if (!double.TryParse(odds, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double share) || share > 1)
                return null;
            if (basis is not ("" or "domain" or "host")) return null;
            fault = fault with
            {
                Odds = share,
                Basis = basis switch { "domain" => OddsBasis.Domain, "host" => OddsBasis.Host, _ => OddsBasis.Each }
            };
        }
        if (fault.Kind == FaultKind.Early && SinkSteps.Before(step).Length == 0) return null;
        return fault.WithValue(value);
    }

    private Fault? WithValue(string value)
    {
        switch (Kind)
        {
            case FaultKind.Reply:
                return value.Length < 3 ? null : this with { Reply = ReplyBytes(value) };
            case FaultKind.Delay or FaultKind.Slow:
                return TryTime(value, out TimeSpan time) ? this with { Time = time } : null;
            case FaultKind.Partial or FaultKind.Repeat:
                if (value.Length == 0) return this with { Number = Kind == FaultKind.Repeat ? 1 : 0 };
                return int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? this with { Number = number }
                    : null;
            default:
                return value.Length == 0 ? this : null;
        }
    }

    /// <summary>"\n" in a reply's text begins another line: "550-first\n550 second".</summary>
    public static byte[] ReplyBytes(string text) => Encoding.UTF8.GetBytes(text.Replace("\\n", "\r\n", StringComparison.Ordinal) + "\r\n");

    /// <summary><c>1*DIGIT ["." 1*DIGIT] ["ms" / "s" / "m"]</c>; without a unit seconds.</summary>
    public static bool TryTime(string text, out TimeSpan time)
    {
        double unit = text.EndsWith("ms", StringComparison.Ordinal) ? 0.001 : text.EndsWith('m') ? 60 : 1;
        bool ok = double.TryParse(text.TrimEnd('m', 's'), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double number)
            && number < 1e6;
        time = ok ? TimeSpan.FromSeconds(number * unit) : default;
        return ok;
    }

    private static string Cut(ref string text, char separator)
    {
        int at = text.IndexOf(separator);
        if (at < 0) return "";
        string rest = text[(at + 1)..];
        text = text[..at];
        return rest;
    }

    /// <summary>Whether it happens now.</summary>
    /// <param name="seen">How often the step came in this session, this time included.</param>
    /// <param name="line">The command; empty where there is none.</param>
    /// <param name="domain">The recipient's domain, as far as one is known.</param>
    /// <param name="host">The local address.</param>
    public bool Happens(int seen, string line, string domain, string host)
    {
        if (Nth > 0 && seen != Nth) return false;
        if (Text.Length > 0 && !line.Contains(Text, StringComparison.OrdinalIgnoreCase)) return false;
        if (Odds >= 1) return true;
        return Basis switch
        {
            OddsBasis.Domain => Share(domain) < Odds,
            OddsBasis.Host => Share(host) < Odds,
            _ => Random.Shared.NextDouble() < Odds,
        };
    }

    /// <summary>
    /// A number in [0, 1) that depends on the text alone (FNV-1a, its bits mixed), so that every run chooses the same ones.
    /// </summary>
    internal static double Share(string text)
    {
        uint hash = 2166136261;
        foreach (char c in text) hash = (hash ^ char.ToLowerInvariant(c)) * 16777619;
        hash = (hash ^ (hash >> 16)) * 0x85EBCA6B;
        hash = (hash ^ (hash >> 13)) * 0xC2B2AE35;
        return (hash ^ (hash >> 16)) / 4294967296.0;
    }
}
