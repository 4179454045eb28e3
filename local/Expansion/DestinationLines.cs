using System.Text;
using MtaSuite.Common.Native;

namespace MtaSuite.Local.Expansion;

/// <summary>
/// Reads lines of a file, a longer one in pieces of the given length, each up to a NUL if it has one: no address does. Closes the
/// descriptor.
/// </summary>
internal sealed class DestinationLines(FileDescriptor file, int limit) : IDisposable
{
    private readonly byte[] _buffer = new byte[limit];
    private int _start, _end;

    /// <summary>The file, where that is of interest.</summary>
    public string Path { get; init; } = "";

    /// <summary>Why reading failed; 0 when it did not.</summary>
    public int Error { get; private set; }

    /// <summary>Bytes that the last line took in the file.</summary>
    public int Length { get; private set; }

    public bool TryNext(out string line)
    {
        while (true)
        {
            int newline = _buffer.AsSpan(_start, _end - _start).IndexOf((byte)'\n');
            if (newline < 0 && (_start > 0 || _end < limit) && Fill()) continue;
            int length = newline >= 0 ? newline : _end - _start;
            int nul = _buffer.AsSpan(_start, length).IndexOf((byte)0);
            line = Encoding.UTF8.GetString(_buffer, _start, nul < 0 ? length : nul);
            Length = newline >= 0 ? length + 1 : length;
            _start += Length;
            return newline >= 0 || length > 0;
        }
    }

    /// <summary>Makes room and reads on; false at the end.</summary>
    private bool Fill()
    {
        _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
        _end -= _start;
        _start = 0;
        int n = Error != 0 || _end == limit ? 0 : FileIO.ReadRetry(file.Fd, _buffer.AsSpan(_end));
        if (n < 0) Error = Errno.Last;
        if (n <= 0) return false;
        _end += n;
        return true;
    }

    public void Dispose() => file.Dispose();
}
