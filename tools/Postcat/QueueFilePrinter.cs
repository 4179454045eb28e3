using System.Globalization;
using System.Text;
using MtaSuite.Common.Native;
using MtaSuite.Common.Spool;
using MtaSuite.Tools.Shared;

namespace MtaSuite.Tools.Postcat;

/// <summary>
/// Prints one queue file, record by record as they stand in it (docs/QUEUE_FILE.md), under the names and between the marks that readers of
/// Postfix's postcat know. Reads forward only, so that standard input will do.
/// </summary>
internal sealed class QueueFilePrinter(int fd, string name, PostcatOptions show)
{
    /// <summary>What the type of a line of content is said to be.</summary>
    private const int ContentType = 'N';
    private readonly byte[] _buffer = new byte[64 * 1024];
    private int _start, _end;
    private long _offset;

    /// <summary>False when it is none of our files.</summary>
    public bool Print()
    {
        byte[] head = new byte[QueueFileFormat.HeadSize];
        int size = 0;
        // two lines, whose length is another in files of the first version
        for (int lines = 0; lines < 2 && size < head.Length; size++)
        {
            if (_start == _end && !Fill()) return false;
            head[size] = _buffer[_start++];
            if (head[size] == '\n') lines++;
        }
        if (!QueueFileFormat.TryReadHead(head.AsSpan(0, size), out int contentOffset, out long length, out int recipients)) return false;
        _offset = size;
        if (show.Envelope)
        {
            Mark("ENVELOPE RECORDS");
            Record(0, 'C', string.Create(CultureInfo.InvariantCulture, $"message_size: {length,15} {contentOffset,15} {recipients,15} {0,15} {length,15} {0,15}\n"));
        }
        if (!Envelope()) return false;
        if (show.Envelope) Record(contentOffset, 'M', $"*** MESSAGE CONTENTS {name} ***\n");
        Content(length);
        if (!show.Envelope) return true;
        Mark("HEADER EXTRACTED");
        Mark("MESSAGE FILE END");
        return true;
    }

    private void Mark(string text) => Tool.Print($"*** {text} {name} ***\n");

    private bool Fill()
    {
        (_start, _end) = (0, 0);
        int n = Libc.ReadRetry(fd, _buffer);
        if (n > 0) _end = n;
        return n > 0;
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
            long at = _offset;
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
            _offset += n;
            if (end < 0) continue;
            _start++;
            _offset++;
            return true;
        }
        return false;
    }

    /// <summary>Header and body as they are; the empty line between belongs to the body.</summary>
    private void Content(long length)
    {
        // a file that was never finished has no length: all there is
        long left = length < 0 ? long.MaxValue : length;
        bool inHeader = true, lineStart = true;
        while (left > 0 && (_start < _end || Fill()))
        {
            int have = (int)Math.Min(_end - _start, left);
            ReadOnlySpan<byte> rest = _buffer.AsSpan(_start, have);
            int end = rest.IndexOf((byte)'\n');
            int n = end < 0 ? have : end + 1;
            if (lineStart && inHeader && rest[0] == '\n') inHeader = false;
            if (_offset >= show.Skip && (inHeader ? show.Header : show.Body))
            {
                if (lineStart) Prefix(_offset, ContentType);
                Tool.Print(rest[..n]);
            }
            lineStart = end >= 0;
            _start += n;
            _offset += n;
            left -= n;
        }
    }
}
