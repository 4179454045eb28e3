using MtaSuite.Common.Authentication.Dkim;
using MtaSuite.Common.Authentication.Messages;
using MtaSuite.Common.Config;
using MtaSuite.Common.Config.Params;
using MtaSuite.Common.Routing;
using MtaSuite.Mailauth.Signing;

namespace MtaSuite.Mailauth;

/// <summary>What is done with mail that fails DMARC.</summary>
internal enum DmarcAction : byte
{
    None,
    /// <summary>A header field says so.</summary>
    Mark,
    Quarantine,
    Reject,
    /// <summary>What the domain's record asks for.</summary>
    Record,
}

/// <summary>The parameters of mailauth, read once.</summary>
internal sealed class MailauthSettings(MailConfig c)
{
    public readonly string AuthservId = c.Get(MailauthParams.MailauthAuthservId);
    public readonly string HostName = c.Get(CommonParams.Myhostname);
    public readonly bool Verify = c.Get(MailauthParams.MailauthVerify);
    public readonly bool SignRequired = c.Get(MailauthParams.MailauthSignRequired);
    public readonly bool ReceivedSpf = c.Get(MailauthParams.MailauthReceivedSpf);
    public readonly DmarcAction DmarcAction = Enum.Parse<DmarcAction>(c.Get(MailauthParams.MailauthDmarcAction), ignoreCase: true);
    public readonly TimeSpan DnsTimeout = c.Get(MailauthParams.MailauthDnsTimeout);
    public readonly TimeSpan SignatureLifetime = c.Get(MailauthParams.MailauthSignatureLifetime);
    public readonly int HeaderSizeLimit = c.Get(MailauthParams.MailauthHeaderSizeLimit);
    public readonly int ConnectionLimit = c.Get(MailauthParams.MailauthConnectionLimit);
    public readonly DkimLimits Limits = new() { Signatures = c.Get(MailauthParams.MailauthSignatureLimit) };
    public readonly IReadOnlyList<string> SignedFields = c.GetList(MailauthParams.MailauthSignedFields);
    public readonly IReadOnlyList<string> OversignedFields = c.GetList(MailauthParams.MailauthOversignedFields);
    public readonly string SigningTable = c.Get(MailauthParams.MailauthSigningTable);
    public readonly MatchList TrustedNetworks = new(c.Get(MailauthParams.MailauthTrustedNetworks), MatchStyle.Hosts);
    public readonly MatchList TrustedSealers = new(c.Get(MailauthParams.MailauthTrustedSealers), MatchStyle.Names);
    private readonly string _seal = c.Get(MailauthParams.MailauthArcSeal);
    private readonly string _domain = c.Get(CommonParams.Mydomain);
    private readonly string[] _forms = c.Get(MailauthParams.MailauthCanonicalization).Split('/');

    public Canonicalization HeaderForm => Form(_forms[0]);

    public Canonicalization BodyForm => Form(_forms[1]);

    private static Canonicalization Form(string word) => Enum.Parse<Canonicalization>(word, ignoreCase: true);

    /// <summary>The key that seals; null: mail is not sealed, or the problem says what is wrong.</summary>
    public SigningKey? SealingKey(out string problem)
    {
        problem = "";
        if (_seal.Length == 0) return null;
        SigningKey? key = SigningKey.Parse(_seal, out problem);
        if (key == null) problem = $"{MailauthParams.MailauthArcSeal}: {problem}";
        return key is { Domain.Length: 0 } ? key with { Domain = _domain } : key;
    }

    /// <summary>What is wrong with lists.</summary>
    public IEnumerable<string> Problems =>
    [
        .. TrustedNetworks.Problems.Select(p => $"{MailauthParams.MailauthTrustedNetworks}: {p}"),
        .. TrustedSealers.Problems.Select(p => $"{MailauthParams.MailauthTrustedSealers}: {p}"),
    ];
}
