using System.Text;
using System.Text.RegularExpressions;
using MtaSuite.Common.Authentication;
using MtaSuite.Common.Authentication.Dkim;
using MtaSuite.Common.Authentication.Messages;

namespace MtaSuite.Tests.Unit.Authentication;

/// <summary>What strangers may write into a message or a record costs a bounded time: 50 ms of CPU each are the aim, and ten times as much
/// is the limit here, which slow machines do not reach, and what is not linear does.</summary>
[NonParallelizable]
public sealed class HostileSignatureTests
{
    private static readonly TimeSpan s_limit = TimeSpan.FromMilliseconds(500);
    private const string Tags = "v=1; a=rsa-sha256; d=example.com; s=rsa; bh=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=; b=abcd; h=from";

    private static IEnumerable<TestCaseData> Messages()
    {
        static TestCaseData Case(string name, Func<string> make) => new TestCaseData(make).SetArgDisplayNames(name);
        static string Many(int count, Func<int, string> make) => string.Concat(Enumerable.Range(0, count).Select(make));
        yield return Case("10,000 signatures", () => Many(10_000, _ => $"DKIM-Signature: {Tags}\r\n") + "From: a@b.example\r\n");
        yield return Case("10,000 short signatures", () => Many(10_000, _ => "DKIM-Signature: a\r\n") + "From: a@b.example\r\n");
        yield return Case("4 MB of fields", () => $"DKIM-Signature: {Tags}\r\n" + Many(40_000, i => $"X-{i}: {new string('x', 90)}\r\n"));
        yield return Case("one field of 4 MB", () =>
            $"DKIM-Signature: {Tags}\r\nFrom: a@b.example\r\nX: {Many(60_000, _ => " " + new string('y', 62) + "\r\n")}X:\r\n");
        yield return Case("40,000 names in h=", () => $"DKIM-Signature: {Tags}{Many(40_000, _ => ":a")}\r\nFrom: a@b.example\r\n");
        yield return Case("1,000 names over 10,000 fields", () =>
            Many(5, _ => $"DKIM-Signature: {Tags}{Many(990, _ => ":a")}\r\n") + "From: a@b.example\r\n" + Many(20_000, _ => "a:\r\n"));
        yield return Case("20,000 tags", () => "DKIM-Signature: " + Many(20_000, i => $"a{i:x}=;") + "\r\nFrom: a@b.example\r\n");
        yield return Case("80,000 semicolons", () => $"DKIM-Signature: {new string(';', 80_000)}\r\nFrom: a@b.example\r\n");
        yield return Case("50 sets of ARC", () =>
            Many(50, i => $"ARC-Seal: i={i + 1}; {Tags.Replace("; h=from", "")}; cv={(i == 0 ? "none" : "pass")}\r\n"
            + $"ARC-Message-Signature: i={i + 1}; {Tags}{Many(200, _ => ":x")}\r\nARC-Authentication-Results: i={i + 1}; x\r\n")
                + "From: a@b.example\r\n"
            + Many(5_000, _ => "x: y\r\n"));
        yield return Case("10,000 fields of ARC", () => Many(10_000, i => $"ARC-Seal: i={i}\r\n") + "From: a@b.example\r\n");
        yield return Case("@ in From", () => Many(20, _ => $"DKIM-Signature: {Tags}\r\n") + $"From: {new string('@', 60_000)}\r\n");
    }

    [TestCaseSource(nameof(Messages))]
    public void A_message_costs_a_bounded_time(Func<string> make)
    {
        // as a milter gives it
        List<(byte[] Name, byte[] Value)> fields = [.. Regex.Split(make(), "\r\n(?! )").Where(f => f.Length > 0).Select(f =>
            (Encoding.ASCII.GetBytes(f[..f.IndexOf(':')]), Encoding.ASCII.GetBytes(f[(f.IndexOf(':') + 1)..].Replace("\r\n", "\n"))))];
        TestKeys keys = new(TestMail.Records);
        IReadOnlyList<DkimResult> results = [];
        Measure(() =>
        {
            using BodyHashes hashes = new();
            MessageHeader header = new();
            foreach ((byte[] name, byte[] value) in fields) header.Add(name, value);
            DkimVerifier verifier = new(header, hashes, DkimLimits.Default, TestMail.Now);
            Common.Authentication.Arc.ArcVerifier arc = new(header, hashes, DkimLimits.Default, TestMail.Now);
            hashes.Append("body\r\n"u8);
            hashes.Complete();
            results = verifier.VerifyAsync(keys).Result;
            Assert.That(arc.VerifyAsync(keys).Result.Verdict, Is.Not.EqualTo(DkimVerdict.Pass));
        });
        Assert.That(results, Has.Count.LessThanOrEqualTo(5));
        Assert.That(results.Select(r => r.Verdict), Has.None.EqualTo(DkimVerdict.Pass));
        Assert.That(results.Select(r => r.Reason.Length), Has.All.InRange(1, 200));
    }

    private static IEnumerable<TestCaseData> Keys()
    {
        static TestCaseData Case(string name, Func<string> make, string why) => new TestCaseData(make, why).SetArgDisplayNames(name);
        yield return Case("8192 bits", () => Key(Odd(1024), [1, 0, 1]), "8192 bits; at most 4096");
        yield return Case("even modulus", () => Key([0x80, .. new byte[255]], [1, 0, 1]), "cannot be used");
        yield return Case("exponent as long as the modulus", () => Key(Odd(384), Odd(384)), "cannot be used");
        yield return Case("even exponent", () => Key(Odd(256), [1, 0, 0]), "cannot be used");
        yield return Case("modulus of zeros", () => Key(new byte[256], [1, 0, 1]), "not an RSA key");
        yield return Case("512 bits", () => Key(Odd(64), [1, 0, 1]), "512 bits; 1024 are needed");
        yield return Case("64 KB", () => Key(Odd(45_000), [1, 0, 1]), "characters; at most 8192");
        yield return Case("not base64", () => "p=" + new string('!', 4000), "is not base64");
        yield return Case("not ASN.1", () => "p=" + new string('A', 4000), "not an RSA key");
        yield return Case("2,000 tags", () => string.Concat(Enumerable.Range(0, 1000).Select(i => $"a{i}=;")) + "p=", "revoked");
        yield return Case("another algorithm", () => "p=MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=", "not an RSA key");
    }

    [TestCaseSource(nameof(Keys))]
    public void A_key_costs_a_bounded_time(Func<string> make, string why)
    {
        byte[] signed = ReferenceSigner.Sign(TestMail.Bytes("From: a@example.com\n\nbody\n"), ReferenceSigner.Tags);
        string record = make();
        DkimResult? result = null;
        Dictionary<string, string> records = new() { ["rsa._domainkey.example.com"] = record };
        Measure(() => result = TestMail.VerifyOne(signed, new TestKeys(records)));
        Assert.That(result!.Verdict, Is.EqualTo(DkimVerdict.PermError));
        Assert.That(result.Reason, Does.Contain(why));
    }

    /// <summary>RFC 8301 demands that keys up to 4096 bits work.</summary>
    [TestCase(3072), TestCase(4096)]
    public void Large_keys_work(int bits)
    {
        using DkimPrivateKey key = DkimPrivateKey.GenerateRsa(bits);
        byte[] signed = TestMail.Sign(TestMail.Bytes("From: a@example.com\n\nbody\n"), TestMail.Options() with { Key = key });
        Dictionary<string, string> records = new() { ["rsa._domainkey.example.com"] = key.RecordText };
        DkimResult result = TestMail.VerifyOne(signed, new TestKeys(records));
        Assert.That(result.Verdict, Is.EqualTo(DkimVerdict.Pass), result.Reason);
    }

    /// <summary>A key is measured before it is loaded.</summary>
    [Test]
    public void Reading_a_record_does_not_load_the_key()
    {
        Assert.That(DkimRecord.TryParse(Key(Odd(1024), [1, 0, 1]), out DkimRecord record, out string problem), problem);
        Assert.That(record.Bits, Is.EqualTo(8192));
        Assert.That(DkimRecord.TryParse(Key([0, 0, .. Odd(256)], [1, 0, 1]), out _, out _), Is.False, "DER has no leading zeros");
    }

    private static void Measure(Action action)
    {
        action();
        TimeSpan before = Environment.CpuUsage.TotalTime;
        action();
        Assert.That(Environment.CpuUsage.TotalTime - before, Is.LessThan(s_limit));
    }

    private static byte[] Odd(int bytes)
    {
        byte[] number = new byte[bytes];
        new Random(bytes).NextBytes(number);
        number[0] |= 0x80;
        number[^1] |= 1;
        return number;
    }

    // written by hand: a library does not write what is not allowed
    private static string Key(byte[] modulus, byte[] exponent)
    {
        byte[] algorithm = Tlv(0x30, [.. Tlv(6, [0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 1, 1]), .. Tlv(5, [])]);
        byte[] key = Tlv(0x30, [.. Integer(modulus), .. Integer(exponent)]);
        return $"v=DKIM1; k=rsa; p={Convert.ToBase64String(Tlv(0x30, [.. algorithm, .. Tlv(3, [0, .. key])]))}";
    }

    private static byte[] Integer(byte[] number) => Tlv(2, number[0] >= 0x80 ? [0, .. number] : number);

    private static byte[] Tlv(byte tag, byte[] content) => content.Length switch
    {
        < 0x80 => [tag, (byte)content.Length, .. content],
        < 0x100 => [tag, 0x81, (byte)content.Length, .. content],
        _ => content.Length < 0x10000 ? [tag, 0x82, (byte)(content.Length >> 8), (byte)content.Length, .. content]
            : [tag, 0x83, (byte)(content.Length >> 16), (byte)(content.Length >> 8), (byte)content.Length, .. content],
    };
}
