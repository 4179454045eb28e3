using System.Buffers;
using System.Net;
using System.Net.Sockets;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Tables;

namespace MtaSuite.Common.Routing;

internal enum MatchPatternKind : byte { Name, Network, Table, Broken }

/// <summary>One pattern of a <see cref="MatchList"/>. Owns its table.</summary>
internal sealed class MatchPattern(bool positive, MatchPatternKind kind, string text)
{
    private static readonly SearchValues<char> s_networkCharacters = SearchValues.Create("0123456789abcdefABCDEF:.[]/");

    public bool Positive { get; } = positive;
    public MatchPatternKind Kind { get; } = kind;
    public string Text { get; } = text;
    public Table? Table { get; private init; }
    private IPNetwork Network { get; init; }

    public static MatchPattern ForTable(bool positive, Table table) => new(positive, MatchPatternKind.Table, table.Spec) { Table = table };

    public static MatchPattern Broken(bool positive, string text) => new(positive, MatchPatternKind.Broken, text);

    public static MatchPattern Parse(bool positive, string text, MatchStyle style, out string? problem)
    {
        problem = null;
        bool networks = style is MatchStyle.Networks or MatchStyle.Hosts;
        if (networks && TryParseNetwork(text, out IPNetwork network, out problem))
            return new MatchPattern(positive, MatchPatternKind.Network, text) { Network = network };
        if (problem is not null) return Broken(positive, problem);
        return new MatchPattern(positive, MatchPatternKind.Name, text);
    }

    /// <summary>Bare IPv6 networks would look like "type:name" otherwise.</summary>
    public static bool LooksLikeIPv6Network(string text) =>
        text.IndexOf('/') is var slash and > 0 && HostName.TryParseIPv6(text.AsSpan(0, slash), out _);

    /// <summary>
    /// "address", "[address]", "address/length", "[address]/length" or "[address/length]". Bits behind the prefix must be zero.
    /// </summary>
    private static bool TryParseNetwork(string text, out IPNetwork network, out string? problem)
    {
        network = default;
        problem = null;
        ReadOnlySpan<char> address = text, length = default;
        if (address[0] == '[' && address[^1] == ']') address = address[1..^1];
        int slash = address.IndexOf('/');
        if (slash >= 0)
        {
            length = address[(slash + 1)..];
            address = address[..slash];
        }
        if (address.Length > 2 && address[0] == '[' && address[^1] == ']') address = address[1..^1];
        if (!HostName.TryParseAddress(address, out IPAddress ip))
        {
            // no host has a name of digits and dots alone, or one with a slash that could be a network's
            bool meantAsNetwork = slash > 0 ? char.IsAsciiDigit(text[0]) || text.AsSpan().IndexOfAnyExcept(s_networkCharacters) < 0
                : text.All(c => char.IsAsciiDigit(c) || c == '.') && address.Contains('.');
            if (meantAsNetwork) problem = $"bad net/mask pattern: \"{text}\"";
            return false;
        }
        int bits = ip.AddressFamily == AddressFamily.InterNetwork ? 32 : 128, prefix = bits;
        if (slash >= 0 && (!int.TryParse(length, System.Globalization.NumberStyles.None, null, out prefix) || prefix > bits))
        {
            problem = $"bad net/mask pattern: \"{text}\"";
            return false;
        }
        // depending on its version the runtime refuses such a network or cuts the bits off
        if (!IPNetwork.TryParse($"{ip}/{prefix}", out network) || !network.BaseAddress.Equals(ip))
        {
            problem = $"non-null host address bits in \"{text}\"";
            return false;
        }
        return true;
    }

    public MatchResult Match(ReadOnlySpan<char> name, IPAddress? address, MatchStyle style, bool parents) => Kind switch
    {
        MatchPatternKind.Name => Is(!name.IsEmpty && MatchesName(name, style, parents)),
        MatchPatternKind.Network => Is(address is not null && Network.Contains(address)),
        MatchPatternKind.Table => MatchTable(name, address, style, parents),
        _ => MatchResult.Error,
    };

    private bool MatchesName(ReadOnlySpan<char> name, MatchStyle style, bool parents)
    {
        if (name.Equals(Text, StringComparison.OrdinalIgnoreCase)) return true;
        if (style is MatchStyle.Names or MatchStyle.Networks || name.Length <= Text.Length) return false;
        if (!name.EndsWith(Text, StringComparison.OrdinalIgnoreCase)) return false;
        return parents ? name[name.Length - Text.Length - 1] == '.' : Text[0] == '.';
    }

    private MatchResult MatchTable(ReadOnlySpan<char> name, IPAddress? address, MatchStyle style, bool parents)
    {
        if (!name.IsEmpty && style != MatchStyle.Networks)
        {
            MatchResult result = Ask(name);
            bool walk = style != MatchStyle.Names && TableTraits.HasFixedKeys(Table!);
            for (int dot = walk ? name.IndexOf('.') : -1; result == MatchResult.No && dot >= 0; dot = MatchList.NextDot(name, dot))
                result = Ask(name[(parents ? dot + 1 : dot)..]);
            if (result != MatchResult.No) return result;
        }
        return address is not null && style is MatchStyle.Networks or MatchStyle.Hosts ? Ask(address!.ToString()) : MatchResult.No;
    }

    private MatchResult Ask(ReadOnlySpan<char> key)
    {
        if (key.IsEmpty) return MatchResult.No;
        LookupResult result = Table!.Lookup(key.ToString());
        return result.IsError ? MatchResult.Error : Is(result.IsFound);
    }

    private static MatchResult Is(bool matches) => matches ? MatchResult.Yes : MatchResult.No;
}

/// <summary>What routing needs to know of table types.</summary>
public static class TableTraits
{
    private static readonly string[] s_patternTypes = ["cidr:", "pcre:", "regexp:", "randmap:"];

    /// <summary>
    /// False for tables of patterns, and for tables made of such: they see whole names and addresses, never parts of them. A table's spec
    /// says its type, and those of the tables inside its braces.
    /// </summary>
    public static bool HasFixedKeys(Table table)
    {
        string spec = table.Spec;
        while (spec.StartsWith("proxy:", StringComparison.Ordinal)) spec = spec["proxy:".Length..];
        if (Array.Exists(s_patternTypes, type => spec.StartsWith(type, StringComparison.Ordinal))) return false;
        bool composite = spec.StartsWith("pipemap:", StringComparison.Ordinal) || spec.StartsWith("unionmap:", StringComparison.Ordinal);
        return !composite || !Array.Exists(s_patternTypes, type => spec.Contains(type, StringComparison.Ordinal));
    }

    /// <summary>Looks up a part of an address (a local part, a domain) in the tables that have fixed keys.</summary>
    public static LookupResult LookupPart(Maps maps, string key)
    {
        foreach (Table table in maps.Tables)
        {
            if (key.Length == 0 || !HasFixedKeys(table)) continue;
            LookupResult result = table.Lookup(key);
            if (!result.IsNotFound) return maps.Answer(table, key, result);
        }
        return LookupResult.NotFound;
    }
}
