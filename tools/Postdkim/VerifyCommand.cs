using System.CommandLine;
using MtaSuite.Common.Authentication;
using MtaSuite.Common.Authentication.Arc;
using MtaSuite.Common.Authentication.Dkim;
using MtaSuite.Common.Authentication.Messages;
using MtaSuite.Common.Config;
using MtaSuite.Common.Dns;
using MtaSuite.Common.Native;
using MtaSuite.Common.Net;
using MtaSuite.Tools.Shared;

namespace MtaSuite.Tools.Postdkim;

/// <summary>postdkim verify: checks a message as a receiver does, and says in words what it finds.</summary>
internal sealed class VerifyCommand
{
    private const string Description = """
        Verify a message: each DKIM signature, each ARC set, and whether the signatures belong to the author's domain (DMARC).
        """;

    private const string More = """
        A file of records has a line "NAME TXT-VALUE" for each, such as "s1._domainkey.example.org v=DKIM1; k=rsa; p=...". Then
        the DNS is not asked.

        With -j: one object with "dkim" (a list of objects: domain, selector, algorithm, result, reason, identity, key_bits,
        testing), "arc" (result, sets, reason, oldest_pass, seals), "from_domain", "aligned" (domains of passing signatures that
        belong to it), "dmarc" (policy: empty when it was not looked for or there is none), "ignored" (signatures that were too
        many). "result" is one of pass, fail, policy, neutral, temperror, permerror; for "arc" none, pass or fail.

        Exit status: 0 at least one signature passes; 1 none does; 64 wrong usage; 66 the message or the records cannot be read.

        """;

    public static int Run(string[] args)
    {
        Option<string> directory = PostdkimSyntax.Config(), records = OwnSyntax.Value("--records", "FILE",
            "take records from a file instead of the DNS");
        Option<bool> json = PostdkimSyntax.Json("the result as one object");
        Argument<string[]> file = PostdkimSyntax.File();
        Command command = new("verify", Description) { file, directory, records, json };
        if (OwnSyntax.Parse(command, args, More, out int status, PostdkimSyntax.Name) is not { } read) return status;
        RecordFile? source = null;
        if (read.GetValue(records) is { } path && (source = Load(path)) == null) return MessageFile.NoInput;
        using Stream? stream = MessageFile.Open(read.GetValue(file) ?? [], out status);
        if (stream == null) return status;
        string main = $"{Tool.ConfigDirectory(read.GetValue(directory))}/{MainCf.FileName}";
        DnsOptions dns = source == null && Paths.Access(main, Paths.R_OK) == 0
            ? DnsOptions.Of(MailConfig.Load(Path.GetDirectoryName(main)!, processName: PostdkimSyntax.Name).Config) : new DnsOptions();
        VerifyReport? report = LoopRun.Run(loop => VerifyAsync(loop, stream, source, dns));
        if (report == null) return MessageFile.NoInput;
        Tool.Print(read.GetValue(json) ? report.Json() : report.Text());
        return report.Dkim.Any(r => r.Verdict == DkimVerdict.Pass) ? 0 : 1;
    }

    private static RecordFile? Load(string path)
    {
        try
        {
            return RecordFile.Parse(File.ReadAllText(path));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Tool.Complain($"fatal: {Tool.Printable(e.Message)}");
            return null;
        }
    }

    private static async Task<VerifyReport?> VerifyAsync(EventLoop loop, Stream stream, RecordFile? records, DnsOptions dns)
    {
        DnsResolver resolver = new(loop, dns);
        IDkimKeys keys = records ?? (IDkimKeys)new DnsDkimKeys(resolver, new DkimKeyCache(DkimLimits.Default), DnsQueryFlags.Dnssec);
        using BodyHashes hashes = new();
        DateTimeOffset now = loop.Time.GetUtcNow();
        MessageReader reader = new(stream);
        DkimVerifier dkim;
        ArcVerifier arc;
        MessageHeader header;
        try
        {
            header = reader.ReadHeader();
            dkim = new DkimVerifier(header, hashes, DkimLimits.Default, now);
            arc = new ArcVerifier(header, hashes, DkimLimits.Default, now);
            reader.ReadBody(hashes);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Tool.Complain($"fatal: {Tool.Printable(e.Message)}");
            return null;
        }
        VerifyReport report = new(header)
        {
            Dkim = await dkim.VerifyAsync(keys),
            Ignored = dkim.IgnoredCount,
            Arc = await arc.VerifyAsync(keys),
        };
        if (report.FromDomain.Length > 0) report.Alignment = await AlignmentCheck.RunAsync(report, records == null ? resolver : null,
            records);
        return report;
    }
}
