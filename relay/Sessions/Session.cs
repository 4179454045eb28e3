using System.Net;
using MtaSuite.Common.Log;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Native;
using MtaSuite.Common.Net;
using MtaSuite.Common.Tables;
using MtaSuite.Relay.Routing;
using MtaSuite.Relay.Settings;

namespace MtaSuite.Relay.Sessions;

/// <summary>
/// One session with one server, in parts: the steps that open it (Opening: greeting, EHLO, TLS, login), transactions (Serving, Envelope,
/// Content), and the talking that all share (Talking). Each step gives false when the session cannot go on; <see cref="Failure"/> says why.
/// </summary>
internal sealed partial class Session(EventLoop loop, Target target, RelaySettings settings)
{
    private readonly ReplyParser _parser = new();
    private Connection? _connection;
    private long _openedAt;

    public Target Target { get; } = target;

    public RelaySettings Settings { get; } = settings;

    public EventLoop Loop { get; } = loop;

    /// <summary>What the server offers, as of the last EHLO.</summary>
    public ServerFeatures Features { get; } = new();

    /// <summary>Why the session cannot go on; null while it can.</summary>
    public SessionFailure? Failure { get; private set; }

    /// <summary>Messages begun over this session, the one at hand included.</summary>
    public int UseCount { get; private set; }

    /// <summary>The pool that gets this session when it is idle; null before it is open.</summary>
    public Destination? Home { get; private set; }

    /// <summary>There was a connection.</summary>
    public bool IsReached => _connection != null;

    /// <summary>Sessions under the same key are as good as each other, for whatever destination they were opened.</summary>
    public string SharingKey { get; init; } = target.ReuseKey;

    public bool IsOpen => Failure == null && _connection is { IsOpen: true };

    /// <summary>The limits on reuse allow another message.</summary>
    private bool MayServeMore =>
        (Settings.Cache.CountLimit == 0 || UseCount < Settings.Cache.CountLimit)
        && Loop.NowMilliseconds - _openedAt < Settings.Cache.AgeLimit.TotalMilliseconds;

    private async Task<bool> ConnectAsync()
    {
        ConnectResult result = Target.EndPoint == null
            ? await Connector.ConnectUnix(Loop, Target.UnixPath, Settings.Timeouts.Connect)
            : await ConnectInternetAsync(Target.EndPoint);
        if (!result.IsConnected) return Refuse(FailureKind.Unreachable, "4.4.1", $"connect to {Target.NameAndPort}: "
            + $"{Errno.Text(result.Error)}");
        _connection = new Connection(Loop, result.Release(), Target.EndPoint);
        _openedAt = Loop.NowMilliseconds;
        return true;
    }

    private async Task<ConnectResult> ConnectInternetAsync(IPEndPoint endPoint)
    {
        IPAddress? bind = Target.IsIPv6 ? Settings.Routes.Bind6 : Settings.Routes.Bind4;
        ConnectResult result = await Connector.Connect(Loop, endPoint, bind, Settings.Timeouts.Connect);
        if (bind == null || result.Error is not (Errno.EADDRNOTAVAIL or Errno.EINVAL)) return result;
        Log.Warning($"bind {bind}: {Errno.Text(result.Error)}");
        return Settings.Routes.EnforceBind ? result : await Connector.Connect(Loop, endPoint, null, Settings.Timeouts.Connect);
    }

    /// <summary>Counts as one of this destination's sessions from here on.</summary>
    public void Join(Destination destination)
    {
        Home = destination;
        destination.Joined(this);
    }

    /// <summary>Ends the session politely when it is in order, else at once.</summary>
    public void Leave()
    {
        if (_connection is not { IsOpen: true }) return;
        if (Failure is { Kind: not FailureKind.Refused }) _connection.Dispose();
        else QuitAsync(_connection).Detach();
    }

    /// <summary>Drops the connection.</summary>
    public void Abandon() => _connection?.Dispose();

    private async Task QuitAsync(Connection connection)
    {
        Failure ??= new SessionFailure(FailureKind.Closed, Outcome.Defer("4.4.2", "session closed"));
        _dialog?.Out("QUIT\r\n"u8);
        connection.Write("QUIT\r\n"u8);
        if (Settings.SkipQuitReply)
        {
            connection.CloseAfterFlush(Settings.Timeouts.Quit);
            return;
        }
        connection.SetDeadline(Settings.Timeouts.Quit);
        ReadStatus status;
        do
        {
            connection.Consume(connection.Input.Length);
            status = await connection.FillAsync();
        }
        while (status == ReadStatus.Data && connection.Input.IndexOf((byte)'\n') < 0);
        connection.Dispose();
    }
}
