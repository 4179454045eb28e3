using MtaSuite.Common.Net;
using MtaSuite.Common.Tls.Client;
using MtaSuite.Relay.Login;
using MtaSuite.Relay.Messages;
using MtaSuite.Relay.Routing;
using MtaSuite.Relay.Settings;

namespace MtaSuite.Relay.Sessions;

/// <summary>What a session needs beside the target and the parameters.</summary>
internal sealed record SessionOptions
{
    /// <summary>Begins TLS; null: this process has none.</summary>
    public TlsClient? Tls { get; init; }

    /// <summary>Told how TLS comes out; null: nobody is.</summary>
    public TlsReporter? Reporter { get; init; }

    /// <summary>The logins for servers; null: the session does not log in.</summary>
    public Logins? Logins { get; init; }

    /// <summary>The sender whose login counts, where logins depend on it; else empty.</summary>
    public string LoginSender { get; init; } = "";

    /// <summary>How strictly the sender's REQUIRETLS is kept.</summary>
    public RequireTlsAction RequireTls { get; init; }
}

/// <summary>
/// One session with one server: first the steps that open it (greeting, EHLO, TLS, login), then transactions. Each step is a type of its
/// own that knows the <see cref="SmtpChat"/> and gives false when the session cannot go on.
/// </summary>
internal sealed class ClientSession
{
    private readonly SmtpChat _chat;
    private readonly SessionOptions _options;
    private readonly ServerFeatures _features = new();
    private readonly RequireTlsCheck _requireTls;
    private readonly TlsNegotiation _tls;
    private TransactionRunner? _transactions;

    public ClientSession(EventLoop loop, Target target, RelaySettings settings, SessionOptions options)
    {
        _options = options;
        _chat = new SmtpChat(loop, target, settings);
        _requireTls = new RequireTlsCheck(_chat, _features, options.RequireTls);
        _tls = new TlsNegotiation(_chat, _features, _requireTls, options.Tls, options.Reporter);
    }

    /// <summary>The connection, which an idle session watches.</summary>
    public Connection Connection => _chat.Connection;

    /// <summary>Why the session cannot go on; null while it can.</summary>
    public SessionFailure? Failure => _chat.Failure;

    public bool IsOpen => _chat.IsOpen;

    /// <summary>TLS failed where it was not demanded: the server may be tried in clear.</summary>
    public bool MayRetryInClear => _tls.MayRetryInClear;

    /// <summary>The transactions over this session, once it is open.</summary>
    public TransactionRunner Transactions => _transactions!;

    /// <summary>The server as the log names it before there is a transaction.</summary>
    public ServerInfo Server => _chat.IsConnected ? new ServerInfo(_chat.Target.NameAndPort, 0, _tls.LogText, HasDsn: false) : default;

    /// <summary>Opens the session. False: <see cref="Failure"/> says why.</summary>
    public async Task<bool> OpenAsync()
    {
        if (await TryOpenAsync()) return true;
        if (Failure is { Kind: not FailureKind.Unreachable }) Close();
        return false;
    }

    private async ValueTask<bool> TryOpenAsync()
    {
        SessionGreeting greeting = new(_chat, _features);
        if (!await _chat.ConnectAsync()) return false;
        if (!await _tls.StartWrappedAsync()) return false;
        if (!await greeting.ReadAsync() || !await greeting.SendHelloAsync()) return false;
        if (_tls.Facts == null && !await StartTlsAsync(greeting)) return false;
        if (!_requireTls.CheckServer(_tls.Facts)) return false;
        SaslLogin login = new(_chat, _features, _options.Logins, _options.LoginSender);
        if (!await login.LogInAsync(_tls.Facts)) return false;
        _transactions = new TransactionRunner(_chat, new SessionFacts(_features, _tls.LogText, _requireTls.IsPassedOn(_tls.Facts),
            login.IsLoggedIn, greeting.DelaysEndOfData));
        return true;
    }

    /// <summary>STARTTLS, and EHLO again behind it.</summary>
    private async ValueTask<bool> StartTlsAsync(SessionGreeting greeting)
    {
        if (!await _tls.StartAsync(greeting.ServerName)) return false;
        if (_tls.Facts == null) return true;
        if (!await greeting.SendHelloAsync()) return false;
        _tls.KeepSession();
        return true;
    }

    /// <summary>Ends the session with QUIT when it is in order, else at once.</summary>
    public void Close() => _chat.Close();
}
