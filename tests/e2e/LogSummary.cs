using System.Globalization;
using System.Text.RegularExpressions;
using MtaSuite.Tests.E2e.Harness;

namespace MtaSuite.Tests.E2e;

/// <summary>Debian's pflogsumm reads our log, and its totals are what was sent.</summary>
[TestFixture]
public class LogSummary : InstanceTest
{
    protected override void Prepare() => Mta.AddAliases("broken: there-is-nobody-of-this-name\nlater: \"|exit 75\"\n");

    [Test]
    public void The_totals_are_what_was_sent()
    {
        Programs.Require("pflogsumm");
        using (SmtpPeer peer = SmtpPeer.Open(Mta.SmtpPort))
        {
            // 7 received, 14 delivered
            for (int i = 0; i < 7; i++)
                peer.Deliver("one@client.example", $"{Address} {User}@localhost", $"Subject: {i}\n\nbody\n").Is(250);
            peer.Deliver("two@client.example", $"later@{Instance.HostName}", "Subject: later\n\nbody\n").Is(250); // 1 received, 1 deferred
            // 1 received, 1 bounced; its notice: 1 delivered
            peer.Deliver(Address, $"broken@{Instance.HostName}", "Subject: broken\n\nbody\n").Is(250);
            peer.Say("MAIL FROM:<three@client.example>").Is(250);
            for (int i = 0; i < 3; i++) peer.Say($"RCPT TO:<nobody{i}@{Instance.HostName}>").Is(550); // 3 rejected
            peer.Quit();
        }
        for (int i = 0; i < 2; i++) Mta.Sendmail("Subject: submitted\n\nbody\n", Address).Succeeded(); // 2 received, 2 delivered
        Wait.Until(() => Mta.CountLog(": removed$") == 11, "the log of everything");
        Mta.WaitForLog("status=deferred");

        string report = Programs.Run("pflogsumm", ["--syslog-name=mtasuite", "--verbose-msg-detail", Mta.LogFile]).Succeeded().Output;
        int Total(string what) => Regex.Match(report, $@"^ +(\d+)k? +{what}\b", RegexOptions.Multiline) is { Success: true } m
            ? int.Parse(m.Groups[1].Value, CultureInfo.InvariantCulture) : throw new AssertionException($"no {what}:\n{report}");
        Assert.Multiple(() =>
        {
            Assert.That(Total("received"), Is.EqualTo(11), "received");
            Assert.That(Total("delivered"), Is.EqualTo(17), "delivered");
            Assert.That(Total("forwarded"), Is.Zero, "forwarded");
            Assert.That(Total("deferred"), Is.EqualTo(1), "deferred");
            Assert.That(Total("bounced"), Is.EqualTo(1), "bounced");
            Assert.That(Total("rejected"), Is.EqualTo(3), "rejected");
            // one, two, the bounced one's, and whoever runs sendmail, who may be the recipient as well
            Assert.That(Total("senders"), Is.EqualTo(Environment.UserName == User ? 3 : 4), "senders");
            Assert.That(report, Does.Match(@"User unknown in local recipient table"));
        });
        if (TestContext.CurrentContext.Result.FailCount > 0) TestContext.Out.WriteLine(report);
    }
}
