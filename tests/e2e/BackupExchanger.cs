using System.Net;
using MtaSuite.Tests.E2e.Harness;

namespace MtaSuite.Tests.E2e;

/// <summary>
/// A backup mail exchanger: the primary is down, mail for its domains is accepted and waits, visibly; it goes when the primary is back: at
/// once when somebody asks for it, by site, by id or for everything. Other sites' mail is left alone.
/// </summary>
[TestFixture]
public class BackupExchanger : InstanceTest
{
    private const int PrimaryPort = 4320, OtherPort = 4321;

    protected override string[] Settings =>
    [
        "relay_domains=primary.example, other.example", "mynetworks=192.0.2.0/24", "smtpd_relay_restrictions=reject_unauth_destination",
        $"transport_maps=inline:{{primary.example=relay:[127.0.0.1]:{PrimaryPort}, other.example=relay:[127.0.0.1]:{OtherPort}}}",
        "minimal_backoff_time=1h", "maximal_backoff_time=1h", "inet_protocols=ipv4",
    ];

    private string Send(string domain, string text)
    {
        using SmtpPeer peer = SmtpPeer.Open(Mta.SmtpPort);
        string id = peer.Deliver("sender@client.example", $"user@{domain}", $"Subject: backup\n\n{text}\n").Is(250).QueueId;
        peer.Quit();
        Wait.Until(() => Mta.Queued("deferred").Contains(id), $"{id} in deferred/");
        return id;
    }

    private string Listing => Mta.Command("postqueue", "", "-j").Succeeded().Output;

    [Test]
    public void Mail_waits_for_the_primary_and_goes_when_asked_for()
    {
        string[] ids = [.. Enumerable.Range(0, 4).Select(i => Send("primary.example", $"number {i}"))];
        string other = Send("other.example", "stays");
        // 1. it can be seen, with the reason and the time of the next attempt
        Mta.WaitForLog(
            $@"{ids[0]}: to=<user@primary\.example>, relay=none, .*dsn=4\.4\.1, status=deferred \(connect to "
            + $@"127\.0\.0\.1\[127\.0\.0\.1\]:{PrimaryPort}: Connection refused\)");
        Assert.That(Listing, Does.Contain(ids[0]).And.Contain("Connection refused").And.Contain("\"next_retry\""));
        Assert.That(Mta.Command("mailq", "").Succeeded().Output, Does.Match(@"\(.*Connection refused\)\n +user@primary\.example"));

        // 2. it is asked for while the primary is still down: an attempt, and it waits on
        int mark = Mta.LogMark();
        Mta.Command("postqueue", "", "-s", "primary.example").Succeeded();
        foreach (string id in ids) Mta.WaitForLog($"{id}: to=.*status=deferred", mark);
        Assert.That(Mta.CountLog($"{other}: to=", mark), Is.Zero, "another site's mail is left alone");

        // 3. the primary is back
        using SmtpSink primary = new(IPAddress.Loopback, PrimaryPort);
        Wait.Until(() => ids.All(Mta.Queued("deferred").Contains), "all in deferred/");
        Mta.Command("postqueue", "", "-i", ids[0]).Succeeded();
        Mta.WaitForLog($"{ids[0]}: removed");
        Mta.Command("postqueue", "", "-s", "Primary.Example").Succeeded();
        foreach (string id in ids) Mta.WaitForLog($"{id}: removed");
        Assert.That(primary.Texts, Is.EquivalentTo(Enumerable.Range(0, 4).Select(i => $"number {i}")));
        Assert.That(Mta.Queued("deferred"), Does.Contain(other));

        // 4. everything at once
        using SmtpSink second = new(IPAddress.Loopback, OtherPort);
        Mta.Command("mtasuite", "", "flush").Succeeded();
        Mta.WaitForLog($"{other}: removed");
        Assert.That(second.Texts, Is.EqualTo(new[] { "stays" }));
    }

    [Test]
    public void A_site_that_is_none_of_ours_cannot_be_asked_for()
    {
        ProgramResult result = Mta.Command("postqueue", "", "-s", "elsewhere.example");
        Assert.That((result.ExitCode, result.Error),
            Is.EqualTo((69, "postqueue: fatal: Flush service is not configured for destination \"elsewhere.example\"\n")));
    }
}
