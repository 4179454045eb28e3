using System.Text;

namespace MtaSuite.Common.Authentication.Messages;

/// <summary>One header field with all its bytes.</summary>
/// <param name="Name">As it is written, without the colon and white space before it.</param>
/// <param name="Bytes">"Name: value" as it came: folded with CRLF, ending in CRLF.</param>
public readonly record struct FieldBytes(string Name, ReadOnlyMemory<byte> Bytes)
{
    /// <summary>What stands behind the colon, folding and the final CRLF included.</summary>
    public ReadOnlyMemory<byte> Value => Bytes[(Bytes.Span.IndexOf((byte)':') + 1)..];

    /// <summary>The value, a character for each byte, without white space at its ends; folding stays.</summary>
    public string Text => Encoding.Latin1.GetString(Value.Span).Trim(' ', '\t', '\r', '\n');

    public bool Is(string name) => Name.Equals(name, StringComparison.OrdinalIgnoreCase);

    /// <summary>A field of our own: one blank behind the colon.</summary>
    /// <param name="value">Folded with CRLF, without a final one.</param>
    public static FieldBytes Make(string name, string value) => new(name, Encoding.Latin1.GetBytes($"{name}: {value}\r\n"));
}
