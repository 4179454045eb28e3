using System.Text;
using MtaSuite.Common.Authentication.Dkim;
using MtaSuite.Common.Log;
using MtaSuite.Common.Native;

namespace MtaSuite.Mailauth.Signing;

/// <summary>
/// Private keys by the names of their files. Those of the signing table are read while the process still has root's rights; later ones
/// as far as mail_owner may read them. A file that others can read, or that belongs to another user, is refused. Owns the keys.
/// </summary>
/// <param name="owner">mail_owner's uid; files may belong to that user or to root.</param>
internal sealed class KeyStore(uint owner, TimeProvider time) : IDisposable
{
    /// <summary>More than a key of 16,384 bits has.</summary>
    private const int MaxFile = 64 * 1024;
    /// <summary>A file that could not be used is looked at again so much later: mail that waits for it may come quickly.</summary>
    private static readonly TimeSpan s_retry = TimeSpan.FromSeconds(10);
    private readonly Dictionary<string, (DkimPrivateKey? Key, string Problem, DateTimeOffset At)> _known = new(StringComparer.Ordinal);

    /// <summary>The key in a file; null with what is wrong.</summary>
    public DkimPrivateKey? Find(string path, out string problem)
    {
        DateTimeOffset now = time.GetUtcNow();
        if (_known.TryGetValue(path, out (DkimPrivateKey? Key, string Problem, DateTimeOffset At) known)
            && (known.Key != null || now - known.At < s_retry))
        {
            problem = known.Problem;
            return known.Key;
        }
        DkimPrivateKey? key = Load(path, out problem);
        if (problem.Length > 0 && problem != known.Problem) Log.Warning($"key {path}: {problem}");
        _known[path] = (key, problem, now);
        return key;
    }

    private DkimPrivateKey? Load(string path, out string problem)
    {
        using FileDescriptor? file = FileDescriptor.TryOpen(path, FileIO.O_RDONLY | FileIO.O_NONBLOCK | FileIO.O_NOCTTY);
        if (file == null || !FileStatus.TryGet(file.Fd, out FileStatus status))
        {
            problem = Errno.Text();
            return null;
        }
        problem = !status.IsRegular ? "it is no regular file"
            : (status.Permissions & FileModes.GroupAndOthers) != 0 ? "others than its owner can read or write it (chmod 600)"
            : status.Uid != 0 && status.Uid != owner ? "it belongs neither to root nor to mail_owner"
            : status.Size > MaxFile ? "it is too large for a key" : "";
        if (problem.Length > 0) return null;
        byte[] bytes = new byte[status.Size];
        int have = 0;
        for (int n; have < bytes.Length; have += n)
        {
            n = FileIO.PRead(file.Fd, bytes.AsSpan(have), have);
            if (n <= 0) break;
        }
        return DkimPrivateKey.TryParse(Encoding.Latin1.GetString(bytes, 0, have), out problem);
    }

    public void Dispose()
    {
        foreach ((DkimPrivateKey? key, _, _) in _known.Values) key?.Dispose();
    }
}
