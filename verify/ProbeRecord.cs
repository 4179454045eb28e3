using MtaSuite.Common.Hosting;
using System.Globalization;
using MtaSuite.Common.Ipc.Messages;

namespace MtaSuite.Verify;

/// <summary>
/// A line of the journal:
/// <code>
/// line    = status SP updated SP address TAB text LF
/// status  = "0" deliverable / "1" deferred / "2" undeliverable / "-" forgotten
/// updated = seconds since 1970
/// </code>
/// Address and text are written as <see cref="StateJournalText"/> does. The newest line for an address counts.
/// </summary>
internal static class ProbeRecord
{
    private const int MaxText = 500;

    public static string Format(string address, ProbeEntry? entry)
    {
        if (entry is not { } e) return $"- 0 {StateJournalText.Escape(address)}\t\n";
        string text = e.Text.Length > MaxText ? e.Text[..MaxText] : e.Text;
        return string.Create(CultureInfo.InvariantCulture,
            $"{(int)e.Status} {e.Updated} {StateJournalText.Escape(address)}\t{StateJournalText.Escape(text)}\n");
    }

    /// <summary>Reads a line without its LF; a null entry: removed.</summary>
    public static bool TryParse(string line, out string address, out ProbeEntry? entry)
    {
        (address, entry) = ("", null);
        string[] parts = line.Split(' ', 3);
        if (parts.Length < 3 || parts[0].Length != 1) return false;
        int tab = parts[2].IndexOf('\t');
        if (tab <= 0 || !long.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out long updated)) return false;
        address = StateJournalText.Unescape(parts[2].AsSpan(0, tab));
        if (parts[0] == "-") return true;
        if (parts[0][0] is not (>= '0' and <= '2')) return false;
        entry = new ProbeEntry((ProbeStatus)(parts[0][0] - '0'), 0, updated, StateJournalText.Unescape(parts[2].AsSpan(tab + 1)));
        return true;
    }
}
