using MtaSuite.Common.Authentication;
using MtaSuite.Common.Authentication.Arc;
using MtaSuite.Common.Authentication.Dkim;
using MtaSuite.Common.Authentication.Dmarc;
using MtaSuite.Common.Authentication.Messages;
using MtaSuite.Common.Milter.Server;
using MtaSuite.Common.Net;
using MtaSuite.Mailauth.Checks;

namespace MtaSuite.Mailauth.Sessions;

/// <summary>
/// A message from outside: SPF, which began at DATA, DKIM and ARC, whose keys are looked up while the body comes, then DMARC, which needs
/// their results. Each may wait for the DNS as long as mailauth_dns_timeout says.
/// </summary>
internal sealed class CheckingWork : IMessageWork
{
    private const string LateAnswer = "the DNS did not answer in time";
    private readonly MailauthServices _services;
    private readonly MessageFacts _message;
    private readonly SpfFindings _spf;
    private readonly BodyHashes _hashes = new();
    private readonly DkimVerifier _dkim;
    private readonly ArcVerifier _arc;
    private readonly ArcSealer? _sealer;

    public CheckingWork(MailauthServices services, MessageFacts message, SpfFindings spf)
    {
        (_services, _message, _spf) = (services, message, spf);
        DateTimeOffset now = services.Now;
        _dkim = new DkimVerifier(message.Header, _hashes, services.Settings.Limits, now);
        _arc = new ArcVerifier(message.Header, _hashes, services.Settings.Limits, now);
        if (services.Seal is { } seal)
        {
            ArcSealingOptions options = new() { Domain = seal.Domain, Selector = seal.Selector, Key = seal.Key };
            _sealer = new ArcSealer(options, message.Header, _hashes, now);
        }
        _dkim.StartLookups(services.PublicKeys);
        _arc.StartLookups(services.PublicKeys);
    }

    public void Take(ReadOnlySpan<byte> piece) => _hashes.Append(piece);

    public async Task<MilterAnswer> FinishAsync(MilterChanges changes, string queueId)
    {
        _hashes.Complete();
        Findings findings = await FindAsync();
        return new Disposition(_services, _message, findings, _sealer).Apply(changes, queueId);
    }

    private async Task<Findings> FindAsync()
    {
        // all of them at once: each waits for other servers
        Task<IReadOnlyList<DkimResult>?> dkim = LimitedAsync(_dkim.VerifyAsync(_services.PublicKeys));
        Task<ArcResult?> arc = LimitedAsync(_arc.VerifyAsync(_services.PublicKeys));
        SpfFinding helo = await _spf.HeloAsync(), deciding = await _spf.DecidingAsync();
        SpfFinding? sender = await _spf.MailFromAsync();
        IReadOnlyList<DkimResult> signatures = await dkim ?? [new DkimResult("", "", "", "", DkimVerdict.TempError, LateAnswer)];
        ArcResult chain = await arc ?? new ArcResult(DkimVerdict.Fail, 0, LateAnswer, [], 0, IsTemporary: true) { NextValidation = null };
        DmarcCheck check = new(_services.Resolver, Findings.Identifier(deciding), [.. signatures.Select(Findings.Identifier)],
            _services.Draw);
        IReadOnlyList<DmarcResult>? results = await LimitedAsync(check.RunAsync(_message.Authors));
        DmarcResult worst = results != null ? DmarcResult.Worst(results)
            : new DmarcResult(_message.Authors.Domains is [var first, ..] ? first : "",
            DmarcVerdict.TempError, DmarcPolicy.None, DmarcPolicy.None, LateAnswer);
        string sealer = worst.Verdict == DmarcVerdict.Fail ? await TrustedSealer.FindAsync(chain, _services.Settings.TrustedSealers) : "";
        return new Findings(helo, sender, signatures, _dkim.IgnoredCount, chain, worst, sealer);
    }

    private Task<T?> LimitedAsync<T>(Task<T> check) where T : class => check.WithinAsync(_services.Loop, _services.Settings.DnsTimeout);

    public void Dispose() => _hashes.Dispose();
}
