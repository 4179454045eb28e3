using MtaSuite.Common.Native;

namespace MtaSuite.Tools.Sendmail;

/// <summary>
/// A message that is read to its end before it is submitted: a slow program in front of sendmail keeps no connection open, and
/// what was refused for
/// the moment can be submitted again. In memory while it is small, then in a temporary file without a name; where the user may make none,
/// in memory up to a bound.
/// </summary>
internal sealed class SpooledInput : IDisposable
{
    private const int InMemory = 256 * 1024, MostInMemory = 256 * 1024 * 1024;
    private readonly MemoryStream _memory = new();
    private const int OwnerOnly = 0x180; // 0600
    private int _fd = -1;
    private bool _hasNoFolder;

    public long Length { get; private set; }

    /// <summary>Keeps a piece; the reason where that cannot be done.</summary>
    public string? Add(ReadOnlySpan<byte> data)
    {
        if (_fd < 0 && !_hasNoFolder && _memory.Length + data.Length > InMemory && Open() is { } problem) return problem;
        if (_fd < 0 && _memory.Length + data.Length > MostInMemory) return "no folder for a temporary file (TMPDIR, /tmp, /var/tmp)";
        Length += data.Length;
        if (_fd < 0) _memory.Write(data);
        else if (!Libc.WriteAll(_fd, data)) return $"write temporary file: {Libc.ErrorText()}";
        return null;
    }

    private string? Open()
    {
        string path = "";
        foreach (string? folder in (string?[])[Environment.GetEnvironmentVariable("TMPDIR"), "/tmp", "/var/tmp"])
        {
            if (string.IsNullOrEmpty(folder) || _fd >= 0) continue;
            path = $"{folder}/sendmail-{Guid.NewGuid():N}";
            _fd = Libc.Open(path, Libc.O_RDWR | Libc.O_CREAT | Libc.O_EXCL | Libc.O_CLOEXEC | Libc.O_NOFOLLOW, OwnerOnly);
        }
        _hasNoFolder = _fd < 0;
        if (_hasNoFolder) return null;
        _ = Libc.Unlink(path);
        return Libc.WriteAll(_fd, _memory.GetBuffer().AsSpan(0, (int)_memory.Length)) ? null : $"write temporary file: {Libc.ErrorText()}";
    }

    /// <summary>Gives all of it to <paramref name="take"/>, which says whether to go on; false when the temporary file cannot be
    /// read.</summary>
    public bool CopyTo(Func<ReadOnlyMemory<byte>, bool> take)
    {
        if (_fd < 0)
        {
            _ = take(_memory.GetBuffer().AsMemory(0, (int)_memory.Length));
            return true;
        }
        byte[] piece = new byte[32 * 1024];
        for (long done = 0; done < Length;)
        {
            int n = Libc.PRead(_fd, piece, done);
            if (n <= 0) return false;
            if (!take(piece.AsMemory(0, n))) return true;
            done += n;
        }
        return true;
    }

    public void Dispose()
    {
        if (_fd >= 0) _ = Libc.Close(_fd);
        _fd = -1;
    }
}
