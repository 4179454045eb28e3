namespace MtaSuite.Common.Smtp;

/// <summary>What <see cref="LineSplitter.Next"/> found.</summary>
public enum LineStatus : byte
{
    /// <summary>No line end yet: consume what was said to be consumed and come back with more input.</summary>
    Incomplete,
    /// <summary>A line, without its end.</summary>
    Complete,
    /// <summary>The end of a line longer than the limit; its text is gone.</summary>
    TooLong,
    /// <summary>A line so long that waiting for its end is pointless: hang up.</summary>
    Endless,
}

/// <summary>
/// Cuts command lines out of buffered input by slicing: nothing is copied, nothing is kept but a count. A line ends in CR LF or in
/// a bare LF (RFC 5321 2.3.8 knows the first only; which of the two it was is reported, policy is the caller's). A line above the limit
/// is skipped to its end in any number of pieces.
/// </summary>
public struct LineSplitter(int limit)
{
    /// <summary>How much of one overlong line is skipped, as a multiple of the limit, before it counts as endless.</summary>
    public const int SkipFactor = 64;

    private long _skipped;
    private int _scanned;

    /// <summary>The longest line accepted, in bytes without the line end.</summary>
    public readonly int Limit => limit;

    /// <summary>Looks for a line at the start of <paramref name="input"/>.</summary>
    /// <param name="input">Everything that is buffered. After Incomplete it must start with the same bytes, less those consumed.</param>
    /// <param name="line">The line without its end, a slice of the input; only for Complete.</param>
    /// <param name="consumed">Bytes to drop from the input, whatever the status.</param>
    /// <param name="bareLf">The line ended in LF without CR.</param>
    public LineStatus Next(ReadOnlySpan<byte> input, out ReadOnlySpan<byte> line, out int consumed, out bool bareLf)
    {
        line = default;
        bareLf = false;
        // What was searched before is not searched again, so that a line in many pieces costs no more than one in a single piece.
        int at = input[_scanned..].IndexOf((byte)'\n');
        if (at < 0) return Partial(input.Length, out consumed);
        at += _scanned;
        _scanned = 0;
        consumed = at + 1;
        if (_skipped > 0)
        {
            _skipped = 0;
            return LineStatus.TooLong;
        }
        int length = at;
        if (length > 0 && input[length - 1] == '\r') length--;
        else bareLf = true;
        if (length > limit) return LineStatus.TooLong;
        line = input[..length];
        return LineStatus.Complete;
    }

    /// <summary>Discards a partial line, when the input after it was discarded.</summary>
    public void Reset() => (_skipped, _scanned) = (0, 0);

    private LineStatus Partial(int length, out int consumed)
    {
        consumed = 0;
        _scanned = length;
        // One byte above the limit may be the CR of the line end.
        if (_skipped == 0 && length <= limit + 1) return LineStatus.Incomplete;
        consumed = length;
        _scanned = 0;
        _skipped += length;
        return _skipped > (long)limit * SkipFactor ? LineStatus.Endless : LineStatus.Incomplete;
    }
}
