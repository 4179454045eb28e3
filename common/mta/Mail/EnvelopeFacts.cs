namespace MtaSuite.Common.Mail;

/// <summary>
/// What is known of a message beside its content and its recipients, and goes along with it all the way: from the session to the queue
/// file, to qmgr and to the agents. Addresses are in internal form (unquoted local part), without angle brackets.
/// </summary>
public abstract class EnvelopeFacts
{
    /// <summary>The queue id, also the file's name.</summary>
    public string QueueId = "";
    /// <summary>When the first byte arrived, microseconds since 1970.</summary>
    public long ArrivalMicroseconds;
    /// <summary>Envelope sender (reverse-path); empty for a notice.</summary>
    public string Sender = "";
    public string EnvelopeId = "";
    public DsnReturn Return;
    public BodyType Body;
    public bool SmtpUtf8;
    public MessageFlags Flags;
    public string ClientName = "";
    public string ClientAddress = "";
    public string ClientPort = "";
    public string ClientHelo = "";
    /// <summary>"SMTP", "ESMTP", ... ; empty for local submission.</summary>
    public string ClientProtocol = "";
    public string SaslMethod = "";
    public string SaslLogin = "";
    /// <summary>Who submitted the message first, as a client that logged in says (MAIL ... AUTH=); empty when it does not.</summary>
    public string SaslSender = "";

    /// <summary>Takes over all facts of another message.</summary>
    public void CopyFacts(EnvelopeFacts from)
    {
        QueueId = from.QueueId;
        ArrivalMicroseconds = from.ArrivalMicroseconds;
        Sender = from.Sender;
        EnvelopeId = from.EnvelopeId;
        Return = from.Return;
        Body = from.Body;
        SmtpUtf8 = from.SmtpUtf8;
        Flags = from.Flags;
        ClientName = from.ClientName;
        ClientAddress = from.ClientAddress;
        ClientPort = from.ClientPort;
        ClientHelo = from.ClientHelo;
        ClientProtocol = from.ClientProtocol;
        SaslMethod = from.SaslMethod;
        SaslLogin = from.SaslLogin;
        SaslSender = from.SaslSender;
    }
}
