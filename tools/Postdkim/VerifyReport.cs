using System.Text;
using MimeKit;
using MtaSuite.Common.Authentication.Arc;
using MtaSuite.Common.Authentication.Dkim;
using MtaSuite.Common.Authentication.Messages;
using MtaSuite.Common.Dns;
using MtaSuite.Tools.Shared;

namespace MtaSuite.Tools.Postdkim;

/// <summary>What was found out about a message, in words and as JSON.</summary>
internal sealed class VerifyReport
{
    private readonly int _fromFields;

    public VerifyReport(MessageHeader header)
    {
        FieldBytes[] from = [.. header.Fields.Where(f => f.Is("From"))];
        _fromFields = from.Length;
        // the last field is what most programs show of several
        if (from.Length > 0 && InternetAddressList.TryParse(from[^1].Value.ToArray(), out InternetAddressList? list)
            && list.Mailboxes.FirstOrDefault() is { Domain.Length: > 0 } author)
            FromDomain = (DomainName.ToAscii(author.Domain) ?? author.Domain).TrimEnd('.').ToLowerInvariant();
    }

    /// <summary>The author's domain; empty: From has none.</summary>
    public string FromDomain { get; } = "";
    public required IReadOnlyList<DkimResult> Dkim { get; init; }
    public required ArcResult Arc { get; init; }
    public required int Ignored { get; init; }
    public AlignmentCheck? Alignment { get; set; }

    public string Json() => new JsonLine().Objects("dkim", Dkim, (line, r) => line.Text("domain", r.Domain).Text("selector", r.Selector)
            .Text("algorithm", r.Algorithm).Text("result", r.Word).Text("reason", r.Reason).Text("identity", r.Identity)
            .Number("key_bits", r.KeyBits).Flag("testing", r.IsTesting).Flag("dnssec", r.IsKeyAuthenticated))
        .Object("arc", line => line.Text("result", Arc.Verdict.Word()).Number("sets", Arc.Sets).Text("reason", Arc.Reason)
            .Number("oldest_pass", Arc.OldestPass).Objects("seals", Arc.Seals, (seal, s) => seal.Number("instance", s.Instance)
                .Text("domain", s.Domain)
                .Text("selector", s.Selector).Text("cv", s.ChainValidation).Text("seal", s.Seal.Word()).Text("message", s.Message.Word())
                .Text("results", OneLine(s.AuthenticationResults))))
        .Text("from_domain", FromDomain).Texts("aligned", Alignment?.Aligned ?? []).Text("dmarc", Alignment?.Policy ?? "")
            .Number("ignored", Ignored)
        .ToString();

    public string Text()
    {
        StringBuilder text = new();
        if (Dkim.Count == 0) text.Append("DKIM: the message has no signature\n");
        for (int i = 0; i < Dkim.Count; i++) Signature(text, i + 1, Dkim[i]);
        if (Ignored > 0) text.Append(null,
            $"DKIM: {Ignored} more signature(s) are not looked at: a receiver looks at {DkimLimits.Default.Signatures}\n");
        Chain(text);
        Dmarc(text);
        return Tool.PrintableLines(text.ToString());
    }

    private static void Signature(StringBuilder text, int number, DkimResult r)
    {
        text.Append(null, $"DKIM signature {number}: {r.Word}{(r.Reason.Length > 0 ? $" ({r.Reason})" : "")}\n");
        text.Append(null, $"  domain {Shown(r.Domain)}, selector {Shown(r.Selector)}, {Shown(r.Algorithm)}");
        text.Append(r.KeyBits > 0 ? $", key of {r.KeyBits} bits" : "").Append(r.IsKeyAuthenticated ? ", validated by DNSSEC\n" : "\n");
        text.Append(null, $"  {Meaning(r)}\n");
        if (r.IsTesting)
            text.Append("  the key's record says t=y: the domain is testing, and receivers do not hold a failure against the message\n");
    }

    private static string Shown(string text) => text.Length > 0 ? text : "(none)";

    private static string Meaning(DkimResult r) => r.Verdict switch
    {
        DkimVerdict.Pass => $"{r.Domain} signed this message (identity {r.Identity}), and what it signed is unchanged",
        DkimVerdict.Fail => "the message was changed after it was signed, or it was not signed with this key",
        DkimVerdict.Policy => "the signature is not accepted here, whatever it says",
        DkimVerdict.TempError => "try again later: the key could not be looked up",
        DkimVerdict.Neutral => "the signature is damaged and counts as none",
        _ => "the signature cannot be verified, now or later, and counts as none",
    };

    private void Chain(StringBuilder text)
    {
        if (Arc.Verdict == DkimVerdict.None)
        {
            text.Append("ARC: the message has no sets\n");
            return;
        }
        text.Append(null, $"ARC: {Arc.Verdict.Word()}, {Arc.Sets} set(s){(Arc.Reason.Length > 0 ? $" ({Arc.Reason})" : "")}\n");
        foreach (ArcSeal s in Arc.Seals)
        {
            text.Append(null, $"  set {s.Instance}: sealed by {s.Domain} (selector {s.Selector}), ");
            text.Append(null, $"which found the chain before it: {s.ChainValidation}\n");
            string reason = s.Reason.Length > 0 ? $" ({s.Reason})" : "";
            text.Append(null, $"    seal {Checked(s.Seal)}, message signature {Checked(s.Message)}{reason}\n");
            text.Append(null, $"    it found: {OneLine(s.AuthenticationResults)}\n");
        }
        if (Arc.Verdict != DkimVerdict.Pass) return;
        text.Append(Arc.OldestPass == 0 ? "  the message was not changed since the first of them\n"
            : $"  the message was not changed since set {Arc.OldestPass}; it was between that and the one before\n");
        text.Append("  a pass says who handled the message and what each found; whether that counts depends on whom the receiver trusts\n");
    }

    private static string Checked(DkimVerdict verdict) => verdict == DkimVerdict.None ? "not looked at" : verdict.Word();

    private void Dmarc(StringBuilder text)
    {
        if (_fromFields > 1) text.Append(null, $"DMARC: {_fromFields} From fields: receivers refuse such mail, or take the last\n");
        if (FromDomain.Length == 0)
        {
            text.Append("DMARC: there is no author's domain in From\n");
            return;
        }
        text.Append(null, $"DMARC: the author's domain is {FromDomain}\n");
        if (Alignment is not { } check) return;
        if (check.Problem.Length > 0) text.Append(null, $"  {check.Problem}\n");
        text.Append(check.Policy.Length > 0 ? $"  policy of {check.PolicyDomain}: {check.Policy}\n" : "  no policy was found\n");
        foreach ((string domain, Alignment alignment) in check.Domains) text.Append(null,
            $"  signature of {domain}: {Words(alignment, check.IsStrict)}\n");
        text.Append(check.Aligned.Any() ? "  DMARC passes by DKIM\n"
            : "  DMARC does not pass by DKIM; it may by SPF, which depends on the client and the envelope sender\n");
    }

    private static string Words(Alignment alignment, bool isStrict) => alignment switch
    {
        Postdkim.Alignment.Same => "aligned, it is the author's domain",
        Postdkim.Alignment.Organization when isStrict =>
            "not aligned: the same organization, but the policy demands the same domain (adkim=s)",
        Postdkim.Alignment.Organization => "aligned, the domains belong to one organization",
        Postdkim.Alignment.Unknown => "it cannot be told now whether it is aligned",
        _ => "not aligned, it is another organization's domain",
    };

    private static string OneLine(string text) => string.Join(' ', text.Split((char[]?)['\r', '\n', '\t', ' '],
        StringSplitOptions.RemoveEmptyEntries));
}
