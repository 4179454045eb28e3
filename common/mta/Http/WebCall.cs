namespace MtaSuite.Common.Http;

/// <summary>One question to a web server: GET, or POST where there is a <see cref="Body"/>.</summary>
public sealed record WebCall
{
    /// <summary>https; http only where <see cref="AllowsPlain"/>.</summary>
    public required Uri Url { get; init; }

    /// <summary>What is posted; null: GET.</summary>
    public ReadOnlyMemory<byte>? Body { get; init; }

    /// <summary>The media type of <see cref="Body"/>.</summary>
    public string ContentType { get; init; } = "application/octet-stream";

    /// <summary>Further fields of the request (Accept, Authorization); one that holds a line break is left out.</summary>
    public IReadOnlyList<(string Name, string Value)> Headers { get; init; } = [];

    /// <summary>For everything together: name service, connect, TLS, all redirects, the last byte of the answer.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>The longest answer that is taken, bytes of its body.</summary>
    public int MaxBytes { get; init; } = 64 * 1024;

    /// <summary>
    /// How many redirects are followed; 0: the redirect is the answer. They never lead from https to http, and take no Authorization along.
    /// </summary>
    public int Redirects { get; init; }

    /// <summary>A PEM file of the authorities that are trusted, and no others; empty: those of the system.</summary>
    public string AuthorityFile { get; init; } = "";

    /// <summary>http:// may be asked, in clear: for a server on this machine.</summary>
    public bool AllowsPlain { get; init; }
}
