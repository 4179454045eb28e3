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

    /// <summary>Matches a pattern that is no table.</summary>
    public MatchResult Match(ReadOnlySpan<char> name, IPAddress? address, MatchStyle style, bool parents) => Kind switch
    {
        MatchPatternKind.Name => Is(!name.IsEmpty && MatchesName(name, style, parents)),
        MatchPatternKind.Network => Is(address is not null && Network.Contains(address)),
        _ => MatchResult.Error,
    };

    private bool MatchesName(ReadOnlySpan<char> name, MatchStyle style, bool parents)
    {
        if (name.Equals(Text, StringComparison.OrdinalIgnoreCase)) return true;
        if (style is MatchStyle.Names or MatchStyle.Networks || name.Length <= Text.Length) return false;
        if (!name.EndsWith(Text, StringComparison.OrdinalIgnoreCase)) return false;
        return parents ? name[name.Length - Text.Length - 1] == '.' : Text[0] == '.';
    }

    /// <summary>Matches a pattern that is a table.</summary>
    public async ValueTask<MatchResult> MatchTableAsync(string name, IPAddress? address, MatchStyle style, bool parents)
    {
        if (name.Length > 0 && style != MatchStyle.Networks)
        {
            MatchResult result = await AskAsync(name);
            bool walk = style != MatchStyle.Names && TableTraits.HasFixedKeys(Table!);
            for (int dot = walk ? name.IndexOf('.') : -1; result == MatchResult.No && dot >= 0; dot = MatchList.NextDot(name, dot))
                result = await AskAsync(name[(parents ? dot + 1 : dot)..]);
            if (result != MatchResult.No) return result;
        }
        bool isAddress = address is not null && style is MatchStyle.Networks or MatchStyle.Hosts;
        return isAddress ? await AskAsync(address!.ToString()) : MatchResult.No;
    }

    private async ValueTask<MatchResult> AskAsync(string key)
    {
        if (key.Length == 0) return MatchResult.No;
        LookupResult result = await Table!.LookupAsync(key);
        return result.IsError ? MatchResult.Error : Is(result.IsFound);
    }

    private static MatchResult Is(bool matches) => matches ? MatchResult.Yes : MatchResult.No;
}
