using MtaSuite.Tests.E2e.Harness;

namespace MtaSuite.Tests.E2e;

/// <summary>Reports that were asked for: sendmail -bv and -v, DSN's success and expansion, lists and their owners, VERP.</summary>
[TestFixture]
public class Reports : InstanceTest
{
    private const string Host = Instance.HostName;

    protected override string[] Settings =>
    [
        "recipient_delimiter=+", "virtual_alias_domains=virtual.example",
            $"virtual_alias_maps=inline:{{team@virtual.example={Instance.User}}}",
        "smtpd_authorized_verp_clients=127.0.0.1", "defer_transports=slow", "transport_maps=inline:{slow.example=slow:}",
            "local_recipient_maps=",
    ];

    protected override void Prepare() => Mta.AddAliases($"""
        nick: {User}
        broken: there-is-nobody-of-this-name
        list: {User}, there-is-nobody-of-this-name
        owner-list: {User}+owner
        machine: "|exit 67"
        owner-machine: {User}+owner

        """);

    /// <summary>The report in the mailbox that has all of these texts.</summary>
    private Mail Report(params string[] texts)
    {
        List<Mail> found = [];
        Wait.Until(() => (found = Mta.Mailbox().FindAll(m => texts.All(t => m.Text.Contains(t, StringComparison.Ordinal)))).Count > 0,
            () => $"a report with {string.Join(" and ", texts)}; there are:\n{string.Join("\n----\n", Mta.Mailbox().Select(m => m.Text))}");
        Assert.That(found, Has.Count.EqualTo(1));
        return found[0];
    }

    private void Send(string from, string subject, params string[] recipients)
    {
        using SmtpPeer peer = SmtpPeer.Open(Mta.SmtpPort);
        peer.Say($"MAIL FROM:<{from}> ENVID={subject}").Is(250);
        foreach (string recipient in recipients) peer.Say($"RCPT TO:{recipient}").Is(250);
        peer.Say("DATA").Is(354);
        peer.SendContent($"Subject: {subject}\n\nbody\n").Is(250);
    }

    [Test]
    public void Bv_reports_what_would_happen_and_delivers_nothing()
    {
        Mta.Sendmail("Subject: never seen\n\nbody\n", "-bv", "-f", Address, Address, $"there-is-nobody@{Host}").Succeeded();
        Mail report = Report("Action: deliverable", "Action: undeliverable");
        Assert.That(report.Text, Does.Contain($"Final-Recipient: rfc822; {Address}").And.Contain(
            $"Final-Recipient: rfc822; there-is-nobody@{Host}"));
        Mta.WaitUntilEmpty();
        Assert.That(Mta.Mailbox().Any(m => m.Text.Contains("never seen", StringComparison.Ordinal)), Is.False);
    }

    [Test]
    public void V_reports_the_first_attempt_alone()
    {
        Mta.Sendmail("Subject: watched\n\nbody\n", "-v", "-f", Address, Address, "somebody@slow.example").Succeeded();
        Mail report = Report("watched", "Action: delivered", "Action: delayed");
        Assert.That(report.Text, Does.Contain("Final-Recipient: rfc822; somebody@slow.example"));
        int mark = Mta.LogMark();
        Instance.Run("postqueue", "-c", Mta.Etc, "-f").Succeeded();
        Mta.WaitForLog("to=<somebody@slow.example>.*status=deferred", mark);
        Instance.Run("postsuper", "-c", Mta.Etc, "-d", "ALL").Succeeded();
        Assert.That(Mta.LogText()[mark..], Does.Not.Contain("delivery status notification"));
    }

    [Test]
    public void An_alias_is_reported_as_expanded_and_its_targets_are_not()
    {
        Send(Address, "expansion", $"<team@virtual.example> NOTIFY=SUCCESS", $"<nick@{Host}> NOTIFY=SUCCESS,FAILURE",
            $"<{User}+direct@{Host}> NOTIFY=SUCCESS");
        Mail report = Report("Original-Envelope-Id: expansion", "Action: ");
        string[] lines = report.Text.Split('\n');
        Assert.That(lines.Where(l => l.StartsWith("Final-Recipient", StringComparison.Ordinal)
            || l.StartsWith("Action", StringComparison.Ordinal)), Is.EquivalentTo(new[]
        {
            "Final-Recipient: rfc822; team@virtual.example", "Action: expanded",
            $"Final-Recipient: rfc822; nick@{Host}", "Action: expanded",
            $"Final-Recipient: rfc822; {User}+direct@{Host}", "Action: delivered",
        }));
        Mta.WaitUntilEmpty();
        Assert.That(Mta.Mailbox().Count(m => m.Header("Subject") == "expansion"), Is.EqualTo(3));
    }

    [Test]
    public void A_list_is_delivered_and_its_failures_go_to_its_owner()
    {
        Send($"{User}+author@{Host}", "tolist", $"<list@{Host}> NOTIFY=SUCCESS,FAILURE");
        Mail success = Report("Original-Envelope-Id: tolist", "Action: delivered");
        Assert.That(success.Header("To"), Is.EqualTo($"{User}+author@{Host}"));
        Mail failure = Report("Subject: tolist", "Action: failed");
        Assert.That(failure.Header("Delivered-To") ?? failure.Header("X-Original-To"), Does.Contain("owner-list").Or.Contain("+owner"));
        Assert.That(failure.Text, Does.Not.Contain("Original-Envelope-Id"));
        Mta.WaitUntilEmpty();
    }

    [Test]
    public void A_command_that_fails_below_a_list_is_told_to_the_owner()
    {
        Send($"{User}+author@{Host}", "tomachine", $"<machine@{Host}>");
        Mail failure = Report("Subject: tomachine", "Action: failed");
        Assert.That(failure.Header("To"), Is.EqualTo($"owner-machine@{Host}"));
        Mta.WaitUntilEmpty();
        Assert.That(Mta.Mailbox().Count(m => m.Text.Contains("Subject: tomachine", StringComparison.Ordinal)), Is.EqualTo(1),
            "the author is not told");
    }

    [Test]
    public void Verp_names_the_recipient_in_the_sender_and_failures_come_one_by_one()
    {
        Mta.Sendmail("Subject: circular\n\nbody\n", "-XV", "-f", Address, $"{User}+one@{Host}", $"broken@{Host}", $"there-is-nobody@{Host}")
            .Succeeded();
        Mail copy = Report("Subject: circular", $"Delivered-To: {User}+one@{Host}");
        Assert.That(copy.Header("Return-Path"), Is.EqualTo($"<{User}+{User}+one={Host}@{Host}>"));
        foreach (string failed in new[] { $"broken={Host}", $"there-is-nobody={Host}" })
        {
            Mail notice = Report("Subject: circular", $"To: {User}+{failed}@{Host}");
            Assert.That(notice.Text.Split("Action: failed"), Has.Length.EqualTo(2));
        }
        Mta.WaitUntilEmpty();
    }

    [Test]
    public void Verp_by_smtp_is_for_those_who_may()
    {
        using SmtpPeer peer = SmtpPeer.Open(Mta.SmtpPort);
        Assert.That(peer.Say("EHLO x").Is(250).Lines, Does.Contain("XVERP"));
        peer.Say("MAIL FROM:<> XVERP").Is(503);
        peer.Say($"MAIL FROM:<{Address}> XVERP=ab").Is(501);
        peer.Say($"MAIL FROM:<{Address}> XVERP=-=").Is(250);
        peer.Say($"RCPT TO:<{User}+two@{Host}>").Is(250);
        peer.Say("DATA").Is(354);
        peer.SendContent("Subject: by smtp\n\nbody\n").Is(250);
        Assert.That(Report("Subject: by smtp").Header("Return-Path"), Is.EqualTo($"<{User}-{User}+two={Host}@{Host}>"));
    }
}
