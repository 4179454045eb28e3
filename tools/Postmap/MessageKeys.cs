using MtaSuite.Common.Mime;

namespace MtaSuite.Tools.Postmap;

/// <summary>
/// Lookup keys from a message (-h, -b, -m), as header_checks and body_checks see it: each header field with its continuation lines is one,
/// each line of a body is one.
/// </summary>
/// <param name="Headers">The fields of the message's own header section.</param>
/// <param name="Body">What follows it, as lines.</param>
/// <param name="Mime">With Headers: those of parts and of messages within the message too; with Body: without those.</param>
internal readonly record struct MessageKeys(bool Headers, bool Body, bool Mime)
{
    /// <summary>Reads the message to its end, or as far as keys are wanted.</summary>
    public IEnumerable<byte[]> Read(Stream input)
    {
        MimeReader reader = new(new MimeRules { IsDisabled = !Mime, FindsHiddenParts = true });
        byte[] buffer = new byte[16 * 1024];
        for (int n = input.Read(buffer); n > 0; n = input.Read(buffer))
        {
            ReadOnlyMemory<byte> piece = buffer.AsMemory(0, n);
            for (MimeEvent what = reader.Read(ref piece); what != MimeEvent.NeedMore; what = reader.Read(ref piece))
            {
                if (IsKey(what)) yield return reader.Text.ToArray();
                if (what == MimeEvent.HeaderEnd && !Body && !Mime) yield break;
            }
        }
        for (MimeEvent what = reader.Finish(); what != MimeEvent.End; what = reader.Finish())
            if (IsKey(what)) yield return reader.Text.ToArray();
    }

    private bool IsKey(MimeEvent what) => what == MimeEvent.Field ? Headers : what == MimeEvent.Line && Body;
}
