using MtaSuite.Common.Mail;

namespace MtaSuite.Common.Spool;

/// <summary>How reading a stretch of an envelope ended.</summary>
public enum RecordsStatus : byte
{
    /// <summary>The stretch is used up.</summary>
    Incomplete,
    /// <summary>As many recipients as were wanted.</summary>
    Enough,
    /// <summary>The envelope has no more.</summary>
    End,
    Corrupt,
}

public static partial class QueueFileFormat
{
    /// <summary>Reads recipients that are not done from a stretch of an envelope, which may end anywhere.</summary>
    /// <param name="records">From the beginning of a record on, no further than the content.</param>
    /// <param name="at">The stretch's offset in the file.</param>
    /// <param name="most">Recipients wanted; those found are added to <paramref name="recipients"/>.</param>
    /// <param name="used">Bytes that are done with: records that belong to a recipient whose own record is not there yet are to be read
    /// again.</param>
    public static RecordsStatus ReadRecipients(ReadOnlySpan<byte> records, long at, int most, List<EnvelopeRecipient> recipients,
        out int used)
    {
        used = 0;
        EnvelopeRecipient next = new();
        int position = 0;
        while (records[position..].IndexOf((byte)'\n') is var length and >= 0)
        {
            if (length == 0) return RecordsStatus.End;
            ReadOnlySpan<byte> line = records.Slice(position, length);
            if (length < 2 || line[1] != ' ' || !TryUnescape(line[2..], out string value)) return RecordsStatus.Corrupt;
            SetRecipient(next, (char)line[0], value);
            bool isRecipient = line[0] == Pending || IsDone(line[0]);
            if (line[0] == Pending)
            {
                if (recipients.Count == most) return RecordsStatus.Enough;
                (next.Address, next.Offset) = (value, at + position);
                recipients.Add(next);
            }
            position += length + 1;
            if (!isRecipient) continue;
            used = position;
            next = new EnvelopeRecipient();
        }
        return RecordsStatus.Incomplete;
    }

    /// <summary>A record that belongs to the recipient behind it.</summary>
    private static void SetRecipient(EnvelopeRecipient recipient, char letter, string value)
    {
        switch (letter)
        {
            case 'O': recipient.Original = value; break;
            case 'D': recipient.DsnOriginal = value; break;
            case 'Q': recipient.Notify = (Notify)(Number(value) & 31); break;
            default: break;
        }
    }
}
