using System.Globalization;
using System.Text;
using MtaSuite.Common.Mail;

namespace MtaSuite.Common.Tls.Client;

/// <summary>
/// A policy as its host serves it. RFC 8461 3.2:
/// <code>
/// sts-policy-record  = sts-policy-field *WSP *(sts-policy-term sts-policy-field *WSP) [sts-policy-term]
/// sts-policy-field   = "version:" *WSP "STSv1" / "mode:" *WSP ("testing" / "enforce" / "none") / "mx:" *WSP [ "*." ] Domain
///                    / "max_age:" *WSP 1*10(DIGIT) / extension
/// sts-policy-term    = LF / CRLF
/// extension          = sts-policy-ext-name ":" *WSP sts-policy-ext-value
/// </code>
/// Of a field that may stand once the first counts. Empty lines are passed over: many a file ends in some.
/// </summary>
public sealed record StsPolicyFile(StsMode Mode, TimeSpan MaxAge, IReadOnlyList<string> Patterns, IReadOnlyList<string> Lines)
{
    /// <summary>The longest file that is read, bytes; RFC 8461 3.3.</summary>
    public const int MaxBytes = 64 * 1024;

    /// <summary>Most hosts of a policy, and lines of it that are kept for reports.</summary>
    public const int MaxLines = 100;

    private const int MaxLine = 1000;

    /// <summary>RFC 8461 3.2: max_age is 31557600 seconds at most, about a year.</summary>
    public static readonly TimeSpan LongestAge = TimeSpan.FromSeconds(31557600);

    /// <summary>Reads a policy; false with what is wrong.</summary>
    public static bool TryParse(ReadOnlySpan<byte> body, out StsPolicyFile policy, out string error)
    {
        policy = new StsPolicyFile(StsMode.None, TimeSpan.Zero, [], []);
        error = "";
        if (body.Length > MaxBytes) error = "the policy is too long";
        else if (!System.Text.Unicode.Utf8.IsValid(body)) error = "the policy is not in UTF-8";
        if (error.Length > 0) return false;
        Reader reader = new();
        foreach (string line in Encoding.UTF8.GetString(body).Split('\n'))
        {
            string text = (line.EndsWith('\r') ? line[..^1] : line).TrimEnd(' ', '\t');
            if (text.Length > 0 && !reader.TryTake(text, out error)) return false;
        }
        return reader.TryFinish(out policy, out error);
    }

    private sealed class Reader
    {
        private readonly List<string> _patterns = [], _lines = [];
        private bool _hasVersion;
        private StsMode? _mode;
        private TimeSpan? _age;

        public bool TryTake(string line, out string error)
        {
            int colon = line.IndexOf(':');
            error = "";
            if (line.Length > MaxLine) error = "a line of the policy is too long";
            else if (line.AsSpan().IndexOfAnyInRange('\0', '\x1f') >= 0 && line.Any(c => c is < ' ' and not '\t') || line.Contains('\x7f'))
                error = "the policy has control characters";
            else if (colon < 0 || !StsRecord.IsName(line.AsSpan(0, colon))) error = "a line of the policy has no field name";
            else error = Take(line[..colon], line[(colon + 1)..].TrimStart(' ', '\t'));
            if (_lines.Count < MaxLines) _lines.Add(line);
            return error.Length == 0;
        }

        private string Take(string name, string value)
        {
            switch (name)
            {
                case "version" when !_hasVersion:
                    _hasVersion = true;
                    return value == "STSv1" ? "" : "unknown version of policy";
                case "mode" when _mode == null:
                    _mode = value switch { "enforce" => StsMode.Enforce, "testing" => StsMode.Testing, "none" => StsMode.None, _ => null };
                    return _mode != null ? "" : "unknown mode of policy";
                case "max_age" when _age == null:
                    if (value.Length is 0 or > 10
                        || !long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture,
                        out long seconds)) return "max_age is not a number of seconds";
                    _age = TimeSpan.FromSeconds(seconds) is var age && age < LongestAge ? age : LongestAge;
                    return "";
                case "mx":
                    if (_patterns.Count == MaxLines) return "too many mx lines";
                    if (!HostName.IsValid(value.StartsWith("*.", StringComparison.Ordinal) ? value.AsSpan(2) : value))
                        return "an mx line has no host name";
                    _patterns.Add(value.ToLowerInvariant());
                    return "";
                default:
                    return "";
            }
        }

        public bool TryFinish(out StsPolicyFile policy, out string error)
        {
            policy = new StsPolicyFile(_mode ?? StsMode.None, _age ?? TimeSpan.Zero, _patterns, _lines);
            error = !_hasVersion ? "the policy has no version" : _mode == null ? "the policy has no mode" : _age == null
                ? "the policy has no max_age"
                : _mode != StsMode.None && _patterns.Count == 0 ? "the policy has no mx" : "";
            return error.Length == 0;
        }
    }
}
