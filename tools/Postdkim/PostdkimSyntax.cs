using System.CommandLine;
using MtaSuite.Common.Mail;
using MtaSuite.Tools.Shared;

namespace MtaSuite.Tools.Postdkim;

/// <summary>Options that several subcommands have.</summary>
internal static class PostdkimSyntax
{
    public const string Name = "postdkim";
    private const int MinBits = 1024, MaxBits = 4096;
    public const int DefaultBits = 2048;

    public static Option<string> Domain(bool required = true)
    {
        Option<string> option = OwnSyntax.Value("--domain", "D", "the signing domain (d=)", v => Common.Dns.DomainName.ToAscii(v)
            is { } name
            && HostName.IsValid(name) && name.Contains('.') ? null : $"\"{v}\" is not a domain");
        option.Required = required;
        return option;
    }

    public static Option<string> Selector()
    {
        Option<string> option = OwnSyntax.Value("--selector", "S", "the selector (s=): the record is at S._domainkey.D", v =>
            HostName.HasValidLabels(v) ? null : $"\"{v}\" cannot be a selector");
        option.Required = true;
        return option;
    }

    public static Option<string> Algorithm() => OwnSyntax.Value("--algorithm", "NAME", "rsa or ed25519 (rsa)", v =>
        v is "rsa" or "ed25519" ? null : $"\"{v}\" is not one of rsa, ed25519");

    public static Option<string> Bits() => OwnSyntax.Value("--bits", "N", $"length of an RSA key ({DefaultBits})", v =>
        int.TryParse(v, out int bits) && bits is >= MinBits and <= MaxBits ? null : $"\"{v}\" is not a number from {MinBits} to {MaxBits}");

    public static Option<string> Config() => With(OwnSyntax.Value("--config", "DIR",
        "the configuration folder (default: MAIL_CONFIG of the environment, else /etc/mtasuite)"), "-c");

    public static Option<bool> Json(string description) => OwnSyntax.Flag("--json", description, "-j");

    /// <summary>At most one operand, a file.</summary>
    public static Argument<string[]> File() => OwnSyntax.Operands("FILE", "the message (default: standard input)", _ => null);

    private static Option<string> With(Option<string> option, string alias)
    {
        option.Aliases.Add(alias);
        return option;
    }
}
