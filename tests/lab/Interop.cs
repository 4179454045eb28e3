using MtaSuite.Tests.E2e.Harness;

namespace MtaSuite.Tests.Lab;

/// <summary>Ours among Postfix, Exim and OpenSMTPD: each sends to each, and each keeps mail for each that is down.</summary>
[TestFixture]
public class Interop : LabTest
{
    private static readonly string[] s_neighbours = ["postfix", "exim", "opensmtpd"];

    [Test, Order(1)]
    public void Each_relays_to_each()
    {
        (MailPeer From, MailPeer To, string Subject)[] ways =
            [.. Lab.All.SelectMany(a => Lab.All.Where(b => b != a).Select(b => (a, b, $"from {a.Name} to {b.Name}")))];
        foreach ((MailPeer from, MailPeer to, string subject) in ways) Lab.Send(from, from.Mailbox, to.Mailbox, subject);
        foreach ((_, MailPeer to, string subject) in ways) to.Receives(subject);
        foreach ((_, MailPeer to, string subject) in ways) Assert.That(to.Mails($"Subject: {subject}\n"), Has.Count.EqualTo(1), subject);
    }

    [Test, Order(2)]
    public void We_keep_mail_for_each_that_is_down()
    {
        foreach (string name in s_neighbours) Peer(name).Stop();
        foreach (string name in s_neighbours)
            Lab.Send(Lab.Suite, "sender@client.lab", $"alice@{Lab.Backup(name, "ours")}", $"kept for {name}");
        foreach (string name in s_neighbours)
            Wait.Until(() => Waits(Lab.Suite.Queue(), $"alice@{Lab.Backup(name, "ours")}", "Connection refused"),
                () => $"mail for {name} in mailq with its reason:\n{Lab.Suite.Queue()}");
        foreach (string name in s_neighbours) Peer(name).Start();
        Assert.That(Lab.Suite.Queue(), Does.Contain("3 Requests"), "it waits for its time, 10 minutes from now");

        Lab.Suite.Postqueue("-s", Lab.Backup("postfix", "ours"));
        Lab.Postfix.Receives("kept for postfix");
        Assert.That(Lab.Suite.Queue(), Does.Contain("2 Requests"), "of the others nothing is tried");

        string etrn = $"import smtplib; s = smtplib.SMTP('{Lab.Suite.Host.Address}', 25, 'client.lab'); s.ehlo(); print(s.docmd('ETRN', "
            + $"'{Lab.Backup("exim", "ours")}')); s.quit()";
        Assert.That(Lab.Dns.Run("python3", "-c", etrn).Succeeded().Output, Does.StartWith("(250, "));
        Lab.Exim.Receives("kept for exim");

        Lab.Suite.Flush();
        Lab.Opensmtpd.Receives("kept for opensmtpd");
        Wait.Until(() => Lab.Suite.Queue().Contains("Mail queue is empty", StringComparison.Ordinal), () => Lab.Suite.Queue());
    }

    [Test, Order(3)]
    public void We_try_again_by_ourselves()
    {
        Lab.Suite.Configure("minimal_backoff_time=2s", "maximal_backoff_time=2s");
        Lab.Suite.Reload();
        Lab.Postfix.Stop();
        Lab.Send(Lab.Suite, "sender@client.lab", $"alice@{Lab.Backup("postfix", "ours")}", "by retry");
        Wait.Until(() => Waits(Lab.Suite.Queue(), $"alice@{Lab.Backup("postfix", "ours")}", "Connection refused"), () => Lab.Suite.Queue());
        Lab.Postfix.Start();
        Lab.Postfix.Receives("by retry");
    }

    [Test, Order(4)]
    public void Each_keeps_mail_for_us()
    {
        Lab.Suite.Stop();
        foreach (string name in s_neighbours)
        {
            Lab.Send(Peer(name), "sender@client.lab", $"alice@{Lab.Backup("ours", name)}", $"kept by {name}");
            Wait.Until(() => Waits(Peer(name).Queue(), $"alice@{Lab.Backup("ours", name)}",
                name == "opensmtpd" ? "Network error on destination MXs" : "Connection refused"), () => $"{name}: {Peer(name).Queue()}");
        }
        Lab.Suite.Start();
        Lab.Opensmtpd.Flush();
        // the other two are told nothing: they try again after two seconds
        foreach (string name in s_neighbours) Lab.Suite.Receives($"kept by {name}");
        foreach (string name in s_neighbours) Assert.That(Lab.Suite.Mails($"Subject: kept by {name}\n"), Has.Count.EqualTo(1));
    }

    // the neighbours among themselves: that the lab's ways hold is what makes the tests above mean something
    [TestCase("postfix", "exim"), TestCase("postfix", "opensmtpd"), TestCase("exim", "postfix"), TestCase("exim", "opensmtpd"),
        TestCase("opensmtpd", "postfix"), TestCase("opensmtpd", "exim"), Order(5)]
    public void The_others_keep_mail_for_each_other(string primary, string backup)
    {
        string recipient = $"alice@{Lab.Backup(primary, backup)}", subject = $"for {primary} kept by {backup}";
        Peer(primary).Stop();
        Lab.Send(Peer(backup), "sender@client.lab", recipient, subject);
        Wait.Until(() => Waits(Peer(backup).Queue(), recipient,
            backup == "opensmtpd" ? "Network error on destination MXs" : "Connection refused"), () => $"{backup}: {Peer(backup).Queue()}");
        Peer(primary).Start();
        Peer(backup).Flush();
        Peer(primary).Receives(subject);
        Assert.That(Peer(primary).Mails($"Subject: {subject}\n"), Has.Count.EqualTo(1));
    }

    [TestCase("postfix"), TestCase("exim"), Order(6)]
    public void ETRN_at_the_others_brings_our_mail(string backup)
    {
        Lab.Suite.Stop();
        Peer(backup).RetryLate();
        string domain = Lab.Backup("ours", backup), subject = $"fetched from {backup}";
        Lab.Send(Peer(backup), "sender@client.lab", $"alice@{domain}", subject);
        Wait.Until(() => Waits(Peer(backup).Queue(), $"alice@{domain}", "Connection refused"), () => Peer(backup).Queue());
        Lab.Suite.Start();
        Thread.Sleep(3000);
        Assert.That(Lab.Suite.Mails($"Subject: {subject}\n"), Is.Empty, "it waits until it is asked");
        string etrn = $"import smtplib; s = smtplib.SMTP('{Peer(backup).Host.Address}', 25, 'mx.ours.lab'); s.ehlo(); "
            + $"print(s.docmd('ETRN', '{domain}')); s.quit()";
        Assert.That(Lab.Suite.Host.Run("python3", "-c", etrn).Succeeded().Output, Does.StartWith("(25"));
        Lab.Suite.Receives(subject);
    }

    private static bool Waits(string queue, string recipient, string reason) =>
        queue.Contains(recipient, StringComparison.Ordinal) && queue.Contains(reason, StringComparison.OrdinalIgnoreCase);
}
