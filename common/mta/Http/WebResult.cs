namespace MtaSuite.Common.Http;

/// <summary>How a <see cref="WebCall"/> ended.</summary>
public enum WebStatus : byte
{
    /// <summary>The server answered, with whatever status code.</summary>
    Answered,
    /// <summary>The URL is none that may be asked.</summary>
    BadUrl,
    /// <summary>TLS, or the file of authorities, is not to be had here.</summary>
    Unavailable,
    /// <summary>The host has no address, or the name service does not answer.</summary>
    Unresolved,
    /// <summary>No address of the host takes a connection.</summary>
    Unreachable,
    /// <summary>TLS could not be established, for another reason than the certificate.</summary>
    TlsFailed,
    /// <summary>The server's certificate does not end at a trusted authority.</summary>
    NotTrusted,
    /// <summary>The certificate is of another time.</summary>
    Expired,
    /// <summary>The certificate is for another name.</summary>
    WrongHost,
    /// <summary>The time was up.</summary>
    TimedOut,
    /// <summary>The answer is longer than wanted.</summary>
    TooLarge,
    /// <summary>The answer breaks off, or is no HTTP.</summary>
    Broken,
}

/// <summary>What came of a <see cref="WebCall"/>.</summary>
/// <param name="Reason">What went wrong, for the log; empty when the server answered.</param>
public sealed record WebResult(WebStatus Status, string Reason = "")
{
    /// <summary>The HTTP status code; 0 without an answer.</summary>
    public int Code { get; init; }

    /// <summary>The media type in lower case, without parameters; empty where the server names none.</summary>
    public string ContentType { get; init; } = "";

    public byte[] Body { get; init; } = [];

    /// <summary>Where a redirect leads; null: the answer is none.</summary>
    public Uri? Location { get; init; }

    /// <summary>Answered, with a code of success.</summary>
    public bool IsOk => Status == WebStatus.Answered && Code is >= 200 and < 300;

    /// <summary>No certificate that proves the server to be who it should be.</summary>
    public bool IsCertificateProblem => Status is WebStatus.NotTrusted or WebStatus.Expired or WebStatus.WrongHost;

    /// <summary>One line for the log, whatever came.</summary>
    public string Text => Status == WebStatus.Answered ? $"HTTP status {Code}" : Reason;
}
