using System.Globalization;
using MtaSuite.Common.Ipc.Messages;
using MtaSuite.Common.Mail;
using MtaSuite.Relay.Messages;
using MtaSuite.Relay.Settings;

namespace MtaSuite.Relay.Sessions;

/// <summary>
/// Writes the commands of transactions up to DATA: RSET, XFORWARD, MAIL, RCPT. What is known to be useless is not sent: RCPT after a
/// refused MAIL, DATA without recipients.
/// </summary>
internal sealed class EnvelopeCommands(SmtpChat chat, CommandPipeline pipeline, SessionFacts session)
{
    private readonly ServerFeatures _features = session.Features;

    private RelaySettings Settings => chat.Settings;

    /// <summary>The server has an unfinished transaction: RSET comes before the next MAIL.</summary>
    public bool NeedsReset { get; set; }

    /// <summary>Writes commands while there is room for them. False: the session is over.</summary>
    public bool Write(MailTransaction t)
    {
        while (pipeline.HasRoom && t.Phase != TransactionPhase.Written)
        {
            switch (t.Phase)
            {
                case TransactionPhase.Start:
                    WriteStart(t);
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
        return chat.Connection.IsOpen || chat.FailConnection(SmtpStep.Mail, timedOut: false);
    }

    private void WriteStart(MailTransaction t)
    {
        if (NeedsReset)
        {
            chat.Write("RSET\r\n"u8);
            pipeline.Add(SmtpStep.Reset, t);
            NeedsReset = false;
            return;
        }
        if (Settings.SendXforward && !t.IsXforwarded && Xforward.Lines(_features, t.Message.Request) is { Count: > 0 } lines)
        {
            t.IsXforwarded = true;
            foreach (string line in lines)
            {
                chat.Write(line);
                pipeline.Add(SmtpStep.Xforward, t);
            }
            return;
        }
        WriteMail(t, t.Message.Request);
    }

    private void WriteMail(MailTransaction t, DeliverRequest request)
    {
        chat.Write("MAIL FROM:<"u8);
        WriteAddress(t.Message.Sender);
        chat.Write(">"u8);
        if (_features.Has(ServerFeature.Size)) chat.Write(string.Create(CultureInfo.InvariantCulture, $" SIZE={request.Content.Length}"));
        if (_features.Has(ServerFeature.EightBitMime)) chat.Write(t.NeedsEightBit ? " BODY=8BITMIME"u8 : default);
        if (t.NeedsUtf8) chat.Write(" SMTPUTF8"u8);
        if (session.SendsRequireTls) chat.Write(" REQUIRETLS"u8);
        if (_features.Has(ServerFeature.Dsn))
        {
            if (request.Return != DsnReturn.Default) chat.Write(request.Return == DsnReturn.Full ? " RET=FULL"u8 : " RET=HDRS"u8);
            if (request.EnvelopeId.Length > 0) chat.Write($" ENVID={Xtext.Encode(request.EnvelopeId)}");
        }
        if (Settings.SendDummyAuth && session.IsLoggedIn) chat.Write(" AUTH=<>"u8);
        chat.Write("\r\n"u8);
        pipeline.Add(SmtpStep.Mail, t);
        t.Phase = TransactionPhase.Recipients;
    }

    private void WriteAddress(string address) => chat.Write(Settings.QuoteEnvelope ? Address.Quote821(address) : address);

    private void WriteRecipient(MailTransaction t, RelayRecipient recipient)
    {
        recipient.IsAccepted = false;
        chat.Write("RCPT TO:<"u8);
        WriteAddress(recipient.Address);
        chat.Write(">"u8);
        if (_features.Has(ServerFeature.Dsn)) WriteDsnParameters(recipient.Recipient, t.NeedsUtf8);
        chat.Write("\r\n"u8);
        pipeline.Add(SmtpStep.Recipient, t, recipient);
    }

    /// <summary>
    /// RFC 3461 5.2.1: what the sender asked for is passed on; an address that we changed goes along as the original one.
    /// </summary>
    private void WriteDsnParameters(DeliverRecipient recipient, bool utf8)
    {
        if (recipient.Notify != Notify.Default) chat.Write($" NOTIFY={DsnParameters.Format(recipient.Notify)}");
        if (recipient.DsnOriginal.Length > 0) chat.Write($" ORCPT={DsnParameters.EncodeOriginalRecipient(recipient.DsnOriginal, utf8)}");
        else if (recipient.Original.Length > 0)
            chat.Write($" ORCPT={DsnParameters.EncodeOriginalRecipient($"rfc822;{Address.Quote822(recipient.Original)}", utf8)}");
    }

    /// <summary>A probe that asks for no more than RCPT (smtp_address_verify_target).</summary>
    public bool EndsAtRecipients(MailTransaction t) => t.IsVerifyOnly && !Settings.VerifiesAtData;

    /// <summary>DATA, unless it is known that nobody would get the content. With CHUNKING there is no such command.</summary>
    private void WriteData(MailTransaction t)
    {
        bool allRefused = EndsAtRecipients(t) || t.IsMailRefused || (t.Accepted == 0 && pipeline.IsEmpty);
        if (!allRefused && (!_features.UsesChunks(Settings) || t.IsVerifyOnly))
        {
            chat.Write("DATA\r\n"u8);
            pipeline.Add(SmtpStep.Data, t);
        }
        t.Phase = TransactionPhase.Written;
    }
}
