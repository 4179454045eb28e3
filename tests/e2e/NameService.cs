using System.Net;
using System.Net.Sockets;
using MtaSuite.Tests.E2e.Harness;
using MtaSuite.Tests.Unit.Dns;

namespace MtaSuite.Tests.E2e;

/// <summary>
/// What the DNS says, from the client's name to the exchanger's address: a name server of the test's own, named by dns_servers.
/// </summary>
[TestFixture]
public class NameService : InstanceTest
{
    private const int ClosedPort = 4110;

    private readonly ScriptedDns _dns = new(
        "9.0.0.127.in-addr.arpa PTR client.example", "client.example A 127.0.0.9", "known.example MX 1 mx.known.example",
        "listed.example.bl.example A 127.0.0.2", "listed.example.bl.example TXT we know you",
        "away.example MX 10 mx.away.example", "mx.away.example A 127.0.0.1", "null.example MX 0 .");

    protected override string[] Settings =>
    [
        $"dns_servers={_dns.Address}", "mynetworks=192.0.2.0/24", "relay_domains=away.example, null.example, gone.example",
            "smtpd_relay_restrictions=reject_unauth_destination",
        "smtpd_sender_restrictions=reject_rhsbl_sender bl.example=127.0.0.[2..4], reject_unknown_sender_domain",
            "unknown_address_reject_code=550",
        $"transport_maps=inline:{{away.example=relay:away.example:{ClosedPort}}}", "inet_protocols=ipv4", "minimal_backoff_time=1h",
            "maximal_backoff_time=1h",
    ];

    [OneTimeTearDown]
    public void StopNameServer() => _dns.Dispose();

    [Test]
    public void A_client_is_named()
    {
        using Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Parse("127.0.0.9"), 0));
        socket.Connect(IPAddress.Loopback, Mta.SmtpPort);
        Mta.WaitForLog(@"connect from client\.example\[127\.0\.0\.9\]");
    }

    [Test]
    public void Senders_are_judged_by_their_domain()
    {
        using SmtpPeer peer = SmtpPeer.Open(Mta.SmtpPort);
        foreach ((string sender, string expected) in new[]
        {
            ("x@listed.example", "554 5.7.1 Service unavailable; Sender address [x@listed.example] blocked using bl.example; we know you"),
            ("x@nowhere.example", "550 5.1.8 <x@nowhere.example>: Sender address rejected: Domain not found"),
            ("x@null.example", "550 5.7.27 <x@null.example>: Sender address rejected: Domain null.example does not accept mail (nullMX)"),
            ("x@known.example", "250 2.1.5 Ok"),
        })
        {
            peer.Say($"MAIL FROM:<{sender}>").Is(250);
            Assert.That(peer.Say($"RCPT TO:<{Address}>").ToString(), Is.EqualTo(expected));
            peer.Say("RSET").Is(250);
        }
        peer.Quit();
    }

    [Test]
    public void Mail_goes_where_the_records_lead_and_is_asked_for_by_ETRN()
    {
        using SmtpPeer peer = SmtpPeer.Open(Mta.SmtpPort);
        string Send(string domain) => peer.Deliver("x@known.example", $"u@{domain}", "Subject: x\n\nx\n").Is(250).QueueId;
        string away = Send("away.example"), none = Send("null.example"), gone = Send("gone.example");
        Mta.WaitForLog(
            $@"{away}: to=<u@away\.example>, .*dsn=4\.4\.1, status=deferred \(connect to "
            + $@"mx\.away\.example\[127\.0\.0\.1\]:{ClosedPort}: Connection refused\)");
        Mta.WaitForLog(
            $@"{none}: to=<u@null\.example>, .*dsn=5\.1\.0, status=bounced \(Domain null\.example does not accept mail \(nullMX\)\)");
        Mta.WaitForLog(
            $@"{gone}: to=<u@gone\.example>, .*dsn=5\.4\.4, status=bounced \(Host or domain name not found\. Name service error for "
            + @"name=gone\.example type=A: Host not found\)");
        Wait.Until(() => Mta.Queued("deferred").Contains(away), "the message waits");
        int mark = Mta.LogMark();
        Assert.That(peer.Say("ETRN away.example").ToString(), Is.EqualTo("250 Queuing started"));
        Mta.WaitForLog($"{away}: to=.*status=deferred", mark);
        Assert.That(peer.Say("ETRN known.example").ToString(), Is.EqualTo("459 <known.example>: service unavailable"));
        peer.Quit();
    }
}
