using MtaSuite.Common.Config;
using MtaSuite.Common.Tables;

namespace MtaSuite.Smtpd;

/// <summary>
/// A list of commands (smtpd_noop_commands, smtpd_forbidden_commands): words, and tables. The table of the default,
/// <c>regexp:{{/^[^A-Z]/ Bogus}}</c>, is built in: it means whatever does not begin with a letter.
/// </summary>
internal sealed class CommandList
{
    private const string NonLetter = "regexp:{{/^[^A-Z]/ Bogus}}";
    private readonly HashSet<string> _words = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<Maps> _tables = [];
    private bool _nonLetter;

    public static CommandList Parse(string text)
    {
        CommandList list = new();
        foreach (string item in ConfigList.Split(text))
        {
            if (item == NonLetter) list._nonLetter = true;
            else if (item.Contains(':')) list._tables.Add(Maps.Open(item));
            else list._words.Add(item);
        }
        return list;
    }

    public bool IsEmpty => !_nonLetter && _words.Count == 0 && _tables.Count == 0;

    /// <summary>"TYPE:NAME: reason" of each table that could not be opened.</summary>
    public IEnumerable<string> OpenErrors => _tables.SelectMany(t => t.OpenErrors);

    /// <summary>Trouble with a table counts as no match: nothing depends on it.</summary>
    public ValueTask<bool> MatchesAsync(ReadOnlySpan<byte> word)
    {
        if (IsEmpty) return new(false);
        if (_nonLetter && (word.IsEmpty || !char.IsAsciiLetter((char)word[0]))) return new(true);
        return _words.Count == 0 && _tables.Count == 0 ? new(false) : MatchesAsync(System.Text.Encoding.UTF8.GetString(word));
    }

    private async ValueTask<bool> MatchesAsync(string word)
    {
        if (_words.Contains(word)) return true;
        foreach (Maps table in _tables)
            if ((await table.LookupAsync(word)).IsFound) return true;
        return false;
    }
}
