using MtaSuite.Common.Config;
using MtaSuite.Common.Dns;

namespace MtaSuite.Common.Tls.Client;

/// <summary>
/// What TLS is wanted with one destination. An entry of smtp_tls_policy_maps: <c>level *( separator name "=" value )</c>, with the names
/// match, protocols, ciphers, exclude, servername, tafile, connection_reuse; several values of one attribute are apart by colons (match at
/// level fingerprint: by "|"). What a plugin says of an MTA-STS policy is read by <see cref="StsAttributes"/>.
/// </summary>
public sealed record TlsPolicy
{
    public TlsLevel Level { get; init; }
    /// <summary>The level that was asked for, where DANE made another one of it.</summary>
    public TlsLevel Wanted { get; init; }
    public string Protocols { get; init; } = "";
    public string Ciphers { get; init; } = "medium";
    public IReadOnlyList<string> Exclude { get; init; } = [];
    /// <summary>Names and strategies (nexthop, dot-nexthop, hostname), or fingerprints.</summary>
    public IReadOnlyList<string> Match { get; init; } = [];
    /// <summary>What is asked for with SNI: empty, "hostname", "nexthop", or a name.</summary>
    public string ServerName { get; init; } = "";
    public IReadOnlyList<TlsaRecord> Tlsa { get; init; } = [];
    /// <summary>The name whose TLSA records these are.</summary>
    public string TlsaBase { get; init; } = "";
    /// <summary>The server's name came by a record that was not validated: that it is the right server is not proved.</summary>
    public bool HasForgeableName { get; init; }
    /// <summary>What is trusted instead of the authorities, at the levels verify and secure; null: the authorities.</summary>
    public TrustAnchors? Anchors { get; init; }
    /// <summary>Why mail cannot be sent at all under this policy (a bad entry, no TLSA records); empty: it can.</summary>
    public string Problem { get; init; } = "";

    /// <summary>What a report says of the <see cref="Problem"/> (RFC 8460); success where it is none of TLS.</summary>
    public TlsResult ProblemResult { get; init; }

    /// <summary>An entry of the policy table decided; else the configured level.</summary>
    public bool IsFromTable { get; init; }
    /// <summary>
    /// What is known of the destination's MTA-STS, whether it decides anything or not; null: it has none, or it was not looked up.
    /// </summary>
    public StsFinding? Sts { get; init; }

    /// <summary>
    /// This policy with what MTA-STS adds to it for one mail exchanger (RFC 8461 4 and 5). A policy to be enforced takes its place; one in
    /// testing leaves it as it is, and the session notes what would have failed.
    /// </summary>
    /// <param name="mx">As the exchanger record has it.</param>
    public TlsPolicy Under(StsFinding sts, string mx, TlsClientSettings s)
    {
        if (sts.Mode == StsMode.None || !sts.HasPolicy) return this with { Sts = sts };
        if (sts.Mode == StsMode.Testing) return this with { Sts = sts, Match = [mx], ServerName = ServerName.Length > 0 ? ServerName : mx };
        return Of(TlsLevel.Sts, s) with
        {
            Sts = sts,
            Match = [mx],
            ServerName = mx,
            Problem = sts.Allows(mx) ? "" : $"MTA-STS policy of {sts.Domain} does not allow host {mx}",
            ProblemResult = sts.Allows(mx) ? TlsResult.Success : TlsResult.ValidationFailure,
        };
    }

    /// <summary>Everything a session depends on, in one text: sessions under equal keys are as good as each other.</summary>
    public string Key => $"{Level.Word()} {Protocols} {Ciphers} !{string.Join(':', Exclude)} {string.Join('|', Match)} {ServerName} "
        + $"{TlsaBase} {string.Join(',', Tlsa.Select(t => $"{t.Usage}{t.Selector}{t.MatchingType}{Convert.ToHexString(t.Data.Span)}"))} "
        + $"{Anchors?.Key}";

    public static readonly TlsPolicy Off = new();

    /// <summary>A policy of a level with the defaults of the configuration.</summary>
    public static TlsPolicy Of(TlsLevel level, TlsClientSettings s)
    {
        bool must = level.MustEncrypt();
        return new TlsPolicy
        {
            Level = level,
            Wanted = level,
            Protocols = must ? s.MandatoryProtocols : s.Protocols,
            Ciphers = must ? s.MandatoryCiphers : s.Ciphers,
            Exclude = must ? [.. s.Exclude, .. s.MandatoryExclude] : s.Exclude,
            ServerName = s.ServerName,
            Match = level switch
            {
                TlsLevel.Fingerprint => s.FingerprintMatch,
                TlsLevel.Verify => s.VerifyMatch,
                TlsLevel.Secure => s.SecureMatch,
                _ => [],
            },
        };
    }

    /// <summary>Reads an entry; what is wrong with it is its <see cref="Problem"/>.</summary>
    public static TlsPolicy Parse(string text, TlsClientSettings s)
    {
        List<string> words = ConfigList.Split(text);
        if (words.Count == 0 || !TlsLevels.TryParse(words[0], out TlsLevel level))
            return Bad(s, $"invalid security level \"{words.FirstOrDefault("")}\"");
        TlsPolicy policy = Of(level, s);
        List<string> match = [], anchors = [];
        StsAttributes sts = new();
        foreach (string item in words.Skip(1))
        {
            if (!ConfigList.TryUnbrace(item, out string word)) return Bad(s, $"attribute \"{item}\" has unbalanced braces");
            int equals = word.IndexOf('=');
            string name = equals < 0 ? word : word[..equals].Trim(), value = equals < 0 ? "" : word[(equals + 1)..].Trim();
            if (level == TlsLevel.None) return Bad(s, $"attribute \"{word}\" at level none");
            if (value.Length == 0) return Bad(s, $"attribute \"{word}\" has no value");
            switch (name.ToLowerInvariant())
            {
                case "protocols": policy = policy with { Protocols = value }; break;
                case "ciphers": policy = policy with { Ciphers = value }; break;
                case "exclude":
                    policy = policy with
                    { Exclude = [.. policy.Exclude, .. value.Split(':', StringSplitOptions.RemoveEmptyEntries)] }; break;
                case "servername": policy = policy with { ServerName = value }; break;
                case "connection_reuse": break;
                case "tafile" when level is TlsLevel.Verify or TlsLevel.Secure: anchors.Add(value); break;
                case "match" when level == TlsLevel.Fingerprint:
                    match.AddRange(value.Split('|', StringSplitOptions.RemoveEmptyEntries));
                    break;
                case "match" when level is TlsLevel.Verify
                    or TlsLevel.Secure:
                    match.AddRange(value.Split(':', StringSplitOptions.RemoveEmptyEntries)); break;
                case var other when sts.TryTake(other, value): break;
                default: return Bad(s, $"invalid attribute \"{word}\" at level {level.Word()}");
            }
        }
        if (match.Count > 0) policy = policy with { Match = match };
        return sts.Apply(policy, out string problem) is { } complete ? complete.Trusting(anchors, s) : Bad(s, problem);
    }

    /// <summary>
    /// The policy with the trust anchors of files, or those of the configuration; where they cannot be read nothing is sent.
    /// </summary>
    internal TlsPolicy Trusting(IReadOnlyList<string> files, TlsClientSettings s)
    {
        if (Level is not (TlsLevel.Verify or TlsLevel.Secure)) return this;
        if (files.Count == 0) files = s.TrustAnchorFiles;
        if (files.Count == 0) return this;
        return s.AnchorsOf(files, out string error) is { } anchors ? this with { Anchors = anchors } : Bad(s, error);
    }

    // What was meant is not known: nothing is sent, least of all in clear.
    private static TlsPolicy Bad(TlsClientSettings s, string problem) =>
        Of(TlsLevel.Encrypt, s) with { Problem = $"client TLS configuration problem: {problem}" };

    /// <summary>The DNS names of which the certificate must have one.</summary>
    public IEnumerable<string> Names(string nexthop, string host)
    {
        foreach (string item in Match)
        {
            switch (item.ToLowerInvariant())
            {
                case "nexthop": yield return nexthop; break;
                case "dot-nexthop": yield return "." + nexthop; break;
                case "hostname": yield return host; break;
                default: yield return item; break;
            }
        }
    }
}
