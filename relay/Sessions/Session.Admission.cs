using MtaSuite.Common.Mail;
using MtaSuite.Relay.Deliveries;

namespace MtaSuite.Relay.Sessions;

internal sealed partial class Session
{
    /// <summary>
    /// What is known to fail is refused before MAIL: a message above the server's limit (RFC 1870 6.1), addresses or headers in UTF-8 for a
    /// server without SMTPUTF8 (RFC 6531 3.2), 8-bit content that may not be converted (RFC 6152 3).
    /// </summary>
    private void Admit(Transaction t)
    {
        DeliveryFacts facts = t.Delivery.Facts;
        if (Features.Has(ServerFeature.Size) && Features.SizeLimit > 0 && facts.Size > Features.SizeLimit)
            RefuseAll(t, "5.3.4", $"message size {facts.Size} exceeds size limit {Features.SizeLimit} of server {Target.Name}");
        else AdmitUtf8(t, facts);
        if (t.Recipients.Count > 0) AdmitContent(t, facts);
        if (t.Recipients.Count == 0) t.Phase = TransactionPhase.Written;
    }

    private void AdmitUtf8(Transaction t, DeliveryFacts facts)
    {
        bool all = facts.NeedsUtf8;
        bool offered = Features.Has(ServerFeature.SmtpUtf8) && Features.Has(ServerFeature.EightBitMime);
        if (!all && t.Recipients.TrueForAll(r => Address.IsAscii(r.Address))) return;
        t.NeedsUtf8 = offered;
        if (offered) return;
        foreach (Pending recipient in t.Recipients)
            if (all || !Address.IsAscii(recipient.Address))
                t.Delivery.Fail(recipient, Outcome.Bounce("5.6.7", $"SMTPUTF8 is required, but was not offered by host {Target.Name}"),
                    this);
        t.Recipients.RemoveAll(r => all || !Address.IsAscii(r.Address));
    }

    private void AdmitContent(Transaction t, DeliveryFacts facts)
    {
        if (!facts.HasEightBit) return;
        t.NeedsEightBit = Features.Has(ServerFeature.EightBitMime);
        t.ConvertsToSevenBit = !t.NeedsEightBit && !Settings.DisableMimeConversion;
        // RFC 3463 3.7: X.6.3, conversion required but not supported
        if (t.ConvertsToSevenBit && t.Delivery.Conversion.LeavesEightBit)
            RefuseAll(t, "5.6.3",
                $"8BITMIME is required for a message that cannot be converted, but was not offered by host {Target.Name}");
    }

    private void RefuseAll(Transaction t, string status, string text)
    {
        foreach (Pending recipient in t.Recipients) t.Delivery.Fail(recipient, Outcome.Bounce(status, text), this);
        t.Recipients.Clear();
    }
}
