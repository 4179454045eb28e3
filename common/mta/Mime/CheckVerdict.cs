using System.Text;
using MtaSuite.Common.Log;
using MtaSuite.Common.Mail;

namespace MtaSuite.Common.Mime;

/// <summary>An action of header and body checks (header_checks(5)).</summary>
[Flags]
public enum CheckAction : ushort
{
    /// <summary>Nothing: no match, or DUNNO.</summary>
    Keep = 0,
    /// <summary>The table cannot be asked.</summary>
    Error = 1,
    Ignore = 2, Strip = 4, Replace = 8, Prepend = 16, Warn = 32, Info = 64,
    Reject = 128, Filter = 256, Pass = 512, Discard = 1024, Hold = 2048, Redirect = 4096, Bcc = 8192,
    /// <summary>Those that look at or change content alone, for output.</summary>
    OfContent = Ignore | Strip | Replace | Prepend | Warn | Info,
    /// <summary>Those that milter_header_checks may take.</summary>
    OfMilterFields = All & ~(Prepend | Pass),
    All = OfContent | Reject | Filter | Pass | Discard | Hold | Redirect | Bcc,
}

/// <summary>The answer of a table of checks.</summary>
/// <param name="Raw">What stands behind the action, one byte in each character.</param>
public readonly record struct CheckVerdict(CheckAction Action, string Raw = "")
{
    /// <summary>The action as logs name it.</summary>
    public string Name => Action switch { CheckAction.Warn => "warning", _ => Action.ToString().ToLowerInvariant() };

    /// <summary>What stands behind the action.</summary>
    public string Text => Encoding.UTF8.GetString(Bytes);

    /// <summary>The same, as it stands in the table.</summary>
    public byte[] Bytes => Encoding.Latin1.GetBytes(Raw);

    /// <summary>The line or field is left out.</summary>
    public bool Drops => Action is CheckAction.Ignore or CheckAction.Strip;

    /// <summary>Nothing more of the message is checked.</summary>
    public bool EndsChecks =>
        Action is CheckAction.Reject or CheckAction.Pass or CheckAction.Discard or CheckAction.Redirect;

    /// <summary>
    /// What a message is refused with: 550 5.7.1 unless the text begins with a status, and 451 where that is a temporary one.
    /// </summary>
    public Outcome Refusal()
    {
        string text = Text;
        if (text.Length == 0) return Outcome.Bounce("5.7.1", "message content rejected");
        if (!DsnStatus.TryParse(text, out DsnStatus status, out int length)) return Outcome.Bounce("5.7.1", text);
        if (status.IsSuccess) Log.Log.Warning($"bad DSN action in {text} -- need 4.x.x or 5.x.x");
        text = text[length..].TrimStart();
        return status.IsPermanent ? Outcome.Bounce(status, text) : Outcome.Defer(status, text);
    }

    /// <summary>Reads a value of a table. What is wrong with it is logged, and nothing is done.</summary>
    /// <param name="parameter">Whose table it is.</param>
    /// <param name="allowed">The actions that mean something there.</param>
    public static CheckVerdict Parse(string value, string parameter, bool isHeader, CheckAction allowed)
    {
        string problem = ProblemOf(value, parameter, isHeader, allowed);
        if (problem.Length > 0)
        {
            Log.Log.Warning($"{problem}");
            return default;
        }
        (CheckAction action, string text) = Split(value);
        return action == CheckAction.Keep ? default : new CheckVerdict(action, text);
    }

    /// <summary>What is wrong with a value of a table; empty when nothing is.</summary>
    public static string ProblemOf(string value, string parameter, bool isHeader, CheckAction allowed)
    {
        (CheckAction action, string text) = Split(value);
        if (action == CheckAction.Keep) return IsNothing(value) ? "" : $"unknown command in {parameter} map: {value}";
        return (action & allowed) == 0 ? $"unsupported command in {parameter} map: {value}"
            : Problem(action, text, parameter, isHeader);
    }

    private static bool IsNothing(string value) => value.Split(' ', '\t')[0].ToUpperInvariant() is "DUNNO" or "OK";

    private static (CheckAction Action, string Text) Split(string value)
    {
        int end = value.AsSpan().IndexOfAny(' ', '\t');
        return end < 0 ? (Find(value), "") : (Find(value[..end]), value[end..].TrimStart());
    }

    private static CheckAction Find(string word) => word.ToUpperInvariant() switch
    {
        "IGNORE" => CheckAction.Ignore,
        "STRIP" => CheckAction.Strip,
        "REPLACE" => CheckAction.Replace,
        "PREPEND" => CheckAction.Prepend,
        "WARN" => CheckAction.Warn,
        "INFO" => CheckAction.Info,
        "REJECT" => CheckAction.Reject,
        "FILTER" => CheckAction.Filter,
        "PASS" => CheckAction.Pass,
        "DISCARD" => CheckAction.Discard,
        "HOLD" => CheckAction.Hold,
        "REDIRECT" => CheckAction.Redirect,
        "BCC" => CheckAction.Bcc,
        _ => CheckAction.Keep,
    };

    /// <summary>What is wrong with the text behind an action; empty when nothing is.</summary>
    private static string Problem(CheckAction action, string text, string parameter, bool isHeader) => action switch
    {
        CheckAction.Filter when text.Length == 0 => $"missing FILTER command argument in {parameter} map",
        CheckAction.Filter when !text.Contains(':') => $"bad FILTER command {text} in {parameter} -- need transport:destination",
        CheckAction.Replace or CheckAction.Prepend when text.Length == 0 =>
            $"{action.ToString().ToUpperInvariant()} action without text in {parameter} map",
        CheckAction.Replace or CheckAction.Prepend when isHeader && !IsField(text) =>
            $"bad {action.ToString().ToUpperInvariant()} header text \"{text}\" in {parameter} map -- need \"headername: headervalue\"",
        CheckAction.Redirect when !text.Contains('@') => $"bad REDIRECT target \"{text}\" in {parameter} map -- need user@domain",
        CheckAction.Bcc when !text.Contains('@') => $"bad BCC address \"{text}\" in {parameter} map -- need user@domain",
        _ => "",
    };

    /// <summary>A name and a colon, perhaps with white space between them.</summary>
    private static bool IsField(string text)
    {
        int colon = text.IndexOf(':');
        return colon > 0 && text.AsSpan(0, colon).TrimEnd(" \t") is { Length: > 0 } name && name.IndexOfAnyExceptInRange('!', '~') < 0;
    }
}
