using System.Text;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Tables;

namespace MtaSuite.Common.Routing;

/// <summary>What an address maps to.</summary>
/// <param name="Results">At least one where something was found; else none.</param>
/// <param name="Error">What went wrong, for the log.</param>
public readonly record struct AddressMapping(LookupStatus Status, IReadOnlyList<string> Results, string Error = "");

/// <summary>Turns a table's answer for an address into addresses: canonical and virtual alias tables share it.</summary>
public sealed class AddressMapper(AddressLookup lookup, TrivialRewriter rewriter)
{
    /// <summary>
    /// Looks an address up and gives what it maps to, each in internal form and completed in the local context. "@other" keeps the local
    /// part; an extension that the matching key did not have is appended to each result when <paramref name="propagate"/>.
    /// </summary>
    /// <param name="address">Internal form.</param>
    public async ValueTask<AddressMapping> MapAsync(Maps maps, string address, bool propagate)
    {
        AddressMatch match = await lookup.FindAsync(maps, address);
        if (!match.IsFound) return new(match.Result.Status, [], match.Result.ErrorText);
        string value = match.Value.Trim();
        if (value.StartsWith('@')) value = Address.Quote822(string.Concat(LocalPart(address, match.Extension), value));
        List<string> results = [];
        AddAddresses(value, propagate ? match.Extension : "", results);
        return results.Count > 0 ? new(LookupStatus.Found, results)
            : new(LookupStatus.Error, [], $"lookup of {address} returns non-address result \"{match.Value}\"");
    }

    private static ReadOnlySpan<char> LocalPart(string address, string extension)
    {
        ReadOnlySpan<char> local = Address.Local(address);
        return local[..^extension.Length];
    }

    private void AddAddresses(string value, string extension, List<string> results)
    {
        if (value is "" or "<>" or "\"\"") { results.Add(""); return; }
        byte[] bytes = Encoding.UTF8.GetBytes(value);
        if (TrivialRewriter.IsComplete(bytes)) { results.Add(WithExtension(value, extension)); return; }
        List<AddressSpan> spans = [];
        HeaderAddresses.Find(bytes, spans, int.MaxValue);
        foreach (AddressSpan span in spans)
        {
            if (HeaderAddresses.External(bytes.AsSpan(span.Start..span.End)) is not { } external) continue;
            results.Add(WithExtension(Address.Unquote822(rewriter.Rewrite(external, RewriteContext.Local)), extension));
        }
    }

    private static string WithExtension(string address, string extension)
    {
        if (extension.Length == 0 || address.Length == 0) return address;
        int at = address.LastIndexOf('@');
        return at < 0 ? address + extension : string.Concat(address.AsSpan(0, at), extension, address.AsSpan(at));
    }
}
