using System.Buffers;
using System.Net;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Routing;
using MtaSuite.Common.Tables;

namespace MtaSuite.Tests;

/// <summary>Lookups away from an event loop, which are complete when they return.</summary>
internal static class InPlace
{
    /// <summary>Work that waits for nothing.</summary>
    public static void Completed(this ValueTask work)
    {
        if (!work.IsCompleted) throw new InvalidOperationException("it waits");
        work.GetAwaiter().GetResult();
    }

    public static LookupResult Lookup(this Table table, string key) => table.LookupAsync(key).Completed();

    public static LookupResult Lookup(this Maps maps, string key) => maps.LookupAsync(key).Completed();

    public static AddressMatch Find(this AddressLookup lookup, Maps maps, string address, FindBy by = FindBy.Default) =>
        lookup.FindAsync(maps, address, by).Completed();

    public static MatchResult Match(this MatchList list, string name) => list.MatchAsync(name).Completed();

    public static MatchResult Match(this MatchList list, IPAddress address) => list.MatchAsync(address).Completed();

    public static Route Resolve(this AddressResolver resolver, string sender, string recipient) =>
        resolver.ResolveAsync(sender, recipient).Completed();

    public static RecipientCheck Check(this RecipientValidator validator, Route route, string address, bool isSender) =>
        validator.CheckAsync(route, address, isSender).Completed();

    public static Expansion ExpandRecipient(this CleanupRewriter rewriter, string recipient, List<string> results) =>
        rewriter.ExpandRecipientAsync(recipient, results).Completed();

    public static Outcome Apply(this StatusFilter filter, Outcome outcome) => filter.ApplyAsync(outcome).Completed();

    /// <summary>Rewrites the addresses of a header field; false, and nothing written, where none changes.</summary>
    public static bool Rewrite(ReadOnlySpan<byte> value, IAddressRewriter rewriter, IBufferWriter<byte> output, int column = 0) =>
        Rewrite(value, rewriter, output, column, out _);

    public static bool Rewrite(ReadOnlySpan<byte> value, IAddressRewriter rewriter, IBufferWriter<byte> output, int column,
        out string problem)
    {
        HeaderRewriting rewriting = new();
        rewriting.Find(value, rewriter);
        ValueTask lookup = rewriting.LookUpAsync(rewriter);
        Assert.That(lookup.IsCompletedSuccessfully);
        if (rewriting.IsChanged) rewriting.Write(value, output, column);
        problem = rewriting.Problem;
        return rewriting.IsChanged;
    }
}
