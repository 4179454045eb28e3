using System.Diagnostics;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using MimeKit.Cryptography;
using MtaSuite.Common.Authentication.Dkim;
using MtaSuite.Tests.E2e.Harness;
using Org.BouncyCastle.Crypto;
using Org.BouncyCastle.Crypto.Parameters;
using Org.BouncyCastle.Security;

namespace MtaSuite.Tests.Unit.Authentication;

/// <summary>dkimpy (Debian's python3-dkim with python3-nacl): all jobs in one process, tests/lib/dkim_peer.py.</summary>
internal sealed class Dkimpy
{
    private readonly JsonArray _jobs = [];

    /// <summary>Skips the test where it is not installed.</summary>
    public static void Require()
    {
        if (!File.Exists("/usr/bin/python3") || Programs.Run("/usr/bin/python3", ["-c", "import dkim, nacl, authres"]).ExitCode != 0)
            Assert.Ignore("not installed: python3-dkim, python3-nacl, python3-authres");
    }

    public int Add(JsonObject job)
    {
        _jobs.Add((JsonNode)job);
        return _jobs.Count - 1;
    }

    public int Verify(byte[] message, int index = 0) => Add(new JsonObject
    {
        ["do"] = "verify",
        ["message"] = Convert.ToBase64String(message),
        ["index"] = index,
    });

    /// <summary>The answers, in the order of the jobs.</summary>
    public JsonElement[] Run()
    {
        JsonObject records = [];
        foreach ((string name, string text) in TestMail.Records) records[name] = text;
        JsonObject task = new() { ["records"] = records, ["jobs"] = _jobs };
        string output = Programs.Run("/usr/bin/python3", [$"{Programs.Root}/tests/lib/dkim_peer.py"], task.ToJsonString()).Succeeded()
            .Output;
        JsonElement[] answers = [.. JsonDocument.Parse(output).RootElement.EnumerateArray()];
        Assert.That(answers, Has.Length.EqualTo(_jobs.Count));
        return answers;
    }

    public static bool Passed(JsonElement answer) => answer.TryGetProperty("result", out JsonElement result)
        && result.ValueKind == JsonValueKind.True;

    /// <summary>A message that was made; null: it refused.</summary>
    public static byte[]? Message(JsonElement answer) =>
        answer.TryGetProperty("result", out JsonElement result) ? Convert.FromBase64String(result.GetString()!) : null;

    /// <summary>A key as it wants it: PKCS #1, or the bytes of an Ed25519 key in base64.</summary>
    public static string Key(DkimPrivateKey key)
    {
        AsymmetricKeyParameter parameters = Private(key);
        if (parameters is Ed25519PrivateKeyParameters ed25519)
            return Convert.ToBase64String(Encoding.ASCII.GetBytes(Convert.ToBase64String(ed25519.GetEncoded())));
        using System.Security.Cryptography.RSA rsa = System.Security.Cryptography.RSA.Create();
        rsa.ImportFromPem(key.ToPem());
        return Convert.ToBase64String(Encoding.ASCII.GetBytes(rsa.ExportRSAPrivateKeyPem() + "\n"));
    }

    public static AsymmetricKeyParameter Private(DkimPrivateKey key) =>
        PrivateKeyFactory.CreateKey(Convert.FromBase64String(string.Concat(key.ToPem().Split('\n').Where(l => !l.StartsWith('-')))));
}

/// <summary>Debian's opendkim in its test mode, all messages in one process.</summary>
internal sealed class OpenDkim : IDisposable
{
    private const int Together = 40;
    private readonly string _folder = Directory.CreateTempSubdirectory("mtasuite-opendkim-").FullName;

    public OpenDkim()
    {
        Programs.Require("opendkim");
        File.WriteAllText($"{_folder}/key", TestMail.Rsa.ToPem());
        File.SetUnixFileMode($"{_folder}/key", UnixFileMode.UserRead);
        File.WriteAllLines($"{_folder}/dns", TestMail.Records.Select(r => $"{r.Key} {r.Value}"));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    /// <summary>For each message whether its signatures are good.</summary>
    public bool[] Verify(IReadOnlyList<byte[]> messages)
    {
        string output = Run(messages, $"TestDNSData {_folder}/dns\nMode v\nSyslog no\n");
        HashSet<int> passed = [.. Regex.Matches(output, @"opendkim: \S*/m(\d+): verification \([^)\n]*d=example\.com[^)\n]*\) succeeded")
            .Select(m => int.Parse(m.Groups[1].Value, null))];
        return [.. messages.Select((_, i) => passed.Contains(i))];
    }

    /// <summary>The messages with a signature; null: it refused.</summary>
    public byte[]?[] Sign(IReadOnlyList<byte[]> messages, string canonicalization)
    {
        string output = Run(messages, $"Mode s\nDomain {TestMail.Domain}\nSelector {TestMail.RsaSelector}\nKeyFile {_folder}/key\n"
            + $"RequireSafeKeys no\nCanonicalization {canonicalization}\nOversignHeaders From,To,Subject\nSyslog no\n");
        byte[]?[] signed = new byte[]?[messages.Count];
        foreach (Match m in Regex.Matches(output, @"opendkim: \S*/m(\d+):\n(DKIM-Signature: (?:[^\n]*\r\n\t)*[^\n]*)\n"))
        {
            int i = int.Parse(m.Groups[1].Value, null);
            signed[i] = [.. Encoding.Latin1.GetBytes(m.Groups[2].Value + "\r\n"), .. messages[i]];
        }
        return signed;
    }

    private string Run(IReadOnlyList<byte[]> messages, string configuration)
    {
        File.WriteAllText($"{_folder}/conf", configuration);
        for (int i = 0; i < messages.Count; i++) File.WriteAllBytes($"{_folder}/m{i}", messages[i]);
        StringBuilder output = new();
        foreach (int[] some in Enumerable.Range(0, messages.Count).Chunk(Together))
        {
            // a message that it cannot read ends its run: then each is given alone
            ProgramResult result = RunOn(some);
            if (result.ExitCode == 0) output.Append(result.Output);
            else foreach (int one in some) output.Append(RunOn([one]).Output);
        }
        return output.ToString();
    }

    private ProgramResult RunOn(int[] messages) => Programs.Run("opendkim", ["-x", $"{_folder}/conf", "-t",
        string.Join(',', messages.Select(i => $"{_folder}/m{i}"))]);
}

/// <summary>MimeKit's own verifier and signer.</summary>
internal sealed class MimeKitPeer : DkimPublicKeyLocatorBase
{
    public override AsymmetricKeyParameter LocatePublicKey(string methods, string domain, string selector,
        CancellationToken token = default)
    {
        DkimPrivateKey key = selector == TestMail.RsaSelector ? TestMail.Rsa : selector == TestMail.EdSelector ? TestMail.Ed25519
            : TestMail.Short;
        return key.KeyType == MtaSuite.Common.Authentication.DkimKeyType.Rsa ? PublicKeyFactory.CreateKey(key.PublicKey)
            : new Ed25519PublicKeyParameters(key.PublicKey);
    }

    public override Task<AsymmetricKeyParameter> LocatePublicKeyAsync(string methods, string domain, string selector,
        CancellationToken token = default) => Task.FromResult(LocatePublicKey(methods, domain, selector, token));

    public bool Verify(byte[] message)
    {
        using MimeKit.MimeMessage mail = MimeKit.MimeMessage.Load(new MemoryStream(message));
        MimeKit.Header? field = mail.Headers.FirstOrDefault(h => h.Id == MimeKit.HeaderId.DkimSignature);
        try
        {
            return field != null && new MimeKit.Cryptography.DkimVerifier(this).Verify(mail, field);
        }
        catch (FormatException)
        {
            return false;
        }
    }

    public static byte[] Sign(byte[] message, string canonicalization, bool isEd25519)
    {
        using MimeKit.MimeMessage mail = MimeKit.MimeMessage.Load(new MemoryStream(message));
        MimeKit.Cryptography.DkimSigner signer = new(Dkimpy.Private(isEd25519 ? TestMail.Ed25519 : TestMail.Rsa), TestMail.Domain,
            isEd25519 ? TestMail.EdSelector : TestMail.RsaSelector, isEd25519 ? DkimSignatureAlgorithm.Ed25519Sha256
                : DkimSignatureAlgorithm.RsaSha256)
        {
            HeaderCanonicalizationAlgorithm = canonicalization.StartsWith("simple", StringComparison.Ordinal)
                ? DkimCanonicalizationAlgorithm.Simple
                : DkimCanonicalizationAlgorithm.Relaxed,
            BodyCanonicalizationAlgorithm = canonicalization.EndsWith("simple", StringComparison.Ordinal)
                ? DkimCanonicalizationAlgorithm.Simple
                : DkimCanonicalizationAlgorithm.Relaxed,
        };
        MimeKit.FormatOptions options = MimeKit.FormatOptions.Default.Clone();
        options.NewLineFormat = MimeKit.NewLineFormat.Dos;
        signer.Sign(options, mail, (IList<string>)["From", "To", "Subject"]);
        using MemoryStream output = new();
        mail.WriteTo(options, output);
        return output.ToArray();
    }
}
