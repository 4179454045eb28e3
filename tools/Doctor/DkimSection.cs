using MtaSuite.Common.Authentication;
using MtaSuite.Common.Dns;

namespace MtaSuite.Tools.Doctor;

/// <summary>
/// DKIM keys (RFC 6376, RFC 8301, RFC 8463) under selectors that are given or common: a domain cannot be asked which ones it has.
/// </summary>
internal sealed class DkimSection(DoctorContext c, string domain)
{
    private static readonly string[] s_common =
    [
        "default", "dkim", "mail", "mta", "mx", "smtp", "key1", "key2", "k1", "k2", "k3", "s1", "s2", "s2048", "selector1", "selector2",
            "google", "ed25519", "rsa",
        "fm1", "fm2", "fm3", "protonmail", "zoho", "sig1", "2024", "2025", "2026",
    ];

    private bool IsGiven => c.Options.Selectors.Count > 0;

    public async Task RunAsync(Section s)
    {
        IReadOnlyList<string> selectors = IsGiven ? c.Options.Selectors : [.. s_common];
        List<(string Selector, Common.Net.Promise<DnsAnswer> Answer)> questions =
            [.. selectors.Select(x => (x, c.Resolver.Query($"{x}._domainkey.{domain}", DnsType.TXT)))];
        int found = 0;
        foreach ((string selector, Common.Net.Promise<DnsAnswer> question) in questions)
        {
            DnsAnswer answer = await question;
            if (!answer.IsFound && !IsGiven) continue;
            found++;
            Judge(s, selector, answer);
        }
        if (found == 0)
            s.Note("dkim", $"no key under the {selectors.Count} selectors that are common",
                "a domain's selectors cannot be listed: there may be others",
                "look for s= in the DKIM-Signature of a message, and give it with --selector");
    }

    private void Judge(Section s, string selector, DnsAnswer answer)
    {
        string area = $"dkim {selector}", name = $"{selector}._domainkey.{domain}";
        if (!answer.IsFound)
        {
            s.Problem(area, answer.IsNotFound ? $"{name} has no TXT record" : $"the question for {name} fails: {answer.Reason}",
                "signatures with this selector cannot be verified", $"{name}. IN TXT \"v=DKIM1; k=rsa; p=<public key in base64>\"");
            return;
        }
        List<string> texts = [.. answer.Texts];
        if (texts.Count > 1)
            s.Warning(area, $"{texts.Count} TXT records at {name}", "receivers take any one of them (RFC 6376 3.6.2.2)", "leave one");
        if (!DkimRecord.TryParse(texts[0], out DkimRecord record, out string problem))
        {
            s.Problem(area, $"the record is wrong: {problem}", "signatures with it fail",
                "publish the key again; a TXT record longer than 255 bytes is several strings in quotes, without a space between them");
            return;
        }
        if (record.IsRevoked)
        {
            s.Note(area, "the key is revoked (p= is empty)", "signatures with it are worth nothing");
            return;
        }
        JudgeKey(s, area, record);
    }

    private static void JudgeKey(Section s, string area, DkimRecord record)
    {
        if (record.IsTesting)
            s.Note(area, "t=y: the domain says it is testing", "receivers treat failing signatures as if there were none",
                "take it away when all is well");
        if (record.Hashes.Count > 0 && !record.Hashes.Contains("sha256"))
            s.Problem(area, $"h={string.Join(':', record.Hashes)} does not allow sha256",
                "SHA-1 signatures are no longer accepted (RFC 8301)", "take h= away");
        if (record.KeyType == DkimKeyType.Unknown)
            s.Problem(area, "k= is neither rsa nor ed25519", "receivers cannot use the key", "use k=rsa");
        else if (record.KeyType == DkimKeyType.Ed25519)
            s.Note(area, "an Ed25519 key (RFC 8463)", "several large receivers do not know it yet", "sign with an RSA key as well");
        else if (record.Bits < 1024) s.Problem(area, $"an RSA key of {record.Bits} bits",
            "receivers do not accept signatures with it (RFC 8301 3.2), and it can be broken", "make one with 2048 bits");
        else if (record.Bits < 2048) s.Warning(area, $"an RSA key of {record.Bits} bits", "it works, and is too short for the coming years",
            "make one with 2048 bits, under a new selector");
        else s.Ok(area, $"an RSA key of {record.Bits} bits");
        if (record.Bits > 4096)
            s.Warning(area, $"more than 4096 bits", "some receivers do not verify with such keys", "2048 bits are enough");
    }
}
