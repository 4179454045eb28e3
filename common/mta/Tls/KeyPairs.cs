using System.Text;
using MtaSuite.Common.Config;
using MtaSuite.Common.Native;

namespace MtaSuite.Common.Tls;

/// <summary>A private key and the certificates that go with it, DER, the leaf first.</summary>
public sealed record KeyPair(byte[] Key, List<byte[]> Chain);

/// <summary>Where keys and certificates are: chain files (key, certificate, chain, key, ...), or pairs of files.</summary>
/// <param name="ChainFiles">Read as if they were one file.</param>
/// <param name="Pairs">Certificate file and key file; they may be the same.</param>
public sealed record KeyPairFiles(IReadOnlyList<string> ChainFiles, IReadOnlyList<(string Certificate, string Key)> Pairs)
{
    private const long MaxFile = 1024 * 1024;

    /// <summary>Nothing is configured.</summary>
    public bool IsEmpty => ChainFiles.Count == 0 && Pairs.Count == 0;

    /// <summary>All files, each once.</summary>
    public IEnumerable<string> Files => ChainFiles.Concat(Pairs.SelectMany(p => new[] { p.Certificate, p.Key })).Distinct();

    /// <summary>Reads all files; null with the reason.</summary>
    public List<KeyPair>? Load(out string error)
    {
        List<KeyPair> result = [];
        StringBuilder text = new();
        foreach (string file in ChainFiles)
        {
            if (!TryRead(file, out string part, out error)) return null;
            text.Append(part).Append('\n');
        }
        bool good = TryAddChains(text.ToString(), result, out error);
        if (good && ChainFiles.Count > 0 && result.Count == 0) good = Fail(out error, "there is no private key and no certificate in it");
        if (!good)
        {
            error = $"{string.Join(", ", ChainFiles)}: {error}";
            return null;
        }
        foreach ((string certificate, string key) in Pairs)
            if (!TryAddPair(certificate, key, result, out error)) return null;
        return result;
    }

    /// <summary>Adds the pairs of a text in the order key, certificate, chain; false with what is wrong.</summary>
    public static bool TryAddChains(string text, List<KeyPair> result, out string error)
    {
        if (!PemFile.TryParse(text, out List<PemObject> objects, out error)) return false;
        KeyPair? current = null;
        foreach (PemObject item in objects)
        {
            if (item.IsKey)
            {
                if (current is { Chain.Count: 0 }) return Fail(out error, "a private key has no certificate behind it");
                result.Add(current = new KeyPair(item.Der, []));
            }
            else if (item.IsCertificate)
            {
                if (current == null) return Fail(out error, "a certificate has no private key before it");
                current.Chain.Add(item.Der);
            }
        }
        return current is not { Chain.Count: 0 } || Fail(out error, "a private key has no certificate behind it");
    }

    private static bool TryAddPair(string certificateFile, string keyFile, List<KeyPair> result, out string error)
    {
        if (!TryObjects(certificateFile, out List<PemObject> certificates, out error)) return false;
        List<PemObject> keys = certificates;
        if (keyFile != certificateFile && !TryObjects(keyFile, out keys, out error)) return false;
        KeyPair pair = new(keys.FirstOrDefault(o => o.IsKey).Der ?? [], [.. certificates.Where(o => o.IsCertificate).Select(o => o.Der)]);
        if (pair.Chain.Count == 0) return Fail(out error, $"{certificateFile}: there is no certificate in it");
        if (pair.Key.Length == 0) return Fail(out error, $"{keyFile}: there is no private key in it");
        result.Add(pair);
        return true;
    }

    private static bool TryObjects(string file, out List<PemObject> objects, out string error)
    {
        objects = [];
        if (!TryRead(file, out string text, out error)) return false;
        if (PemFile.TryParse(text, out objects, out string problem)) return true;
        return Fail(out error, $"{file}: {problem}");
    }

    private static bool Fail(out string error, string text)
    {
        error = text;
        return false;
    }

    /// <summary>The text of a file of keys; false with the reason.</summary>
    public static bool TryRead(string file, out string text, out string error)
    {
        text = error = "";
        if (FileStatus.TryGet(file, out FileStatus status) && status.Size > MaxFile) return Fail(out error, $"{file}: too large");
        return ConfigFile.TryRead(file, Encoding.Latin1, out text, out string reason) || Fail(out error, $"open {file}: {reason}");
    }

    /// <summary>Identifies a state of the files; 0 for a file that cannot be examined.</summary>
    public long Stamp() => Stamp(Files);

    /// <inheritdoc cref="Stamp()"/>
    public static long Stamp(IEnumerable<string> files)
    {
        HashCode hash = new();
        foreach (string file in files)
        {
            if (!FileStatus.TryGet(file, out FileStatus status)) return 0;
            hash.Add((status.Device, status.Inode, status.Size, status.ModifiedSeconds, status.ModifiedNanoseconds));
        }
        return (long)hash.ToHashCode() | 1L << 32;
    }
}
