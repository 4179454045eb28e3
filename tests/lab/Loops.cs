using System.Text.RegularExpressions;
using MtaSuite.Tests.E2e.Harness;

namespace MtaSuite.Tests.Lab;

/// <summary>Mail that would go round for ever ends, once, with one notice for its sender. docs/LOOPS.md shows what is logged.</summary>
[TestFixture]
public class Loops : LabTest
{
    // aliases of local deliveries leave Delivered-To behind; virtual aliases, and Exim's redirects, nothing but Received headers
    [TestCase("ours", "postfix", "loop")]
    [TestCase("postfix", "ours", "loop")]
    [TestCase("ours", "postfix", "vloop")]
    [TestCase("postfix", "ours", "vloop")]
    [TestCase("ours", "exim", "loop")]
    [TestCase("exim", "ours", "loop")]
    [TestCase("ours", "exim", "vloop")]
    [TestCase("exim", "ours", "vloop")]
    public void Mutual_aliases_end_with_one_notice(string first, string second, string name)
    {
        string subject = $"{name} {first} {second}";
        Lab.Send(Peer(first), Lab.Opensmtpd.Mailbox, $"{name}-{second}@{first}.lab", subject);
        Wait.Until(() => Lab.Opensmtpd.Mails(subject).Count > 0, () => $"a notice about \"{subject}\"");
        string notice = Lab.Opensmtpd.Mails(subject).Single();
        TestContext.Out.WriteLine(notice);
        Assert.That(notice, Does.Match("(?i)loop|too many|hop"));
        // those of the notice's own way come on top
        Assert.That(Regex.Count(notice, "(?m)^Received: "), Is.LessThanOrEqualTo(MailPeer.HopLimit + 4));
        Wait.Until(() => Lab.Suite.Queue().Contains("Mail queue is empty", StringComparison.Ordinal), () => Lab.Suite.Queue());
        Assert.That(Lab.Opensmtpd.Mails(subject), Has.Count.EqualTo(1));
    }

    [TestCase("x@self.lab", "loops back to myself")]
    [TestCase("x@null.lab", "does not accept mail")]
    [TestCase("self@ours.lab", "nesting limit exceeded")]
    [TestCase("nobody@nowhere.lab", "not found")]
    public void What_cannot_go_on_comes_back(string recipient, string reason)
    {
        string subject = $"to {recipient}";
        Lab.Send(Lab.Suite, Lab.Opensmtpd.Mailbox, recipient, subject);
        Wait.Until(() => Lab.Opensmtpd.Mails(subject).Count > 0, () => $"a notice about {recipient}");
        Assert.That(Lab.Opensmtpd.Mails(subject).Single(), Does.Contain(reason));
    }

    [Test]
    public void A_ring_of_virtual_aliases_is_refused_and_nothing_is_queued()
    {
        ProgramResult result = Lab.Dns.Run($"{Programs.Build}/sbin/smtp-source", "-M", "client.lab", "-f", "a@client.lab", "-t",
            "ring1@ours.lab", $"{Lab.Suite.Host.Address}:25");
        Assert.That((result.ExitCode, result.Error), Is.EqualTo((1, result.Error)));
        Assert.That(result.Error, Does.Contain("4.6.0"));
    }

    [Test]
    public void A_notice_that_cannot_be_delivered_is_the_end()
    {
        int mark = Lab.Suite.Log().Length;
        Lab.Send(Lab.Suite, "gone@nowhere.lab", "x@self.lab", "bounces bounce");
        Wait.Until(() => Regex.IsMatch(Lab.Suite.Log()[mark..], "bounces|postmaster|undeliverable", RegexOptions.IgnoreCase)
            && Lab.Suite.Queue().Contains("Mail queue is empty", StringComparison.Ordinal), () => Lab.Suite.Log()[mark..]);
        string log = Lab.Suite.Log()[mark..];
        TestContext.Out.WriteLine(log);
        Assert.That(Regex.Count(log, "sender non-delivery notification: "), Is.EqualTo(1));
    }
}
