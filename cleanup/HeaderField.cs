using MtaSuite.Common.Mail;

namespace MtaSuite.Cleanup;

/// <summary>A field of the header section, as it came or as a check made it.</summary>
internal readonly ref struct HeaderField
{
    public HeaderField(HeaderScanner scanner)
    {
        Bytes = scanner.Field;
        NameBytes = scanner.NameBytes;
        Value = scanner.Value;
        Name = scanner.Name;
    }

    /// <param name="bytes">The field, without its last LF; there is a colon in it.</param>
    public HeaderField(ReadOnlySpan<byte> bytes)
    {
        Bytes = bytes;
        NameBytes = HeaderNames.NameOf(bytes);
        Value = bytes[(bytes.IndexOf((byte)':') + 1)..];
        Name = HeaderNames.Recognize(NameBytes);
    }

    /// <summary>Name to last line, without the final LF.</summary>
    public ReadOnlySpan<byte> Bytes { get; }

    public ReadOnlySpan<byte> NameBytes { get; }

    /// <summary>What stands behind the colon, usually a space first.</summary>
    public ReadOnlySpan<byte> Value { get; }

    public HeaderName Name { get; }
}
