using System.Text;
using MtaSuite.Common.Authentication.Dkim;
using MtaSuite.Common.Authentication.Messages;

namespace MtaSuite.Tests.Unit.Authentication;

/// <summary>Signs and verifies messages that are given as bytes or as text with LF, which becomes CRLF.</summary>
internal static class TestMail
{
    public const string Domain = "example.com", RsaSelector = "rsa", EdSelector = "ed", ShortSelector = "short";
    public static readonly DateTimeOffset Now = DateTimeOffset.FromUnixTimeSeconds(DateTimeOffset.UtcNow.ToUnixTimeSeconds());
    public static readonly DkimPrivateKey Rsa = DkimPrivateKey.GenerateRsa(2048), Ed25519 = DkimPrivateKey.GenerateEd25519(),
        Short = DkimPrivateKey.GenerateRsa(1024);

    /// <summary>The records of the three keys.</summary>
    public static readonly Dictionary<string, string> Records = new()
    {
        [$"{RsaSelector}._domainkey.{Domain}"] = Rsa.RecordText,
        [$"{EdSelector}._domainkey.{Domain}"] = Ed25519.RecordText,
        [$"{ShortSelector}._domainkey.{Domain}"] = Short.RecordText,
    };

    public static byte[] Bytes(string text) => Encoding.Latin1.GetBytes(text.ReplaceLineEndings("\r\n"));

    public static DkimSigningOptions Options(DkimPrivateKey? key = null, string canonicalization = "relaxed/relaxed")
    {
        key ??= Rsa;
        return new DkimSigningOptions
        {
            Domain = Domain,
            Selector = key == Rsa ? RsaSelector : key == Ed25519 ? EdSelector : ShortSelector,
            Key = key,
            Header = canonicalization.StartsWith("simple", StringComparison.Ordinal) ? Canonicalization.Simple : Canonicalization.Relaxed,
            Body = canonicalization.EndsWith("simple", StringComparison.Ordinal) ? Canonicalization.Simple : Canonicalization.Relaxed,
        };
    }

    /// <summary>The message with signatures on top, the last option's first.</summary>
    public static byte[] Sign(byte[] message, params DkimSigningOptions[] options)
    {
        using BodyHashes hashes = new();
        MessageReader reader = new(new MemoryStream(message));
        MessageHeader header = reader.ReadHeader();
        DkimSigner[] signers = [.. options.Select(o => new DkimSigner(o, header, hashes, Now))];
        Assert.That(signers.Select(s => s.Problem), Is.All.Empty);
        reader.ReadBody(hashes);
        byte[] signed = message;
        foreach (DkimSigner signer in signers)
            signed = [.. FieldBytes.Make(DkimSigner.FieldName, signer.Sign()).Bytes.Span, .. signed];
        return signed;
    }

    public static IReadOnlyList<DkimResult> Verify(byte[] message, IDkimKeys? keys = null, DkimLimits? limits = null,
        DateTimeOffset? now = null)
    {
        using BodyHashes hashes = new();
        MessageReader reader = new(new MemoryStream(message));
        DkimVerifier verifier = new(reader.ReadHeader(), hashes, limits ?? DkimLimits.Default, now ?? Now);
        reader.ReadBody(hashes);
        return verifier.VerifyAsync(keys ?? new TestKeys(Records)).GetAwaiter().GetResult();
    }

    /// <summary>The result for a message with one signature.</summary>
    public static DkimResult VerifyOne(byte[] message, IDkimKeys? keys = null, DateTimeOffset? now = null) =>
        Verify(message, keys, now: now).Single();
}

/// <summary>Keys of a list of records; a name with the text "SERVFAIL" cannot be looked up.</summary>
internal sealed class TestKeys(IReadOnlyDictionary<string, string> records, DkimLimits? limits = null) : IDkimKeys
{
    private readonly DkimKeyCache _cache = new(limits ?? DkimLimits.Default);

    public int Questions { get; private set; }

    public ValueTask<DkimKeyAnswer> FindAsync(string selector, string domain)
    {
        Questions++;
        string name = DnsDkimKeys.NameOf(selector, domain);
        return new(!records.TryGetValue(name, out string? text) ? DkimKeyAnswer.PermError($"no key: {name} has no TXT record")
            : text == "SERVFAIL" ? DkimKeyAnswer.TempError("SERVFAIL") : _cache.Find(text));
    }
}
