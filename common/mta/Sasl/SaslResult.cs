namespace MtaSuite.Common.Sasl;

/// <summary>Where an authentication stands after a message.</summary>
public enum SaslStatus : byte
{
    /// <summary>More messages are needed: <see cref="SaslResult.Data"/> goes to the other side.</summary>
    Continue,
    /// <summary>Done; at a server <see cref="SaslResult.Login"/> is who logged in.</summary>
    Success,
    /// <summary>Refused.</summary>
    Failure,
    /// <summary>Not known now: the back end is down or a table cannot be read.</summary>
    Temporary,
}

/// <summary>The outcome of one message.</summary>
/// <param name="Data">For the other side, not yet in base64.</param>
/// <param name="Text">Why it failed, for the other side and the log; never more than an attacker may know.</param>
/// <param name="Login">Who logged in, or tried to, as far as it is known.</param>
/// <param name="Detail">What only the log may tell.</param>
public readonly record struct SaslResult(SaslStatus Status, byte[] Data, string Text, string Login, string Detail = "")
{
    /// <summary>The reason of a refusal that says nothing: wrong password, no such user ...</summary>
    public const string Refused = "authentication failure";

    public static SaslResult Continue(byte[] data, string login = "") => new(SaslStatus.Continue, data, "", login);

    public static SaslResult Success(string login = "") => new(SaslStatus.Success, [], "", login);

    public static SaslResult Fail(string login, string detail, string text = Refused) => new(SaslStatus.Failure, [], text, login, detail);

    /// <summary>The other side does not keep to the mechanism's grammar.</summary>
    public static SaslResult Malformed(string login = "") => new(SaslStatus.Failure, [], "malformed response", login);

    public static SaslResult Temporary(string text, string login = "", string detail = "") =>
        new(SaslStatus.Temporary, [], text, login, detail);
}

/// <summary>What a server's mechanism may need of the connection.</summary>
public sealed record SaslContext
{
    /// <summary>"smtp".</summary>
    public string Service { get; init; } = "smtp";
    public System.Net.IPAddress? ClientAddress { get; init; }
    public int ClientPort { get; init; }
    public string ServerAddress { get; init; } = "";
    public string ServerPort { get; init; } = "";
    /// <summary>The connection is encrypted.</summary>
    public bool IsEncrypted { get; init; }
    /// <summary>
    /// Channel bindings of the TLS connection by type ("tls-exporter", "tls-server-end-point"), null where there is none; null without TLS.
    /// </summary>
    public Func<string, byte[]?>? ChannelBinding { get; init; }
    /// <summary>Who the client is by its verified certificate; null when it has none.</summary>
    public string? ExternalIdentity { get; init; }
}
