using MtaSuite.Common.Authentication;
using MtaSuite.Common.Authentication.Arc;
using MtaSuite.Common.Authentication.Dkim;
using MtaSuite.Common.Authentication.Dmarc;

namespace MtaSuite.Mailauth.Checks;

/// <summary>All that was found out about a message from outside.</summary>
/// <param name="MailFrom">Null for the null sender: then HELO's counts.</param>
/// <param name="Ignored">Signatures that were not looked at.</param>
/// <param name="Dmarc">The result that counts.</param>
/// <param name="Sealer">The domain whose ARC seal vouches for a message that fails DMARC; empty: none does.</param>
internal sealed record Findings(SpfFinding Helo, SpfFinding? MailFrom, IReadOnlyList<DkimResult> Dkim, int Ignored, ArcResult Arc,
    DmarcResult Dmarc, string Sealer)
{
    public SpfFinding Spf => MailFrom ?? Helo;

    /// <summary>The value of our Authentication-Results field.</summary>
    public string Compose(string authservId)
    {
        ResultsField field = new(authservId);
        if (MailFrom is { } sender)
            field.Method("spf", sender.Word).Comment(sender.Reason)
                .Address("smtp.mailfrom", Common.Mail.Address.Quote821(sender.Value));
        field.Method("spf", Helo.Word).Comment(Helo.Reason).Property("smtp.helo", Helo.Value);
        foreach (DkimResult result in Dkim) Add(field, result);
        if (Dkim.Count == 0) field.Method("dkim", "none").Comment(Ignored > 0 ? "" : "no signature");
        if (Ignored > 0) field.Method("dkim", "policy").Comment($"{Ignored} more signatures were not looked at");
        AddArc(field);
        AddDmarc(field);
        return field.ToString();
    }

    private static void Add(ResultsField field, DkimResult r)
    {
        field.Method("dkim", r.Word);
        string words = r.KeyBits > 0 ? $"{r.KeyBits}-bit key" : "";
        if (r.IsTesting) words += words.Length > 0 ? ", testing" : "testing";
        if (r.Verdict == DkimVerdict.Pass && r.Reason.Length > 0) words += $", {r.Reason}";
        field.Comment(words);
        if (r.Verdict != DkimVerdict.Pass) field.Reason(r.Reason);
        field.Property("header.d", r.Domain).Property("header.i", r.Identity).Property("header.s", r.Selector)
            .Property("header.a", r.Algorithm).Property("header.b", r.SignaturePrefix);
    }

    private void AddArc(ResultsField field)
    {
        if (Arc.Verdict == DkimVerdict.None) return;
        field.Method("arc", Arc.Verdict.Word()).Comment($"{Arc.Sets} {(Arc.Sets == 1 ? "set" : "sets")}");
        if (Arc.Verdict != DkimVerdict.Pass) field.Reason(Arc.Reason);
        else if (Arc.OldestPass > 0) field.Property("header.oldest-pass", $"{Arc.OldestPass}");
    }

    private void AddDmarc(ResultsField field)
    {
        field.Method("dmarc", DmarcResult.Word(Dmarc.Verdict)).Comment(Dmarc.Record == null ? Dmarc.Reason
            : $"{Dmarc.PolicyTag}={DmarcResult.Word(Dmarc.Policy)} of {Dmarc.RecordDomain}: {Dmarc.Reason}");
        if (Sealer.Length > 0) field.Reason($"sealed by {Sealer}, which is trusted");
        if (Dmarc.Record != null)
            field.Property("policy.dmarc", DmarcResult.Word(Dmarc.Verdict == DmarcVerdict.Pass ? Dmarc.Policy : Dmarc.Applied));
        field.Property("header.from", Dmarc.Domain);
    }

    /// <summary>SPF's answer as DMARC asks for it.</summary>
    public static DmarcIdentifier Identifier(SpfFinding spf) =>
        new(spf.Domain, spf.Result == SpfResult.Pass, spf.Result == SpfResult.TempError);

    /// <summary>A signature as DMARC asks for it: one of a key for tests counts, since only a failure is not held against it.</summary>
    public static DmarcIdentifier Identifier(DkimResult r) =>
        new(r.Domain, r.Verdict == DkimVerdict.Pass, r.Verdict == DkimVerdict.TempError);
}
