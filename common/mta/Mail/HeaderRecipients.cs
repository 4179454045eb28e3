namespace MtaSuite.Common.Mail;

/// <summary>
/// The recipients that a header names (sendmail -t), read while it passes by, whatever the limits on fields cut off: those of To, Cc and
/// Bcc, or,
/// where there is a field of that kind, those of Resent-To, Resent-Cc and Resent-Bcc alone.
/// </summary>
/// <param name="limit">The most recipients that a message may have.</param>
public sealed class HeaderRecipients(int limit) : IFieldReader
{
    private AddressListReader? _plain, _resent, _reading;

    public bool Begin(HeaderName name)
    {
        HeaderTraits traits = name.Traits();
        bool resent = (traits & HeaderTraits.Resent) != 0;
        if ((traits & HeaderTraits.Extract) == 0 || (_resent != null && !resent)) return false;
        _reading = resent ? _resent ??= new AddressListReader(limit) : _plain ??= new AddressListReader(limit);
        if (resent) _plain = null;
        return true;
    }

    public void Take(ReadOnlySpan<byte> value) => _reading!.Take(value);

    public void End() => _reading!.EndValue();

    /// <summary>The header is complete: adds its recipients to an envelope; null, or why the message cannot be taken.</summary>
    /// <param name="notify">The notices that the sender asked for about them.</param>
    public Outcome? AddTo(Envelope envelope, Notify notify)
    {
        AddressListReader? list = _resent ?? _plain;
        long total = envelope.Recipients.Count + (long)(list?.Count ?? 0);
        if (total == 0) return Outcome.Bounce("5.1.0", "no recipients specified");
        if (total > limit) return TooMany(total, limit);
        if (list is { Unusable: > 0 and var bad }) return Outcome.Bounce("5.1.3",
            $"unusable recipient addresses in the header: {bad} of {list.Count} (too long, not UTF-8, or with a line break inside)");
        foreach (string address in list?.Found ?? []) envelope.Recipients.Add(new EnvelopeRecipient { Address = address, Notify = notify });
        return null;
    }

    /// <summary>The refusal of a message with too many recipients.</summary>
    public static Outcome TooMany(long count, int limit) =>
        Outcome.Bounce("5.5.3", $"too many recipients: {count}, and {limit} is the limit");
}
