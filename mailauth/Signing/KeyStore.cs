using MtaSuite.Common.Authentication.Dkim;
using MtaSuite.Common.Log;

namespace MtaSuite.Mailauth.Signing;

/// <summary>
/// Private keys by the names of their files. Those of the signing table are read while the process still has root's rights; later ones
/// as far as mail_owner may read them. A file that others can read, or that belongs to another user, is refused. Owns the keys.
/// </summary>
/// <param name="owner">mail_owner's uid; files may belong to that user or to root.</param>
internal sealed class KeyStore(uint owner, TimeProvider time) : IDisposable
{
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
        DkimPrivateKey? key = DkimPrivateKey.TryLoad(path, owner, out problem);
        if (problem.Length > 0 && problem != known.Problem) Log.Warning($"key {path}: {problem}");
        _known[path] = (key, problem, now);
        return key;
    }

    public void Dispose()
    {
        foreach ((DkimPrivateKey? key, _, _) in _known.Values) key?.Dispose();
    }
}
