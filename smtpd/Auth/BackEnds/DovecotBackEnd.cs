using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using MtaSuite.Common.Config;
using MtaSuite.Common.Dns;
using MtaSuite.Common.Log;
using MtaSuite.Common.Net;
using MtaSuite.Common.Sasl;
using MtaSuite.Smtpd.Auth.Mechanisms;

namespace MtaSuite.Smtpd.Auth.BackEnds;

/// <summary>
/// Dovecot's authentication server over its client socket (<see cref="DovecotLine"/>): one connection, made when first needed and again
/// after it broke, with any number of requests in flight. While it is away every login is a temporary failure.
/// </summary>
/// <param name="path">A socket's path, or an address as <see cref="ServiceAddress"/> has it.</param>
public sealed class DovecotBackEnd(ServiceConnector services, string path) : ISaslBackEnd
{
    private static readonly TimeSpan s_handshakeTimeout = TimeSpan.FromSeconds(3);
    /// <summary>Dovecot itself gives up after 150 seconds, and answers a refused login after 2.</summary>
    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(100);
    internal const string NotConnected = "Can't connect to authentication server", Lost = "Connection lost to authentication server";
    // Announced while nobody knows: whoever tries then hears "later" instead of "never".
    private static readonly SaslMechanism[] s_usual = [SaslMechanism.Find("PLAIN")!, SaslMechanism.Find("LOGIN")!];

    private readonly List<Promise<bool>> _waiting = [];
    private bool _connects;
    private SaslMechanism[] _mechanisms = s_usual;
    private DovecotLink? _link;
    private long _warnedAt = long.MinValue;

    public IEnumerable<SaslMechanism> Mechanisms(SaslContext context) =>
        _mechanisms.Where(m => m.Name != "EXTERNAL" || context.ExternalIdentity is not null);

    public Promise<bool> ReadyAsync()
    {
        Promise<bool> ready = new();
        if (_link is { IsOpen: true, IsReady: true })
        {
            ready.TrySet(true);
            return ready;
        }
        _waiting.Add(ready);
        services.Loop.After(s_handshakeTimeout, () => ready.TrySet(false));
        if (!_connects && _link is not { IsOpen: true }) ConnectAsync().Detach();
        return ready;
    }

    public ISaslExchange Begin(SaslMechanism mechanism, SaslContext context) => new Exchange(this, mechanism.Name, context);

    private async Task ConnectAsync()
    {
        _connects = true;
        ServiceConnector.Result opened = TryAddress(out ServiceAddress? address, out string problem)
            ? await services.ConnectAsync(address, s_handshakeTimeout) : new(null, problem);
        _connects = false;
        if (opened.Connection is not { } connection)
        {
            Warn($"SASL: Connect to Dovecot auth socket '{path}' failed: {opened.Problem}");
            Release(false);
            return;
        }
        _link = new DovecotLink(services.Loop, connection)
        {
            Ready = mechanisms =>
            {
                _mechanisms = mechanisms;
                Release(true);
            },
            Closed = problem =>
            {
                if (problem is not null) Warn($"SASL: Dovecot auth socket '{path}': {problem}");
                Release(false);
            },
        };
        _link.Start();
    }

    /// <summary>smtpd_sasl_path: a path needs no type in front of it.</summary>
    private bool TryAddress([NotNullWhen(true)] out ServiceAddress? address, out string problem) =>
        ServiceAddress.TryParse(ServiceAddress.IsType(path.Split(':')[0]) ? path : $"unix:{path}", out address, out problem);

    private void Release(bool ready)
    {
        Promise<bool>[] waiting = [.. _waiting];
        _waiting.Clear();
        foreach (Promise<bool> one in waiting) one.TrySet(ready);
    }

    /// <summary>Once in ten seconds: the sessions' own lines tell of each login.</summary>
    private void Warn(string text)
    {
        long now = services.Loop.NowMilliseconds;
        if (_warnedAt != long.MinValue && now - _warnedAt < 10_000) return;
        _warnedAt = now;
        Log.Warning($"{text}");
    }

    private sealed class Exchange(DovecotBackEnd owner, string mechanism, SaslContext context) : ISaslExchange
    {
        private DovecotLink? _link;
        private uint _id;

        public Promise<SaslResult> StartAsync(byte[]? initial)
        {
            Promise<SaslResult> result = new();
            StartAsync(initial, result).Detach();
            return result;
        }

        private async Task StartAsync(byte[]? initial, Promise<SaslResult> result)
        {
            if (!await owner.ReadyAsync() || owner._link is not { IsReady: true } link) result.TrySet(SaslResult.Temporary(NotConnected));
            else (_link, _id) = (link, link.Begin(Request(initial), result, s_timeout));
        }

        private string Request(byte[]? initial)
        {
            StringBuilder line = new(256);
            line.Append(CultureInfo.InvariantCulture, $"{mechanism}\tservice={DovecotLine.Escape(context.Service)}\tnologin");
            if (context.ServerAddress.Length > 0) line.Append("\tlip=").Append(DovecotLine.Escape(context.ServerAddress));
            if (context.ClientAddress is { } client) line.Append("\trip=").Append(client);
            if (context.ServerPort.Length > 0) line.Append("\tlport=").Append(DovecotLine.Escape(context.ServerPort));
            if (context.ClientPort > 0) line.Append(CultureInfo.InvariantCulture, $"\trport={context.ClientPort}");
            if (context.IsEncrypted) line.Append("\tsecured=tls");
            if (context.ExternalIdentity is { } identity)
                line.Append("\tvalid-client-cert\tcert_username=").Append(DovecotLine.Escape(identity));
            // must be the last
            if (initial is not null) line.Append("\tresp=").Append(Convert.ToBase64String(initial));
            return line.ToString();
        }

        public Promise<SaslResult> NextAsync(byte[] response)
        {
            Promise<SaslResult> result = new();
            if (_link is not { IsOpen: true }) result.TrySet(SaslResult.Temporary(Lost));
            else _link.Continue(_id, response, result, s_timeout);
            return result;
        }

        public void Abandon() => _link?.Cancel(_id);
    }
}
