using MtaSuite.Common.Log;
using MtaSuite.Common.Milter;
using MtaSuite.Common.Milter.Client;
using MtaSuite.Common.Milter.Server;
using MtaSuite.Common.Routing;
using MtaSuite.Mailauth.Checks;

namespace MtaSuite.Mailauth.Sessions;

/// <summary>
/// One SMTP session. Nothing is answered before the end of a message; then mail from inside has been signed, or mail from outside
/// checked. Whether a message is from inside is known at DATA: its user has logged in, or the client is in a trusted network.
/// </summary>
internal sealed class MailauthHandler(MailauthServices services) : MilterHandler
{
    private const MilterSteps Events = MilterSteps.NoRcpt | MilterSteps.NoUnknown | MilterSteps.NoReplyToConnect | MilterSteps.NoReplyToHelo
        | MilterSteps.NoReplyToMail | MilterSteps.NoReplyToData | MilterSteps.NoReplyToHeader | MilterSteps.NoReplyToEndOfHeader
        | MilterSteps.NoReplyToBody | MilterSteps.HeaderLeadingSpace;

    private static readonly MilterOptions s_wants = new()
    {
        Actions = MilterActions.AddHeaders | MilterActions.ChangeHeaders | MilterActions.Quarantine,
        Steps = Events,
    };

    private static readonly MilterAnswer s_tryAgain = MilterAnswer.Reply("451 4.3.0 Error: mail cannot be checked now, try again later");

    private ClientFacts _client = ClientFacts.None;
    private string _helo = "", _sender = "";
    private MatchResult? _isInside;
    private SpfFindings? _spf;
    private MessageFacts? _message;
    private IMessageWork? _work;
    private int _results;

    public override MilterOptions Wants => s_wants;

    private string Login => Macros["auth_authen"] is { Length: > 0 } login ? login : Macros["auth_type"].Length > 0 ? "unknown" : "";

    public override ValueTask<MilterAnswer> ConnectAsync(MilterClient client)
    {
        _client = ClientFacts.Of(client);
        return default;
    }

    public override ValueTask<MilterAnswer> HeloAsync(string name)
    {
        _helo = name;
        return default;
    }

    public override ValueTask<MilterAnswer> MailAsync(string path, IReadOnlyList<string> arguments)
    {
        _sender = ClientFacts.AddressOf(path);
        return default;
    }

    public override ValueTask<MilterAnswer> DataAsync() => BeginAsync();

    /// <summary>The envelope is complete.</summary>
    private async ValueTask<MilterAnswer> BeginAsync()
    {
        if (_isInside != null) return default;
        _isInside = Login.Length > 0 || _client.Address == null ? MatchResult.Yes
            : await services.Settings.TrustedNetworks.MatchAsync(_client.Name, _client.Address);
        if (_isInside == MatchResult.No && services.Settings.Verify)
            _spf = SpfFindings.Begin(services, _client.Address!, _helo, _sender);
        return default;
    }

    public override MilterAnswer Header(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        MessageFacts message = Message();
        if (System.Text.Ascii.EqualsIgnoreCase(name, "Authentication-Results"u8))
        {
            _results++;
            if (ResultsField.IsOf(value, services.Settings.AuthservId)) message.ForgedResults.Add(_results);
        }
        bool isExact = (Agreed.Steps & MilterSteps.HeaderLeadingSpace) != 0;
        if (isExact) message.Header.Add(name, value);
        else message.Header.Add(name, [(byte)' ', .. value]);
        return default;
    }

    private MessageFacts Message() => _message ??= new MessageFacts(services.Settings.HeaderSizeLimit)
    {
        Client = _client,
        Helo = _helo,
        Sender = _sender,
        Login = Login,
    };

    public override async ValueTask<MilterAnswer> EndOfHeaderAsync()
    {
        await BeginAsync(); // for servers whose protocol does not have DATA
        MessageFacts message = Message();
        if (_isInside == MatchResult.Yes) _work = await SigningWork.BeginAsync(services, message);
        else if (_isInside == MatchResult.No && services.Settings.Verify) _work = new CheckingWork(services, message, _spf!);
        return default;
    }

    public override MilterAnswer Body(ReadOnlySpan<byte> piece)
    {
        _work?.Take(piece);
        return default;
    }

    public override async ValueTask<MilterAnswer> EndOfMessageAsync(MilterChanges changes)
    {
        if (_isInside == MatchResult.Error)
        {
            Log.Warning($"{QueueId}: mailauth_trusted_networks: table lookup error");
            return s_tryAgain;
        }
        // a client of a trusted network may be another server of ours, which has checked the message
        if (_isInside == MatchResult.No || Login.Length > 0) RemoveForged(changes);
        return _work == null ? MilterAnswer.Continue : await _work.FinishAsync(changes, QueueId);
    }

    private string QueueId => Macros["i"] is { Length: > 0 } id ? id : "NOQUEUE";

    /// <summary>From the last to the first: a field that is gone is not counted any more by some servers, and is by others.</summary>
    private void RemoveForged(MilterChanges changes)
    {
        for (int i = _message!.ForgedResults.Count - 1; i >= 0; i--)
            changes.DeleteHeader("Authentication-Results", _message.ForgedResults[i]);
    }

    public override void MessageDone()
    {
        _work?.Dispose();
        (_work, _message, _spf, _isInside, _results, _sender) = (null, null, null, null, 0, "");
    }
}
