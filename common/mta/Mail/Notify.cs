namespace MtaSuite.Common.Mail;

/// <summary>
/// When the sender wants a delivery status notification for a recipient (RFC 3461 4.1). None given means failure, and delay as the site
/// decides.
/// </summary>
[Flags]
public enum Notify : byte
{
    Default = 0,
    Never = 1,
    Success = 2,
    Failure = 4,
    Delay = 8,
    /// <summary>
    /// Not a recipient but the trace of one: an alias that was expanded, which is to be reported to the sender (RFC 3461 5.2.7.3). Nothing
    /// is delivered for it.
    /// </summary>
    Expanded = 16,
}

/// <summary>How much of the message a failure notice returns (RFC 3461 4.3).</summary>
public enum DsnReturn : byte { Default = 0, Full = 1, Headers = 2 }

/// <summary>What the client said of the body's encoding (RFC 6152 BODY=).</summary>
public enum BodyType : byte { Unknown = 0, SevenBit = 1, EightBitMime = 2 }
