using System.Globalization;

namespace MtaSuite.Common.Config;

/// <summary>A string, every <c>$name</c> in it expanded.</summary>
/// <param name="required">An empty value is an error.</param>
/// <param name="words">The values there are, separated by bars; null: any.</param>
/// <param name="each">The words a list may be made of, separated by bars; null: any.</param>
public sealed class TextParam(string name, string @default, string doc, bool required = false, string? words = null, string? each = null,
    bool effective = true)
    : Param(name, @default, doc, effective)
{
    private readonly string[] _each = each?.Split('|') ?? [];

    /// <summary>The values there are, or none where any text will do.</summary>
    public IReadOnlyList<string> Words { get; } = words?.Split('|') ?? [];

    /// <summary>Says whether a value is well formed, and what it should be: "a number"; null: any text will do.</summary>
    public (Func<string, bool> Fits, string Expected)? Grammar { get; init; }

    /// <summary>
    /// A value that begins with a slash names a file; the value is the first line in it (Debian's <c>myorigin = /etc/mailname</c>).
    /// </summary>
    public bool NamesFile { get; init; }

    public override string? Check(string value, MailConfig config)
    {
        if (required && value.Length == 0) return $"bad value of {Name}: it must not be empty";
        if (Words.Count > 0 && !Words.Contains(value, StringComparer.OrdinalIgnoreCase)) return Unknown(value, Words);
        if (Grammar is { } grammar && !grammar.Fits(value)) return $"bad value of {Name}: \"{value}\" is not {grammar.Expected}";
        if (_each.Length == 0) return null;
        string? bad = ConfigList.Split(value).Find(word => !_each.Contains(word, StringComparer.OrdinalIgnoreCase));
        return bad == null ? null : Unknown(bad, _each);
    }

    private string Unknown(string word, IReadOnlyList<string> known) =>
        $"bad value of {Name}: \"{word}\" is not one of {string.Join(", ", known.Where(k => k.Length > 0))}";
}

/// <summary>
/// A string whose <c>$name</c>s are expanded later, where the names are known: <c>mailbox_command</c>, <c>forward_path</c>.
/// </summary>
public sealed class RawParam(string name, string @default, string doc, bool required = false, bool effective = true)
    : Param(name, @default, doc, effective)
{
    public override bool IsRaw => true;

    public override string? Check(string value, MailConfig config) =>
        required && value.Length == 0 ? $"bad value of {Name}: it must not be empty" : null;
}

/// <summary>A whole number of 32 bits; the default is text because it may hold <c>$other</c>.</summary>
public sealed class IntParam(string name, string @default, string doc, int min = 0, int max = int.MaxValue, bool effective = true)
    : Param(name, @default, doc, effective)
{
    public int Min { get; } = min;
    public int Max { get; } = max;

    /// <summary>The code of an SMTP reply that refuses something.</summary>
    public static IntParam ReplyCode(string name, string @default, string doc) => new(name, @default, doc, min: 400, max: 599);

    /// <summary>
    /// Reads a number of the range. Where the range begins at 0, Postfix has no lower bound, and less than 0 means 0: no limit.
    /// </summary>
    public bool TryParse(string value, out int number)
    {
        if (!int.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out number)) return false;
        if (Min == 0) number = Math.Max(number, 0);
        return number >= Min && number <= Max;
    }

    public override string? Check(string value, MailConfig config) =>
        TryParse(value, out _) ? null : $"bad value of {Name}: \"{value}\" is not a number{Numbers.Range(Min, Max, int.MaxValue)}";
}

/// <summary>A whole number of 64 bits, mostly a size in bytes.</summary>
public sealed class LongParam(string name, string @default, string doc, long min = 0, long max = long.MaxValue, bool effective = true)
    : Param(name, @default, doc, effective)
{
    public long Min { get; } = min;
    public long Max { get; } = max;

    /// <inheritdoc cref="IntParam.TryParse"/>
    public bool TryParse(string value, out long number)
    {
        if (!long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out number)) return false;
        if (Min == 0) number = Math.Max(number, 0);
        return number >= Min && number <= Max;
    }

    public override string? Check(string value, MailConfig config) =>
        TryParse(value, out _) ? null : $"bad value of {Name}: \"{value}\" is not a number{Numbers.Range(Min, Max, long.MaxValue)}";
}

/// <summary><c>yes</c> or <c>no</c>, in any case of letters.</summary>
public sealed class BoolParam(string name, string @default, string doc, bool effective = true) : Param(name, @default, doc, effective)
{
    public static bool TryParse(string value, out bool flag)
    {
        flag = value.Equals("yes", StringComparison.OrdinalIgnoreCase);
        return flag || value.Equals("no", StringComparison.OrdinalIgnoreCase);
    }

    public override string? Check(string value, MailConfig config) =>
        TryParse(value, out _) ? null : $"bad value of {Name}: \"{value}\" is neither yes nor no";
}

/// <summary>
/// A time: a whole number and a unit (s, m, h, d, w). Without a unit it has the unit of the default, so <c>maximal_queue_lifetime = 5</c>
/// is five days.
/// </summary>
public sealed class TimeParam(string name, string @default, string doc, string? min = null, string? max = null, bool effective = true)
    : Param(name, @default, doc, effective)
{
    public TimeSpan Min { get; } = min == null ? TimeSpan.Zero : TimeText.Parse(min);
    public TimeSpan Max { get; } = max == null ? TimeSpan.MaxValue : TimeText.Parse(max);

    public bool TryParse(string value, char unit, out TimeSpan time) =>
        TimeText.TryParse(value, unit, out time) && time >= Min && time <= Max;

    public override string? Check(string value, MailConfig config)
    {
        if (!TimeText.TryParse(value, config.UnitOf(this), out TimeSpan time)) return $"bad value of {Name}: \"{value}\" is not a time";
        if (time < Min) return $"bad value of {Name}: {value} is below {min}";
        return time > Max ? $"bad value of {Name}: {value} is above {max}" : null;
    }
}

internal static class Numbers
{
    /// <summary>The words after "is not a number" that name a range; nothing where every number is right.</summary>
    public static string Range(long min, long max, long top) =>
        max != top ? $" from {min} to {max}" : min != 0 ? $" of at least {min}" : "";
}
