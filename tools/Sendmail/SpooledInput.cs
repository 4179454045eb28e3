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
    private FileDescriptor? _file;
    private bool _hasNoFolder;

    public long Length { get; private set; }

    /// <summary>Keeps a piece; the reason where that cannot be done.</summary>
    public string? Add(ReadOnlySpan<byte> data)
    {
        if (_file == null && !_hasNoFolder && _memory.Length + data.Length > InMemory && Open() is { } problem) return problem;
        if (_file == null && _memory.Length + data.Length > MostInMemory) return "no folder for a temporary file (TMPDIR, /tmp, /var/tmp)";
        Length += data.Length;
        if (_file == null) _memory.Write(data);
        else if (!FileIO.WriteAll(_file.Fd, data)) return $"write temporary file: {Errno.Text()}";
        return null;
    }

    private string? Open()
    {
        string path = "";
        foreach (string? folder in (string?[])[Environment.GetEnvironmentVariable("TMPDIR"), "/tmp", "/var/tmp"])
        {
            if (string.IsNullOrEmpty(folder) || _file != null) continue;
            path = $"{folder}/sendmail-{Guid.NewGuid():N}";
            const int flags = FileIO.O_RDWR | FileIO.O_CREAT | FileIO.O_EXCL | FileIO.O_NOFOLLOW;
            _file = FileDescriptor.TryOpen(path, flags, FileModes.PrivateFile);
        }
        _hasNoFolder = _file == null;
        if (_file == null) return null;
        _ = Paths.Unlink(path);
        bool ok = FileIO.WriteAll(_file.Fd, _memory.GetBuffer().AsSpan(0, (int)_memory.Length));
        return ok ? null : $"write temporary file: {Errno.Text()}";
    }

    /// <summary>Gives all of it to <paramref name="take"/>, which says whether to go on; false when the temporary file cannot be
    /// read.</summary>
    public bool CopyTo(Func<ReadOnlyMemory<byte>, bool> take)
    {
        if (_file == null)
        {
            _ = take(_memory.GetBuffer().AsMemory(0, (int)_memory.Length));
            return true;
        }
        byte[] piece = new byte[32 * 1024];
        for (long done = 0; done < Length;)
        {
            int n = FileIO.PRead(_file.Fd, piece, done);
            if (n <= 0) return false;
            if (!take(piece.AsMemory(0, n))) return true;
            done += n;
        }
        return true;
    }

    public void Dispose()
    {
        _file?.Dispose();
        _file = null;
    }
}
