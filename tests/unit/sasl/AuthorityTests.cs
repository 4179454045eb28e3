using System.Security.Cryptography;
using System.Text;
using MtaSuite.Common.Native;
using MtaSuite.Common.Sasl;
using MtaSuite.Common.Tables;
using MtaSuite.Smtpd.Auth.BackEnds;

namespace MtaSuite.Tests.Unit.Sasl;

/// <summary>Tables of password hashes, and tokens.</summary>
public sealed class AuthorityTests
{
    private static TableAuthority Authority(string value, string realm = "") =>
        new(Maps.Open($"inline:{{{{joe@example.com={value}}}}}"), realm, null);

    private static string Check(TableAuthority authority, string login, string password, string authzid = "")
    {
        SaslResult result = authority.CheckPassword(authzid, login, password);
        return $"{result.Status} {result.Login}";
    }

    [Test]
    public void A_verifier_survives_its_text()
    {
        ScramVerifier verifier = ScramVerifier.Make(ScramHash.Sha256, "s\u00e9same", 4096);
        Assert.That(ScramVerifier.TryParse(verifier.ToString(), out ScramVerifier again));
        Assert.That(again.Matches("s\u00e9same"));
        Assert.That(again.Matches("sesame"), Is.False);
        foreach (string bad in new[] { "", "{SCRAM-SHA-256}", "{SCRAM-SHA-256}0,AA==,AA==,AA==",
            "{SCRAM-SHA-1}" + verifier.ToString()[15..], "{SCRAM-SHA-256}x" })
            Assert.That(ScramVerifier.TryParse(bad, out _), Is.False, bad);
    }

    [TestCase("sha-1")]
    [TestCase("sha-256")]
    public void Passwords_in_clear_against_verifiers(string hash)
    {
        TableAuthority authority =
            Authority(ScramVerifier.Make(hash == "sha-1" ? ScramHash.Sha1 : ScramHash.Sha256, "secret", 4096).ToString());
        Assert.That(Check(authority, "Joe@Example.COM", "secret"), Is.EqualTo("Success joe@example.com"));
        Assert.That(Check(authority, "joe@example.com", "Secret"), Is.EqualTo("Failure joe@example.com"));
        // once more, now that it is remembered
        Assert.That(Check(authority, "joe@example.com", "secret"), Is.EqualTo("Success joe@example.com"));
        Assert.That(Check(authority, "joe@example.com", "secret2"), Is.EqualTo("Failure joe@example.com"));
        Assert.That(Check(authority, "jim@example.com", "secret"), Is.EqualTo("Failure jim@example.com"));
        Assert.That(Check(authority, "joe@example.com", "secret", "jim@example.com"), Is.EqualTo("Failure joe@example.com"));
    }

    // made by crypt(3) with known salts: SHA-crypt, and bcrypt
    [TestCase("$6$saltstring$svn8UoSVapNtMuq1ukKS4tPQd8iKwSMHWjl/O817G3uBnIFNjnQJuesI68u4OTLiBFdcbYEdFCoEOfaS35inz1", "Hello world!")]
    [TestCase("{SHA256-CRYPT}$5$saltstring$5B8vYYiY.CVt1RlTTf8KbXBH3hsxY/GNooZaBBGWEc5", "Hello world!")]
    [TestCase("{BLF-CRYPT}$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW", "U*U")]
    public void Passwords_of_crypt(string value, string password)
    {
        if (Crypt.Hash("x", "$6$saltstring$") is null) Assert.Ignore("no libcrypt");
        TableAuthority authority = Authority(value);
        Assert.That(Check(authority, "joe@example.com", password), Is.EqualTo("Success joe@example.com"));
        Assert.That(Check(authority, "joe@example.com", password + "x"), Is.EqualTo("Failure joe@example.com"));
    }

    [TestCase("plain-password")]
    [TestCase("{PLAIN}secret")]
    [TestCase("rqXexS6ZhobKA")]
    public void What_is_no_hash_lets_nobody_in(string value) =>
        Assert.That(Authority(value).CheckPassword("", "joe@example.com", value) is { Status: SaslStatus.Failure, Detail.Length: > 0 });

    [Test]
    public void A_realm_completes_logins()
    {
        TableAuthority authority = Authority(ScramVerifier.Make(ScramHash.Sha256, "secret", 4096).ToString(), "example.com");
        Assert.That(Check(authority, "joe", "secret"), Is.EqualTo("Success joe@example.com"));
        Assert.That(Check(authority, "joe@other", "secret"), Is.EqualTo("Failure joe@other"));
    }

    [Test]
    public void A_table_that_cannot_be_read_is_trouble_for_now() =>
        Assert.That(new TableAuthority(Maps.Open("fail:x"), "", null).CheckPassword("", "joe", "x").Status,
        Is.EqualTo(SaslStatus.Temporary));

    [Test]
    public void Salts_do_not_tell_who_exists()
    {
        TableAuthority authority = Authority(ScramVerifier.Make(ScramHash.Sha256, "secret").ToString());
        authority.FindVerifier(ScramHash.Sha256, "", "nobody@example.com", out ScramVerifier one, out string detail);
        authority.FindVerifier(ScramHash.Sha256, "", "nobody@example.com", out ScramVerifier two, out _);
        authority.FindVerifier(ScramHash.Sha256, "", "joe@example.com", out ScramVerifier real, out string none);
        Assert.That(one.Salt, Is.EqualTo(two.Salt).And.Length.EqualTo(real.Salt.Length));
        Assert.That(one.Iterations, Is.EqualTo(real.Iterations));
        Assert.That((detail.Length > 0, none), Is.EqualTo((true, "")));
    }

    private static string Url(byte[] bytes) => Convert.ToBase64String(bytes).TrimEnd('=').Replace('+', '-').Replace('/', '_');

    private static string Token(string header, string payload, Func<byte[], byte[]> sign)
    {
        string text = $"{Url(Encoding.UTF8.GetBytes(header))}.{Url(Encoding.UTF8.GetBytes(payload))}";
        return $"{text}.{Url(sign(Encoding.ASCII.GetBytes(text)))}";
    }

    [Test]
    public void Tokens()
    {
        using RSA rsa = RSA.Create(2048);
        using ECDsa ec = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        byte[] secret = RandomNumberGenerator.GetBytes(32);
        RSAParameters r = rsa.ExportParameters(false);
        ECParameters e = ec.ExportParameters(false);
        string jwks = $$"""
            {"keys":[{"kty":"RSA","kid":"r","n":"{{Url(r.Modulus!)}}","e":"{{Url(r.Exponent!)}}"},
            {"kty":"EC","kid":"e","crv":"P-256","x":"{{Url(e.Q.X!)}}","y":"{{Url(e.Q.Y!)}}"},
            {"kty":"oct","kid":"h","k":"{{Url(secret)}}"},{"kty":"OKP","crv":"Ed25519","x":"AA"}]}
            """;
        string pem = rsa.ExportSubjectPublicKeyInfoPem() + "\n" + ec.ExportSubjectPublicKeyInfoPem();
        long soon = DateTimeOffset.UtcNow.ToUnixTimeSeconds() + 300;
        string good = $$"""{"exp":{{soon}},"iss":"idp","aud":["mail","x"],"email":"Joe@example.com"}""";
        byte[] Rs(byte[] d) => rsa.SignData(d, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        byte[] Es(byte[] d) => ec.SignData(d, HashAlgorithmName.SHA256);
        byte[] Hs(byte[] d) => HMACSHA256.HashData(secret, d);
        TokenChecker json = Checker(jwks), pemKeys = Checker(pem);
        void Accepts(TokenChecker checker, string token) =>
            Assert.That(checker.Check("", token) is { Status: SaslStatus.Success, Login: "joe@example.com" },
            () => checker.Check("", token).ToString());
        void Refuses(string token, string why, string login = "") => Assert.That(json.Check(login, token).Detail, Does.Contain(why));
        foreach (TokenChecker checker in new[] { json, pemKeys })
        {
            Accepts(checker, Token("""{"alg":"RS256"}""", good, Rs));
            Accepts(checker, Token("""{"alg":"ES256"}""", good, Es));
        }
        Accepts(json, Token("""{"alg":"HS256","kid":"h"}""", good, Hs));
        Refuses(Token("""{"alg":"HS256"}""", good, d => HMACSHA256.HashData(Encoding.ASCII.GetBytes(pem), d)), "no key");
        Refuses(Token("""{"alg":"none"}""", good, _ => [0]), "no key");
        Refuses(Token("""{"alg":"RS256","kid":"e"}""", good, Rs), "no key");
        Refuses(Token("""{"alg":"RS256","crit":["x"]}""", good, Rs), "critical");
        Refuses(Token("""{"alg":"RS256"}""", good.Replace($"{soon}", $"{soon - 1000}"), Rs), "expired");
        Refuses(Token("""{"alg":"RS256"}""", """{"email":"joe@example.com"}""", Rs), "expiry");
        Refuses(Token("""{"alg":"RS256"}""", good.Replace("idp", "other"), Rs), "issuer");
        Refuses(Token("""{"alg":"RS256"}""", good.Replace("\"mail\"", "\"web\""), Rs), "audience");
        Refuses(Token("""{"alg":"RS256"}""", good.Replace("email", "name"), Rs), "no login");
        Refuses(Token("""{"alg":"RS256"}""", good, Rs), "joe@example.com", "jim@example.com");
        Refuses(Token("""{"alg":"RS256"}""", "[]", Rs), "object");
        Refuses("a.b", "JWT");
        Assert.That(new TokenChecker(new TokenKeys("/nonexistent"), new TokenRules("", "", ["email"]))
            .Check("", Token("""{"alg":"RS256"}""", good, Rs)).Status, Is.EqualTo(SaslStatus.Temporary));
    }

    private static TokenChecker Checker(string keys)
    {
        string file = Path.Combine(Path.GetTempPath(), Guid.NewGuid().ToString());
        File.WriteAllText(file, keys);
        TokenKeys loaded = new(file);
        Assert.That(loaded.Load(), Is.Null);
        File.Delete(file);
        return new TokenChecker(loaded, new TokenRules("idp", "mail", ["email"]));
    }
}
