using MtaSuite.Common.Authentication.Dkim;
using MtaSuite.Common.Native;

namespace MtaSuite.Tests.E2e.Harness;

/// <summary>Keys of a domain in files that mailauth accepts, an RSA key and an Ed25519 key, and their records.</summary>
internal sealed class SigningKeys
{
    private static readonly Lazy<DkimPrivateKey> s_rsa = new(() => DkimPrivateKey.GenerateRsa(2048)),
        s_ed25519 = new(DkimPrivateKey.GenerateEd25519);

    private readonly string _folder;

    /// <param name="folder">Where the files are made.</param>
    public SigningKeys(string folder)
    {
        _folder = folder;
        Write("rsa.pem", s_rsa.Value);
        Write("ed.pem", s_ed25519.Value);
    }

    private void Write(string name, DkimPrivateKey key)
    {
        File.WriteAllText($"{_folder}/{name}", key.ToPem());
        File.SetUnixFileMode($"{_folder}/{name}", (UnixFileMode)FileModes.PrivateFile);
    }

    /// <summary>The value of a signing table: both keys.</summary>
    public string Both => $"r1:{_folder}/rsa.pem,e1:{_folder}/ed.pem";

    public string Rsa => $"r1:{_folder}/rsa.pem";

    /// <summary>Lines for a name server.</summary>
    public static string[] Records(string domain) =>
    [
        $"r1._domainkey.{domain} TXT {s_rsa.Value.RecordText}", $"e1._domainkey.{domain} TXT {s_ed25519.Value.RecordText}",
    ];
}
