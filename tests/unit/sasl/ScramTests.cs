using System.Text;
using MtaSuite.Common.Sasl;
using MtaSuite.Common.Sasl.Client;
using MtaSuite.Smtpd.Auth.Mechanisms;

namespace MtaSuite.Tests.Unit.Sasl;

/// <summary>The examples of RFC 5802 section 5 and RFC 7677 section 3, from both sides, and what breaks an exchange.</summary>
public sealed class ScramTests
{
    private sealed record Vector(ScramHash Hash, string ClientNonce, string ServerNonce, string Salt, string First, string ServerFirst,
        string Final, string ServerFinal);

    private static readonly Vector[] s_vectors =
    [
        new(ScramHash.Sha1, "fyko+d2lbbFgONRv9qkxdawL", "3rfcNHYJY1ZVvWVs7j", "QSXCR+Q6sek8bf92",
            "n,,n=user,r=fyko+d2lbbFgONRv9qkxdawL", "r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096",
            "c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=", "v=rmF9pqV8S7suAoZWja4dJRkFsKQ="),
        new(ScramHash.Sha256, "rOprNGfwEbeRWgbNEkqO", "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0", "W22ZaJ0SNY7soEsUEjb6gQ==",
            "n,,n=user,r=rOprNGfwEbeRWgbNEkqO", "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096",
            "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=",
            "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4="),
    ];

    private static byte[] B(string text) => Encoding.UTF8.GetBytes(text);

    private static FakeAuthority Authority(ScramHash hash, string salt = "W22ZaJ0SNY7soEsUEjb6gQ==") =>
        new() { Verifier = ScramVerifier.Make(hash, "pencil", 4096, Convert.FromBase64String(salt)) };

    [TestCase(0)]
    [TestCase(1)]
    public void The_server_does_as_the_RFC(int index)
    {
        Vector v = s_vectors[index];
        ScramServer server = new(v.Hash, plus: false, Authority(v.Hash, v.Salt), null, v.ServerNonce);
        Assert.That(server.Start(null),
            Is.EqualTo(SaslResult.Continue([]))
                .Using<SaslResult>((a, b) => a.Status == b.Status && a.Data.Length == b.Data.Length ? 0 : 1));
        Assert.That(Encoding.UTF8.GetString(server.Next(B(v.First)).Data), Is.EqualTo(v.ServerFirst));
        SaslResult final = server.Next(B(v.Final));
        Assert.That((final.Status, Encoding.UTF8.GetString(final.Data)), Is.EqualTo((SaslStatus.Continue, v.ServerFinal)));
        SaslResult end = server.Next([]);
        Assert.That((end.Status, end.Login), Is.EqualTo((SaslStatus.Success, "user")));
    }

    [TestCase(0)]
    [TestCase(1)]
    public void The_client_does_as_the_RFC(int index)
    {
        Vector v = s_vectors[index];
        ScramClient client = new(v.Hash, new SaslCredentials("user", "pencil"), new SaslServerFacts("h", 25), plus: false, v.ClientNonce);
        Assert.That(Encoding.UTF8.GetString(client.Initial()!), Is.EqualTo(v.First));
        Assert.That(Encoding.UTF8.GetString(client.Next(B(v.ServerFirst)).Data), Is.EqualTo(v.Final));
        Assert.That(client.MayEnd, Is.False);
        Assert.That(client.Next(B(v.ServerFinal)).Status, Is.EqualTo(SaslStatus.Continue));
        Assert.That(client.MayEnd);
    }

    [Test]
    public void A_server_that_does_not_know_the_password_is_not_believed()
    {
        Vector v = s_vectors[1];
        ScramClient client = new(v.Hash, new SaslCredentials("user", "pencil"), new SaslServerFacts("h", 25), plus: false, v.ClientNonce);
        client.Initial();
        client.Next(B(v.ServerFirst));
        Assert.That(client.Next(B("v=" + Convert.ToBase64String(new byte[32]))).Status, Is.EqualTo(SaslStatus.Failure));
        Assert.That(client.MayEnd, Is.False);
    }

    [TestCase("r=other,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096")]
    [TestCase("r=nonce,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096")]
    [TestCase("r=nonce1,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=100")]
    [TestCase("r=nonce1,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=99999999")]
    [TestCase("r=nonce1,s=,i=4096")]
    [TestCase("m=x,r=nonce1,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096")]
    [TestCase("")]
    public void The_client_refuses_a_bad_challenge(string challenge)
    {
        ScramClient client =
            new(ScramHash.Sha256, new SaslCredentials("user", "pencil"), new SaslServerFacts("h", 25), plus: false, "nonce");
        client.Initial();
        Assert.That(client.Next(B(challenge)).Status, Is.EqualTo(SaslStatus.Failure));
    }

    private static SaslResult Exchange(SaslClient client, SaslServer server)
    {
        SaslResult fromServer = server.Start(client.Initial());
        while (fromServer.Status == SaslStatus.Continue)
        {
            SaslResult fromClient = client.Next(fromServer.Data);
            if (fromClient.Status == SaslStatus.Failure) return fromClient;
            fromServer = server.Next(fromClient.Data);
        }
        return fromServer;
    }

    [TestCase("pencil", SaslStatus.Success)]
    [TestCase("pencil ", SaslStatus.Failure)]
    public void Passwords(string password, SaslStatus expected)
    {
        ScramServer server = new(ScramHash.Sha256, plus: false, Authority(ScramHash.Sha256), null);
        SaslClient client = SaslClient.Create("SCRAM-SHA-256", new SaslCredentials("us,er=", password), new SaslServerFacts("h", 25))!;
        SaslResult result = Exchange(client, server);
        Assert.That((result.Status, result.Login), Is.EqualTo((expected, "us,er=")));
    }

    [TestCase("binding", "binding", SaslStatus.Success)]
    [TestCase("binding", "of another connection", SaslStatus.Failure)]
    public void Channel_binding(string ours, string theirs, SaslStatus expected)
    {
        ScramServer server =
            new(ScramHash.Sha256, plus: true, Authority(ScramHash.Sha256), type => type == "tls-exporter" ? B(ours) : null);
        SaslClient client = SaslClient.Create("SCRAM-SHA-256-PLUS", new SaslCredentials("user", "pencil"),
            new SaslServerFacts("h", 25, ("tls-exporter", B(theirs)), true))!;
        Assert.That(Exchange(client, server).Status, Is.EqualTo(expected));
    }

    [Test]
    public void A_mechanism_that_was_hidden_from_the_client_is_noticed()
    {
        ScramServer server = new(ScramHash.Sha256, plus: false, Authority(ScramHash.Sha256), _ => B("x"));
        SaslClient client = SaslClient.Create("SCRAM-SHA-256", new SaslCredentials("user", "pencil"),
            new SaslServerFacts("h", 25, ("tls-exporter", B("x")), PlusOffered: false))!;
        Assert.That(Exchange(client, server).Detail, Does.Contain("hidden"));
    }

    [TestCase("n,,n=user")]
    [TestCase("n,,r=abc,n=user")]
    [TestCase("n,,n=,r=abc")]
    [TestCase("n,,n=us=er,r=abc")]
    [TestCase("x,,n=user,r=abc")]
    [TestCase("p=tls-exporter,,n=user,r=abc")]
    [TestCase("n,b=x,n=user,r=abc")]
    [TestCase("n,,m=ext,n=user,r=abc")]
    [TestCase("n,,n=user,r=")]
    [TestCase("")]
    public void The_server_refuses_a_bad_first_message(string message) => Assert.That(
        new ScramServer(ScramHash.Sha256, plus: false, Authority(ScramHash.Sha256), null).Next(B(message)).Status,
        Is.EqualTo(SaslStatus.Failure));

    [Test]
    public void A_made_up_verifier_is_never_right()
    {
        FakeAuthority authority = Authority(ScramHash.Sha256);
        authority.Detail = "no such login";
        SaslClient client = SaslClient.Create("SCRAM-SHA-256", new SaslCredentials("user", "pencil"), new SaslServerFacts("h", 25))!;
        Assert.That(Exchange(client, new ScramServer(ScramHash.Sha256, plus: false, authority, null)).Status,
            Is.EqualTo(SaslStatus.Failure));
    }
}

internal sealed class FakeAuthority : IAuthority
{
    public ScramVerifier Verifier { get; init; } = ScramVerifier.Make(ScramHash.Sha256, "pencil", 4096);
    public string Detail { get; set; } = "";

    public SaslResult CheckPassword(string authzid, string login, string password) =>
        password == "pencil" && authzid is "" or "user" ? SaslResult.Success(login) : SaslResult.Fail(login, "wrong");

    public SaslResult FindVerifier(ScramHash hash, string authzid, string login, out ScramVerifier verifier, out string detail)
    {
        (verifier, detail) = (Verifier, Detail);
        return SaslResult.Continue([], login);
    }

    public SaslResult CheckToken(string login, string token) =>
        token == "good" ? SaslResult.Success(login.Length > 0 ? login : "owner") : SaslResult.Fail(login, "bad token");
}
