using MtaSuite.Common.Net;
using MtaSuite.Common.Sasl;

namespace MtaSuite.Smtpd.Auth.Mechanisms;

/// <summary>What checks a login: our own table, Dovecot's authentication server ...</summary>
public interface ISaslBackEnd
{
    /// <summary>What it can do now, without those that need what this connection lacks.</summary>
    IEnumerable<SaslMechanism> Mechanisms(SaslContext context);

    /// <summary>Completes when <see cref="Mechanisms"/> is known, or soon after when the back end is away.</summary>
    Promise<bool> ReadyAsync();

    /// <summary>Begins an authentication.</summary>
    /// <param name="mechanism">One of <see cref="Mechanisms"/>.</param>
    ISaslExchange Begin(SaslMechanism mechanism, SaslContext context);
}

/// <summary>One authentication; everything on the loop's thread.</summary>
public interface ISaslExchange
{
    /// <summary>The first message of the client; null when it sent none with its command.</summary>
    Promise<SaslResult> StartAsync(byte[]? initial);

    /// <summary>The client's answer to a challenge.</summary>
    Promise<SaslResult> NextAsync(byte[] response);

    /// <summary>The client gave up or left.</summary>
    void Abandon();
}
