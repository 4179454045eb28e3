using MtaSuite.Common.Dns;

namespace MtaSuite.Common.Tls.Client;

/// <summary>
/// Certificates and public keys that are trusted instead of the authorities: a server's chain must have one of them, or be signed by one,
/// whatever stands above it. They are given to the library as TLSA records of usage 2 (RFC 6698 2.1.1: trust anchor), full certificate or
/// key.
/// </summary>
/// <param name="Key">Tells one set from another.</param>
public sealed record TrustAnchors(IReadOnlyList<TlsaRecord> Records, string Key)
{
    private const byte Anchor = 2, Certificate = 0, PublicKey = 1, Full = 0;

    /// <summary>Reads PEM files; null with what is wrong with them.</summary>
    public static TrustAnchors? Load(IReadOnlyList<string> files, out string error)
    {
        List<TlsaRecord> records = [];
        error = "";
        foreach (string file in files)
        {
            if (!KeyPairFiles.TryRead(file, out string text, out error)) return null;
            bool parsed = PemFile.TryParse(text, out List<PemObject> objects, out string problem);
            int before = records.Count;
            foreach (PemObject item in objects)
                if (item.IsCertificate || item.Label == "PUBLIC KEY")
                    records.Add(new TlsaRecord(file, TimeSpan.Zero, Anchor, item.IsCertificate ? Certificate : PublicKey, Full, item.Der));
            if (parsed && records.Count > before) continue;
            error = $"{file}: {(parsed ? "no certificate and no public key" : problem)}";
            return null;
        }
        return new TrustAnchors(records, KeyOf(files));
    }

    /// <summary>What <see cref="Key"/> is for the files as they are now.</summary>
    internal static string KeyOf(IReadOnlyList<string> files) => $"{string.Join(' ', files)} {new KeyPairFiles(files, []).Stamp():x}";
}
