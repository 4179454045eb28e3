using MtaSuite.Common.Config.Params;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Tables;

namespace MtaSuite.Common.Routing;

/// <summary>What became of one envelope recipient.</summary>
/// <param name="Recipient">The recipient in standard form, after canonical mapping and before aliases.</param>
/// <param name="IsAlias">It expanded to something else: a sender who asked for success notices gets "expanded" now, and the notices of the
/// results are without success (RFC 3461 5.2.7.3).</param>
/// <param name="Failure">Null, or the temporary failure that the message is refused with.</param>
/// <param name="Problem">Details for the log; empty when all is well.</param>
public readonly record struct Expansion(string Recipient, bool IsAlias, Outcome? Failure, string Problem);

/// <summary>An envelope address after a step of rewriting.</summary>
/// <param name="Failure">Null, or the temporary failure that the message is refused with.</param>
/// <param name="Problem">Details for the log; empty when all is well.</param>
public readonly record struct Rewriting(string Address, Outcome? Failure = null, string Problem = "")
{
    internal static readonly Outcome LookupTrouble = Outcome.Defer("4.3.0", "Error: address rewriting failed, try again later");

    internal static Rewriting From(RewrittenAddress result) =>
        new(result.Address, result.Problem.Length == 0 ? null : LookupTrouble, result.Problem);
}

/// <summary>
/// All address rewriting of cleanup: envelope sender, headers, recipients with their virtual aliases, automatic copies. Addresses are in
/// internal form. Nothing here waits unless a table does, and several messages may be under way. A process makes one.
/// </summary>
public sealed class CleanupRewriter
{
    private readonly RoutingCore _core;
    private readonly CanonicalTables _canonical;
    private readonly VirtualAliases _aliases;
    private readonly Maps _senderBcc, _recipientBcc;
    private readonly HeaderAddressRewriter?[] _header = new HeaderAddressRewriter?[6];

    public CleanupRewriter(RoutingCore core)
    {
        _core = core;
        _canonical = new CanonicalTables(core);
        _aliases = new VirtualAliases(core.OpenMaps(RewriteParams.VirtualAliasMaps), core.Mapper, AliasLimits.From(core.Config),
            core.PropagateVirtual);
        _senderBcc = core.OpenMaps(CleanupParams.SenderBccMaps);
        _recipientBcc = core.OpenMaps(CleanupParams.RecipientBccMaps);
        AlwaysBcc = core.Config.Get(CleanupParams.AlwaysBcc);
    }

    /// <summary>
    /// always_bcc; empty when there is none. Goes through <see cref="ExpandRecipientAsync"/> as the results of the bcc tables do.
    /// </summary>
    public string AlwaysBcc { get; }

    /// <summary>
    /// The envelope sender in standard form. MAILER-DAEMON at this site becomes the empty sender, because notices of others come as that.
    /// </summary>
    public async ValueTask<Rewriting> SenderAsync(string sender)
    {
        string result = _core.Rewriter.RewriteInternal(sender, RewriteContext.Local);
        if (result.StartsWith("mailer-daemon@", StringComparison.OrdinalIgnoreCase)
            && result.Equals(_core.Rewriter.RewriteInternal("MAILER-DAEMON", RewriteContext.Local),
            StringComparison.OrdinalIgnoreCase)) result = "";
        return result.Length == 0 ? new(result) : Rewriting.From(await _canonical.ApplyAsync(result, AddressPlace.EnvelopeSender));
    }

    /// <summary>The envelope recipient in standard form, before aliases. The empty one becomes empty_address_recipient.</summary>
    public async ValueTask<Rewriting> RecipientAsync(string recipient)
    {
        if (recipient.Length == 0) recipient = _core.EmptyAddressRecipient;
        string result = _core.Rewriter.RewriteInternal(recipient, RewriteContext.Local);
        return Rewriting.From(await _canonical.ApplyAsync(result, AddressPlace.EnvelopeRecipient));
    }

    /// <summary>
    /// Rewrites a recipient and replaces <paramref name="results"/> by all that its virtual aliases lead to (itself when there are none).
    /// </summary>
    public async ValueTask<Expansion> ExpandRecipientAsync(string recipient, List<string> results)
    {
        (string standard, Outcome? trouble, string problem) = await RecipientAsync(recipient);
        if (trouble is null) (trouble, problem) = await _aliases.ExpandAsync(standard, results);
        else
        {
            results.Clear();
            results.Add(standard);
        }
        return new Expansion(standard, results.Count != 1 || results[0] != standard, trouble, problem);
    }

    /// <summary>
    /// The rewriter of a header's addresses; hand it to <see cref="HeaderRewriting"/>. Null when the header is not one that is
    /// rewritten in this context.
    /// </summary>
    /// <param name="context"><see cref="RewriteContext.Local"/> for clients of local_header_rewrite_clients, else <see
    /// cref="RemoteContext"/>.</param>
    public HeaderAddressRewriter? ForHeader(HeaderName name, RewriteContext context)
    {
        HeaderTraits traits = name.Traits();
        if (context == RewriteContext.None || (traits & (HeaderTraits.Sender | HeaderTraits.Recipient)) == 0) return null;
        bool sender = (traits & HeaderTraits.Sender) != 0;
        ref HeaderAddressRewriter? slot = ref _header[(int)context * 2 + (sender ? 0 : 1)];
        return slot ??= new HeaderAddressRewriter(_core.Rewriter, _canonical, context,
            sender ? AddressPlace.HeaderSender : AddressPlace.HeaderRecipient);
    }

    /// <summary>The context of headers from clients that local_header_rewrite_clients does not match.</summary>
    public RewriteContext RemoteContext => _core.Rewriter.RemoteContext;

    /// <summary>sender_bcc_maps: recipient of a copy of what this sender sends; empty: none.</summary>
    public ValueTask<Rewriting> SenderBccAsync(string sender) => BccAsync(_senderBcc, sender);

    /// <summary>recipient_bcc_maps: recipient of a copy of what is sent to this recipient (in standard form); empty: none.</summary>
    public ValueTask<Rewriting> RecipientBccAsync(string recipient) => BccAsync(_recipientBcc, recipient);

    private async ValueTask<Rewriting> BccAsync(Maps maps, string address)
    {
        AddressMatch match = await _core.Lookup.FindAsync(maps, address);
        return match.IsError ? new("", Rewriting.LookupTrouble, match.Result.ErrorText)
            : new(match.IsFound ? Address.Unquote822(match.Value) : "");
    }
}

/// <summary>
/// Rewrites the addresses of one kind of header in one context: first in standard form, then, where that leaves it something to do, by the
/// canonical tables.
/// </summary>
public sealed class HeaderAddressRewriter : IAddressRewriter
{
    private readonly TrivialRewriter _rewriter;
    private readonly CanonicalTables _canonical;
    private readonly RewriteContext _context;
    private readonly AddressPlace _place;
    private readonly bool _idle;

    internal HeaderAddressRewriter(TrivialRewriter rewriter, CanonicalTables canonical, RewriteContext context, AddressPlace place)
    {
        (_rewriter, _canonical, _context, _place) = (rewriter, canonical, context, place);
        _idle = canonical.IsIdle(place);
    }

    public bool Keeps(ReadOnlySpan<byte> text) => _idle && TrivialRewriter.IsComplete(text);

    public async ValueTask<RewrittenAddress> RewriteAsync(string external)
    {
        string complete = _rewriter.Rewrite(external, _context);
        if (_idle || complete == "\"\"") return new(complete);
        string address = Address.Unquote822(complete);
        (string result, string problem) = await _canonical.ApplyAsync(address, _place);
        return new(result == address ? complete : Address.Quote822(result), problem);
    }
}
