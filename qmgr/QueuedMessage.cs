using MtaSuite.Common.Ipc.Messages;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Spool;
using MtaSuite.Common.Spool.Journal;
using MtaSuite.Qmgr.Scheduling;

namespace MtaSuite.Qmgr;

/// <summary>A message that is being delivered: its envelope and what became of its recipients in this round.</summary>
internal sealed class QueuedMessage(Envelope envelope, string folder, ContentSegments content)
{
    public Envelope Envelope { get; } = envelope;
    public string Id => Envelope.QueueId;
    public string Folder { get; set; } = folder;
    public ContentSegments Content { get; } = content;
    /// <summary>Where the journal has, or had, a copy of it; known of new messages only.</summary>
    public JournalPlace Journal { get; init; }
    /// <summary>It was delivered, and not all of that is on stable storage yet.</summary>
    public bool Unsynced { get; set; } = envelope.Unsynced;
    /// <summary>
    /// It was read from its file: an earlier round, perhaps of a process that died, may have left logs whose notices are due.
    /// </summary>
    public bool MayHaveLogs { get; init; }
    /// <summary>Somebody asked for it to be tried now: what was unavailable is tried again for it.</summary>
    public bool Forced { get; init; }
    /// <summary>When this round began, microseconds since 1970.</summary>
    public long ActiveMicroseconds { get; set; }
    /// <summary>Recipients without an outcome.</summary>
    public int Pending { get; set; }
    /// <summary>
    /// Deliveries that run and other work that goes on for it: until that is over it stays with this process, even when another has taken
    /// its place.
    /// </summary>
    public int UnderWay { get; set; }
    public MessageState State { get; set; }
    /// <summary>With <see cref="MessageState.Deferred"/>: when it is tried next, microseconds since 1970.</summary>
    public long NextMicroseconds { get; set; }
    /// <summary>Recipients that count against the limit of those in memory.</summary>
    public int Held { get; set; }
    /// <summary>More recipients are to be read from the file; null: none.</summary>
    public RemainingRecipients? Remaining { get; set; }
    public List<BounceRecipient> Failed { get; } = [];
    public List<BounceRecipient> Deferred { get; } = [];
    public List<BounceRecipient> Reported { get; } = [];
    /// <summary>What became of the recipients of this round that are out of memory again.</summary>
    public RoundResult Round;
    /// <summary>It only asks whether an address can be delivered to (address verification).</summary>
    public bool IsProbe => (Envelope.Flags & MessageFlags.Probe) != 0;

    /// <summary>Something became of recipients in this round that has to be logged or told.</summary>
    public bool HasOutcomes => !Round.IsClean || Failed.Count + Deferred.Count + Reported.Count > 0;

    /// <summary>Its parts under delivery, for whoever asks why it waits.</summary>
    public List<Job> Jobs { get; } = [];

    /// <summary>Whose rate its deliveries count for: the login, or the envelope sender where there is none.</summary>
    public string RateKey => Envelope.SaslLogin.Length > 0 ? Envelope.SaslLogin : Envelope.Sender;

    /// <summary>The envelope sender for a recipient: with VERP it names the recipient.</summary>
    public string SenderFor(DeliverRecipient recipient) => Envelope.VerpDelimiters.Length == 0 ? Envelope.Sender
        : Verp.Sender(Envelope.Sender, recipient.Original.Length > 0 ? recipient.Original : recipient.Address, Envelope.VerpDelimiters);

    /// <summary>The facts that a delivery agent and the log need, without recipients.</summary>
    public DeliverRequest MakeRequest(string transport, string nexthop)
    {
        DeliverRequest request = new()
        {
            QueueName = Folder,
            Transport = transport,
            Nexthop = nexthop,
            Content = Content,
            ActiveMicroseconds = ActiveMicroseconds,
            Journal = Journal,
        };
        request.CopyFacts(Envelope);
        return request;
    }
}

/// <summary>Where a message stands in the active queue, or how it left it.</summary>
internal enum MessageState : byte
{
    /// <summary>Recipients are delivered to.</summary>
    Active,
    /// <summary>The round is being ended.</summary>
    Concluding,
    /// <summary>Out of the active queue until its destination has room: this round has no end.</summary>
    Parked,
    /// <summary>Nothing is left to do: removed, or taken away by somebody.</summary>
    Gone,
    /// <summary>Tried, and to be tried again.</summary>
    Deferred,
    /// <summary>This process ends, and recipients are left that were not tried.</summary>
    Released,
}

/// <summary>Recipients of a message that were read at one time.</summary>
/// <param name="Behind">They are behind the recipient at this offset; -1: they are the first.</param>
internal readonly record struct Part(List<EnvelopeRecipient> Recipients, long Behind);

/// <summary>The recipients of a message that are in its file only.</summary>
internal sealed class RemainingRecipients
{
    /// <summary>They are behind the recipient at this offset.</summary>
    public long Behind { get; private set; }
    /// <summary>The transport that has no room for the next one; null: there was no room for any.</summary>
    public Transport? Full { get; private set; }
    /// <summary>When recipients were read last, on the loop's clock.</summary>
    public long FilledAt { get; set; }
    /// <summary>Some are being read or sent on their way, or the round ends.</summary>
    public bool IsFilling { get; set; } = true;
    /// <summary>A timer for reading more is set.</summary>
    public bool IsWatched { get; set; }

    public void Cut(long behind, Transport? full) => (Behind, Full) = (behind, full);
}

/// <summary>Sums over all recipients of a round.</summary>
internal struct RoundResult
{
    public bool Failed, Deferred, Reported;
    /// <summary>Some deferred recipient may be tried again.</summary>
    public bool Unexpired;
    /// <summary>Something could not be logged or marked: the message stays.</summary>
    public bool Incomplete;
    /// <summary>Some deferral could not be logged, which matters when it is the last.</summary>
    public bool DeferralsLost;
    /// <summary>The shortest wait that a deferred recipient asked for; null: none did.</summary>
    public TimeSpan? Wait;
    /// <summary>The sites of those that are deferred, as far as one may ask for them; null: none.</summary>
    public HashSet<string>? Sites;

    /// <summary>All recipients that are out of memory again got the message, and no notice is due.</summary>
    public readonly bool IsClean => !(Failed || Deferred || Reported || Incomplete || DeferralsLost);
}
