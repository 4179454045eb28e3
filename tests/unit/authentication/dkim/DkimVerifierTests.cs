using System.Text;
using MtaSuite.Common.Authentication.Dkim;

namespace MtaSuite.Tests.Unit.Authentication;

/// <summary>Every verdict and its reason.</summary>
public sealed class DkimVerifierTests
{
    private static readonly byte[] s_mail =
        TestMail.Bytes("From: A <a@example.com>\nTo: b@example.net\nSubject: one\n\nline  one \nline two\n\n");
    private static readonly long s_now = TestMail.Now.ToUnixTimeSeconds();

    private static IEnumerable<TestCaseData> Signatures()
    {
        static TestCaseData Case(string tags, DkimVerdict verdict, string reason) =>
            new TestCaseData(tags.Replace("NOW", $"{s_now}"), verdict, reason).SetArgDisplayNames(tags.Replace(ReferenceSigner.Tags, "..."),
                reason);
        const string all = ReferenceSigner.Tags;
        static string But(string old, string with) => all.Replace(old, with);
        yield return Case(all, DkimVerdict.Pass, "");
        yield return Case(all + "; t=NOW; x=999999999999; q=dns/txt; z=From:a|To:b; unknown=x", DkimVerdict.Pass, "");
        yield return Case(all + "; i=joe@news.example.com", DkimVerdict.Pass, "");
        yield return Case(all + "; i=@EXAMPLE.com; q=foo:dns/txt", DkimVerdict.Pass, "");
        yield return Case(But("a=rsa-sha256", "a=RSA-SHA256"), DkimVerdict.Pass, "");
        yield return Case(But("d=example.com", "d=Example.COM"), DkimVerdict.Pass, "");
        yield return Case(But("h=From:To:Subject", "h=from : \r\n\tTO:Subject:Cc:subject:x-no"), DkimVerdict.Pass, "");
        yield return Case(But("c=relaxed/relaxed", "c=simple"), DkimVerdict.Pass, "");
        yield return Case(But("c=relaxed/relaxed; ", ""), DkimVerdict.Pass, "");
        yield return Case(But("c=relaxed/relaxed", "c=relaxed"), DkimVerdict.Pass, "");
        yield return Case(But("relaxed/relaxed", "simple/simple") + "; l=8", DkimVerdict.Pass,
            "only 8 of the body's 22 bytes are signed (l=)");
        yield return Case(all + "; l=0", DkimVerdict.Pass, "only 0 of the body's 20 bytes are signed (l=)");
        yield return Case(all + "; l=20", DkimVerdict.Pass, "");
        yield return Case(all + "; l=21", DkimVerdict.PermError, "l=21, but the body has 20 bytes");
        yield return Case(all + $"; l={new string('9', 76)}", DkimVerdict.PermError, "l=9223372036854775807, but the body has 20 bytes");
        yield return Case(all + "; l=-1", DkimVerdict.PermError, "l=-1 is not a length");
        yield return Case(all + "; l=1e3", DkimVerdict.PermError, "l=1e3 is not a length");
        yield return Case(all + "; x=" + (s_now - 1), DkimVerdict.Policy, "the signature expired at");
        yield return Case(all + "; t=NOW; x=NOW", DkimVerdict.PermError, "x= is not later than t=");
        yield return Case(all + "; t=" + (s_now + 100), DkimVerdict.Pass, "");
        yield return Case(all + "; t=" + (s_now + 4000), DkimVerdict.Policy, "the signature was made in the future");
        yield return Case(all + "; t=soon", DkimVerdict.PermError, "t=soon is not a time");
        yield return Case(all + "; q=http/json", DkimVerdict.PermError, "q=http/json: the key is not in the DNS");
        yield return Case(all + "; i=@example.org", DkimVerdict.PermError, "i=@example.org is not within example.com");
        yield return Case(all + "; i=@notexample.com", DkimVerdict.PermError, "i=@notexample.com is not within example.com");
        yield return Case(all + "; i=example.com", DkimVerdict.PermError, "i=example.com is not an address");
        yield return Case(But("v=1", "v=2"), DkimVerdict.PermError, "v=2 is not 1");
        yield return Case(But("v=1; ", ""), DkimVerdict.PermError, "v= is missing");
        yield return Case(But("a=rsa-sha256; ", ""), DkimVerdict.PermError, "a= is missing");
        yield return Case(But("d=example.com; ", ""), DkimVerdict.PermError, "d= is missing");
        yield return Case(But("s=rsa; ", ""), DkimVerdict.PermError, "s= is missing");
        yield return Case(But("; h=From:To:Subject", ""), DkimVerdict.PermError, "h= is missing");
        yield return Case(But("h=From:To:Subject", "h="), DkimVerdict.PermError, "h= is missing");
        yield return Case(But("From:", ""), DkimVerdict.PermError, "From is not signed (h=)");
        yield return Case(But("From:To", "From::To"), DkimVerdict.PermError, "h= has \"\", which is no field's name");
        yield return Case(But("rsa-sha256", "rsa-sha1"), DkimVerdict.PermError, "rsa-sha1 is no longer accepted (RFC 8301)");
        yield return Case(But("rsa-sha256", "dsa-sha256"), DkimVerdict.PermError, "a=dsa-sha256 is not known");
        yield return Case(But("rsa-sha256", "ed25519-sha256"), DkimVerdict.PermError,
            "the key is for rsa, the signature is ed25519-sha256");
        yield return Case(But("relaxed/relaxed", "nofws"), DkimVerdict.PermError, "c=nofws is not known");
        yield return Case(But("relaxed/relaxed", "relaxed/relaxed/x"), DkimVerdict.PermError, "c=relaxed/relaxed/x is not known");
        yield return Case(But("d=example.com", "d=com"), DkimVerdict.PermError, "d=com is not a domain");
        yield return Case(But("d=example.com", "d=a..b"), DkimVerdict.PermError, "d=a..b is not a domain");
        yield return Case(But("s=rsa", "s=a b"), DkimVerdict.PermError, "s=a b is not a selector");
        yield return Case(But("s=rsa", $"s={new string('a', 63)}.{new string('a', 63)}.{new string('a', 63)}.{new string('a', 40)}"),
            DkimVerdict.PermError, "s= and d= are too long together");
        yield return Case(all + "; bh=abcd", DkimVerdict.PermError, "bh= is not a SHA-256 hash");
        yield return Case(all + "; b=###", DkimVerdict.PermError, "b= is not base64");
        yield return Case(all + "; b=", DkimVerdict.PermError, "b= is missing");
        yield return Case(all + $"; b={new string('A', 4000)}", DkimVerdict.PermError, "b= is not base64");
        yield return Case(all + "; b=abcd", DkimVerdict.Fail, "signature did not verify");
        yield return Case(all + "; d=example.com", DkimVerdict.Neutral, "the field cannot be read: d= comes twice");
        yield return Case(all + ";; x", DkimVerdict.Neutral, "the field cannot be read: \"\" is not tag=value");
        yield return Case(all + "; z=\0", DkimVerdict.Neutral, "the field cannot be read: z= has a character");
        yield return Case(But("s=rsa", "s=none"), DkimVerdict.PermError, "no key: none._domainkey.example.com has no TXT record");
    }

    [TestCaseSource(nameof(Signatures))]
    public void Signatures_of_every_kind(string tags, DkimVerdict verdict, string reason)
    {
        DkimResult result = TestMail.VerifyOne(ReferenceSigner.Sign(s_mail, tags));
        Assert.That(result.Verdict, Is.EqualTo(verdict), result.Reason);
        Assert.That(result.Reason, reason.Length == 0 ? Is.Empty : Does.StartWith(reason));
    }

    [TestCase("v=DKIM1; k=rsa; h=sha1:sha256; s=email:x; t=s; n=note; p=KEY", DkimVerdict.Pass, "")]
    [TestCase("p=KEY", DkimVerdict.Pass, "")]
    [TestCase("k=rsa ; p=KEY;", DkimVerdict.Pass, "")]
    [TestCase("v=DKIM1; p=SHORT; s=rsa", DkimVerdict.PermError, "the key's record is wrong: s=rsa: the key is not for mail")]
    [TestCase("v=DKIM1; h=sha1; p=KEY", DkimVerdict.PermError, "the key's record does not allow sha256 (h=sha1)")]
    [TestCase("v=DKIM1; s=tlsrpt; p=KEY", DkimVerdict.PermError, "the key's record is wrong: s=tlsrpt: the key is not for mail")]
    [TestCase("v=DKIM1; p=", DkimVerdict.PermError, "the key is revoked (p= is empty)")]
    [TestCase("v=DKIM2; p=KEY", DkimVerdict.PermError, "the key's record is wrong: v=DKIM2 is not DKIM1")]
    [TestCase("p=KEY; v=DKIM1", DkimVerdict.PermError, "the key's record is wrong: v= is not the first tag")]
    [TestCase("v=DKIM1; k=rsa", DkimVerdict.PermError, "the key's record is wrong: p= is missing")]
    [TestCase("v=DKIM1; k=dsa; p=KEY", DkimVerdict.PermError, "k= of the key's record is neither rsa nor ed25519")]
    [TestCase("v=DKIM1; k=ed25519; p=EDKEY", DkimVerdict.PermError, "the key is for ed25519, the signature is rsa-sha256")]
    [TestCase("v=DKIM1; p=OTHER", DkimVerdict.Fail, "signature did not verify")]
    [TestCase("v=DKIM1; p=MIIB", DkimVerdict.PermError, "the key's record is wrong: p= is not an RSA key")]
    [TestCase("SERVFAIL", DkimVerdict.TempError, "SERVFAIL")]
    [TestCase("", DkimVerdict.PermError, "the key's record is wrong: \"\" is not tag=value")]
    public void Key_records_of_every_kind(string record, DkimVerdict verdict, string reason)
    {
        string text = record.Replace("EDKEY", Convert.ToBase64String(TestMail.Ed25519.PublicKey)).Replace("KEY",
            Convert.ToBase64String(TestMail.Rsa.PublicKey)).Replace("OTHER", Convert.ToBase64String(TestMail.Short.PublicKey));
        DkimResult result = TestMail.VerifyOne(ReferenceSigner.Sign(s_mail, ReferenceSigner.Tags),
            new TestKeys(new Dictionary<string, string> { ["rsa._domainkey.example.com"] = text }));
        Assert.That((result.Verdict, result.Reason), Is.EqualTo((verdict, result.Reason)));
        Assert.That(result.Reason, reason.Length == 0 ? Is.Empty : Does.StartWith(reason));
    }

    /// <summary>RFC 6376 names RSAPublicKey, and everybody publishes SubjectPublicKeyInfo.</summary>
    [Test]
    public void A_key_without_its_wrapping()
    {
        using System.Security.Cryptography.RSA rsa = System.Security.Cryptography.RSA.Create();
        rsa.ImportSubjectPublicKeyInfo(TestMail.Rsa.PublicKey, out _);
        Assert.That(TestMail.VerifyOne(ReferenceSigner.Sign(s_mail, ReferenceSigner.Tags), new TestKeys(new Dictionary<string, string>
        {
            ["rsa._domainkey.example.com"] = $"p={Convert.ToBase64String(rsa.ExportRSAPublicKey())}",
        })).Verdict, Is.EqualTo(DkimVerdict.Pass));
    }

    [Test]
    public void A_strict_key_and_a_testing_one()
    {
        TestKeys keys = new(new Dictionary<string, string> { ["rsa._domainkey.example.com"] = TestMail.Rsa.RecordText + "; t=s:y" });
        DkimResult result = TestMail.VerifyOne(ReferenceSigner.Sign(s_mail, ReferenceSigner.Tags + "; i=@x.example.com"), keys);
        Assert.That((result.Verdict, result.IsTesting), Is.EqualTo((DkimVerdict.PermError, true)));
        Assert.That(result.Reason, Is.EqualTo("the key's record says t=s, and i=@x.example.com is below example.com"));
        Assert.That(TestMail.VerifyOne(ReferenceSigner.Sign(s_mail, ReferenceSigner.Tags + "; i=x@example.com"), keys).Verdict,
            Is.EqualTo(DkimVerdict.Pass));
    }

    [Test]
    public void A_short_key_passes_and_is_named()
    {
        DkimResult result = TestMail.VerifyOne(TestMail.Sign(s_mail, TestMail.Options(TestMail.Short)));
        Assert.That((result.Verdict, result.Reason, result.KeyBits), Is.EqualTo((DkimVerdict.Pass, "the key has only 1024 bits", 1024)));
    }

    [TestCase("line two", "line too", "body hash did not verify")]
    [TestCase("Subject: one", "Subject: two", "signature did not verify")]
    [TestCase("one", "two", "neither signature nor body hash did verify")]
    public void What_was_changed_is_told(string old, string with, string reason)
    {
        foreach (DkimPrivateKey key in (DkimPrivateKey[])[TestMail.Rsa, TestMail.Ed25519])
        {
            byte[] signed = TestMail.Sign(s_mail, TestMail.Options(key));
            int field = signed.Length - s_mail.Length;
            string text = Encoding.Latin1.GetString(signed), changed = text[..field] + text[field..].Replace(old, with);
            DkimResult result = TestMail.VerifyOne(Encoding.Latin1.GetBytes(changed));
            Assert.That((result.Verdict, result.Reason), Is.EqualTo((DkimVerdict.Fail, reason)));
        }
    }

    [Test]
    public void A_second_author_is_named()
    {
        byte[] signed = ReferenceSigner.Sign([.. "From: x@example.org\r\n"u8, .. s_mail], ReferenceSigner.Tags);
        Assert.That(TestMail.VerifyOne(signed).Reason, Is.EqualTo("1 of 2 From fields are not signed"));
    }

    [Test]
    public void Domains_in_UTF_8()
    {
        byte[] mail = [.. "From: a@b\u00fccher.example\r\nTo: x\r\nSubject: y\r\n\r\n"u8];
        TestKeys keys = new(new Dictionary<string, string> { ["rsa._domainkey.xn--bcher-kva.example"] = TestMail.Rsa.RecordText });
        byte[] signed = ReferenceSigner.Sign(mail, "v=1; a=rsa-sha256; c=relaxed/relaxed; d=b\u00c3\u00bccher.example; s=rsa; h=from");
        DkimResult result = TestMail.VerifyOne(signed, keys);
        Assert.That((result.Verdict, result.Domain), Is.EqualTo((DkimVerdict.Pass, "xn--bcher-kva.example")), result.Reason);
    }

    /// <summary>Of too many signatures those of the author's domain are looked at.</summary>
    [Test]
    public void Too_many_signatures()
    {
        byte[] signed = ReferenceSigner.Sign(s_mail, ReferenceSigner.Tags);
        for (int i = 0; i < 20; i++) signed = ReferenceSigner.Sign(signed, ReferenceSigner.Tags.Replace("d=example.com",
            $"d=x{i}.example.net"));
        TestKeys keys = new(TestMail.Records);
        IReadOnlyList<DkimResult> results = TestMail.Verify(signed, keys);
        Assert.That(results.Select(r => r.Verdict == DkimVerdict.Pass ? r.Domain : ""),
            Is.EqualTo(new[] { "", "", "", "", "example.com" }));
        Assert.That(keys.Questions, Is.EqualTo(5));
    }

    [Test]
    public void A_signature_that_names_signatures_does_not_sign_itself()
    {
        byte[] signed = ReferenceSigner.Sign(s_mail, ReferenceSigner.Tags);
        signed = ReferenceSigner.Sign(signed, ReferenceSigner.Tags.Replace("h=", "h=DKIM-Signature:DKIM-Signature:"));
        Assert.That(TestMail.Verify(signed).Select(r => r.Verdict), Is.All.EqualTo(DkimVerdict.Pass));
        // the lower one is signed by the upper one
        byte[] changed = Encoding.Latin1.GetBytes(Encoding.Latin1.GetString(signed).Replace("h=From:To:Subject", "h=From:To:subject"));
        Assert.That(TestMail.Verify(changed)[0].Verdict, Is.EqualTo(DkimVerdict.Fail));
    }

    /// <summary>One lookup for a key that several signatures use.</summary>
    [Test]
    public void A_key_is_asked_for_once()
    {
        TestKeys keys = new(TestMail.Records);
        Assert.That(TestMail.Verify(TestMail.Sign(s_mail, TestMail.Options(), TestMail.Options(), TestMail.Options()), keys),
            Has.Count.EqualTo(3));
        Assert.That(keys.Questions, Is.EqualTo(1));
    }

    [Test]
    public void Keys_are_kept_within_a_bound()
    {
        DkimKeyCache cache = new(DkimLimits.Default, 10);
        DkimKeyAnswer first = cache.Find(TestMail.Ed25519.RecordText);
        Assert.That(cache.Find(TestMail.Ed25519.RecordText), Is.SameAs(first));
        for (int i = 0; i < 1000; i++)
        {
            cache.Find($"n={i}; p=");
            Assert.That(cache.Count, Is.LessThanOrEqualTo(10));
        }
        Assert.That(cache.Find(TestMail.Ed25519.RecordText), Is.Not.SameAs(first));
        Assert.That(cache.Find(["n=garbage", TestMail.Ed25519.RecordText]).Verdict, Is.EqualTo(DkimVerdict.Pass));
        Assert.That(cache.Find(Enumerable.Repeat("x", 100)).Verdict, Is.EqualTo(DkimVerdict.PermError));
    }
}
