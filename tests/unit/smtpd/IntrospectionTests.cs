using System.Text;
using MtaSuite.Tests.Unit.Http;

namespace MtaSuite.Tests.Unit.Smtpd;

/// <summary>Bearer tokens that a server is asked about (RFC 7662).</summary>
public sealed class IntrospectionTests
{
    private const string Success = "235 2.7.0 Authentication successful",
        Refused = "535 5.7.8 Error: authentication failed: authentication failure";
    private const string Away = "454 4.7.0 Temporary authentication failure: token server is unavailable";

    /// <summary>The last reply to each login, with one server process behind them all.</summary>
    private static List<string> LogIn(WebServer server, string config, params (string Login, string Token)[] logins)
    {
        using SmtpHarness h = new($"smtpd_sasl_auth_enable = yes\nsmtpd_sasl_path = inline:{{a=b}}\nsmtpd_sasl_oauth_login_claims = "
            + $"username\n"
            + $"smtpd_sasl_oauth_introspection_url = http://127.0.0.1:{server.Port}/introspect\nsmtpd_sasl_oauth_introspection_timeout = "
            + $"1s\n{config}");
        List<string> replies = [];
        h.Run(async () =>
        {
            foreach ((string login, string token) in logins)
            {
                TestClient c = h.Connect();
                await c.ReplyAsync();
                Assert.That(await c.AskAsync("EHLO client"), Does.Contain("OAUTHBEARER").And.Contain("XOAUTH2"));
                byte[] credentials = Encoding.ASCII.GetBytes($"user={login}\u0001auth=Bearer {token}\u0001\u0001");
                string reply = await c.AskAsync($"AUTH XOAUTH2 {Convert.ToBase64String(credentials)}");
                if (reply.StartsWith("334 ", StringComparison.Ordinal)) reply = await c.AskAsync("");
                replies.Add(reply);
                c.Close();
            }
        });
        return replies;
    }

    private static string LogIn(string answer, string login = "joe@example.com", string config = "", string status = "200 OK")
    {
        using WebServer server = new("", _ => WebServer.Answer(answer, "application/json", status));
        return LogIn(server, config, (login, "opaque"))[0];
    }

    [TestCase("""{"active":true,"username":"Joe@example.com"}""", Success)]
    [TestCase("""{"active":true,"username":"jim@example.com"}""", Refused)]
    [TestCase("""{"active":true}""", Refused)]
    [TestCase("""{"active":false,"username":"joe@example.com"}""", Refused)]
    [TestCase("""{"active":true,"username":"joe@example.com","exp":1}""", Refused)]
    [TestCase("""{"active":"true","username":"joe@example.com"}""", Away)]
    [TestCase("""{"username":"joe@example.com"}""", Away)]
    [TestCase("""["active"]""", Away)]
    [TestCase("<html>", Away)]
    [TestCase("", Away)]
    public void The_answer_decides(string answer, string expected) => Assert.That(LogIn(answer), Is.EqualTo(expected));

    [TestCase("401 Unauthorized"), TestCase("500 Oh"), TestCase("302 Found")]
    public void Only_a_good_status_counts(string status) =>
        Assert.That(LogIn("""{"active":true,"username":"joe@example.com"}""", status: status), Is.EqualTo(Away));

    [TestCase("mail", Success), TestCase("web", Refused)]
    public void Claims_are_demanded_as_of_signed_tokens(string audience, string expected) =>
        Assert.That(LogIn($$"""{"active":true,"username":"joe@example.com","aud":["{{audience}}"],"iss":"idp"}""",
            config: "smtpd_sasl_oauth_audience = mail\nsmtpd_sasl_oauth_issuer = idp\n"), Is.EqualTo(expected));

    [Test]
    public void The_server_hears_the_token_and_our_secret()
    {
        string secret = Path.GetTempFileName(), asked = "";
        File.WriteAllText(secret, "smtpd:s3cret\nmore\n");
        using WebServer server = new("", request =>
        {
            asked = request;
            return WebServer.Answer("""{"active":true,"username":"joe@example.com"}""", "application/json");
        });
        Assert.That(LogIn(server, $"smtpd_sasl_oauth_introspection_secret_file = {secret}\n", ("joe@example.com", "a+b/c=")),
            Is.EqualTo((string[])[Success]));
        File.Delete(secret);
        Assert.That(asked, Does.StartWith("POST /introspect HTTP/1.1\r\n").And.EndsWith(
            "\r\n\r\ntoken=a%2Bb%2Fc%3D&token_type_hint=access_token"));
        Assert.That(asked, Does.Contain("\r\nAuthorization: Basic " + Convert.ToBase64String("smtpd:s3cret"u8)));
    }

    [Test]
    public void A_word_holds_for_a_while_for_this_token_and_login_alone()
    {
        using WebServer server =
            new("", request => WebServer.Answer(request.Contains("token=bad&", StringComparison.Ordinal) ? """{"active":false}"""
            : """{"active":true,"username":"joe@example.com"}""", "application/json"));
        List<string> replies = LogIn(server, "", ("joe@example.com", "good"), ("joe@example.com", "good"), ("jim@example.com", "good"),
            ("joe@example.com", "bad"), ("joe@example.com", "bad"));
        Assert.That(replies, Is.EqualTo((string[])[Success, Success, Refused, Refused, Refused]));
        Assert.That(server.Count, Is.EqualTo(3));
    }

    [Test]
    public void Without_time_to_hold_each_login_asks()
    {
        using WebServer server = new("", _ => WebServer.Answer("""{"active":true,"username":"joe@example.com"}""", "application/json"));
        LogIn(server, "smtpd_sasl_oauth_introspection_cache_time = 0\n", ("joe@example.com", "good"), ("joe@example.com", "good"));
        Assert.That(server.Count, Is.EqualTo(2));
    }

    [Test]
    public void A_server_that_is_silent_or_away_makes_the_login_fail_for_now()
    {
        using WebServer silent = new("", _ => null);
        Assert.That(LogIn(silent, "", ("joe@example.com", "good")), Is.EqualTo((string[])[Away]));
        WebServer gone = new("", _ => null);
        gone.Dispose();
        Assert.That(LogIn(gone, "", ("joe@example.com", "good")), Is.EqualTo((string[])[Away]));
    }

    [Test]
    public void Another_machine_is_not_asked_in_clear()
    {
        using SmtpHarness h = new("smtpd_sasl_auth_enable = yes\nsmtpd_sasl_path = inline:{a=b}\nsmtpd_sasl_oauth_introspection_url = "
            + "http://192.0.2.1/x\n");
        Assert.That(h.Settings.Normal.Auth.Problems(), Has.Some.Contains("smtpd_sasl_oauth_introspection_url"));
    }
}
