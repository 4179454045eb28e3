using MtaSuite.Common.Config;
using MtaSuite.Common.Config.Params;

namespace MtaSuite.Tools.Check;

/// <summary>
/// Something that protects and does not work yet. <paramref name="Name"/>: of a parameter, a restriction or a command of master.cf.
/// </summary>
/// <param name="Consequence">What would happen without it.</param>
public sealed record Protection(string Name, string Consequence);

/// <summary>
/// What protects a site and has no effect yet. A configuration that relies on it does not start, for mail would go past the protection
/// unnoticed, unless <c>accept_ineffective_parameters</c> names it. To implement one of them, remove its row, and the line in
/// docs/PARAMETERS.md.
/// </summary>
public static class Protections
{
    private const string Unchecked = "mail would pass unchecked";

    /// <summary>Parameters; those of yes and no protect when they are yes.</summary>
    public static IReadOnlyList<Protection> Parameters { get; } =
    [
        new("lmtp_tls_per_site", "TLS would not be enforced"), new("smtp_tls_per_site", "TLS would not be enforced"),
    ];

    /// <summary>Restrictions. One that is accepted is left out of its list.</summary>
    public static IReadOnlyList<Protection> Restrictions { get; } =
        [new("check_address_map", Unchecked)];

    /// <summary>Commands of master.cf.</summary>
    public static IReadOnlyList<Protection> Commands { get; } = [new("postscreen", "nothing would listen there")];

    /// <summary>All of them.</summary>
    public static IEnumerable<Protection> All => [.. Parameters, .. Restrictions, .. Commands];

    public static Protection? Find(string name) => All.FirstOrDefault(p => p.Name == name);

    /// <summary>What accept_ineffective_parameters names.</summary>
    public static bool IsAccepted(MailConfig config, string name) =>
        config.GetList(CommonParams.AcceptIneffectiveParameters).Contains(name);

    /// <summary>What there is to say about one that the configuration relies on: an error, or a warning where it is accepted.</summary>
    internal static (Severity Severity, string Text) Verdict(MailConfig config, Protection protection) =>
        IsAccepted(config, protection.Name)
        ? (Severity.Warning,
            $"{protection.Name} has no effect yet: {protection.Consequence} ({CommonParams.AcceptIneffectiveParameters} allows that)")
        : (Severity.Error,
            $"{protection.Name} has no effect yet: {protection.Consequence}; to start all the same,"
            + $" add it to {CommonParams.AcceptIneffectiveParameters}");

    /// <summary>Whether a service with this configuration relies on a parameter.</summary>
    internal static bool IsUsed(MailConfig config, string name)
    {
        if (!config.TryExpand(config.TextOf(name) ?? "", out string value, out _)) return true;
        return ParamRegistry.Find(name) is BoolParam ? !value.Equals("no", StringComparison.OrdinalIgnoreCase) : value.Length > 0;
    }

    /// <summary>Words in accept_ineffective_parameters that allow nothing.</summary>
    internal static void CheckAccepted(CheckContext context)
    {
        foreach (string word in context.Config.GetList(CommonParams.AcceptIneffectiveParameters).Where(w => Find(w) == null))
        {
            string hint = ParamRegistry.Find(word) is { Effective: true } ? " (it has effect)" :
                NearName.Hint(word, All.Select(p => p.Name));
            context.ReportSetting(Severity.Warning, context.Config, CommonParams.AcceptIneffectiveParameters.Name, 0,
                $"{CommonParams.AcceptIneffectiveParameters}: {word} needs no permission{hint}");
        }
    }
}
