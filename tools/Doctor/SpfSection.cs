using System.Net;
using MtaSuite.Common.Authentication;
using MtaSuite.Common.Dns;

namespace MtaSuite.Tools.Doctor;

/// <summary>SPF (RFC 7208): the record's syntax, what it costs, and whether mail from this machine passes.</summary>
/// <param name="isOurDomain">Mail from the domain leaves here: it should pass.</param>
internal sealed class SpfSection(DoctorContext c, string domain, bool isOurDomain)
{
    private const string Area = "spf";

    public async Task RunAsync(Section s)
    {
        DnsAnswer answer = await c.Resolver.Query(domain, DnsType.TXT);
        if (!answer.IsFound && !answer.IsNotFound)
        {
            s.Problem(Area, $"the question for {domain}'s TXT records fails: {answer.Reason}",
                "receivers that check SPF defer mail from the domain",
                "see whether the name servers answer");
            return;
        }
        List<string> texts = [.. answer.Texts.Where(SpfRecord.IsSpf)];
        if (texts.Count == 0)
        {
            s.Warning(Area, "no SPF record", "large receivers refuse or file as spam what has neither SPF nor DKIM", $"add {Suggestion()}");
            return;
        }
        if (texts.Count > 1)
        {
            s.Problem(Area, $"{texts.Count} SPF records, where one is allowed",
                "receivers take it for an error (PermError), as if there was none or worse",
                "join them into one record");
            return;
        }
        if (!SpfRecord.TryParse(texts[0], out SpfRecord record, out string problem))
        {
            s.Problem(Area, $"the record cannot be understood: {problem}", "receivers take it for an error (PermError)",
                $"correct \"{TagList.Shown(texts[0])}\"");
            return;
        }
        JudgeEnd(s, record, texts[0]);
        await CountAsync(s);
        if (isOurDomain) await PassAsync(s);
    }

    private string Suggestion()
    {
        string addresses = !isOurDomain ? ""
            : string.Concat(c.Outgoing.Select(a => $" ip{(a.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork ? 4 : 6)}:{a}"));
        return $"{domain}. IN TXT \"v=spf1 mx{addresses} ~all\", and -all once all senders are known";
    }

    private void JudgeEnd(Section s, SpfRecord record, string text)
    {
        SpfTerm? all = record.Terms.FirstOrDefault(t => t.Mechanism == SpfMechanism.All);
        string seen = $"\"{TagList.Shown(text)}\"";
        if (all == null && record.Redirect.Length == 0)
            s.Warning(Area, $"{seen} ends without all or redirect", "about other senders it says nothing (Neutral)",
            "end it with ~all or -all");
        else if (all is { Result: SpfResult.Pass })
            s.Problem(Area, $"{seen} has +all", "anybody may send in the domain's name, and receivers know that sign",
            "end it with ~all or -all");
        else if (all is { Result: SpfResult.Neutral })
            s.Warning(Area, $"{seen} ends in ?all", "it says nothing about forgers", "end it with ~all or -all");
        else s.Ok(Area, $"{seen} is well formed");
        if (all != null && (all != record.Terms[^1] || record.Redirect.Length > 0))
            s.Note(Area, "what stands behind all, and redirect=, is never looked at", "", "take it away");
        if (record.Terms.Any(t => t.Mechanism == SpfMechanism.Ptr))
            s.Warning(Area, "it uses ptr", "RFC 7208 5.5 says not to: slow, and some receivers skip it",
                "name the addresses or hosts instead");
    }

    /// <summary>The cost of a client that no term fits: every term is asked.</summary>
    private async Task CountAsync(Section s)
    {
        SpfOutcome worst = await new SpfCheck(c.Resolver, Facts(IPAddress.Parse("192.0.2.254")), maxLookups: 100).RunAsync(domain);
        if (worst.Result is SpfResult.TempError)
            s.Warning(Area, $"a part of it cannot be asked: {worst.Reason}", "receivers defer mail, or go on without SPF",
            "see whether the included names exist and their servers answer");
        else if (worst.Result is SpfResult.PermError)
            s.Problem(Area, $"a part of it is wrong: {worst.Reason}", "receivers take the whole for an error (PermError)",
            "correct or remove that part");
        else if (worst.Lookups > SpfCheck.MaxLookups)
            s.Problem(Area, $"a check may need {worst.Lookups} questions, where {SpfCheck.MaxLookups} are allowed",
                "receivers give up (PermError) for senders that stand late in the record",
                "replace a, mx and include by ip4 and ip6, or move services to subdomains");
        else s.Ok(Area, $"a check needs {worst.Lookups} of {SpfCheck.MaxLookups} questions at most");
        if (worst.Voids > SpfCheck.MaxVoids) s.Warning(Area, $"{worst.Voids} of the names in it have no records",
            $"more than {SpfCheck.MaxVoids} make some receivers give up (RFC 7208 4.6.4)", "take the dead names away");
    }

    private SpfFacts Facts(IPAddress client) => new(client, $"postmaster@{domain}", c.HeloName);

    private async Task PassAsync(Section s)
    {
        if (c.Outgoing.Count == 0) s.Note(Area, "whether our mail passes is not known: this machine has no public address of its own", "",
            "give the address that others see: --address IP");
        foreach (IPAddress address in c.Outgoing)
        {
            SpfOutcome outcome = await new SpfCheck(c.Resolver, Facts(address)).RunAsync(domain);
            string who = $"mail from {address}",
                reason = $"{outcome.Result}: "
                    + $"{outcome.Reason}{(outcome.Explanation.Length > 0 ? $"; its owner says \"{outcome.Explanation}\"" : "")}";
            string family = address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork ? "ip4" : "ip6";
            if (outcome.Result == SpfResult.Pass) s.Ok(Area, $"{who} passes ({outcome.Reason})");
            else if (outcome.Result == SpfResult.Fail) s.Problem(Area, $"{who} does not pass ({reason})", "receivers refuse it",
                $"if this machine sends for {domain}: put {family}:{address} into the record");
            else s.Warning(Area, $"{who} does not pass ({reason})", "receivers may file it as spam; DMARC then depends on DKIM alone",
                $"if this machine sends for {domain}: put {family}:{address} into the record");
        }
    }
}
