using MtaSuite.Common.Sasl;

namespace MtaSuite.Smtpd.Auth.Mechanisms;

/// <summary>
/// A mechanism at the server for one authentication: messages in, results out. Nothing here waits, but looking a login up and hashing may
/// take milliseconds, so a step belongs on a worker thread.
/// </summary>
public abstract class SaslServer
{
    /// <summary>Takes the client's first message; null when it sent none with its command, which is answered with a challenge.</summary>
    public SaslResult Start(byte[]? initial) => initial is null ? SaslResult.Continue(FirstChallenge()) : Next(initial);

    /// <summary>Takes the answer to a challenge.</summary>
    public abstract SaslResult Next(ReadOnlySpan<byte> message);

    /// <summary>What asks for the first message; empty where the client begins (RFC 4954 4).</summary>
    protected virtual byte[] FirstChallenge() => [];
}
