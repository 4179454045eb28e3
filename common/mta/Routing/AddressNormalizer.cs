using MtaSuite.Common.Config.Params;
using MtaSuite.Common.Mail;

namespace MtaSuite.Common.Routing;

/// <summary>What the domain of an address is.</summary>
internal enum DomainKind : byte
{
    /// <summary>A name or an address literal.</summary>
    Good,
    /// <summary>An address that lacks its brackets; resolve_numeric_domain puts them there.</summary>
    BareAddress,
    /// <summary>None that mail can go to.</summary>
    Bad,
}

/// <summary>Finds the domain that decides where mail for an address goes.</summary>
internal sealed class AddressNormalizer(RoutingCore core)
{
    private readonly bool _nullDomain = core.Config.Get(RewriteParams.ResolveNullDomain);
    private readonly bool _numericDomain = core.Config.Get(RewriteParams.ResolveNumericDomain);
    private readonly bool _dequote = core.Config.Get(RewriteParams.ResolveDequotedAddress);

    /// <summary>
    /// Takes local domains off an address as long as something to route is left (user%remote@here, user@remote@here, "user@remote"@here),
    /// so that no destination can be smuggled past the relay rules. The result is in internal form and has a domain.
    /// </summary>
    /// <returns>Whether the domain it ends in is local.</returns>
    public ValueTask<(MatchResult IsLocal, string Address)> NormalizeAsync(string recipient) =>
        IsPlain(recipient) ? MatchPlainAsync(recipient) : NormalizeOtherAsync(recipient);

    private async ValueTask<(MatchResult IsLocal, string Address)> NormalizeOtherAsync(string recipient)
    {
        string text = Address.Quote822(recipient);
        string? localDomain = null; // with its "@"
        // each round makes the text shorter or gives it its final form; the bound is for mistakes in that thought
        for (int rounds = recipient.Length + 100; rounds > 0; rounds--)
        {
            if (ExternalText.Has(text, '@')) text = ExternalText.WithoutTrailingDot(text);
            if (_nullDomain && ExternalText.EndsWith(text, '@')) text = text[..^1];
            int at = ExternalText.IndexOf(text, '@', last: true);
            if (at >= 0)
            {
                MatchResult isLocal = at == text.Length - 1 ? MatchResult.Yes : await core.Local.MatchAsync(text.AsSpan(at + 1));
                if (isLocal != MatchResult.Yes) return (isLocal, Address.Unquote822(text));
                localDomain = text[at..];
                text = text[..at];
            }
            if (RoutedFurther(ref text)) continue;
            if (text is "" or "\"\"") text = core.EmptyAddressRecipient;
            else if (at < 0 && localDomain is null) text = $"{text}@{core.Myhostname}";
            else break;
        }
        return (MatchResult.Yes, Address.Unquote822(text + (localDomain ?? "@" + core.Myhostname)));
    }

    // Nearly every address: one "@", and nothing in it that this could change.
    private static bool IsPlain(string recipient)
    {
        int at = recipient.IndexOf('@');
        if (at <= 0 || at == recipient.Length - 1 || recipient[^1] == '.' || recipient.AsSpan(at + 1).Contains('@')) return false;
        return Address.IsDotAtom(recipient.AsSpan(0, at)) && recipient.AsSpan(0, at).IndexOfAny('!', '%') < 0
            && recipient.AsSpan(at).IndexOfAny('[', '"', '\\') < 0;
    }

    private async ValueTask<(MatchResult IsLocal, string Address)> MatchPlainAsync(string recipient) =>
        (await core.Local.MatchAsync(recipient.AsSpan(recipient.IndexOf('@') + 1)), recipient);

    /// <summary>Rewrites what is left of an address when it has routing operators, in quotes as well (resolve_dequoted_address).</summary>
    private bool RoutedFurther(ref string text)
    {
        RewriteRules rules = core.Rewriter.Rules;
        bool routed = ExternalText.Has(text, '@') || (rules.SwapBangpath && ExternalText.Has(text, '!'))
            || (rules.PercentHack && ExternalText.Has(text, '%'));
        if (!routed)
        {
            if (!_dequote || !ExternalText.IsQuoted(text)) return false;
            string inner = Address.Unquote822(text);
            int percent = rules.PercentHack ? inner.LastIndexOf('%') : -1;
            if (inner.Contains('@')) text = Address.Quote822(inner);
            else if (percent >= 0) text = Address.Quote822($"{inner.AsSpan(0, percent)}@{inner.AsSpan(percent + 1)}");
            else if (rules.SwapBangpath && inner.Contains('!')) text = inner;
            else return false;
        }
        text = core.Rewriter.Rewrite(text, RewriteContext.Local);
        return true;
    }

    public DomainKind CheckDomain(string domain)
    {
        if (domain.StartsWith('[')) return HostName.TryParseLiteral(domain, out _) ? DomainKind.Good : DomainKind.Bad;
        if (HostName.IsValid(domain, core.Utf8)) return DomainKind.Good;
        return _numericDomain && HostName.TryParseAddress(domain, out _) ? DomainKind.BareAddress : DomainKind.Bad;
    }
}
