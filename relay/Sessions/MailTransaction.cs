using System.Net;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Net;
using MtaSuite.Relay.Messages;

namespace MtaSuite.Relay.Sessions;

/// <summary>How a transaction ended.</summary>
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
/// One attempt to send a message over one session: MAIL, RCPT, DATA, content (RFC 5321 3.3). A delivery makes it, a session carries it out.
/// </summary>
/// <param name="recipients">Those without a final outcome; the list becomes the transaction's.</param>
internal sealed class MailTransaction(OutgoingMessage message, OutcomeRecorder outcomes, List<RelayRecipient> recipients)
{
    public OutgoingMessage Message { get; } = message;

    public List<RelayRecipient> Recipients { get; } = recipients;

    /// <summary>
    /// Nothing is delivered: what the server says to RCPT, or to DATA, is the outcome, and no content is offered.
    /// </summary>
    public bool IsVerifyOnly => Message.IsVerifyOnly;

    public Promise<TransactionEnd> Ended { get; } = new();

    // ---- the session's notes ----

    /// <summary>The session's server; the default until a session has taken the transaction.</summary>
    public ServerInfo Server { get; set; }
    /// <summary>The server that got the first command; null: none did, or one at a Unix socket.</summary>
    public EndPoint? EndPoint { get; private set; }
    /// <summary>The server's reply to a part of the content, where it refused one; RFC 3030 4.</summary>
    public Outcome? Refusal { get; set; }
    public bool IsXforwarded { get; set; }
    public TransactionPhase Phase { get; set; }
    /// <summary>Index of the recipient whose RCPT is written next.</summary>
    public int NextRecipient { get; set; }
    public int Accepted { get; set; }
    public bool IsMailRefused { get; set; }
    /// <summary>The server refused MAIL and accepted RCPT: it must not get as much as a lone dot, which it might deliver.</summary>
    public bool IsOutOfOrder { get; set; }
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

    /// <summary>The first command is about to go out.</summary>
    public void Begin(EndPoint? server)
    {
        EndPoint = server;
        outcomes.NoteConnected();
    }

    // ---- outcomes ----

    public void Deliver(RelayRecipient recipient, Outcome outcome) => outcomes.Deliver(recipient, outcome, Server);

    public void Fail(RelayRecipient recipient, Outcome outcome) => outcomes.Fail(recipient, outcome, Server);

    public void FailAll(Outcome outcome)
    {
        foreach (RelayRecipient recipient in Recipients) Fail(recipient, outcome);
    }

    /// <summary>Those whose RCPT was accepted.</summary>
    public void FailAccepted(Outcome outcome)
    {
        foreach (RelayRecipient recipient in Recipients)
            if (recipient is { IsAccepted: true, Final: null }) Fail(recipient, outcome);
    }

    /// <summary>The same with a good end.</summary>
    public void DeliverAccepted(Outcome outcome)
    {
        foreach (RelayRecipient recipient in Recipients)
            if (recipient is { IsAccepted: true, Final: null }) Deliver(recipient, outcome);
    }
}
