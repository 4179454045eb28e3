using System.Net;
using System.Net.Sockets;
using MtaSuite.Common.Config;
using MtaSuite.Common.Dns;
using MtaSuite.Common.Native;
using MtaSuite.Common.Net;
using MtaSuite.Smtpd.Auth.BackEnds;
using MtaSuite.Tests.Unit.Net;

namespace MtaSuite.Tests.Unit.Dns;

/// <summary>How services outside the suite are named and connected to: policy servers, milters, Dovecot.</summary>
public sealed class ServiceConnectorTests
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(20);

    [TestCase("inet:host.test:8891", "host.test", 8891, "")]
    [TestCase("host.test:8891", "host.test", 8891, "")]
    [TestCase("inet:[::1]:25", "::1", 25, "")]
    [TestCase("inet:[IPv6:::1]:25", "::1", 25, "")]
    [TestCase("inet:::1:25", "::1", 25, "")]
    [TestCase("inet:8891", "localhost", 8891, "")]
    [TestCase("inet::smtp", "localhost", 25, "")]
    [TestCase("unix:private/policy", "", 0, "private/policy")]
    [TestCase("local:/run/policy", "", 0, "/run/policy")]
    public void An_address_is_read(string text, string host, int port, string path)
    {
        Assert.That(ServiceAddress.TryParse(text, out ServiceAddress? address, out string problem), problem);
        Assert.That(address, Is.EqualTo(new ServiceAddress(host, port, path)));
    }

    [TestCase("")]
    [TestCase("host")]
    [TestCase(":25")]
    [TestCase("inet:")]
    [TestCase("inet:host:")]
    [TestCase("inet:host:0")]
    [TestCase("inet:host:65536")]
    [TestCase("inet:host:nosuchservice")]
    [TestCase("inet:a/b:25")]
    [TestCase("inet:[::1:25")]
    [TestCase("tcp:host:25")]
    [TestCase("unix:")]
    public void What_is_no_address_is_told(string text)
    {
        Assert.That(ServiceAddress.TryParse(text, out ServiceAddress? address, out string problem), Is.False);
        Assert.That(address, Is.Null);
        Assert.That(problem, Is.Not.Empty);
    }

    /// <summary>A host's addresses, and what listens at a port.</summary>
    private static void With(string[] records, Func<ServiceConnector, Task> test)
    {
        using ScriptedDns dns = new(records);
        OnLoop.Run(loop => test(new ServiceConnector(loop,
            new HostLookup(dns.Resolver(loop), new() { Sources = HostSources.Dns, HostsFile = "/nonexistent" }), "/tmp")));
    }

    private static (Socket Listener, int Port) Listen(string address, int port = 0, int backlog = 10)
    {
        IPAddress ip = IPAddress.Parse(address);
        Socket listener = new(ip.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(ip, port));
        listener.Listen(backlog);
        return (listener, ((IPEndPoint)listener.LocalEndPoint!).Port);
    }

    [Test]
    public void The_next_address_is_tried_where_one_refuses() => With(["h.test A 127.0.0.8", "h.test A 127.0.0.9"], async services =>
    {
        (Socket listener, int port) = Listen("127.0.0.9");
        using (listener)
        {
            ServiceConnector.Result opened = await services.ConnectAsync(new ServiceAddress("h.test", port, ""), s_limit);
            Assert.That(opened.Connection?.Remote?.Address, Is.EqualTo(IPAddress.Parse("127.0.0.9")), opened.Problem);
            opened.Connection!.Dispose();
        }
    });

    [Test]
    public void An_address_that_does_not_answer_leaves_time_for_the_others() =>
        With(["h.test A 127.0.0.8", "h.test A 127.0.0.9"], async services =>
        {
            (Socket listener, int port) = Listen("127.0.0.9");
            (Socket full, _) = Listen("127.0.0.8", port, backlog: 0);
            List<int> waiting = [];
            using (listener)
            using (full)
            {
                // the kernel drops what comes behind a full backlog: nobody answers
                for (int i = 0; i < 4; i++)
                {
                    int fd = Sockets.Create(Sockets.AF_INET, Sockets.SOCK_STREAM | Sockets.SOCK_NONBLOCK | Sockets.SOCK_CLOEXEC, 0);
                    _ = Sockets.Connect(fd, (IPEndPoint)full.LocalEndPoint!);
                    waiting.Add(fd);
                }
                ServiceConnector.Result opened =
                    await services.ConnectAsync(new ServiceAddress("h.test", port, ""), TimeSpan.FromSeconds(6));
                Assert.That(opened.Connection?.Remote?.Address, Is.EqualTo(IPAddress.Parse("127.0.0.9")), opened.Problem);
                opened.Connection!.Dispose();
            }
            foreach (int fd in waiting) _ = FileIO.Close(fd);
        });

    [Test]
    public void Inet6_takes_no_other_address() => With(["h.test A 127.0.0.1", "four.test A 127.0.0.1", "h.test AAAA ::1"], async services =>
    {
        Socket listener;
        int port;
        try { (listener, port) = Listen("::1"); }
        catch (SocketException)
        {
            Assert.Ignore("no IPv6 here");
            return;
        }
        using (listener)
        {
            ServiceConnector.Result opened = await services.ConnectAsync(new ServiceAddress("h.test", port, "", OnlyIPv6: true), s_limit);
            Assert.That(opened.Connection?.Remote?.Address, Is.EqualTo(IPAddress.IPv6Loopback), opened.Problem);
            opened.Connection!.Dispose();
            opened = await services.ConnectAsync(new ServiceAddress("four.test", port, "", OnlyIPv6: true), s_limit);
            Assert.That((opened.Connection, opened.Problem), Is.EqualTo(((Connection?)null, "host four.test has no IPv6 address")));
        }
    });

    [Test]
    public void A_host_that_is_not_there_is_told() => With([], async services =>
        Assert.That((await services.ConnectAsync(new ServiceAddress("no.test", 25, ""), s_limit)).Problem, Does.Contain("Host not found")));

    [Test]
    public void A_login_waits_for_room_in_the_backlog_of_the_authentication_server() => With([], async services =>
    {
        string path = Path.GetTempFileName() + ".socket";
        (int listener, List<int> waiting) = ConnectionTests.FullBacklog(path);
        DovecotBackEnd dovecot = new(services, path);
        Promise<bool> ready = dovecot.ReadyAsync(), another = dovecot.ReadyAsync();
        await services.Loop.Delay(TimeSpan.FromMilliseconds(50));
        Assert.That(ready.IsCompleted, Is.False);
        int peer = await ConnectionTests.AcceptAllAsync(services.Loop, listener, waiting.Count);
        Sockets.Send(peer, "VERSION\t1\t2\nMECH\tPLAIN\tplaintext\nMECH\tCRAM-MD5\nDONE\n"u8);
        Assert.That(await ready && await another, "one connection serves both");
        Assert.That(dovecot.Mechanisms(new()).Select(m => m.Name), Is.EqualTo(new[] { "PLAIN", "CRAM-MD5" }));
        foreach (int fd in (int[])[.. waiting, peer, listener]) FileIO.Close(fd);
        File.Delete(path);
    });
}
