using MtaSuite.Common.Config;
using MtaSuite.Common.Config.Params;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Tables;

namespace MtaSuite.Common.Routing;

/// <summary>Bounds of virtual alias expansion.</summary>
public sealed record AliasLimits(int Recursion = 1000, int Expansion = 1000, int AddressLength = 1000)
{
    public static AliasLimits From(MailConfig config) => new(
        config.Get(RewriteParams.VirtualAliasRecursionLimit),
        config.Get(RewriteParams.VirtualAliasExpansionLimit),
        config.Get(RewriteParams.VirtualAliasAddressLengthLimit));
}

/// <summary>
/// Expands recipients by virtual_alias_maps, again and again until nothing matches. An address may expand to a list with itself in it: then
/// it stays and is not looked up again.
/// </summary>
public sealed class VirtualAliases(Maps maps, AddressMapper mapper, AliasLimits limits, bool propagate)
{
    /// <summary>What the SMTP client is told; the details go to the log.</summary>
    private static readonly Outcome s_expansionError = Outcome.Defer("4.6.0", "Alias expansion error");

    public bool IsEmpty => maps.IsEmpty;

    /// <summary>
    /// Replaces <paramref name="results"/> by what the recipient (internal form) expands to; itself when no alias matches.
    /// </summary>
    /// <returns>No trouble, or the temporary failure and its details; then the results hold the recipient alone.</returns>
    public async ValueTask<(Outcome? Failure, string Problem)> ExpandAsync(string recipient, List<string> results)
    {
        string problem = "";
        results.Clear();
        results.Add(recipient);
        if (maps.IsEmpty) return (null, "");
        var done = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        for (int i = 0; i < results.Count && problem.Length == 0; i++)
        {
            if (results.Count > limits.Expansion) problem = $"unreasonable virtual_alias_maps map expansion size for {recipient}";
            else problem = await ExpandOneAsync(recipient, i, results, done);
        }
        if (problem.Length == 0) return (null, "");
        results.Clear();
        results.Add(recipient);
        return (s_expansionError, problem);
    }

    /// <summary>Follows one address to where no alias matches; the first of each list takes its place, the others go to the end.</summary>
    private async ValueTask<string> ExpandOneAsync(string recipient, int index, List<string> results, HashSet<string> done)
    {
        for (int depth = 0; ; depth++)
        {
            string address = results[index];
            if (done.Contains(address)) return "";
            if (depth >= limits.Recursion) return $"unreasonable virtual_alias_maps map nesting for {recipient}";
            (LookupStatus status, IReadOnlyList<string> found, string error) = await mapper.MapAsync(maps, address, propagate);
            if (status == LookupStatus.NotFound) return "";
            if (status == LookupStatus.Error) return $"virtual_alias_maps map lookup problem for {recipient}: {error}";
            foreach (string result in found)
            {
                if (result.Length > limits.AddressLength)
                    return $"unreasonable virtual_alias_maps result {result.AsSpan(0, Math.Min(300, result.Length))}...";
                if (result.Equals(address, StringComparison.OrdinalIgnoreCase)) done.Add(address);
            }
            results[index] = found[0];
            if (results.Count + found.Count > limits.Expansion + 1)
                return $"unreasonable virtual_alias_maps map expansion size for {recipient}";
            results.AddRange(found.Skip(1));
        }
    }
}
