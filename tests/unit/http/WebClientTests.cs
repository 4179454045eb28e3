using System.Text;
using MtaSuite.Common.Dns;
using MtaSuite.Common.Http;
using MtaSuite.Common.Net;
using MtaSuite.Tests.Unit.Dns;
using MtaSuite.Tests.Unit.Net;
using MtaSuite.Tests.Unit.Tls;

namespace MtaSuite.Tests.Unit.Http;

/// <summary>Calls of web servers that answer well, badly and not at all.</summary>
public sealed class WebClientTests
{
    private readonly TestCa _ca = new();
    private readonly string _good;

    public WebClientTests() => _good = _ca.Chain("web.test");

    [OneTimeTearDown]
    public void Clean() => _ca.Dispose();

    private WebCall Call(WebServer server, string host = "web.test") =>
        new() { Url = new Uri($"https://{host}:{server.Port}/a/b?c=d"), AuthorityFile = _ca.RootFile, Timeout = TestLimits.Answer };

    private static WebResult Send(WebCall call)
    {
        using ScriptedDns dns = new("web.test A 127.0.0.1", "other.test A 127.0.0.1", "two.test A 127.0.0.9", "two.test A 127.0.0.1");
        WebResult? result = null;
        OnLoop.Run(async loop =>
        {
            result = await new WebClient(new HostLookup(dns.Resolver(loop), new() { HostsFile = "/dev/null" })).SendAsync(call);
            Assert.That(EventLoop.Current, Is.SameAs(loop), "comes back on the loop");
        });
        return result!;
    }

    [Test]
    public void Gets_an_answer_from_addresses_of_our_own_resolver()
    {
        string asked = "";
        using WebServer server = new(_good,
            request => { asked = request; return WebServer.Answer("hello", "Text/Plain; charset=utf-8", header: "X-A: b\r\n"); });
        WebResult result = Send(Call(server) with { Headers = [("Accept", "text/plain"), ("X-Bad", "a\r\nInjected: yes")] });
        Assert.Multiple(() =>
        {
            Assert.That(result.IsOk, result.Text);
            Assert.That((result.Code, result.ContentType, Encoding.UTF8.GetString(result.Body)), Is.EqualTo((200, "text/plain", "hello")));
            Assert.That(asked, Does.StartWith("GET /a/b?c=d HTTP/1.1\r\n").And.Contain($"Host: web.test:{server.Port}\r\n").And.Contain(
                "Accept: text/plain\r\n"));
            Assert.That(asked, Does.Not.Contain("Injected"));
        });
    }

    [Test]
    public void Posts_a_body_and_tries_each_address()
    {
        string asked = "";
        using WebServer server =
            new(_ca.Chain("two.test"), request => { asked = request; return WebServer.Answer("", status: "201 Created"); });
        WebResult result = Send(Call(server, "two.test") with { Body = "{}"u8.ToArray(), ContentType = "application/tlsrpt+json" });
        Assert.That((result.IsOk, result.Code), Is.EqualTo((true, 201)), result.Text);
        Assert.That(asked, Does.StartWith("POST ").And.Contain("Content-Type: application/tlsrpt+json\r\n").And.EndWith("\r\n\r\n{}"));
    }

    [Test]
    public void Certificates_that_prove_nothing()
    {
        using TestCa stranger = new("Stranger");
        using WebServer server = new(_good, _ => WebServer.Answer("x"));
        Assert.That(Send(Call(server, "other.test")).Status, Is.EqualTo(WebStatus.WrongHost));
        server.Chain = _ca.Chain("web.test", life: TimeSpan.FromDays(-1));
        Assert.That(Send(Call(server)).Status, Is.EqualTo(WebStatus.Expired));
        server.Chain = stranger.Chain("web.test");
        Assert.That(Send(Call(server)).Status, Is.EqualTo(WebStatus.NotTrusted));
        server.Chain = _good;
        Assert.That(Send(Call(server) with { AuthorityFile = "" }).Status, Is.EqualTo(WebStatus.NotTrusted),
            "the system does not know the test's authority");
        Assert.That(Send(Call(server) with { AuthorityFile = "/nonexistent" }).Status, Is.EqualTo(WebStatus.Unavailable));
        Assert.That(server.Count, Is.Zero, "nothing was asked");
    }

    [Test]
    public void Servers_that_misbehave()
    {
        byte[]? answer = null;
        using WebServer server = new(_good, _ => answer);
        WebCall call = Call(server) with { MaxBytes = 100 };
        void Expect(WebStatus status, string? text)
        {
            answer = text == null ? null : Encoding.ASCII.GetBytes(text);
            Assert.That(Send(call with { Timeout = text == null ? TimeSpan.FromSeconds(1) : TestLimits.Answer }).Status, Is.EqualTo(status),
                text);
        }
        Expect(WebStatus.TimedOut, null);
        Expect(WebStatus.Broken, "220 mail.test ESMTP\r\n\r\n");
        Expect(WebStatus.Broken, "");
        Expect(WebStatus.Broken, "HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nshort");
        Expect(WebStatus.TooLarge, $"HTTP/1.1 200 OK\r\nContent-Length: 101\r\n\r\n{new string('x', 101)}");
        Expect(WebStatus.TooLarge, $"HTTP/1.1 200 OK\r\n\r\n{new string('x', 101)}");
        Expect(WebStatus.Answered, $"HTTP/1.1 200 OK\r\n\r\n{new string('x', 100)}");
        Expect(WebStatus.TooLarge, $"HTTP/1.1 200 OK\r\nX: {new string('x', 100_000)}\r\n\r\n");
        using WebServer plain = new("", _ => WebServer.Answer("x"));
        Assert.That(Send(Call(plain)).Status, Is.EqualTo(WebStatus.TlsFailed));
        Assert.That(Send(Call(plain) with { Url = new Uri("https://no.test/") }).Status, Is.EqualTo(WebStatus.Unresolved));
        Assert.That(Send(Call(plain) with { Url = new Uri("https://web.test:9/") }).Status, Is.EqualTo(WebStatus.Unreachable));
    }

    [Test]
    public void Redirects_are_followed_as_far_as_asked_and_never_into_the_clear()
    {
        string location = "", asked = "";
        using WebServer server = new(_good, request =>
        {
            if (!request.StartsWith("GET /a", StringComparison.Ordinal)) asked = request;
            return request.StartsWith("GET /end", StringComparison.Ordinal) ? WebServer.Answer("end")
                : WebServer.Answer("", status: "302 Found", header: $"Location: {location}\r\n");
        });
        location = "/end";
        Assert.That(Send(Call(server)).Code, Is.EqualTo(302), "not unless asked");
        WebResult end = Send(Call(server) with { Redirects = 1, Headers = [("Authorization", "Bearer x")] });
        Assert.That((end.Code, Encoding.UTF8.GetString(end.Body)), Is.EqualTo((200, "end")));
        Assert.That(asked, Does.Not.Contain("Bearer"));
        location = "/round";
        Assert.That(Send(Call(server) with { Redirects = 3 }).Code, Is.EqualTo(302), "round in a circle");
        location = $"http://web.test:{server.Port}/end";
        Assert.That(Send(Call(server) with { Redirects = 3, AllowsPlain = true }).Status, Is.EqualTo(WebStatus.BadUrl));
    }

    [Test]
    public void In_clear_only_where_that_is_allowed()
    {
        using WebServer server = new("", _ => WebServer.Answer("plain"));
        WebCall call = Call(server) with { Url = new Uri($"http://127.0.0.1:{server.Port}/") };
        Assert.That(Send(call).Status, Is.EqualTo(WebStatus.BadUrl));
        Assert.That(Send(call with { AllowsPlain = true }).IsOk);
        Assert.That(Send(call with { Url = new Uri("https://user:secret@web.test/") }).Status, Is.EqualTo(WebStatus.BadUrl));
    }
}
