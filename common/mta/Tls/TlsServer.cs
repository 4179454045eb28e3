using System.Text;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Native;
using MtaSuite.Common.Tables;

namespace MtaSuite.Common.Tls;

/// <summary>
/// The server's contexts: the one of the configured keys, and those of names that clients ask for. Key files that change are read again, at
/// most once a second; what cannot be used is refused with a warning and the keys before it stay. Not thread-safe.
/// </summary>
public sealed class TlsServer : IDisposable
{
    private static readonly TimeSpan s_look = TimeSpan.FromSeconds(1), s_day = TimeSpan.FromDays(1), s_soon = TimeSpan.FromDays(7);
    private const int MaxNames = 1000;
    private static readonly Dictionary<nint, TlsServer> s_servers = [];
    private static nint s_lastId;

    private sealed record Named(string Value, TlsContext Context, KeyPairFiles Files, long Stamp);

    private readonly TlsContextSettings _settings;
    private readonly KeyPairFiles _files;
    private readonly Maps _names, _contents;
    private readonly TimeProvider _clock;
    private readonly Dictionary<string, Named?> _named = new(StringComparer.OrdinalIgnoreCase);
    private readonly nint _id;
    private TlsContext? _context;
    private long _stamp, _looked, _warned;

    /// <param name="names">tls_server_sni_maps, opened with <see cref="TableOptions.InPlace"/>: a handshake waits for no name.</param>
    /// <param name="contents">
    /// The same tables opened with <see cref="TableOptions.ValuesNameFiles"/>: the content of files that only root may read, from before
    /// its rights were given up.
    /// </param>
    public TlsServer(TlsContextSettings settings, KeyPairFiles files, Maps names, TimeProvider clock, Maps? contents = null)
    {
        _contents = contents ?? Maps.Empty;
        _settings = settings;
        _files = files;
        _names = names;
        _clock = clock;
        lock (s_servers) s_servers[_id = ++s_lastId] = this;
    }

    /// <summary>Reads the keys for the first time; false with the reason.</summary>
    public bool TryLoad(out string error)
    {
        long stamp = _files.Stamp();
        TlsContext? made = Make(_files.Load(out error), ref error);
        if (made == null) return false;
        if (!_names.IsEmpty)
        {
            SslServerName.ContextForName = FindContext;
            SslServerName.Serve(made.Handle, _id);
        }
        _context?.Dispose();
        (_context, _stamp, _looked) = (made, stamp, _clock.GetTimestamp());
        WarnOfExpiry();
        return true;
    }

    /// <summary>The context for the next connection; null when there never was one.</summary>
    public TlsContext? Context
    {
        get
        {
            if (_context == null || _clock.GetElapsedTime(_looked) < s_look) return _context;
            _looked = _clock.GetTimestamp();
            long stamp = _files.Stamp();
            if (_clock.GetElapsedTime(_warned) > s_day) WarnOfExpiry();
            if (stamp == 0 || stamp == _stamp) return _context;
            if (TryLoad(out string error)) Log.Log.Info($"TLS keys and certificates have changed: the new ones are in use");
            else Log.Log.Warning($"TLS keys and certificates have changed and cannot be used, the old ones stay: {error}");
            _stamp = stamp;
            return _context;
        }
    }

    /// <summary>The leaf certificates in use expire after these times, the soonest first.</summary>
    public TimeSpan TimeLeft { get; private set; } = TimeSpan.MaxValue;

    private void WarnOfExpiry()
    {
        _warned = _clock.GetTimestamp();
        foreach ((string name, TimeSpan left) in _leaves)
        {
            if (left < TimeSpan.Zero) Log.Log.Warning($"the TLS certificate of {name} has expired");
            else if (left < s_soon) Log.Log.Warning($"the TLS certificate of {name} expires in {(int)left.TotalHours} hours");
        }
    }

    private List<(string Name, TimeSpan Left)> _leaves = [];

    private TlsContext? Make(List<KeyPair>? keys, ref string error)
    {
        if (keys == null) return null;
        TlsContext? context = TlsContext.TryCreate(_settings, keys, out error);
        if (context == null) return null;
        _leaves = [];
        foreach (KeyPair pair in keys)
        {
            nint certificate = SslCertificate.Parse(pair.Chain[0]);
            if (certificate == 0) continue;
            _leaves.Add((SslCertificate.SubjectCommonName(certificate), SslCertificate.TimeLeft(certificate)));
            SslCertificate.Free(certificate);
        }
        TimeLeft = _leaves.Count == 0 ? TimeSpan.MaxValue : _leaves.Min(l => l.Left);
        return context;
    }

    // ---- names (SNI) -----------------------------------------------------------------------------------------------

    private static nint FindContext(nint id, string name)
    {
        TlsServer? server;
        lock (s_servers) server = s_servers.GetValueOrDefault(id);
        return server?.ContextFor(name)?.Handle ?? 0;
    }

    /// <summary>The client's name has certificates of its own.</summary>
    public bool HasName(string name) => name.Length > 0 && !_names.IsEmpty && ContextFor(name) != null;

    /// <summary>The context of a name, or of ".domain" for names below it; null: the default certificates.</summary>
    private TlsContext? ContextFor(string name)
    {
        if (!HostName.IsValid(name))
        {
            Log.Log.Warning($"TLS SNI {name} is not a valid host name");
            return null;
        }
        for (string key = name; key.Length > 0;)
        {
            LookupResult found = _names.LookupAsync(key).Completed();
            if (found.IsError) Log.Log.Warning($"{found.ErrorText}");
            if (!found.IsNotFound) return found.IsFound ? Load(key, found.Value) : null;
            int dot = key.IndexOf('.', 1);
            if (dot < 0) break;
            key = key[dot..];
        }
        return null;
    }

    private TlsContext? Load(string key, string value)
    {
        bool held = _named.TryGetValue(key, out Named? named);
        if (held && named != null && named.Value == value
            && (named.Files.IsEmpty || named.Files.Stamp() is var now && (now == named.Stamp || now == 0))) return named.Context;
        List<KeyPair>? keys = Pairs(value, out KeyPairFiles files, out string error);
        if (keys == null && named == null && _contents.LookupAsync(key).Completed() is { IsFound: true } content)
            keys = Pairs(content.Value, out _, out error);
        TlsContext? made = keys == null ? null : TlsContext.TryCreate(_settings, keys, out error);
        if (made == null)
        {
            Log.Log.Warning($"TLS keys and certificates of {key} cannot be used: {error}");
            return named?.Context;
        }
        if (_named.Count >= MaxNames) Forget();
        named?.Context.Dispose();
        _named[key] = new Named(value, made, files, files.Stamp());
        return made;
    }

    private void Forget()
    {
        foreach (Named? n in _named.Values) n?.Context.Dispose();
        _named.Clear();
    }

    /// <summary>The value is a list of chain files, or, from an indexed table, their content in base64.</summary>
    private static List<KeyPair>? Pairs(string value, out KeyPairFiles files, out string error)
    {
        files = new KeyPairFiles([], []);
        byte[] content = new byte[value.Length];
        if (!value.StartsWith('/') && Convert.TryFromBase64String(value, content, out int length))
        {
            List<KeyPair> pairs = [];
            if (KeyPairs(content.AsSpan(0, length), pairs, out error)) return pairs;
            return null;
        }
        files = new KeyPairFiles(Config.ConfigList.Split(value), []);
        return files.Load(out error);
    }

    private static bool KeyPairs(ReadOnlySpan<byte> text, List<KeyPair> pairs, out string error) =>
        KeyPairFiles.TryAddChains(Encoding.Latin1.GetString(text), pairs, out error);

    public void Dispose()
    {
        lock (s_servers) s_servers.Remove(_id);
        _context?.Dispose();
        Forget();
    }
}
