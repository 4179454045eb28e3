using System.Globalization;
using MtaSuite.Common.Mail;

namespace MtaSuite.Mailauth.Signing;

/// <summary>
/// One key as a value of mailauth_signing_table, or of mailauth_arc_seal, names it:
/// <code>
/// value  = key *( "," key )
/// key    = selector ":" path *( ":" option )
/// option = domain / "from=" date / "until=" date         ; date: YYYY-MM-DD, the day begins at 00:00 UTC
/// </code>
/// White space around these is no part of them. A path begins with a slash and has no colon or comma in it.
/// </summary>
/// <param name="Domain">The signing domain; empty: that of the sender.</param>
/// <param name="From">It signs from then on.</param>
/// <param name="Until">It does not sign any more from then on.</param>
internal sealed record SigningKey(string Selector, string Path, string Domain, DateTimeOffset From, DateTimeOffset Until)
{
    /// <summary>More signatures than this in one message help nobody.</summary>
    private const int MaxKeys = 8;

    /// <summary>Reads a value; null with what is wrong with it.</summary>
    public static IReadOnlyList<SigningKey>? ParseAll(string value, out string problem)
    {
        List<SigningKey> keys = [];
        problem = "";
        foreach (string item in value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (Parse(item, out problem) is not { } key) return null;
            keys.Add(key);
        }
        problem = keys.Count == 0 ? "no key is named" : keys.Count > MaxKeys ? $"more than {MaxKeys} keys" : "";
        return problem.Length == 0 ? keys : null;
    }

    /// <summary>Reads one key; null with what is wrong with it.</summary>
    public static SigningKey? Parse(string item, out string problem)
    {
        string[] parts = item.Split(':', StringSplitOptions.TrimEntries);
        string domain = "";
        DateTimeOffset from = DateTimeOffset.MinValue, until = DateTimeOffset.MaxValue;
        problem = parts.Length < 2 ? "it must be SELECTOR:/path/key.pem" : !HostName.HasValidLabels(parts[0])
            ? $"\"{parts[0]}\" cannot be a selector" : !parts[1].StartsWith('/') ? $"\"{parts[1]}\" does not begin with a slash" : "";
        foreach (string option in parts.Skip(2))
        {
            if (problem.Length > 0) return null;
            if (option.StartsWith("from=", StringComparison.Ordinal)) problem = ReadDate(option[5..], out from);
            else if (option.StartsWith("until=", StringComparison.Ordinal)) problem = ReadDate(option[6..], out until);
            else if (HostName.IsValid(option)) domain = option.ToLowerInvariant();
            else problem = $"\"{option}\" is neither a domain nor from=DATE nor until=DATE";
        }
        return problem.Length == 0 ? new SigningKey(parts[0], parts[1], domain, from, until) : null;
    }

    private static string ReadDate(string text, out DateTimeOffset date) =>
        DateTimeOffset.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out date)
            ? "" : $"\"{text}\" is not a date such as 2027-01-31";

    /// <summary>It signs at this time.</summary>
    public bool IsInUse(DateTimeOffset now) => now >= From && now < Until;
}
