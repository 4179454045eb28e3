using System.Buffers;

namespace MtaSuite.Common.Authentication;

/// <summary>
/// A list of tags as DKIM, DMARC and TLSRPT records have it. RFC 6376 3.2:
/// <code>
/// tag-list  = tag-spec *( ";" tag-spec ) [ ";" ]
/// tag-spec  = [FWS] tag-name [FWS] "=" [FWS] tag-value [FWS]
/// tag-name  = ALPHA *( ALPHA / DIGIT / "_" )
/// tag-value = [ tval *( 1*(WSP / FWS) tval ) ]      tval = 1*( %x21-3A / %x3C-7E )
/// </code>
/// Names are case-sensitive, and one that comes twice makes the whole list invalid.
/// </summary>
public sealed class TagList
{
    private const string White = " \t\r\n";
    private static readonly SearchValues<char> s_nameCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_");
    private readonly List<KeyValuePair<string, string>> _tags = [];
    private readonly Dictionary<string, string> _byName = [];

    /// <summary>In their order, values without white space at their ends.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Tags => _tags;

    /// <summary>A tag's value; null: it is not there.</summary>
    public string? this[string name] => _byName.GetValueOrDefault(name);

    /// <summary>Reads a list; false with what is wrong with it.</summary>
    /// <param name="isInternational">Values may have characters above 127 (RFC 8616).</param>
    public static bool TryParse(string text, out TagList list, out string problem, bool isInternational = false)
    {
        list = new TagList();
        problem = "";
        string[] specs = text.Split(';');
        for (int i = 0; i < specs.Length && problem.Length == 0; i++)
        {
            // one semicolon may stand at the end
            if (i > 0 && i == specs.Length - 1 && specs[i].AsSpan().Trim(White).IsEmpty) break;
            problem = list.Take(specs[i], isInternational);
        }
        return problem.Length == 0;
    }

    private string Take(string spec, bool isInternational)
    {
        int equals = spec.IndexOf('=');
        if (equals < 0) return $"\"{Shown(spec.Trim(White.ToCharArray()))}\" is not tag=value";
        string name = spec[..equals].Trim(White.ToCharArray()), value = spec[(equals + 1)..].Trim(White.ToCharArray());
        if (name.Length == 0 || !char.IsAsciiLetter(name[0]) || name.AsSpan().ContainsAnyExcept(s_nameCharacters))
            return $"\"{Shown(name)}\" is not the name of a tag";
        foreach (char c in value)
            if (c is (< '!' or > '~') && !White.Contains(c)
                && !(isInternational && c > '\x9F')) return $"{name}= has a character that is not printable ASCII";
        if (!_byName.TryAdd(name, value)) return $"{name}= comes twice";
        _tags.Add(KeyValuePair.Create(name, value));
        return "";
    }

    /// <summary>A part of a record fit for a message.</summary>
    public static string Shown(string text) =>
        string.Concat((text.Length > 60 ? text[..60] + "..." : text).Select(c => c is >= ' ' and <= '~' ? c : '?'));
}
