using MtaSuite.Common.Mail;
using MtaSuite.Common.Net;

namespace MtaSuite.Relay.Deliveries;

/// <summary>How a transaction ended for its delivery.</summary>
internal enum TransactionEnd : byte
{
    /// <summary>Each recipient has its outcome of this attempt.</summary>
    Done,
    /// <summary>
    /// No recipient was touched beyond refusals: the session was gone before the content was out. To be tried over a new one.
    /// </summary>
    NotStarted,
}

/// <summary>Which command of a transaction is written next.</summary>
internal enum TransactionPhase : byte { Start, Recipients, Data, Written }

/// <summary>
/// One attempt of a delivery over one session: MAIL, RCPT, DATA, content. Made by the delivery, carried out by the session.
/// </summary>
internal sealed class Transaction(Delivery delivery, List<Pending> recipients)
{
    public Delivery Delivery { get; } = delivery;

    /// <summary>Recipients without a last word when it began.</summary>
    public List<Pending> Recipients { get; } = recipients;

    /// <summary>
    /// Nothing is delivered (sendmail -bv, address probes): what the server says to RCPT, or to DATA, is the outcome, and no content is
    /// offered.
    /// </summary>
    public bool IsVerifyOnly => (Delivery.Request.Flags & MessageFlags.VerifyOnly) != 0;

    public Promise<TransactionEnd> Ended { get; } = new();

    // ---- the session's notes ----

    /// <summary>The server's reply to a part of the content, where it refused one; RFC 3030 4.</summary>
    public Outcome? Refusal { get; set; }
    public bool IsXforwarded { get; set; }
    public TransactionPhase Phase { get; set; }
    /// <summary>Index of the recipient whose RCPT is written next.</summary>
    public int NextRecipient { get; set; }
    public int Accepted { get; set; }
    public bool IsMailRefused { get; set; }
    /// <summary>The server refused MAIL and accepted RCPT: it must not get as much as a lone dot, which it might deliver.</summary>
    public bool HasStrays { get; set; }
    /// <summary>The server waits for content (354).</summary>
    public bool IsDataReady { get; set; }
    /// <summary>The end of the content was handed to the system: from here on a lost session may mean that the message was taken.</summary>
    public bool IsContentOut { get; set; }
    /// <summary>The session had served another message before.</summary>
    public bool IsReused { get; set; }
    /// <summary>The content has bytes above 127 and goes out as it is: MAIL says so.</summary>
    public bool NeedsEightBit { get; set; }
    public bool NeedsUtf8 { get; set; }
    public bool ConvertsToSevenBit { get; set; }
}
