using MtaSuite.Common.Mail;

namespace MtaSuite.Common.Mime;

/// <summary>How the MIME structure of a message is looked at.</summary>
public sealed record MimeRules
{
    /// <summary>Multiparts within multiparts that are followed; what lies deeper is text (mime_nesting_limit).</summary>
    public int Nesting { get; init; } = 100;

    /// <summary>Bytes of a boundary that are compared (mime_boundary_length_limit).</summary>
    public int BoundaryLength { get; init; } = 2048;

    /// <summary>Bytes of a header field; the rest of it is dropped (header_size_limit).</summary>
    public int HeaderSize { get; init; } = HeaderScanner.DefaultSizeLimit;

    /// <summary>Bytes of a line that are reported at once; a longer one comes in several pieces (line_length_limit).</summary>
    public int LineLength { get; init; } = 2048;

    /// <summary>
    /// What some mail program might take for a part is one: whatever stands behind a boundary in its line, and messages that say that they
    /// are encoded. For checks, which look for what hides; a conversion keeps to the letter of RFC 2046.
    /// </summary>
    public bool FindsHiddenParts { get; init; }

    /// <summary>There is one header section, and the rest is one body (disable_mime_input_processing).</summary>
    public bool IsDisabled { get; init; }

    /// <summary>What is reported.</summary>
    public MimeViolations Reported { get; init; }
}

/// <summary>Faults of a message, in the order of their weight: the first one is told to the client.</summary>
[Flags]
public enum MimeViolations : byte
{
    None = 0,
    /// <summary>More multiparts in each other than <see cref="MimeRules.Nesting"/>.</summary>
    Nesting = 1,
    /// <summary>A byte above 127 in a header field.</summary>
    EightBitHeader = 2,
    /// <summary>A byte above 127 in a body that is declared, or defaults, to be 7bit.</summary>
    EightBitBody = 4,
    /// <summary>A message or multipart with an encoding that MIME forbids for it (RFC 2045 6.4).</summary>
    EncodingDomain = 8,
    /// <summary>The message's own header section ended at a line that is neither empty nor a field.</summary>
    NonEmptyEndOfHeader = 16,
}

/// <summary>Is told of a fault, the first of its kind in a message.</summary>
public delegate void MimeViolationReport(MimeViolations violation, ReadOnlySpan<byte> text);
