using System.Globalization;
using MtaSuite.Common.Ipc.Messages;
using MtaSuite.Common.Mail;
using MtaSuite.Relay.Deliveries;

namespace MtaSuite.Relay.Sessions;

internal sealed partial class Session
{
    /// <summary>
    /// Commands whose replies may be under way at once: their replies must fit into the buffers on the way back (RFC 2920 3.1).
    /// </summary>
    private const int PipelineWindow = 200;

    /// <summary>Writes the rest of the commands and takes the replies, up to the one to DATA. False: the session is over.</summary>
    private async ValueTask<bool> EnvelopeAsync(Transaction t)
    {
        while (true)
        {
            if (!WriteEnvelope(t)) return false;
            if (_expected.Count == 0) return true;
            Expected expected = _expected.Dequeue();
            // where only the recipients are asked about, the replies to RCPT are the outcomes
            bool isAnswer = expected.Transaction is { IsVerifyOnly: true } && expected.Step is Step.Recipient or Step.Data;
            if (!await ReadReplyAsync(expected.Step, TimeoutOf(expected.Step), keepText: isAnswer)) return false;
            if (!Take(expected)) return false;
        }
    }

    private TimeSpan TimeoutOf(Step step) => step switch
    {
        Step.Mail => Settings.Timeouts.Mail,
        Step.Recipient => Settings.Timeouts.Recipient,
        Step.Data => Settings.Timeouts.DataInit,
        Step.Reset => Settings.Timeouts.Reset,
        Step.Xforward => Settings.Timeouts.Xforward,
        _ => Settings.Timeouts.DataDone,
    };

    /// <summary>Room for another command before a reply must be read.</summary>
    private bool HasRoom => _expected.Count < (Features.Has(ServerFeature.Pipelining) ? PipelineWindow : 1);

    /// <summary>
    /// Writes commands while there is room for them. What is known to be useless is not sent: RCPT after a refused MAIL, DATA without
    /// recipients.
    /// </summary>
    private bool WriteEnvelope(Transaction t)
    {
        while (HasRoom && t.Phase != TransactionPhase.Written)
        {
            switch (t.Phase)
            {
                case TransactionPhase.Start:
                    if (!WriteStart(t)) return false;
                    break;
                case TransactionPhase.Recipients when t.IsMailRefused || t.NextRecipient == t.Recipients.Count:
                    t.Phase = TransactionPhase.Data;
                    break;
                case TransactionPhase.Recipients:
                    WriteRecipient(t, t.Recipients[t.NextRecipient++]);
                    break;
                default:
                    WriteData(t);
                    break;
            }
        }
        return _connection!.IsOpen || Break(Step.Mail, timedOut: false);
    }

    private void Expect(Step step, Transaction t, Pending? recipient = null) => _expected.Enqueue(new Expected(step, t, recipient));

    private bool WriteStart(Transaction t)
    {
        if (_needsReset)
        {
            Put("RSET\r\n"u8);
            Expect(Step.Reset, t);
            _needsReset = false;
            return true;
        }
        if (Settings.SendXforward && !t.IsXforwarded && Xforward.Lines(Features, t.Delivery.Request) is { Count: > 0 } lines)
        {
            t.IsXforwarded = true;
            foreach (string line in lines)
            {
                Put(line);
                Expect(Step.Xforward, t);
            }
            return true;
        }
        WriteMail(t, t.Delivery.Request);
        return true;
    }

    private void WriteMail(Transaction t, DeliverRequest request)
    {
        Put("MAIL FROM:<"u8);
        PutAddress(t.Delivery.Sender);
        Put(">"u8);
        if (Features.Has(ServerFeature.Size)) Put(string.Create(CultureInfo.InvariantCulture, $" SIZE={request.Content.Length}"));
        if (Features.Has(ServerFeature.EightBitMime)) Put(t.NeedsEightBit ? " BODY=8BITMIME"u8 : default);
        if (t.NeedsUtf8) Put(" SMTPUTF8"u8);
        if (PassesWishOn) Put(" REQUIRETLS"u8);
        if (Features.Has(ServerFeature.Dsn))
        {
            if (request.Return != DsnReturn.Default) Put(request.Return == DsnReturn.Full ? " RET=FULL"u8 : " RET=HDRS"u8);
            if (request.EnvelopeId.Length > 0) Put($" ENVID={Xtext.Encode(request.EnvelopeId)}");
        }
        if (Settings.SendDummyAuth && IsLoggedIn) Put(" AUTH=<>"u8);
        Put("\r\n"u8);
        Expect(Step.Mail, t);
        t.Phase = TransactionPhase.Recipients;
    }

    private void PutAddress(string address) => Put(Settings.QuoteEnvelope ? Address.Quote821(address) : address);

    private void WriteRecipient(Transaction t, Pending recipient)
    {
        recipient.IsAccepted = false;
        Put("RCPT TO:<"u8);
        PutAddress(recipient.Address);
        Put(">"u8);
        if (Features.Has(ServerFeature.Dsn)) WriteDsnParameters(recipient.Recipient, t.NeedsUtf8);
        Put("\r\n"u8);
        Expect(Step.Recipient, t, recipient);
    }

    /// <summary>
    /// RFC 3461 5.2.1: what the sender asked for is passed on; an address that we changed goes along as the original one.
    /// </summary>
    private void WriteDsnParameters(DeliverRecipient recipient, bool utf8)
    {
        if (recipient.Notify != Notify.Default) Put($" NOTIFY={DsnParameters.Format(recipient.Notify)}");
        if (recipient.DsnOriginal.Length > 0) Put($" ORCPT={DsnParameters.EncodeOriginalRecipient(recipient.DsnOriginal, utf8)}");
        else if (recipient.Original.Length > 0)
            Put($" ORCPT={DsnParameters.EncodeOriginalRecipient($"rfc822;{Address.Quote822(recipient.Original)}", utf8)}");
    }

    private bool EndsAtRecipients(Transaction t) => t.IsVerifyOnly && !Settings.VerifiesAtData;

    /// <summary>DATA, unless it is known that nobody would get the content. With CHUNKING there is no such command.</summary>
    private void WriteData(Transaction t)
    {
        bool allRefused = EndsAtRecipients(t) || t.IsMailRefused || (t.Accepted == 0 && _expected.Count == 0);
        if (!allRefused && (!UsesChunks || t.IsVerifyOnly))
        {
            Put("DATA\r\n"u8);
            Expect(Step.Data, t);
        }
        t.Phase = TransactionPhase.Written;
    }

    /// <summary>Takes the reply to one command. False: the session is over.</summary>
    private bool Take(Expected expected)
    {
        Transaction t = expected.Transaction!;
        // only DATA may be answered so: the replies are out of step
        if (_reply.IsIntermediate && expected.Step != Step.Data) return BreakGarbage(expected.Step);
        switch (expected.Step)
        {
            case Step.Mail when !_reply.IsGood:
                t.IsMailRefused = true;
                FailAll(t, Step.Mail);
                break;
            case Step.Recipient when t.IsMailRefused:
                t.HasStrays |= _reply.IsGood; // otherwise: the reply to MAIL said it already
                break;
            case Step.Recipient when _reply.IsGood && EndsAtRecipients(t):
                t.Delivery.Deliver(expected.Recipient!, _reply, this);
                break;
            case Step.Recipient when _reply.IsGood:
                t.Accepted++;
                expected.Recipient!.IsAccepted = true;
                break;
            case Step.Recipient:
                t.Delivery.Fail(expected.Recipient!, _reply.Refusal(Target, Step.Recipient), this);
                break;
            case Step.Data:
                return TakeData(t);
            case Step.Reset when !_reply.IsGood:
                FailAll(t, Step.Reset);
                return false;
        }
        return !_reply.IsGoodbye || EndBy(_reply.Refusal(Target, expected.Step));
    }

    private bool TakeData(Transaction t)
    {
        t.IsDataReady = _reply.Code == 354;
        // a good reply that is not 354 belongs to another command: the replies are out of step
        if (_reply.IsGood) return BreakGarbage(Step.Data);
        if (!t.IsDataReady && t.Accepted > 0) FailAccepted(t, Step.Data);
        if (t is { IsDataReady: true, IsVerifyOnly: true }) return EndProbe(t);
        return !_reply.IsGoodbye || EndBy(_reply.Refusal(Target, Step.Data));
    }

    /// <summary>The server would take content. There is none, not as much as a dot: the connection ends here.</summary>
    private bool EndProbe(Transaction t)
    {
        foreach (Pending recipient in t.Recipients)
            if (recipient is { IsAccepted: true, Final: null }) t.Delivery.Deliver(recipient, _reply, this);
        return Refuse(FailureKind.Closed, "4.4.2", "session closed");
    }

    private void FailAll(Transaction t, Step step)
    {
        Outcome refusal = _reply.Refusal(Target, step);
        foreach (Pending recipient in t.Recipients) t.Delivery.Fail(recipient, refusal, this);
    }

    private void FailAccepted(Transaction t, Step step)
    {
        Outcome refusal = _reply.Refusal(Target, step);
        foreach (Pending recipient in t.Recipients)
            if (recipient is { IsAccepted: true, Final: null }) t.Delivery.Fail(recipient, refusal, this);
    }
}
