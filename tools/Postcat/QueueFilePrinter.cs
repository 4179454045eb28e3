using System.Globalization;
using System.Text;
using MtaSuite.Common.Native;
using MtaSuite.Common.Spool;
using MtaSuite.Tools.Shared;

namespace MtaSuite.Tools.Postcat;

/// <summary>
/// Prints one queue file, record by record as they stand in it (docs/QUEUE_FILE.md), under the names and between the marks that readers of
/// Postfix's postcat know.
/// </summary>
internal sealed class QueueFilePrinter(int fd, string name, PostcatOptions show)
{
    /// <summary>What the type of a line of content is said to be.</summary>
    private const int ContentType = 'N';
    private readonly byte[] _buffer = new byte[64 * 1024];
    /// <summary>What is buffered, and the place in the file behind it.</summary>
    private int _start, _end;
    private long _next;
    /// <summary>The whole file, where it cannot be read at a place of one's choice (standard input).</summary>
    private byte[]? _whole;

    private long Offset => _next - (_end - _start);

    /// <summary>False when it is none of our files.</summary>
    public bool Print()
    {
        if (FileIO.PRead(fd, _buffer.AsSpan(0, 1), 0) < 0) _whole = ReadAll();
        if (!Fill() || !QueueFileHead.TryRead(_buffer.AsSpan(0, _end), out QueueFileHead head)) return false;
        ContentSegments content = head.Content;
        if (show.Envelope)
        {
            Mark("ENVELOPE RECORDS");
            long length = head.IsUnfinished ? -1 : content.Length;
            long offset = head.IsUnfinished ? 0 : content.HeaderOffset;
            Record(0, 'C', string.Create(CultureInfo.InvariantCulture,
                $"message_size: {length,15} {offset,15} {head.Recipients,15} {0,15} {length,15} {0,15}\n"));
        }
        MoveTo(head.EnvelopeOffset);
        if (!Envelope()) return false;
        // a file that was never finished has no sizes: all there is
        if (head.IsUnfinished) content = ContentSegments.InOnePiece(Offset, long.MaxValue - Offset);
        if (show.Envelope) Record(content.HeaderOffset, 'M', $"*** MESSAGE CONTENTS {name} ***\n");
        Content(content);
        if (!show.Envelope) return true;
        Mark("HEADER EXTRACTED");
        Mark("MESSAGE FILE END");
        return true;
    }

    private byte[] ReadAll()
    {
        System.Buffers.ArrayBufferWriter<byte> all = new();
        for (int n; (n = FileIO.ReadRetry(fd, all.GetSpan(_buffer.Length))) > 0;) all.Advance(n);
        return all.WrittenSpan.ToArray();
    }

    private void Mark(string text) => Tool.Print($"*** {text} {name} ***\n");

    private void MoveTo(long offset) => (_start, _end, _next) = (0, 0, offset);

    private bool Fill()
    {
        (_start, _end) = (0, 0);
        int n;
        if (_whole == null) n = FileIO.PRead(fd, _buffer, _next);
        else
        {
            n = (int)Math.Clamp(_whole.Length - _next, 0, _buffer.Length);
            if (n > 0) _whole.AsSpan((int)_next, n).CopyTo(_buffer);
        }
        if (n <= 0) return false;
        _end = n;
        _next += n;
        return true;
    }

    private void Record(long offset, int type, ReadOnlySpan<char> text)
    {
        if (offset < show.Skip) return;
        Prefix(offset, type);
        Tool.Print(Encoding.UTF8.GetBytes(text.ToString()));
    }

    private void Prefix(long offset, int type)
    {
        if (show.Offsets) Tool.Print(string.Create(CultureInfo.InvariantCulture, $"{offset,9} "));
        if (show.RecordTypes) Tool.Print(string.Create(CultureInfo.InvariantCulture, $"{type,3} "));
    }

    /// <summary>The records up to the empty line; false when a line is no record.</summary>
    private bool Envelope()
    {
        List<byte> line = [];
        while (true)
        {
            line.Clear();
            long at = Offset;
            if (!Line(line)) return false;
            if (line.Count == 0) return true;
            if (line.Count < 2 || line[1] != ' ') return false;
            if (show.Envelope) Record(at, line[0], RecordText.Of((char)line[0], Encoding.UTF8.GetString([.. line[2..]])) + "\n");
        }
    }

    /// <summary>One line without its end; false at the end of the file or beyond reason.</summary>
    private bool Line(List<byte> line)
    {
        while (line.Count <= QueueFileFormat.MaxEnvelope)
        {
            if (_start == _end && !Fill()) return false;
            int end = _buffer.AsSpan(_start, _end - _start).IndexOf((byte)'\n');
            int n = end < 0 ? _end - _start : end;
            line.AddRange(_buffer.AsSpan(_start, n));
            _start += n;
            if (end < 0) continue;
            _start++;
            return true;
        }
        return false;
    }

    /// <summary>Header and body as they are; the empty line between belongs to the body.</summary>
    private void Content(ContentSegments content)
    {
        bool inHeader = true, lineStart = true;
        MoveTo(content.HeaderOffset);
        Segment(content.HeaderLength, ref inHeader, ref lineStart);
        MoveTo(content.BodyOffset);
        Segment(content.BodyLength, ref inHeader, ref lineStart);
    }

    private void Segment(long left, ref bool inHeader, ref bool lineStart)
    {
        while (left > 0 && (_start < _end || Fill()))
        {
            int have = (int)Math.Min(_end - _start, left);
            ReadOnlySpan<byte> rest = _buffer.AsSpan(_start, have);
            int end = rest.IndexOf((byte)'\n');
            int n = end < 0 ? have : end + 1;
            if (lineStart && inHeader && rest[0] == '\n') inHeader = false;
            if (Offset >= show.Skip && (inHeader ? show.Header : show.Body))
            {
                if (lineStart) Prefix(Offset, ContentType);
                Tool.Print(rest[..n]);
            }
            lineStart = end >= 0;
            _start += n;
            left -= n;
        }
    }
}
