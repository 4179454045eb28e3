using System.Text;
using MtaSuite.Common.Sasl;
using MtaSuite.Common.Sasl.Client;
using MtaSuite.Smtpd.Auth.Mechanisms;

namespace MtaSuite.Tests.Unit.Sasl;

public sealed class MechanismTests
{
    private static byte[] B(string text) => Encoding.UTF8.GetBytes(text);

    private static string Outcome(SaslResult r) =>
        $"{r.Status} {r.Login}{(r.Data.Length > 0 ? " " + Encoding.UTF8.GetString(r.Data) : "")}".Trim();

    // RFC 4616 4 has Ursel's "mutate"; here all that may stand in a message
    [TestCase("\0tim\0pencil", "Success tim")]
    [TestCase("user\0tim\0pencil", "Success tim")]
    [TestCase("Ursel\0Kurt\0xipj3plmq", "Failure Kurt")]
    [TestCase("\0tim\0wrong", "Failure tim")]
    [TestCase("\0tim\0pencil\0", "Failure")]
    [TestCase("\0\0pencil", "Failure")]
    [TestCase("\0tim\0", "Failure")]
    [TestCase("tim\0pencil", "Failure")]
    [TestCase("tim", "Failure")]
    [TestCase("", "Failure")]
    public void Plain(string message, string expected) =>
        Assert.That(Outcome(new PlainServer(new FakeAuthority()).Start(B(message))), Is.EqualTo(expected));

    [Test]
    public void Plain_is_not_without_end()
    {
        Assert.That(PlainServer.TryParse(B("\0" + new string('x', 255) + "\0" + new string('y', 255)), out _, out string login, out _));
        Assert.That(login, Has.Length.EqualTo(255));
        Assert.That(PlainServer.TryParse(B("\0" + new string('x', 2000) + "\0y"), out _, out _, out _), Is.False);
        Assert.That(PlainServer.TryParse([0, 0xFF, 0, (byte)'p'], out _, out _, out _), Is.False);
    }

    [Test]
    public void Login()
    {
        LoginServer server = new(new FakeAuthority());
        Assert.That(Outcome(server.Start(null)), Is.EqualTo("Continue  Username:"));
        Assert.That(Outcome(server.Next(B("tim"))), Is.EqualTo("Continue tim Password:"));
        Assert.That(Outcome(server.Next(B("pencil"))), Is.EqualTo("Success tim"));
        Assert.That(Outcome(new LoginServer(new FakeAuthority()).Start(B("tim"))), Is.EqualTo("Continue tim Password:"));
        Assert.That(Outcome(new LoginServer(new FakeAuthority()).Start([])), Is.EqualTo("Failure"));
    }

    [TestCase("", "Success cn.example")]
    [TestCase("CN.example", "Success cn.example")]
    [TestCase("other", "Failure cn.example")]
    public void External(string message, string expected) =>
        Assert.That(Outcome(new ExternalServer("cn.example").Start(B(message))), Is.EqualTo(expected));

    // RFC 7628 4.1 in shape
    [TestCase("n,a=user@example.com,\x01host=server.example.com\x01port=143\x01" + "auth=Bearer good\x01\x01", false,
        "user@example.com good")]
    [TestCase("n,,\x01" + "auth=bearer good\x01\x01", false, " good")]
    [TestCase("user=me@x\x01" + "auth=Bearer good\x01\x01", true, "me@x good")]
    [TestCase("auth=Bearer good\x01\x01", true, null)]
    [TestCase("user=me@x\x01" + "auth=Basic good\x01\x01", true, null)]
    [TestCase("user=me@x\x01" + "auth=Bearer a b\x01\x01", true, null)]
    [TestCase("user=me@x\x01" + "auth=Bearer a\x01" + "auth=Bearer b\x01\x01", true, null)]
    [TestCase("n,a=user,\x01host=x\x01\x01", false, null)]
    [TestCase("p=tls-exporter,,\x01" + "auth=Bearer good\x01\x01", false, null)]
    [TestCase("n,,auth=Bearer good\x01\x01", false, null)]
    [TestCase("\x01", false, null)]
    [TestCase("", true, null)]
    public void Bearer_messages(string message, bool xoauth2, string? expected) =>
        Assert.That(BearerServer.TryParse(B(message), xoauth2, out string login, out string token) ? $"{login} {token}" : null,
        Is.EqualTo(expected));

    [TestCase("OAUTHBEARER", "good", "Success u@x")]
    [TestCase("OAUTHBEARER", "bad", "Failure u@x")]
    [TestCase("XOAUTH2", "good", "Success u@x")]
    [TestCase("XOAUTH2", "bad", "Failure u@x")]
    public void Bearer_both_sides(string mechanism, string token, string expected)
    {
        SaslClient client = SaslClient.Create(mechanism, new SaslCredentials("u@x", token), new SaslServerFacts("mx.example", 587))!;
        BearerServer server = new(new FakeAuthority(), mechanism == "XOAUTH2");
        SaslResult result = server.Start(client.Initial());
        if (result.Status == SaslStatus.Continue)
        {
            result = server.Next(client.Next(result.Data).Data);
            Assert.That(client.ServerError, Does.StartWith("{\"status\":"));
        }
        Assert.That(Outcome(result), Is.EqualTo(expected));
        Assert.That(client.MayEnd, Is.EqualTo(token == "good"));
    }

    /// <summary>RFC 2195 section 2.</summary>
    [Test]
    public void Cram_md5()
    {
        SaslClient client = SaslClient.Create("CRAM-MD5", new SaslCredentials("tim", "tanstaaftanstaaf"), new SaslServerFacts("h", 25))!;
        Assert.That(client.Initial(), Is.Null);
        Assert.That(Encoding.UTF8.GetString(client.Next(B("<1896.697170952@postoffice.reston.mci.net>")).Data),
            Is.EqualTo("tim b913a602c7eda7a495b4e6e7334d3890"));
        Assert.That(client.MayEnd);
    }

    [Test]
    public void Clients_of_passwords()
    {
        SaslCredentials who = new("tim", "tanstaaf");
        Assert.That(Encoding.UTF8.GetString(SaslClient.Create("plain", who, new SaslServerFacts("h", 25))!.Initial()!),
            Is.EqualTo("\0tim\0tanstaaf"));
        SaslClient login = SaslClient.Create("LOGIN", who, new SaslServerFacts("h", 25))!;
        Assert.That(login.MayEnd, Is.False);
        Assert.That(Encoding.UTF8.GetString(login.Next(B("Username:")).Data) + Encoding.UTF8.GetString(login.Next(B("Password:")).Data),
            Is.EqualTo("timtanstaaf"));
        Assert.That(login.Next(B("Shoe size:")).Status, Is.EqualTo(SaslStatus.Failure));
        Assert.That(who.ToString(), Does.Not.Contain("tanstaaf"));
        Assert.That(SaslClient.Create("SCRAM-SHA-256-PLUS", who, new SaslServerFacts("h", 25)), Is.Null);
    }

    [TestCase("noanonymous", "SCRAM-SHA-256 PLAIN XOAUTH2")]
    [TestCase("noanonymous noplaintext", "SCRAM-SHA-256")]
    [TestCase("noplaintext, mutual_auth", "SCRAM-SHA-256")]
    [TestCase("forward_secrecy", "")]
    public void Security_options(string words, string expected)
    {
        SaslSecurity demanded =
            SaslMechanism.ParseSecurity(words.Split([' ', ','], StringSplitOptions.RemoveEmptyEntries), out string? problem);
        Assert.That(problem, Is.Null);
        Assert.That(string.Join(' ', new[] { "SCRAM-SHA-256", "PLAIN", "XOAUTH2" }.Where(n => SaslMechanism.Find(n)!.Satisfies(demanded))),
            Is.EqualTo(expected));
        SaslMechanism.ParseSecurity(["nosuch"], out problem);
        Assert.That(problem, Is.EqualTo("nosuch"));
    }

    [TestCase("I\u00ADX", "IX")]
    [TestCase("user", "user")]
    [TestCase("USER", "USER")]
    [TestCase("a\u00A0b", "a b")]
    [TestCase("\u0007", null)]
    [TestCase("a\uE000", null)]
    [TestCase("\u00AD", null)]
    public void Saslprep(string text, string? expected) =>
        Assert.That(SaslPrep.TryPrepare(text, out string result) ? result : null, Is.EqualTo(expected));
}
