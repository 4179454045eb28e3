using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using MimeKit.Cryptography;
using MtaSuite.Common.Authentication.Arc;
using MtaSuite.Common.Authentication.Dkim;
using MtaSuite.Common.Authentication.Messages;

namespace MtaSuite.Tests.Unit.Authentication;

/// <summary>Chains of ARC (RFC 8617): ours, dkimpy's and MimeKit's.</summary>
public sealed class ArcTests
{
    private static readonly byte[] s_mail =
        TestMail.Bytes("From: A <a@example.com>\nTo: b@example.net\nSubject: one\n\nline  one \nline two\n\n");
    private const string Results = "mx.example.net;\r\n\tdkim=pass header.d=example.com;\r\n\tspf=pass smtp.mailfrom=example.com";

    [Test]
    public void Chains_of_ours([Values(1, 2, 3, 5)] int hops)
    {
        byte[] mail = s_mail;
        for (int i = 1; i <= hops; i++)
        {
            mail = [.. Encoding.ASCII.GetBytes($"Received: by hop{i}\r\n"), .. Seal(mail, i % 2 == 0 ? TestMail.Ed25519 : TestMail.Rsa)];
            ArcResult result = Verify(mail);
            Assert.That((result.Verdict, result.Sets, result.OldestPass, result.Reason), Is.EqualTo((DkimVerdict.Pass, i, 0, "")));
            Assert.That(result.Seals.Select(s => (s.Seal, s.Message, s.ChainValidation)),
                Is.EqualTo(Enumerable.Range(1, i).Select(k => (DkimVerdict.Pass, DkimVerdict.Pass, k == 1 ? "none" : "pass"))));
        }
        Assert.That(Verify(mail).Seals[0].AuthenticationResults, Is.EqualTo(Results));
    }

    [Test]
    public void A_message_without_sets() => Assert.That(Verify(s_mail), Is.SameAs(ArcResult.None));

    /// <summary>A list adds a footer: older message signatures fail, and the chain holds when the list seals.</summary>
    [Test]
    public void The_oldest_pass()
    {
        byte[] mail = Seal(Seal(s_mail));
        mail = [.. mail, .. "footer\r\n"u8];
        ArcResult result = Verify(mail);
        Assert.That((result.Verdict, result.Reason),
            Is.EqualTo((DkimVerdict.Fail, "message signature 2 of example.com: body hash did not verify")));
        // it seals what it checked before
        using BodyHashes hashes = new();
        MessageReader reader = new(new MemoryStream(mail));
        ArcSealer sealer = new(Options(), reader.ReadHeader(), hashes, TestMail.Now);
        reader.ReadBody(hashes);
        mail = Put(mail, sealer.Seal(new ArcResult(DkimVerdict.Pass, 2, "", []) { NextValidation = "pass" }, Results));
        mail = Seal(mail);
        result = Verify(mail);
        Assert.That((result.Verdict, result.OldestPass), Is.EqualTo((DkimVerdict.Pass, 3)), result.Reason);
        Assert.That(result.Seals.Select(s => s.Message), Is.EqualTo(new[] { DkimVerdict.None, DkimVerdict.Fail, DkimVerdict.Pass,
            DkimVerdict.Pass }));
    }

    [TestCase("Subject: one", "Subject: two", "message signature 3 of example.com: signature did not verify")]
    [TestCase("line two", "line too", "message signature 3 of example.com: body hash did not verify")]
    [TestCase("ARC-Authentication-Results: i=1; mx", "ARC-Authentication-Results: i=1; my",
        "seal 1 of example.com: signature did not verify")]
    [TestCase("ARC-Authentication-Results: i=2;", "ARC-Authentication-Results: i=4;", "set 2 of 4 is not complete")]
    [TestCase("ARC-Authentication-Results: i=2;", "ARC-Authentication-Results: i=1;", "there are two ARC-Authentication-Results with i=1")]
    [TestCase("ARC-Authentication-Results: i=2;", "ARC-Authentication-Results: i=0;", "ARC-Authentication-Results has no instance number")]
    [TestCase("ARC-Seal: i=2;", "ARC-Seal: i=99;", "ARC-Seal has no instance number from 1 to 50")]
    [TestCase("ARC-Seal: i=2;", "ARC-Seal: i=2; h=from;", "seal 2: h= does not belong in a seal")]
    [TestCase("ARC-Seal: i=2;", "X-Seal: i=2;", "set 2 of 3 is not complete")]
    [TestCase("cv=none", "cv=pass", "seal 1 has cv=pass")]
    [TestCase("cv=none", "cv=good", "seal 1: cv=good is not known")]
    [TestCase("h=from", "h=arc-seal:from", "message signature 3 of example.com: h= has ARC-Seal")]
    [TestCase("s=rsa", "s=none", "message signature 3 of example.com: no key: none._domainkey.example.com has no TXT record")]
    public void What_breaks_a_chain(string old, string with, string reason)
    {
        string mail = Encoding.Latin1.GetString(Seal(Seal(Seal(s_mail))));
        Assert.That(mail, Does.Contain(old));
        ArcResult result = Verify(Encoding.Latin1.GetBytes(mail.Replace(old, with)));
        Assert.That(result.Verdict, Is.EqualTo(DkimVerdict.Fail));
        Assert.That(result.Reason, Does.StartWith(reason));
        Assert.That(result.NextValidation, Is.EqualTo("fail"));
    }

    /// <summary>A broken chain is sealed as such once, and then no more.</summary>
    [Test]
    public void A_broken_chain()
    {
        byte[] broken = Encoding.Latin1.GetBytes(Encoding.Latin1.GetString(Seal(Seal(s_mail))).Replace("Subject: one", "Subject: two"));
        byte[] mail = Seal(broken);
        Assert.That(Encoding.Latin1.GetString(mail), Does.Match(@"^ARC-Seal: i=3;[^;]*; cv=fail;"));
        ArcResult result = Verify(mail);
        Assert.That((result.Verdict, result.Reason, result.NextValidation),
            Is.EqualTo((DkimVerdict.Fail, "the last seal says that the chain was broken before (i=3; cv=fail)", (string?)null)));
        Assert.That(Seal(mail), Is.EqualTo(mail));
    }

    [Test]
    public void Fifty_sets_are_the_limit()
    {
        byte[] mail = s_mail;
        for (int i = 0; i < 50; i++) mail = Seal(mail, TestMail.Ed25519);
        ArcResult result = Verify(mail);
        Assert.That((result.Verdict, result.Sets), Is.EqualTo((DkimVerdict.Pass, 50)), result.Reason);
        Assert.That(Seal(mail), Is.EqualTo(mail), "no more");
        foreach (string name in (string[])["ARC-Seal", "ARC-Message-Signature", "ARC-Authentication-Results"])
            mail = [.. Encoding.ASCII.GetBytes($"{name}: i=51; x\r\n"), .. mail];
        Assert.That(Verify(mail).Reason, Is.EqualTo("there are more than 50 sets"));
    }

    [Test]
    public void A_key_that_cannot_be_looked_up_is_temporary()
    {
        Dictionary<string, string> records = new(TestMail.Records) { ["rsa._domainkey.example.com"] = "SERVFAIL" };
        ArcResult result = Verify(Seal(s_mail), new TestKeys(records));
        Assert.That((result.Verdict, result.IsTemporary, result.NextValidation), Is.EqualTo((DkimVerdict.Fail, true, (string?)null)));
    }

    [Test]
    public void Chains_of_ours_at_dkimpy()
    {
        Dkimpy.Require();
        Dkimpy dkimpy = new();
        List<byte[]> mails = [];
        foreach (OddMessage odd in OddMessages.All.Where(m => m.Header is "plain header" or "folded fields" or "many Received"
            && !m.Body.Contains("LF")
            && !m.Body.Contains("very end")))
        {
            byte[] mail = odd.Bytes;
            for (int i = 0; i < 1 + mails.Count % 3; i++) mail = Seal(mail);
            mails.Add(mail);
        }
        Assert.That(mails, Has.Count.GreaterThan(50));
        foreach (byte[] mail in mails)
        {
            dkimpy.Add(new JsonObject { ["do"] = "arc", ["message"] = Convert.ToBase64String(mail) });
            dkimpy.Add(new JsonObject { ["do"] = "arc", ["message"] = Convert.ToBase64String([.. "Subject: evil\r\n"u8, .. mail]) });
        }
        string[] verdicts = [.. dkimpy.Run().Select(a => a.TryGetProperty("result", out JsonElement r) ? r.GetProperty("verdict")
            .GetString()! : a.ToString())];
        Assert.That(verdicts.Where((_, i) => i % 2 == 0), Is.All.EqualTo("pass"));
        Assert.That(verdicts.Where((_, i) => i % 2 == 1), Is.All.EqualTo("fail"));
    }

    [Test]
    public void Chains_of_dkimpy()
    {
        Dkimpy.Require();
        byte[][] mails = [.. OddMessages.All.Where(m => m.Header == "plain header" && !m.Body.Contains("LF")
            && !m.Body.Contains("very end")).Select(m => m.Bytes)];
        for (int hop = 1; hop <= 3; hop++)
        {
            Dkimpy dkimpy = new();
            string verdict = hop == 1 ? "none" : "pass";
            foreach (byte[] mail in mails)
            {
                string results = $"Authentication-Results: lists.example.org; arc={verdict}; dkim=pass\r\n";
                byte[] checkedMail = [.. Encoding.ASCII.GetBytes(results), .. mail];
                dkimpy.Add(new JsonObject
                {
                    ["do"] = "seal",
                    ["message"] = Convert.ToBase64String(checkedMail),
                    ["key"] = Dkimpy.Key(TestMail.Short),
                    ["selector"] = TestMail.ShortSelector,
                    ["domain"] = TestMail.Domain,
                    ["authserv"] = "lists.example.org",
                });
            }
            mails = [.. dkimpy.Run().Select(a => WithoutResults(Dkimpy.Message(a) ?? throw new AssertionException(a.ToString())))];
            foreach (byte[] mail in mails)
            {
                ArcResult result = Verify(mail);
                Assert.That((result.Verdict, result.Sets), Is.EqualTo((DkimVerdict.Pass, hop)), result.Reason);
                Assert.That(Verify([.. mail, .. "x\r\n"u8]).Verdict, Is.EqualTo(DkimVerdict.Fail));
                Assert.That(Verify(Seal(mail)).Verdict, Is.EqualTo(DkimVerdict.Pass), "with ours on top");
            }
        }
    }

    [Test]
    public void Chains_at_and_of_MimeKit()
    {
        MimeKit.Cryptography.ArcVerifier verifier = new(new MimeKitPeer());
        byte[] mail = Seal(Seal(s_mail, TestMail.Ed25519));
        using MimeKit.MimeMessage ours = MimeKit.MimeMessage.Load(new MemoryStream(mail));
        Assert.That(verifier.Verify(ours).Chain, Is.EqualTo(ArcSignatureValidationResult.Pass));
        using MimeKit.MimeMessage changed = MimeKit.MimeMessage.Load(new MemoryStream([.. mail, .. "x"u8]));
        Assert.That(verifier.Verify(changed).Chain, Is.EqualTo(ArcSignatureValidationResult.Fail));
        new MimeKitSealer().Sign(ours, (IList<string>)["From", "To", "Subject"]);
        MimeKit.FormatOptions options = MimeKit.FormatOptions.Default.Clone();
        options.NewLineFormat = MimeKit.NewLineFormat.Dos;
        using MemoryStream output = new();
        ours.WriteTo(options, output);
        ArcResult result = Verify(output.ToArray());
        Assert.That((result.Verdict, result.Sets), Is.EqualTo((DkimVerdict.Pass, 3)), result.Reason);
    }

    private sealed class MimeKitSealer() : ArcSigner(Dkimpy.Private(TestMail.Rsa), TestMail.Domain, TestMail.RsaSelector)
    {
        protected override AuthenticationResults GenerateArcAuthenticationResults(MimeKit.FormatOptions options,
            MimeKit.MimeMessage message,
            CancellationToken cancellationToken)
        {
            AuthenticationResults results = new("mx.example.net");
            results.Results.Add(new AuthenticationMethodResult("arc", "pass"));
            return results;
        }

        protected override Task<AuthenticationResults> GenerateArcAuthenticationResultsAsync(MimeKit.FormatOptions options,
            MimeKit.MimeMessage message, CancellationToken cancellationToken) =>
            Task.FromResult(GenerateArcAuthenticationResults(options, message, cancellationToken));
    }

    private static byte[] WithoutResults(byte[] mail) =>
        Encoding.Latin1.GetBytes(Regex.Replace(Encoding.Latin1.GetString(mail), "(?m)^Authentication-Results: [^\n]*\n", ""));

    private static ArcSealingOptions Options(DkimPrivateKey? key = null) => new()
    {
        Domain = TestMail.Domain,
        Selector = key == TestMail.Ed25519 ? TestMail.EdSelector : TestMail.RsaSelector,
        Key = key ?? TestMail.Rsa,
    };

    private static ArcResult Verify(byte[] mail, IDkimKeys? keys = null)
    {
        using BodyHashes hashes = new();
        MessageReader reader = new(new MemoryStream(mail));
        Common.Authentication.Arc.ArcVerifier verifier = new(reader.ReadHeader(), hashes, DkimLimits.Default, DateTimeOffset.UtcNow);
        reader.ReadBody(hashes);
        return verifier.VerifyAsync(keys ?? new TestKeys(TestMail.Records)).GetAwaiter().GetResult();
    }

    /// <summary>As a forwarder does it: verifies and seals in one pass.</summary>
    private static byte[] Seal(byte[] mail, DkimPrivateKey? key = null)
    {
        using BodyHashes hashes = new();
        MessageReader reader = new(new MemoryStream(mail));
        MessageHeader header = reader.ReadHeader();
        Common.Authentication.Arc.ArcVerifier verifier = new(header, hashes, DkimLimits.Default, DateTimeOffset.UtcNow);
        ArcSealer sealer = new(Options(key), header, hashes, DateTimeOffset.UtcNow);
        reader.ReadBody(hashes);
        return Put(mail, sealer.Seal(verifier.VerifyAsync(new TestKeys(TestMail.Records)).Result, Results));
    }

    private static byte[] Put(byte[] mail, IReadOnlyList<(string Name, string Value)> fields) =>
        [.. fields.SelectMany(f => FieldBytes.Make(f.Name, f.Value).Bytes.ToArray()), .. mail];
}
