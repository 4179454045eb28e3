using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using MtaSuite.Common.Authentication.Arc;
using MtaSuite.Common.Authentication.Dkim;
using MtaSuite.Common.Authentication.Messages;
using MtaSuite.Tests.Unit.Authentication;
using MtaSuite.Tools.Postdkim;

namespace MtaSuite.Tests.Fuzz;

/// <summary>
/// Messages, signatures, sets of ARC, key records and files of records made of nonsense: nothing faults, nothing passes, every refusal has
/// a reason; and canonical fields against an expression.
/// </summary>
public static class SignatureFuzz
{
    private static readonly string[] s_words = ["DKIM-Signature:", "ARC-Seal:", "ARC-Message-Signature:", "ARC-Authentication-Results:",
        "From:", "\r\n", "\r\n ",
        "\r\n\r\n", "v=1;", "a=rsa-sha256;", "a=ed25519-sha256;", "d=example.com;", "s=rsa;", "h=from;", "h=from:to;", "i=1;", "i=2;",
            "cv=none;", "cv=pass;",
        "b=abcd;", "b=;", "bh=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=;", "c=relaxed/simple;", "l=1;", "x=1;", "t=1;", "q=dns/txt;",
            " ", "\t", ";", "=", ":",
        "a", "\0", "\u00fc", "\r", "\n"];

    public static void Message(ReadOnlySpan<byte> input)
    {
        byte[] message = Encoding.Latin1.GetBytes(string.Concat(input.ToArray().Select(b => s_words[b % s_words.Length])));
        using BodyHashes hashes = new();
        MessageReader reader = new(new MemoryStream(message));
        MessageHeader header = reader.ReadHeader();
        DkimVerifier dkim = new(header, hashes, DkimLimits.Default, TestMail.Now);
        ArcVerifier arc = new(header, hashes, DkimLimits.Default, TestMail.Now);
        reader.ReadBody(hashes);
        TestKeys keys = new(TestMail.Records);
        foreach (DkimResult result in dkim.VerifyAsync(keys).Result)
            if (result.Verdict is DkimVerdict.Pass or DkimVerdict.None
                || result.Reason.Length == 0) throw new InvalidOperationException($"{result}");
        ArcResult chain = arc.VerifyAsync(keys).Result;
        if (chain.Verdict == DkimVerdict.Pass || (chain.Verdict == DkimVerdict.Fail
            && chain.Reason.Length == 0)) throw new InvalidOperationException($"{chain}");
        foreach (FieldBytes field in header.Fields) Field(field);
    }

    private static void Field(FieldBytes field)
    {
        System.Buffers.ArrayBufferWriter<byte> output = new();
        CanonicalField.Write(output, Canonicalization.Relaxed, field.Bytes.Span, withLineEnd: false);
        string text = Encoding.Latin1.GetString(field.Bytes.Span), value = text[(text.IndexOf(':') + 1)..];
        string expected = $"{field.Name.ToLowerInvariant()}:{Regex.Replace(value.Replace("\r\n", ""), "[ \t]+", " ").Trim(' ')}";
        if (Encoding.Latin1.GetString(output.WrittenSpan) != expected) throw new InvalidOperationException($"{expected}, not {output}");
    }

    /// <summary>Reading a key's size and loading it agree.</summary>
    public static void Key(ReadOnlySpan<byte> input)
    {
        byte[] bytes = input.ToArray();
        if (!RsaPublicKey.TryRead(bytes, out RSAParameters parameters)) return;
        if (RsaPublicKey.Bits(parameters) < 1) throw new InvalidOperationException("bits");
        DkimKeyAnswer answer = new DkimKeyCache(DkimLimits.Default).Find($"p={Convert.ToBase64String(bytes)}");
        if (answer.Verdict == DkimVerdict.Pass) answer.Key!.Verify(new byte[32], new byte[256]);
        else if (answer.Reason.Length == 0) throw new InvalidOperationException("no reason");
    }

    public static void Files(ReadOnlySpan<byte> input)
    {
        string text = Encoding.Latin1.GetString(input);
        RecordFile.Parse(text).Find("a");
        if (SigningKey.ParseAll(text, out string problem) is { } keys ? keys.Any(k => k.Path[0] != '/') : problem.Length == 0)
            throw new InvalidOperationException(problem);
        using DkimPrivateKey? key = DkimPrivateKey.TryParse(text, out problem);
        if (key == null && problem.Length == 0) throw new InvalidOperationException("no reason");
    }

    [Test]
    public static void Messages() => FuzzRunner.Run(Message, 6376, [.. Enumerable.Range(0, 256).Select(i => (byte)i)], 60);

    [Test]
    public static void Keys() => FuzzRunner.Run(static input =>
    {
        byte[] key = TestMail.Short.PublicKey;
        for (int i = 0; i + 1 < input.Length; i += 2) key[input[i] % key.Length] ^= input[i + 1];
        Key(key);
        Key(input);
    }, 8017, [0x30, 0x82, 2, 3, 6, 0, 1, 0x81, 0x80], 8);

    [Test]
    public static void Files_of_records_and_keys() => FuzzRunner.Run(Files, 1035,
        "a.b _domainkey TXT\n\"()\\;v=DKIM1:/,-----BEGIN PRIVATE KEY"u8, 80);
}
