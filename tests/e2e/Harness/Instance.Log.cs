using System.Text;
using System.Text.RegularExpressions;

namespace MtaSuite.Tests.E2e.Harness;

/// <summary>The log of an instance.</summary>
public sealed partial class Instance
{
    public string LogFile => $"{Folder}/log/mail.log";

    public string LogText()
    {
        if (!File.Exists(LogFile)) return "";
        using FileStream file = new(LogFile, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using StreamReader reader = new(file, Encoding.Latin1);
        return reader.ReadToEnd();
    }

    /// <summary>Where the log ends now.</summary>
    public int LogMark() => LogText().Length;

    /// <summary>Waits for a line that matches, behind the mark.</summary>
    public Match WaitForLog(string pattern, int mark = 0)
    {
        Regex regex = new(pattern, RegexOptions.Multiline | RegexOptions.CultureInvariant);
        Match match = Match.Empty;
        Wait.Until(() => LogText() is var text && text.Length >= mark && (match = regex.Match(text, mark)).Success,
            () => $"in the log: {pattern}");
        return match;
    }

    public int CountLog(string pattern, int mark = 0) =>
        Regex.Count(LogText()[mark..], pattern, RegexOptions.Multiline | RegexOptions.CultureInvariant);

    /// <summary>For the report of a failed test.</summary>
    public string Describe()
    {
        string[] lines = LogText().Split('\n');
        return $"---- log, last lines\n{string.Join('\n', lines[Math.Max(0, lines.Length - 80)..])}\n---- queue: "
            + $"{string.Join(' ', Queued().Take(50))}\n"
            + $"---- processes: {string.Join(' ', Processes())}";
    }
}
