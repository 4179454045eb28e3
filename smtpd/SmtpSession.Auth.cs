using MtaSuite.Common.Log;
using MtaSuite.Common.Native;
using MtaSuite.Common.Net;
using MtaSuite.Common.Sasl;
using MtaSuite.Common.Smtp;
using MtaSuite.Common.Tls;

namespace MtaSuite.Smtpd;

/// <summary>Who logged in, and the conversation in which that happens.</summary>
internal sealed partial class SmtpSession
{
    /// <summary>Who logged in, by AUTH or as XCLIENT says; empty when nobody did.</summary>
    public string SaslLogin { get; private set; } = "";
    /// <summary>The mechanism, or "XCLIENT"; empty when nobody logged in.</summary>
    public string SaslMethod { get; private set; } = "";
    public bool IsAuthenticated => SaslLogin.Length > 0;

    public void LoggedIn(string method, string login) => (SaslMethod, SaslLogin) = login.Length > 0 ? (method, login) : ("", "");

    /// <summary>What mechanisms may know of the connection.</summary>
    public SaslContext SaslContext => new()
    {
        Service = Settings.Auth.Service,
        ClientAddress = Client.Ip,
        ClientPort = Client.PortNumber,
        ServerAddress = Client.ServerAddress,
        ServerPort = Client.ServerPort,
        IsEncrypted = IsEncrypted,
        ChannelBinding = ChannelBinding,
        ExternalIdentity = Tls is { Trust: >= TlsTrust.Trusted, PeerName.Length: > 0 } tls ? tls.PeerName : null,
    };

    /// <summary>The TLS connection's channel bindings by type, callable on any thread; null without.</summary>
    public Func<string, byte[]?>? ChannelBinding { get; private set; }

    /// <summary>RFC 9266 3: only TLS 1.3 makes a binding that surely belongs to one connection.</summary>
    private void BindLogins(SslConnection connection, TlsFacts facts)
    {
        if (!Settings.Auth.Enabled || facts.Agreement.Protocol != "TLSv1.3" || SslChannelBinding.Exporter(connection) is not { } exported)
            return;
        byte[]? endPoint = SslChannelBinding.ServerEndPoint(connection);
        ChannelBinding = type => type switch { "tls-exporter" => exported, "tls-server-end-point" => endPoint, _ => null };
    }

    /// <summary>
    /// Reads a line that is no command (RFC 4954 4): longer than those may be. Null, with everything said, when the connection ended; a
    /// line over the limit is <paramref name="tooLong"/>.
    /// </summary>
    public async ValueTask<(byte[]? Line, bool TooLong)> ReadResponseAsync(int limit)
    {
        LineSplitter splitter = new(limit);
        bool fresh = true;
        while (true)
        {
            LineStatus status = splitter.Next(Connection.Input, out ReadOnlySpan<byte> line, out int consumed, out _);
            byte[]? copy = status == LineStatus.Complete ? line.ToArray() : null;
            Connection.Consume(consumed);
            if (status == LineStatus.Endless) Close();
            if (status != LineStatus.Incomplete) return (copy, copy is null);
            ArmDeadline(fresh, Settings.Timeout);
            fresh = false;
            ReadStatus read = await Connection.FillAsync();
            if (read == ReadStatus.Data) continue;
            Lost(read);
            return (null, false);
        }
    }

    /// <summary>In the shape that log watchers such as fail2ban look for.</summary>
    public void LogAuthFailure(string mechanism, SaslResult result)
    {
        string detail = result.Detail.Length > 0 ? $" ({result.Detail})" : "";
        Log.Warning($"{Client.NameAddress}: SASL {mechanism} authentication failed: {result.Text}{detail}, "
            + $"sasl_username={(result.Login.Length > 0 ? Shorten(result.Login) : "(unavailable)")}");
    }

    private static string Shorten(string text) => text.Length <= 100 ? text : text[..100];
}
