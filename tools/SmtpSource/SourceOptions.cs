using MtaSuite.Tools.Shared;

namespace MtaSuite.Tools.SmtpSource;

/// <summary>What smtp-source is asked to do.</summary>
internal sealed class SourceOptions
{
    public required PeerEndPoint Peer;
    public string HostName = "", Sender = "", Recipient = "", Subject = "";
    public int Sessions = 1, Messages = 1, RecipientCount = 1, ConnectAttempts = 1, WindowSize;
    /// <summary>Bytes of generated text; negative: a few lines.</summary>
    public int Length = -1;
    /// <summary>A message in place of a generated one, as it goes over the wire but for its final dot.</summary>
    public byte[]? Prepared;
    public bool Lmtp, Old, Ehlo, Pipelining, KeepConnection, NumberRecipients;
    /// <summary>-A: a refusal is a warning. KeepGoing: a lost connection is one too.</summary>
    public bool AllowRefusals, KeepGoing;
    public bool Counter, Json, Verbose;
    /// <summary>
    /// TLS by STARTTLS, or (<see cref="TlsWrapped"/>) from the first byte; resumed with the ticket of an earlier session where that is
    /// wanted.
    /// </summary>
    public bool Tls, TlsWrapped, TlsResume;
    /// <summary>Versions of TLS as in smtp_tls_protocols; empty: all.</summary>
    public string TlsProtocols = "";
    /// <summary>Sessions end once the server has answered HELO (within TLS, where that is used).</summary>
    public bool NoMail;
    /// <summary>Seconds between the messages of a session: fixed, and the most for a random time.</summary>
    public double FixedPause, RandomPause;
    /// <summary>Messages a second of all sessions together; 0: as fast as it goes.</summary>
    public double Rate;
    /// <summary>Recipients are spread over so many domains; 0: they are not.</summary>
    public int Domains;
}
