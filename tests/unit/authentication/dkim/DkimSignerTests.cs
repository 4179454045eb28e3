using System.Text;
using MtaSuite.Common.Authentication;
using MtaSuite.Common.Authentication.Dkim;
using MtaSuite.Common.Authentication.Messages;

namespace MtaSuite.Tests.Unit.Authentication;

/// <summary>What signatures look like, and what they protect.</summary>
public sealed class DkimSignerTests
{
    private const string Mail = "From: a@example.com\nTo: b@example.net\nSubject: one\nReceived: x\nReceived: y\n\nbody\n";

    [Test]
    public void The_field_is_folded_and_has_its_tags_in_order()
    {
        TagList tags = Tags(TestMail.Options() with { Lifetime = TimeSpan.FromDays(7), Identity = "@sub.example.com" }, out string field);
        Assert.That(string.Join(' ', tags.Tags.Select(t => t.Key)), Is.EqualTo("v a c d s t x i h bh b"));
        Assert.That(field.Split("\r\n"), Has.All.Length.InRange(1, 78));
        Assert.That(field.Split("\r\n").Skip(1), Has.All.StartsWith("\t"));
        Assert.That(tags["t"], Is.EqualTo($"{TestMail.Now.ToUnixTimeSeconds()}"));
        Assert.That(tags["x"], Is.EqualTo($"{TestMail.Now.AddDays(7).ToUnixTimeSeconds()}"));
        Assert.That((tags["a"], tags["c"], tags["d"], tags["s"], tags["i"]),
            Is.EqualTo(("rsa-sha256", "relaxed/relaxed", TestMail.Domain, TestMail.RsaSelector, "@sub.example.com")));
    }

    [Test]
    public void Fields_are_named_as_often_as_they_are_there_and_once_more()
    {
        DkimSigningOptions options = TestMail.Options() with { Fields = ["Subject", "received", "X-None"], Oversigned = ["Subject", "Cc"] };
        Assert.That(Names(options), Is.EqualTo("from:subject:subject:received:received:cc"));
        Assert.That(Names(options with { Oversigned = ["From"], Fields = [] }), Is.EqualTo("from:from"));
    }

    [Test]
    public void Two_keys_sign_at_once([Values("relaxed/relaxed", "simple/simple", "relaxed/simple", "simple/relaxed")] string kind)
    {
        byte[] signed = TestMail.Sign(TestMail.Bytes(Mail), TestMail.Options(TestMail.Rsa, kind), TestMail.Options(TestMail.Ed25519, kind));
        IReadOnlyList<DkimResult> results = TestMail.Verify(signed);
        Assert.That(results.Select(r => (r.Algorithm, r.Verdict, r.Reason, r.KeyBits)), Is.EqualTo(new[]
        {
            ("ed25519-sha256", DkimVerdict.Pass, "", 256), ("rsa-sha256", DkimVerdict.Pass, "", 2048),
        }));
        Assert.That(results[0].Identity, Is.EqualTo("@example.com"));
        Assert.That(Encoding.ASCII.GetString(signed), Does.Contain($"b={results[0].SignaturePrefix}"));
    }

    [TestCase("From: evil@example.org\n", false)]
    [TestCase("Subject: another\n", false)]
    [TestCase("Cc: another@example.org\n", false)]
    [TestCase("X-Spam: no\n", true)]
    [TestCase("Received: from here\n", true)]
    public void Nobody_adds_a_field_that_is_signed(string added, bool passes)
    {
        byte[] signed = TestMail.Sign(TestMail.Bytes(Mail), TestMail.Options());
        DkimResult result = TestMail.VerifyOne([.. TestMail.Bytes(added), .. signed]);
        Assert.That(result.Verdict, Is.EqualTo(passes ? DkimVerdict.Pass : DkimVerdict.Fail));
        Assert.That(result.Reason, Is.EqualTo(passes ? "" : "signature did not verify"));
    }

    [Test]
    public void Keys_are_read_in_every_form()
    {
        using System.Security.Cryptography.RSA rsa = System.Security.Cryptography.RSA.Create(2048);
        string seed = Convert.ToBase64String(Enumerable.Range(0, 32).Select(i => (byte)i).ToArray());
        foreach (string text in (string[])[rsa.ExportPkcs8PrivateKeyPem(), rsa.ExportRSAPrivateKeyPem(), seed, TestMail.Rsa.ToPem(),
            TestMail.Ed25519.ToPem(),
            "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC\n-----END PRIVATE KEY-----\n"])
        {
            using DkimPrivateKey? key = DkimPrivateKey.TryParse(text, out string problem);
            Assert.That(key, Is.Not.Null, problem);
            Assert.That(DkimRecord.TryParse(key!.RecordText, out DkimRecord record, out problem), problem);
            Assert.That(DkimPublicKey.TryCreate(record, out DkimPublicKey? pub, out problem), problem);
            byte[] hash = new byte[32];
            Assert.That(pub!.Verify(hash, key.Sign(hash)));
            Assert.That(pub.Verify(new byte[32].Append((byte)1).Skip(1).ToArray(), key.Sign(hash)), Is.False);
        }
    }

    [TestCase("", "neither a PEM text nor an Ed25519 key")]
    [TestCase("-----BEGIN PRIVATE KEY-----\nMC4C\n-----END PRIVATE KEY-----\n", "no private key that can be used")]
    [TestCase("-----BEGIN PUBLIC KEY-----\nMC4C\n-----END PUBLIC KEY-----\n", "not a private key")]
    [TestCase("-----BEGIN ENCRYPTED PRIVATE KEY-----\nMC4C\n-----END ENCRYPTED PRIVATE KEY-----\n", "pass phrase")]
    [TestCase("-----BEGIN PRIVATE KEY-----\n", "damaged")]
    public void Keys_that_are_refused(string text, string why)
    {
        Assert.That(DkimPrivateKey.TryParse(text, out string problem), Is.Null);
        Assert.That(problem, Does.Contain(why));
    }

    [Test]
    public void A_key_that_is_too_short_is_refused()
    {
        using System.Security.Cryptography.RSA rsa = System.Security.Cryptography.RSA.Create(768);
        Assert.That(DkimPrivateKey.TryParse(rsa.ExportPkcs8PrivateKeyPem(), out string problem), Is.Null);
        Assert.That(problem, Does.Contain("768 bits"));
    }

    [Test]
    public void A_key_file_that_others_can_read_is_refused()
    {
        string path = Path.GetTempFileName();
        try
        {
            File.WriteAllText(path, TestMail.Ed25519.ToPem());
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.GroupRead);
            Assert.That(DkimPrivateKey.TryLoad(path, out string problem), Is.Null);
            Assert.That(problem, Does.Contain("others than its owner can read"));
            File.SetUnixFileMode(path, UnixFileMode.UserRead);
            using DkimPrivateKey? key = DkimPrivateKey.TryLoad(path, out problem);
            Assert.That(key?.Algorithm, Is.EqualTo("ed25519-sha256"), problem);
            Assert.That(DkimPrivateKey.TryLoad(path + ".none", out problem), Is.Null);
            Assert.That(problem, Does.Contain("No such file"));
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Test]
    public void A_header_that_is_too_large_is_not_signed()
    {
        using BodyHashes hashes = new();
        MessageHeader header = new(100);
        header.Add("X"u8, new byte[200]);
        DkimSigner signer = new(TestMail.Options(), header, hashes, TestMail.Now);
        Assert.That(signer.Problem, Is.EqualTo("the header has 204 bytes; at most 100 can be signed"));
    }

    private static TagList Tags(DkimSigningOptions options, out string field)
    {
        byte[] message = TestMail.Bytes(Mail), signed = TestMail.Sign(message, options);
        field = Encoding.ASCII.GetString(signed.AsSpan(0, signed.Length - message.Length - 2));
        Assert.That(field, Does.StartWith("DKIM-Signature: v=1; "));
        Assert.That(TagList.TryParse(field[(field.IndexOf(':') + 1)..], out TagList tags, out string problem), problem);
        return tags;
    }

    private static string Names(DkimSigningOptions options) => string.Concat(Tags(options, out _)["h"]!.Where(c => !char.IsWhiteSpace(c)));
}
