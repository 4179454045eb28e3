using MtaSuite.Common.Config.Params;
using MtaSuite.Common.Dns;
using MtaSuite.Common.Http;
using MtaSuite.Common.Tls.Client;

namespace MtaSuite.Tools.Doctor;

/// <summary>MTA-STS (RFC 8461): the record, the policy behind it, and whether the mail exchangers fit.</summary>
internal sealed class StsSection(DoctorContext c, string domain)
{
    private const string Area = "mta-sts";
    private static readonly TimeSpan s_short = TimeSpan.FromDays(7);

    public async Task RunAsync(Section s, IReadOnlyList<MailHost> hosts)
    {
        if (await FindRecordAsync(s, hosts) is not { Length: > 0 } id) return;
        WebResult result = await new WebClient(c.Hosts).SendAsync(new WebCall
        {
            Url = new UriBuilder("https", $"mta-sts.{domain}", c.Options.HttpsPort, "/.well-known/mta-sts.txt").Uri,
            MaxBytes = StsPolicyFile.MaxBytes,
            Timeout = TimeSpan.FromSeconds(15),
            AuthorityFile = c.Options.AuthorityFile.Length > 0 ? c.Options.AuthorityFile : c.Config.Get(StsParams.MtaStsCAfile),
        });
        string url = $"https://mta-sts.{domain}/.well-known/mta-sts.txt";
        if (!result.IsOk || result.Location != null)
        {
            s.Problem(Area,
                $"the record is there (id {id}), but {url} cannot be had: "
                    + $"{(result.Location != null ? "a redirect, which senders do not follow (RFC 8461 3.3)" : result.Text)}",
                "senders go on as if there was no policy",
                result.IsCertificateProblem ? $"give the web server a certificate for mta-sts.{domain}"
                    : $"serve the policy there, or remove the TXT record of _mta-sts.{domain}");
            return;
        }
        if (result.ContentType != "text/plain")
            s.Warning(Area, $"the policy comes as {result.ContentType}", "some senders ignore it (RFC 8461 3.2)", "serve it as text/plain");
        if (!StsPolicyFile.TryParse(result.Body, out StsPolicyFile policy, out string error))
            s.Problem(Area, $"the policy cannot be understood: {error}",
            "senders go on as if there was none", $"see RFC 8461 3.2: {Suggestion(hosts)}");
        else Judge(s, policy, hosts, id);
    }

    private static string Suggestion(IReadOnlyList<MailHost> hosts) =>
        $"version: STSv1 / mode: testing{string.Concat(hosts.Select(h => $" / mx: {h.Name}"))} / max_age: 604800 (each on a line)";

    /// <summary>The policy's id; null, told, when there is none.</summary>
    private async Task<string?> FindRecordAsync(Section s, IReadOnlyList<MailHost> hosts)
    {
        string name = $"_mta-sts.{domain}";
        DnsAnswer answer = await c.Resolver.Query(name, DnsType.TXT);
        List<string> texts = [.. answer.Texts.Where(StsRecord.IsOne)];
        if (!answer.IsFound && !answer.IsNotFound)
            s.Warning(Area, $"the question for {name} fails: {answer.Reason}", "senders do not learn of a policy",
            "see whether the name servers answer");
        else if (texts.Count == 0)
            s.Note(Area, "no MTA-STS record", "senders without DANE cannot know that TLS must not be left out",
                $"serve {Suggestion(hosts)} at https://mta-sts.{domain}/.well-known/mta-sts.txt and add {name}. IN TXT \"v=STSv1; "
                    + $"id={c.Now:yyyyMMdd}01\"");
        else if (texts.Count > 1) s.Problem(Area, $"{texts.Count} MTA-STS records at {name}", "senders do as if there was none (RFC 8461 "
            + "3.1)", "leave one");
        else if (!StsRecord.TryParse(texts[0], out string id))
            s.Problem(Area, $"the record cannot be understood: \"{texts[0]}\"", "senders do as if there was none",
            $"{name}. IN TXT \"v=STSv1; id={c.Now:yyyyMMdd}01\"");
        else return id;
        return null;
    }

    private void Judge(Section s, StsPolicyFile policy, IReadOnlyList<MailHost> hosts, string id)
    {
        if (policy.Mode == StsMode.None)
            s.Note(Area, "the policy's mode is none: it is withdrawn", "senders with MTA-STS deliver as without it");
        else if (policy.Mode == StsMode.Testing)
            s.Note(Area, $"the policy's mode is testing (id {id})", "senders report trouble and deliver all the same",
            "go on to mode: enforce when reports are clean, with a new id in the record");
        else s.Ok(Area, $"the policy's mode is enforce (id {id})", "senders with MTA-STS deliver over TLS to verified hosts or not at all");
        if (policy.Mode == StsMode.None) return;
        if (policy.MaxAge < s_short) s.Warning(Area, $"max_age is {(long)policy.MaxAge.TotalSeconds} seconds",
            "a policy that is soon forgotten protects little (RFC 8461 3.2 speaks of weeks)", "max_age: 604800 or more");
        FindingLevel bad = policy.Mode == StsMode.Enforce ? FindingLevel.Problem : FindingLevel.Warning;
        string means = policy.Mode == StsMode.Enforce ? "senders with MTA-STS do not deliver to it"
            : "senders report it; under enforce they would not deliver to it";
        StsFinding finding = new() { Domain = domain, Patterns = policy.Patterns };
        foreach (MailHost host in hosts)
        {
            if (finding.Allows(host.Name)) s.Ok(Area, $"{host.Name} is in the policy");
            else s.Add(bad, Area, $"{host.Name} is not in the policy ({string.Join(", ", policy.Patterns.Take(10))})", means,
                $"add mx: {host.Name} and change the record's id");
        }
    }
}
