using MtaSuite.Common.Mail;
using MtaSuite.Relay.Messages;

namespace MtaSuite.Relay.Sessions;

/// <summary>
/// What is known to fail is refused before MAIL: a message above the server's limit (RFC 1870 6.1), addresses or headers in UTF-8 for a
/// server without SMTPUTF8 (RFC 6531 3.2), 8-bit content that may not be converted (RFC 6152 3).
/// </summary>
internal sealed class TransactionLimits(SmtpChat chat, ServerFeatures features)
{
    /// <summary>Fails the recipients that this server cannot have, and notes which extensions the others need.</summary>
    public void Check(MailTransaction t)
    {
        DeliveryFacts facts = t.Message.Facts;
        if (features.Has(ServerFeature.Size) && features.SizeLimit > 0 && facts.Size > features.SizeLimit)
            RefuseAll(t, "5.3.4", $"message size {facts.Size} exceeds size limit {features.SizeLimit} of server {chat.Target.Name}");
        else CheckUtf8(t, facts);
        if (t.Recipients.Count > 0) CheckContent(t, facts);
        if (t.Recipients.Count == 0) t.Phase = TransactionPhase.Written;
    }

    private void CheckUtf8(MailTransaction t, DeliveryFacts facts)
    {
        bool all = facts.NeedsUtf8;
        bool offered = features.Has(ServerFeature.SmtpUtf8) && features.Has(ServerFeature.EightBitMime);
        if (!all && t.Recipients.TrueForAll(r => Address.IsAscii(r.Address))) return;
        t.NeedsUtf8 = offered;
        if (offered) return;
        foreach (RelayRecipient recipient in t.Recipients)
            if (all || !Address.IsAscii(recipient.Address))
                t.Fail(recipient, Outcome.Bounce("5.6.7", $"SMTPUTF8 is required, but was not offered by host {chat.Target.Name}"));
        t.Recipients.RemoveAll(r => all || !Address.IsAscii(r.Address));
    }

    private void CheckContent(MailTransaction t, DeliveryFacts facts)
    {
        if (!facts.HasEightBit) return;
        t.NeedsEightBit = features.Has(ServerFeature.EightBitMime);
        t.ConvertsToSevenBit = !t.NeedsEightBit && !chat.Settings.DisableMimeConversion;
        // RFC 3463 3.7: X.6.3, conversion required but not supported
        if (t.ConvertsToSevenBit && t.Message.Conversion.LeavesEightBit)
            RefuseAll(t, "5.6.3",
                $"8BITMIME is required for a message that cannot be converted, but was not offered by host {chat.Target.Name}");
    }

    private static void RefuseAll(MailTransaction t, string status, string text)
    {
        t.FailAll(Outcome.Bounce(status, text));
        t.Recipients.Clear();
    }
}
