namespace MtaSuite.Common.Sasl.Client;

/// <summary>Who logs in.</summary>
/// <param name="Password">The password, or the token for the bearer mechanisms.</param>
public sealed record SaslCredentials(string Login, string Password)
{
    /// <summary>Never in a log.</summary>
    public override string ToString() => $"credentials of {Login}";
}

/// <summary>What the client needs of the session.</summary>
/// <param name="Host">As it was asked for.</param>
/// <param name="Binding">Channel binding of the TLS connection: its type and bytes; null without.</param>
/// <param name="PlusOffered">The server offered a "-PLUS" mechanism.</param>
public sealed record SaslServerFacts(string Host, int Port, (string Type, byte[] Data)? Binding = null, bool PlusOffered = false);

/// <summary>
/// A mechanism at the client for one authentication: challenges in, responses out. Hashing may take milliseconds with SCRAM.
/// </summary>
public abstract class SaslClient
{
    public const string BadChallenge = "the server's challenge is malformed";

    /// <summary>What goes along with the command; null where the server begins.</summary>
    public abstract byte[]? Initial();

    /// <summary>Answers a challenge: Continue with the response, or Failure, upon which the exchange is to be cancelled.</summary>
    public abstract SaslResult Next(ReadOnlySpan<byte> challenge);

    /// <summary>The server may say now that all is well. False: it skipped a step, such as proving itself.</summary>
    public abstract bool MayEnd { get; }

    /// <summary>What the server told of its refusal in the mechanism's own way; empty when nothing.</summary>
    public virtual string ServerError => "";

    /// <summary>Makes a mechanism; null when it is not known, or lacks what it needs.</summary>
    public static SaslClient? Create(string mechanism, SaslCredentials who, SaslServerFacts server)
    {
        switch (mechanism.ToUpperInvariant())
        {
            case "PLAIN": return new PlainClient(who);
            case "LOGIN": return new LoginClient(who);
            case "CRAM-MD5": return new CramMd5Client(who);
            case "EXTERNAL": return new ExternalClient();
            case "OAUTHBEARER": return new BearerClient(who, server, xoauth2: false);
            case "XOAUTH2": return new BearerClient(who, server, xoauth2: true);
            case "SCRAM-SHA-256" or "SCRAM-SHA-1": return new ScramClient(ScramHash.Of(mechanism)!, who, server, plus: false);
            case "SCRAM-SHA-256-PLUS" or "SCRAM-SHA-1-PLUS" when server.Binding is not null:
                return new ScramClient(
                ScramHash.Of(mechanism)!, who, server, plus: true);
            default: return null;
        }
    }
}
