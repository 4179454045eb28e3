using MtaSuite.Tests.E2e.Harness;

namespace MtaSuite.Tests.E2e;

/// <summary>Probes and reports about recipients on another host, which speaks DSN or does not.</summary>
[TestFixture]
public class RemoteReports : InstanceTest
{
    private const string Host = Instance.HostName;
    private Instance _peer = null!;

    [OneTimeTearDown]
    public void StopPeer()
    {
        _peer.Stop();
        _peer.Dispose();
    }

    protected override void Prepare()
    {
        _peer = Instance.Create("mydestination=far.example", "local_recipient_maps=inline:{" + User + "=x}", "recipient_delimiter=+");
        _peer.Start();
        string site = $"[127.0.0.1]:{_peer.SmtpPort}";
        Mta.Configure($"transport_maps=inline:{{{{far.example=smtp:{site}}}, {{plain.example=plain:{site}}}}}",
            "smtpd_relay_restrictions=permit_mynetworks,reject",
            "smtpd_recipient_restrictions=reject_unverified_recipient", "unverified_recipient_reject_code=550",
                "address_verify_poll_delay=1s", "recipient_delimiter=+");
        File.AppendAllText($"{Mta.Etc}/master.cf", "plain unix - - n - - smtp\n  -o smtp_discard_ehlo_keywords=dsn\n");
        _peer.Configure("mydestination=far.example, plain.example");
        _peer.Reload();
    }

    private void Send(string from, string subject, string recipient)
    {
        using SmtpPeer peer = SmtpPeer.Open(Mta.SmtpPort);
        peer.Say($"MAIL FROM:<{from}> ENVID={subject} RET=HDRS").Is(250);
        peer.Say($"RCPT TO:{recipient}").Is(250);
        peer.Say("DATA").Is(354);
        peer.SendContent($"Subject: {subject}\n\nbody\n").Is(250);
    }

    private Mail Report(params string[] texts)
    {
        Mail? found = null;
        Wait.Until(() => (found = Mta.Mailbox().Find(m => texts.All(t => m.Text.Contains(t, StringComparison.Ordinal)))) != null,
            () => $"a report with {string.Join(" and ", texts)}; there are:\n{string.Join("\n----\n", Mta.Mailbox().Select(m => m.Text))}");
        return found!;
    }

    [Test]
    public void A_probe_asks_the_other_host_and_sends_no_content()
    {
        using SmtpPeer peer = SmtpPeer.Open(Mta.SmtpPort);
        peer.Say("MAIL FROM:<>").Is(250);
        peer.Say($"RCPT TO:<{User}+probed@far.example>").Is(250);
        Assert.That(peer.Say("RCPT TO:<nobody@far.example>").Is(550).Text,
            Does.Contain("undeliverable address: host 127.0.0.1").And.Contain("User unknown in local recipient table"));
        Mta.WaitUntilEmpty();
        Assert.That(_peer.Mailbox().Any(m => m.Text.Contains("+probed", StringComparison.Ordinal)), Is.False);
        Assert.That(_peer.LogText(), Does.Not.Contain("+probed@far.example>, relay"));
        Assert.That(Mta.LogText(), Does.Match(
            $@"smtp\[\d+\]: \w+: to=<{User}\+probed@far.example>, relay=127\.0\.0\.1\[127\.0\.0\.1\]:\d+, .*status=deliverable \(250 "
            + @"2\.1\.5 Ok\)"));
    }

    [Test]
    public void Bv_asks_the_other_host()
    {
        Mta.Sendmail("", "-bv", "-f", Address, $"{User}+asked@far.example", "nobody@far.example").Succeeded();
        Mail report = Report("Action: deliverable", "Action: undeliverable");
        Assert.That(report.Text, Does.Contain($"Final-Recipient: rfc822; {User}+asked@far.example").And.Contain(
            "Remote-MTA: dns; 127.0.0.1"));
        Mta.WaitUntilEmpty();
    }

    [Test]
    public void A_host_that_speaks_dsn_reports_itself()
    {
        Send(Address, "passed", $"<{User}+passed@far.example> NOTIFY=SUCCESS,FAILURE ORCPT=rfc822;first@here.example");
        Mta.WaitForLog($@"to=<{User}\+passed@far.example>.*status=sent");
        Mta.WaitUntilEmpty();
        // the report comes from the other host: it has no way back here, so it lies in its queue or comes back to its postmaster
        _peer.WaitForLog("sender delivery status notification");
        Assert.That(Mta.LogText(), Does.Not.Match("sender delivery status notification(?s).*passed"));
        Assert.That(Mta.Mailbox().Any(m => m.Text.Contains("Original-Envelope-Id: passed", StringComparison.Ordinal)), Is.False);
    }

    [Test]
    public void For_a_host_without_dsn_we_report_that_we_passed_it_on()
    {
        Send(Address, "relayed", $"<{User}+relayed@plain.example> NOTIFY=SUCCESS ORCPT=rfc822;first@here.example");
        Mail report = Report("Original-Envelope-Id: relayed");
        Assert.That(report.Text, Does.Contain("Action: relayed").And.Contain("Original-Recipient: rfc822; first@here.example").And.Contain(
            "Status: 2."));
    }

    [Test]
    public void A_refusal_there_is_a_failure_here()
    {
        Mta.Sendmail("Subject: refused\n\nbody\n", "-f", Address, "nobody@far.example").Succeeded();
        Mail report = Report("Subject: refused", "Action: failed");
        Assert.That(report.Text, Does.Contain("Diagnostic-Code: smtp; 550 5.1.1 <nobody@far.example>").And.Contain(
            "Remote-MTA: dns; 127.0.0.1"));
    }
}
