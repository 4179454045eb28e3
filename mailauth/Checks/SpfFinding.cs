using System.Net;
using MtaSuite.Common.Authentication;
using MtaSuite.Common.Dns;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Net;

namespace MtaSuite.Mailauth.Checks;

/// <summary>What SPF says of one identity.</summary>
/// <param name="Identity">"mailfrom" or "helo".</param>
/// <param name="Value">The identity itself: the envelope sender, or the name of HELO.</param>
/// <param name="Domain">Its domain, in ASCII.</param>
internal sealed record SpfFinding(string Identity, string Value, string Domain, SpfResult Result, string Reason)
{
    /// <summary>The word of RFC 8601 2.7.2.</summary>
    public string Word => Result.ToString().ToLowerInvariant();
}

/// <summary>
/// SPF for a message (RFC 7208 2.3, 2.4): for the name of HELO, and for the envelope sender; one that is empty stands for
/// postmaster@HELO, and then HELO's result is the only one. Begins at DATA, so that the DNS answers while the content comes.
/// </summary>
internal sealed class SpfFindings
{
    private readonly Task<SpfFinding> _helo;
    private readonly Task<SpfFinding>? _mailFrom;

    private SpfFindings(Task<SpfFinding> helo, Task<SpfFinding>? mailFrom) => (_helo, _mailFrom) = (helo, mailFrom);

    /// <param name="sender">In internal form; empty: the null sender.</param>
    public static SpfFindings Begin(MailauthServices services, IPAddress client, string helo, string sender)
    {
        Task<SpfFinding> ofHelo = RunAsync(services, client, helo, "helo", helo, $"postmaster@{helo}", helo);
        string domain = sender[(sender.LastIndexOf('@') + 1)..];
        // a sender without a domain cannot be checked, and is none of another's
        Task<SpfFinding>? ofSender = sender.Length == 0 ? null
            : RunAsync(services, client, helo, "mailfrom", sender, sender, sender.Contains('@') ? domain : "");
        return new SpfFindings(ofHelo, ofSender);
    }

    public async Task<SpfFinding> HeloAsync() => await _helo;

    /// <summary>The finding that counts for DMARC: of the sender, or of HELO where there is none.</summary>
    public async Task<SpfFinding> DecidingAsync() => await (_mailFrom ?? _helo);

    /// <summary>Null for the null sender.</summary>
    public async Task<SpfFinding?> MailFromAsync() => _mailFrom == null ? null : await _mailFrom;

    private static async Task<SpfFinding> RunAsync(MailauthServices services, IPAddress client, string helo, string identity, string value,
        string sender, string domain)
    {
        string name = (DomainName.ToAscii(domain) ?? domain).TrimEnd('.').ToLowerInvariant();
        if (!HostName.HasValidLabels(name.Replace('_', 'x')) || HostName.IsNumeric(name))
            return new SpfFinding(identity, value, name, SpfResult.None, "it has no domain name");
        SpfCheck check = new(services.Resolver, new SpfFacts(client, sender, helo, services.Settings.HostName));
        SpfOutcome? outcome = await check.RunAsync(name).WithinAsync(services.Loop, services.Settings.DnsTimeout);
        return outcome == null ? new SpfFinding(identity, value, name, SpfResult.TempError, "the DNS did not answer in time")
            : new SpfFinding(identity, value, name, outcome.Result, outcome.Reason);
    }
}
