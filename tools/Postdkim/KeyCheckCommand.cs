using System.CommandLine;
using System.Globalization;
using MtaSuite.Common.Authentication;
using MtaSuite.Common.Authentication.Dkim;
using MtaSuite.Common.Config;
using MtaSuite.Common.Dns;
using MtaSuite.Common.Hosting;
using MtaSuite.Common.Native;
using MtaSuite.Tools.Doctor;
using MtaSuite.Tools.Shared;

namespace MtaSuite.Tools.Postdkim;

/// <summary>postdkim check: compares the keys that sign with what the DNS says of them.</summary>
internal sealed class KeyCheckCommand(DnsResolver resolver, int maxAge, DateTimeOffset now)
{
    private const string Description = """
        Compare the keys of mailauth_signing_table with the DNS.

        For each key: whether its file can be used, whether the record has the same key, how long the key is, whether the answer
        was validated (DNSSEC), whether the domain says that it is testing (t=y), and whether it is time for a new key.
        """;

    private const string More = """
        Keys that take turns (from=, until=) are looked at as well: the record of the next key must be there before it signs. A
        domain alone limits the check to its keys.

        Exit status: 0 all is well; 1 warnings; 2 problems; 64 wrong usage; 78 no configuration.

        """;

    /// <summary>As M3AAWG recommends: twice a year.</summary>
    private const int DefaultMaxAge = 180;

    public static int Run(string[] args)
    {
        Option<string> directory = PostdkimSyntax.Config(), age = OwnSyntax.Value("--max-age", "DAYS",
            $"a key that is older is to be replaced ({DefaultMaxAge})", v => int.TryParse(v, NumberStyles.None, null, out int n) && n > 0
                ? null : $"\"{v}\" is not a number of days");
        Option<bool> json = PostdkimSyntax.Json("one object a line: domain, selector, level, seen, means, do");
        Argument<string[]> domains = OwnSyntax.Operands("DOMAIN", "look at this domain's keys only", v => DomainName.ToAscii(v) != null
            ? null : $"\"{v}\" is not a domain");
        Command command = new("check", Description) { domains, directory, age, json };
        if (OwnSyntax.Parse(command, args, More, out int status, PostdkimSyntax.Name) is not { } read) return status;
        if (Tool.LoadConfig(read.GetValue(directory), PostdkimSyntax.Name, quiet: true) is not { } config) return ExitCode.Configuration;
        HashSet<string> wanted = [.. (read.GetValue(domains) ?? []).Select(d => DomainName.ToAscii(d)!.ToLowerInvariant())];
        int maxAge = int.Parse(read.GetValue(age) ?? $"{DefaultMaxAge}", null);
        List<Section> sections = LoopRun.Run(loop => new KeyCheckCommand(new DnsResolver(loop, DnsOptions.Of(config)), maxAge,
            loop.Time.GetUtcNow()).RunAsync(config, wanted));
        return Report(sections, read.GetValue(json));
    }

    private async Task<List<Section>> RunAsync(MailConfig config, HashSet<string> wanted)
    {
        List<string> problems = [];
        List<SigningEntry> entries = SigningEntries.Read(config, problems);
        List<Section> sections = [];
        Section table = new("mailauth_signing_table");
        sections.Add(table);
        foreach (string problem in problems) table.Problem("table", problem, "mail of its senders is not signed, or refused", "correct it");
        foreach (string domain in wanted.Where(d => !entries.Exists(e => e.Domain == d)))
            table.Problem("table", $"no key for {domain}", "its mail is not signed",
                "postdkim genkey, then an entry in mailauth_signing_table");
        if (entries.Count == 0 && wanted.Count == 0 && problems.Count == 0)
            table.Note("table", "mailauth_signing_table names no key", "no mail is signed");
        foreach (SigningEntry entry in entries.Where(e => wanted.Count == 0 || wanted.Contains(e.Domain))
            .DistinctBy(e => (e.Domain, e.Key)))
        {
            Section section = new(entry.Domain.Length > 0 ? DnsDkimKeys.NameOf(entry.Key.Selector, entry.Domain)
                : $"{entry.Entry}: {entry.Key.Selector}");
            sections.Add(section);
            await CheckAsync(section, entry);
        }
        return sections;
    }

    private async Task CheckAsync(Section s, SigningEntry entry)
    {
        using DkimPrivateKey? key = DkimPrivateKey.TryLoad(entry.Key.Path, out string problem);
        if (key == null) s.Problem("file", problem, "mail is not signed with this key", "postdkim genkey makes one; mode 0600");
        else CheckFile(s, entry, key);
        CheckDates(s, entry.Key);
        if (entry.Domain.Length == 0)
        {
            s.Note("dns", $"{entry.Entry} is no domain: the record is at {entry.Key.Selector}._domainkey of each sender's domain");
            return;
        }
        DnsAnswer answer = await resolver.Query(DnsDkimKeys.NameOf(entry.Key.Selector, entry.Domain), DnsType.TXT, DnsQueryFlags.Dnssec);
        CheckAnswer(s, entry, key, answer);
    }

    private void CheckFile(Section s, SigningEntry entry, DkimPrivateKey key)
    {
        s.Ok("file", $"{entry.Key.Path} ({KeyFile.Describe(key)})");
        if (key.KeyType == DkimKeyType.Rsa && key.Bits < PostdkimSyntax.DefaultBits)
            s.Warning("size", $"an RSA key of {key.Bits} bits", "it works, and is too short for the coming years",
                $"postdkim rotate --domain {entry.Domain}");
        if (!FileStatus.TryGet(entry.Key.Path, out FileStatus status)) return;
        int days = (int)(now - status.Modified).TotalDays;
        if (days > maxAge) s.Warning("rotation", $"the key is {days} days old; {maxAge} are the limit",
            "a stolen key would be good for as long",
            $"postdkim rotate --domain {entry.Domain}");
        else s.Ok("rotation", $"the key is {days} days old; the next is due in {maxAge - days} days");
    }

    private void CheckDates(Section s, SigningKey key)
    {
        if (key.Until <= now) s.Note("dates", $"it has not signed since {Day(key.Until)}", "",
            "remove it when its mail has been delivered");
        else if (key.From > now) s.Note("dates", $"it signs from {Day(key.From)} on", "its record must be there before");
        else if (key.Until < DateTimeOffset.MaxValue) s.Note("dates", $"it signs until {Day(key.Until)}");
    }

    private static void CheckAnswer(Section s, SigningEntry entry, DkimPrivateKey? key, DnsAnswer answer)
    {
        string name = DnsDkimKeys.NameOf(entry.Key.Selector, entry.Domain);
        string publish = key == null ? "publish the record" : KeyFile.ZoneText(name, key.RecordText).Replace("\n    ", " ");
        if (!answer.IsFound)
        {
            s.Problem("dns", answer.IsNotFound ? $"{name} has no TXT record" : $"the question for {name} fails: {answer.Reason}",
                "signatures with this selector cannot be verified", publish);
            return;
        }
        List<string> texts = [.. answer.Texts];
        if (texts.Count > 1) s.Warning("dns", $"{texts.Count} TXT records at {name}", "receivers take any one of them (RFC 6376 3.6.2.2)",
            "leave one");
        if (!DkimRecord.TryParse(texts[0], out DkimRecord record, out string problem))
        {
            s.Problem("dns", $"the record is wrong: {problem}", "signatures with it fail", publish);
            return;
        }
        if (record.IsRevoked) s.Problem("dns", "the key is revoked (p= is empty)", "signatures with it are worth nothing",
            "do not sign with it any more");
        else if (key != null && !record.Key.AsSpan().SequenceEqual(key.PublicKey))
            s.Problem("dns", "the record has another key than the file", "signatures fail", publish);
        else if (key != null) s.Ok("dns", "the record has the same key");
        if (record.IsTesting) s.Note("testing", "t=y: the domain says it is testing",
            "receivers treat failing signatures as if there were none", "take it away when all is well");
        if (record.Hashes.Count > 0 && !record.Hashes.Contains("sha256"))
            s.Problem("dns", $"h={string.Join(':', record.Hashes)} does not allow sha256", "signatures fail", "take h= away");
        s.Add(answer.IsAuthenticated ? FindingLevel.Ok : FindingLevel.Note, "dnssec", answer.IsAuthenticated ? "the answer was validated"
            : "the answer was not validated", answer.IsAuthenticated ? ""
                : "the zone is not signed, or the resolver does not validate; DKIM works without", "");
    }

    private static int Report(List<Section> sections, bool json)
    {
        foreach (Section section in sections.Where(s => s.Findings.Count > 0))
        {
            Tool.Print(json ? string.Concat(section.Findings.Select(f => new JsonLine().Text("key", section.Title)
                .Text("level", f.Word.ToUpperInvariant())
                .Text("area", f.Area).Text("seen", f.Seen).Text("means", f.Means).Text("do", f.Do).ToString()))
                : $"{Tool.Printable(section.Title)}\n{string.Concat(section.Findings.Select(f => $"  {Tool.Printable(f.Line)}\n"))}");
        }
        FindingLevel worst = sections.SelectMany(s => s.Findings).Select(f => f.Level).DefaultIfEmpty().Max();
        return worst == FindingLevel.Problem ? 2 : worst == FindingLevel.Warning ? 1 : 0;
    }

    private static string Day(DateTimeOffset time) => time.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
