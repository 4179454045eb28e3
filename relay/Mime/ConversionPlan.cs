using System.Text;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Mime;

namespace MtaSuite.Relay.Mime;

/// <summary>What becomes of a part on its way to a server that takes 7 bits only.</summary>
internal enum Conversion : byte
{
    AsIs,
    /// <summary>It has 7 bits all the same, or is made of parts: only its label changes.</summary>
    Label,
    QuotedPrintable,
    Base64,
}

/// <summary>The first look at a message: what becomes of each of its entities. Entities are known by their index.</summary>
internal sealed class ConversionPlan : IMimeVisitor
{
    private readonly record struct Part(MimeEntity Entity, long Bytes, long High);

    private readonly List<Part> _parts = [];

    public Conversion For(int entity) => entity < _parts.Count ? For(_parts[entity]) : Conversion.AsIs;

    /// <summary>
    /// Text mostly in bytes above 127 is shorter in base64; what is no text may not survive gateways as quoted-printable.
    /// </summary>
    private static Conversion For(Part part)
    {
        if (part.Entity.IsEncoded) return Conversion.AsIs; // mislabelled where it has high bytes; nobody knows what they mean
        if (part.Entity.Kind == MimeKind.Leaf && part.High > 0)
            return part.High * 3 > part.Bytes
                || part.Entity.Type.Type is not (null or "" or "text" or "message") ? Conversion.Base64 : Conversion.QuotedPrintable;
        return part.Entity.Encoding is "8bit" or "binary" ? Conversion.Label : Conversion.AsIs;
    }

    /// <summary>
    /// Some body would keep bytes above 127: what lies too deep, what stands around the parts of a multipart, a part that says that it is
    /// encoded and is not. It
    /// cannot be made 7-bit without a change of its meaning.
    /// </summary>
    public bool LeavesEightBit => _parts.Exists(p => p.High > 0 && For(p) is not (Conversion.QuotedPrintable or Conversion.Base64));

    public void Header(MimeEntity entity, HeaderName name, ReadOnlySpan<byte> field) => Note(entity, default);

    public void HeaderEnd(MimeEntity entity) => Note(entity, default);

    public void Body(MimeEntity entity, ReadOnlySpan<byte> bytes) => Note(entity, bytes);

    public void BodyEnd(MimeEntity entity) { }

    public void Delimiter(ReadOnlySpan<byte> line) { }

    private void Note(MimeEntity entity, ReadOnlySpan<byte> bytes)
    {
        while (_parts.Count <= entity.Index) _parts.Add(new Part(entity, 0, 0));
        long high = Ascii.IsValid(bytes) ? 0 : bytes.Length - CountAscii(bytes);
        if (_parts[entity.Index].Entity != entity) _parts[entity.Index] = new Part(entity, 0, 0);
        Part part = _parts[entity.Index];
        _parts[entity.Index] = part with { Bytes = part.Bytes + bytes.Length, High = part.High + high };
    }

    private static int CountAscii(ReadOnlySpan<byte> bytes)
    {
        int count = 0;
        foreach (byte b in bytes) count += b < 128 ? 1 : 0;
        return count;
    }
}
