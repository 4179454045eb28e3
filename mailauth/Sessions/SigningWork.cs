using System.Text;
using MtaSuite.Common.Authentication.Dkim;
using MtaSuite.Common.Authentication.Messages;
using MtaSuite.Common.Log;
using MtaSuite.Common.Milter.Server;
using MtaSuite.Mailauth.Signing;

namespace MtaSuite.Mailauth.Sessions;

/// <summary>A message from inside: it gets a signature of each key that the signing table has for its author.</summary>
internal sealed class SigningWork : IMessageWork
{
    private readonly MailauthServices _services;
    private readonly MessageFacts _message;
    private readonly SigningChoices _choices;
    private readonly BodyHashes _hashes = new();
    private readonly List<DkimSigner> _signers = [];

    private SigningWork(MailauthServices services, MessageFacts message, SigningChoices choices)
    {
        (_services, _message, _choices) = (services, message, choices);
        foreach (SigningChoice choice in choices.Keys)
            _signers.Add(new DkimSigner(Options(choice), message.Header, _hashes, services.Now));
    }

    public static async ValueTask<IMessageWork> BeginAsync(MailauthServices services, MessageFacts message) =>
        new SigningWork(services, message, await services.Signing.FindAsync(message.Author, message.Login, message.Client.Address));

    private DkimSigningOptions Options(SigningChoice choice) => new()
    {
        Domain = choice.Domain,
        Selector = choice.Selector,
        Key = choice.Key,
        Header = _services.Settings.HeaderForm,
        Body = _services.Settings.BodyForm,
        Fields = _services.Settings.SignedFields,
        Oversigned = _services.Settings.OversignedFields,
        Lifetime = _services.Settings.SignatureLifetime > TimeSpan.Zero ? _services.Settings.SignatureLifetime : null,
    };

    public void Take(ReadOnlySpan<byte> piece) => _hashes.Append(piece);

    public Task<MilterAnswer> FinishAsync(MilterChanges changes, string queueId) => Task.FromResult(Finish(changes, queueId));

    private MilterAnswer Finish(MilterChanges changes, string queueId)
    {
        if (!_choices.IsWanted)
        {
            LogLine.Info(queueId).Field("dkim", "unsigned").Address("author", _message.Author)
                .Field("client", _message.Client.ToString()).Send();
            return MilterAnswer.Continue;
        }
        string tooLarge = _signers.Select(s => s.Problem).FirstOrDefault(p => p.Length > 0) ?? "";
        string problem = tooLarge.Length > 0 ? tooLarge : _choices.Problem;
        if (problem.Length > 0) new LogLine(LogLevel.Warning, queueId).Free($"not signed: {problem}").Send();
        // one key that signs is enough: the message can be verified
        if (tooLarge.Length > 0 || _signers.Count == 0)
            return _services.Settings.SignRequired ? Refuse(tooLarge.Length > 0) : MilterAnswer.Continue;
        _hashes.Complete();
        bool isAdded = true;
        // each is put on top: the first key's signature comes last
        for (int i = _signers.Count - 1; i >= 0; i--)
            isAdded &= changes.InsertHeader(0, DkimSigner.FieldName, FieldValue.Of(_signers[i].Sign()));
        if (!isAdded && _services.Settings.SignRequired) return Refuse(isPermanent: false);
        LogLine.Info(queueId).Field("dkim", isAdded ? "signed" : "unsigned").Address("author", _message.Author)
            .Field("keys", string.Join(' ', _choices.Keys.Select(k => $"{k.Domain}/{k.Selector}")))
            .Field("client", _message.Client.ToString()).Send();
        return MilterAnswer.Continue;
    }

    private static MilterAnswer Refuse(bool isPermanent) => isPermanent
        ? MilterAnswer.Reply("552 5.3.4 The header section is too large to be signed")
        : MilterAnswer.Reply("451 4.7.5 Mail of this sender must be signed and cannot be now, try again later");

    public void Dispose() => _hashes.Dispose();
}

/// <summary>Values of header fields on their way to the mail server.</summary>
internal static class FieldValue
{
    /// <summary>A value that is folded with CRLF, as the protocol has it: with its leading blank, and LF between lines.</summary>
    public static byte[] Of(string value) => Encoding.UTF8.GetBytes(" " + value.Replace("\r\n", "\n", StringComparison.Ordinal));
}
