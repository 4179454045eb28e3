using MtaSuite.Common.Authentication.Dkim;
using MtaSuite.Common.Config;
using MtaSuite.Common.Config.Params;
using MtaSuite.Common.Tables;

namespace MtaSuite.Tools.Postdkim;

/// <summary>A key that the signing table names.</summary>
/// <param name="Entry">The key of the table's entry.</param>
/// <param name="Domain">The signing domain; empty: it is that of each sender.</param>
internal sealed record SigningEntry(string Entry, string Domain, SigningKey Key);

/// <summary>The entries of mailauth_signing_table, as far as its tables can be listed.</summary>
internal static class SigningEntries
{
    public static List<SigningEntry> Read(MailConfig config, List<string> problems)
    {
        List<SigningEntry> entries = [];
        using Maps maps = Maps.Open(config.Get(MailauthParams.MailauthSigningTable));
        problems.AddRange(maps.OpenErrors);
        foreach (Table table in maps.Tables)
        {
            if (table is not IListable listable)
            {
                problems.Add($"{table.Spec} cannot be listed: its keys are not looked at");
                continue;
            }
            string? incomplete = listable.List((entry, value) =>
            {
                if (SigningKey.ParseAll(value, out string problem) is { } keys)
                    entries.AddRange(keys.Select(k => new SigningEntry(entry, k.DomainFor(entry), k)));
                else problems.Add($"{entry}: {problem}");
                return true;
            });
            if (incomplete != null) problems.Add(incomplete);
        }
        return entries;
    }
}
