using System.CommandLine;
using MtaSuite.Common.Authentication.Dkim;
using MtaSuite.Common.Dns;
using MtaSuite.Tools.Shared;

namespace MtaSuite.Tools.Postdkim;

/// <summary>postdkim genkey: makes a key.</summary>
internal static class GenkeyCommand
{
    private const string Description = """
        Make a key for DKIM, and print its DNS record.

        The key's file is made with mode 0600 and is never overwritten. An RSA key of 2048 bits is what all receivers verify;
        sign with an Ed25519 key only beside an RSA key: many receivers do not know it yet.
        """;

    private const string More = """
        Publish the record, wait until it can be looked up (postdkim check), and only then name the key in
        mailauth_signing_table.

        Exit status: 0 done; 64 wrong usage; 73 the file exists or cannot be made; 74 it cannot be written.

        """;

    public static int Run(string[] args)
    {
        Option<string> domain = PostdkimSyntax.Domain(), selector = PostdkimSyntax.Selector(), algorithm = PostdkimSyntax.Algorithm(),
            bits = PostdkimSyntax.Bits(), file = OwnSyntax.Value("--out", "FILE", "the file for the private key");
        file.Required = true;
        Option<bool> json = PostdkimSyntax.Json("the result as one object");
        Command command = new("genkey", Description) { domain, selector, algorithm, bits, file, json };
        if (OwnSyntax.Parse(command, args, More, out int status, PostdkimSyntax.Name) is not { } read) return status;
        string name = DomainName.ToAscii(read.GetValue(domain)!)!.ToLowerInvariant(), path = read.GetValue(file)!;
        using DkimPrivateKey key = KeyFile.Make(read.GetValue(algorithm), read.GetValue(bits));
        status = KeyFile.Write(path, key);
        if (status != 0) return status;
        string s = read.GetValue(selector)!.ToLowerInvariant();
        Tool.Print(read.GetValue(json) ? KeyFile.Json(path, key, s, name).ToString()
            : KeyFile.Report(path, key, DnsDkimKeys.NameOf(s, name))
            + $"\nWhen the record can be looked up, an entry of mailauth_signing_table signs with the key:\n"
            + $"{name} {s}:{Path.GetFullPath(path)}\n");
        return 0;
    }
}
