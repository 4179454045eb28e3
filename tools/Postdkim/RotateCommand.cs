using System.CommandLine;
using System.Globalization;
using MtaSuite.Common.Authentication.Dkim;
using MtaSuite.Common.Config;
using MtaSuite.Common.Dns;
using MtaSuite.Common.Hosting;
using MtaSuite.Tools.Shared;

namespace MtaSuite.Tools.Postdkim;

/// <summary>postdkim rotate: makes the next key, with the day in its selector, and says what to do when.</summary>
internal static class RotateCommand
{
    private const string Description = """
        Make the next key of a domain, and say what to do with it and when.

        The selector is a prefix and today's date (s20270131), with a letter behind it where that is taken. The file is made beside
        the domain's present key, or named with --out. Nothing else is changed: the record has to be published, and the signing
        table to be edited, as the text says.
        """;

    private const string More = """
        Exit status: 0 done; 64 wrong usage; 73 the file exists or cannot be made; 74 it cannot be written; 78 no configuration, or it
        has no key for the domain and --out is missing.

        """;

    /// <summary>Days from the record to the first signature: caches may hold "no such name" for a day, and secondaries lag.</summary>
    private const int DaysToPublish = 2;
    /// <summary>Days for which signed mail may be on its way: Postfix's maximal_queue_lifetime is five, and some check later.</summary>
    private const int DaysToKeep = 14;

    public static int Run(string[] args)
    {
        Option<string> domain = PostdkimSyntax.Domain(), algorithm = PostdkimSyntax.Algorithm(), bits = PostdkimSyntax.Bits(),
            config = PostdkimSyntax.Config(), file = OwnSyntax.Value("--out", "FILE",
                "the file for the private key (default: SELECTOR.DOMAIN.pem beside the present key)");
        Option<string> prefix = OwnSyntax.Value("--prefix", "TEXT", "what the selector begins with (s)", v =>
            Common.Mail.HostName.HasValidLabels(v + "1") ? null : $"\"{v}\" cannot begin a selector");
        Option<bool> json = PostdkimSyntax.Json("the result as one object");
        Command command = new("rotate", Description) { domain, algorithm, bits, prefix, file, config, json };
        if (OwnSyntax.Parse(command, args, More, out int status, PostdkimSyntax.Name) is not { } read) return status;
        string name = DomainName.ToAscii(read.GetValue(domain)!)!.ToLowerInvariant();
        List<SigningEntry>? entries = EntriesOf(name, read.GetValue(config), needed: read.GetValue(file) == null);
        if (entries == null) return ExitCode.Configuration;
        DateTimeOffset today = new(TimeProvider.System.GetUtcNow().UtcDateTime.Date, TimeSpan.Zero);
        string wanted = read.GetValue(algorithm) ?? "rsa";
        // an RSA key follows an RSA key; a domain that signs with both has two to rotate
        SigningEntry? old = entries.Find(e => e.Key.IsInUse(today) && AlgorithmOf(e) == wanted) ?? entries.Find(e => e.Key.IsInUse(today));
        string selector = Selector(read.GetValue(prefix) ?? "s", today, entries);
        string path = read.GetValue(file) ?? $"{Path.GetDirectoryName(old!.Key.Path)}/{selector}.{name}.pem";
        using DkimPrivateKey key = KeyFile.Make(wanted, read.GetValue(bits));
        status = KeyFile.Write(path, key);
        if (status != 0) return status;
        DateTimeOffset from = today.AddDays(DaysToPublish), gone = from.AddDays(DaysToKeep);
        Tool.Print(read.GetValue(json)
            ? KeyFile.Json(path, key, selector, name).Text("sign_from", Day(from)).Text("replaces", old?.Key.Selector ?? "")
                .Text("remove_old_after", Day(gone)).ToString()
            : KeyFile.Report(path, key, DnsDkimKeys.NameOf(selector, name)) + Plan(name, selector, Path.GetFullPath(path), old, from,
                gone));
        return 0;
    }

    private static string Plan(string domain, string selector, string path, SigningEntry? old, DateTimeOffset from, DateTimeOffset gone)
    {
        string before = old == null ? "" : $"{old.Key.Selector}:{old.Key.Path}:until={Day(from)}, ";
        string revoked = old == null ? "" : $": {DnsDkimKeys.NameOf(old.Key.Selector, domain)}. IN TXT \"v=DKIM1; p=\"";
        return $"""

            What to do:
            1. Today: publish the record. "postdkim check {domain}" says when it can be looked up.
            2. Then change the entry of mailauth_signing_table, so that the new key signs from {Day(from)} (UTC) on:
               {old?.Entry ?? domain} {before}{selector}:{path}:from={Day(from)}
               and run "mtasuite reload".
            3. Leave the old record in the DNS until {Day(gone)}: mail that was signed with it may be on its way.
            4. Then revoke the old key{revoked}
               and remove its entry{(old == null ? "" : $" and {old.Key.Path}")}.

            """;
    }

    /// <summary>The keys of a domain; null, told, when they are needed and not there.</summary>
    private static List<SigningEntry>? EntriesOf(string domain, string? directory, bool needed)
    {
        if (!needed && !File.Exists($"{Tool.ConfigDirectory(directory)}/{MainCf.FileName}")) return [];
        if (Tool.LoadConfig(directory, PostdkimSyntax.Name, quiet: true) is not { } config) return null;
        List<string> problems = [];
        List<SigningEntry> entries = SigningEntries.Read(config, problems).FindAll(e => e.Domain == domain);
        foreach (string problem in problems) Tool.Warning($"mailauth_signing_table: {problem}");
        if (entries.Count > 0 || !needed) return entries;
        Tool.Complain($"fatal: mailauth_signing_table has no key for {domain}; name a file with --out");
        return null;
    }

    private static string AlgorithmOf(SigningEntry entry)
    {
        using DkimPrivateKey? key = DkimPrivateKey.TryLoad(entry.Key.Path, out _);
        return key?.Algorithm.Split('-')[0] ?? "";
    }

    private static string Selector(string prefix, DateTimeOffset today, List<SigningEntry> entries)
    {
        string dated = $"{prefix.ToLowerInvariant()}{today.ToString("yyyyMMdd", CultureInfo.InvariantCulture)}", selector = dated;
        for (char letter = 'a'; entries.Exists(e => e.Key.Selector.Equals(selector, StringComparison.OrdinalIgnoreCase))
            && letter <= 'z'; letter++)
            selector = dated + letter;
        return selector;
    }

    private static string Day(DateTimeOffset time) => time.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
