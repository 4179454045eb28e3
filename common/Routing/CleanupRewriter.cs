using MtaSuite.Common.Config.Params;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Tables;

namespace MtaSuite.Common.Routing;

/// <summary>What became of one envelope recipient.</summary>
/// <param name="Recipient">The recipient in standard form, after canonical mapping and before aliases.</param>
/// <param name="IsAlias">It expanded to something else: a sender who asked for success notices gets "expanded" now, and the notices of the
/// results are without success (RFC 3461 5.2.7.3).</param>
/// <param name="Trouble">Null, or the temporary failure that the message is refused with.</param>
/// <param name="Problem">Details for the log; empty when all is well.</param>
public readonly record struct Expansion(string Recipient, bool IsAlias, Outcome? Trouble, string Problem);

/// <summary>
/// All address rewriting of cleanup: envelope sender, headers, recipients with their virtual aliases, automatic copies. Addresses are in
/// internal form. Nothing here waits unless a table does; for one thread. A process makes one.
/// </summary>
public sealed class CleanupRewriter
{
    private static readonly Outcome s_lookupTrouble = Outcome.Defer("4.3.0", "Error: address rewriting failed, try again later");

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
    /// always_bcc; empty when there is none. Goes through <see cref="ExpandRecipient"/> as the results of the bcc tables do.
    /// </summary>
    public string AlwaysBcc { get; }

    /// <summary>
    /// The envelope sender in standard form. MAILER-DAEMON at this site becomes the empty sender, because notices of others come as that.
    /// </summary>
    public Outcome? Sender(string sender, out string result, out string problem)
    {
        problem = "";
        result = _core.Rewriter.RewriteInternal(sender, RewriteContext.Local);
        if (result.StartsWith("mailer-daemon@", StringComparison.OrdinalIgnoreCase)
            && result.Equals(_core.Rewriter.RewriteInternal("MAILER-DAEMON", RewriteContext.Local),
            StringComparison.OrdinalIgnoreCase)) result = "";
        if (result.Length == 0 || _canonical.IsIdle(AddressPlace.EnvelopeSender)) return null;
        problem = _canonical.Apply(result, AddressPlace.EnvelopeSender, out result);
        return problem.Length == 0 ? null : s_lookupTrouble;
    }

    /// <summary>The envelope recipient in standard form, before aliases. The empty one becomes empty_address_recipient.</summary>
    public Outcome? Recipient(string recipient, out string result, out string problem)
    {
        problem = "";
        result = _core.Rewriter.RewriteInternal(recipient.Length == 0 ? _core.EmptyAddressRecipient : recipient, RewriteContext.Local);
        if (_canonical.IsIdle(AddressPlace.EnvelopeRecipient)) return null;
        problem = _canonical.Apply(result, AddressPlace.EnvelopeRecipient, out result);
        return problem.Length == 0 ? null : s_lookupTrouble;
    }

    /// <summary>
    /// Rewrites a recipient and replaces <paramref name="results"/> by all that its virtual aliases lead to (itself when there are none).
    /// </summary>
    public Expansion ExpandRecipient(string recipient, List<string> results)
    {
        Outcome? trouble = Recipient(recipient, out string standard, out string problem);
        if (trouble is null) trouble = _aliases.Expand(standard, results, out problem);
        else
        {
            results.Clear();
            results.Add(standard);
        }
        return new Expansion(standard, results.Count != 1 || results[0] != standard, trouble, problem);
    }

    /// <summary>
    /// The rewriter of a header's addresses; hand it to <see cref="HeaderAddresses.Rewrite"/>. Null when the header is not one that is
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

    /// <summary>sender_bcc_maps: who gets a copy of what this sender sends; empty: nobody.</summary>
    public Outcome? SenderBcc(string sender, out string bcc, out string problem) => Bcc(_senderBcc, sender, out bcc, out problem);

    /// <summary>recipient_bcc_maps: who gets a copy of what is sent to this recipient (in standard form); empty: nobody.</summary>
    public Outcome? RecipientBcc(string recipient, out string bcc, out string problem) =>
        Bcc(_recipientBcc, recipient, out bcc, out problem);

    private Outcome? Bcc(Maps maps, string address, out string bcc, out string problem)
    {
        (bcc, problem) = ("", "");
        if (maps.IsEmpty || address.Length == 0) return null;
        AddressMatch match = _core.Lookup.Find(maps, address);
        if (match.IsFound) bcc = Address.Unquote822(match.Value);
        if (!match.IsError) return null;
        problem = match.Result.ErrorText;
        return s_lookupTrouble;
    }
}

/// <summary>Rewrites the addresses of one kind of header in one context.</summary>
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

    /// <summary>The first trouble with a table since <see cref="Reset"/>; empty: none. A message with trouble is refused for now.</summary>
    public string Problem { get; private set; } = "";

    public void Reset() => Problem = "";

    public bool Keeps(ReadOnlySpan<byte> text) => _idle && TrivialRewriter.IsComplete(text);

    public string Rewrite(string external)
    {
        string complete = _rewriter.Rewrite(external, _context);
        if (_idle || complete == "\"\"") return complete;
        string address = Address.Unquote822(complete);
        string problem = _canonical.Apply(address, _place, out string result);
        if (problem.Length > 0 && Problem.Length == 0) Problem = problem;
        return result == address ? complete : Address.Quote822(result);
    }
}
