using MtaSuite.Common.Native;
using MtaSuite.Tests.E2e.Harness;

namespace MtaSuite.Tests.E2e;

/// <summary>Mailboxes of one file, as Python's mailbox module and mutt read them, and their limit.</summary>
[TestFixture]
public class Mbox : InstanceTest
{
    private string Spool => $"{Mta.Folder}/mbox";

    protected override void Prepare()
    {
        Directory.CreateDirectory(Spool);
        File.SetUnixFileMode(Spool, (UnixFileMode)FileModes.StickyFolder);
        Mta.Configure($"mail_spool_directory={Spool}", "message_size_limit=3000", "mailbox_size_limit=4000");
    }

    private string Box => $"{Spool}/{User}";

    private string Send(string message)
    {
        using SmtpPeer peer = SmtpPeer.Open(Mta.SmtpPort);
        string id = peer.Deliver("sender@client.example", Address, message).Is(250).QueueId;
        peer.Quit();
        return id;
    }

    [Test, Order(1)]
    public void Messages_are_told_apart_by_other_programs()
    {
        foreach (string id in (string[])
        [
            Send("Subject: first\n\nFrom here on\n>From quoted\nplain\n"),
                Send("Subject: second\n\nno newline at the end, an empty line before\n\n"),
            Send("Subject: third\n\nFrom\nFrom \n"),
        ]) Mta.WaitForLog($@"{id}: to=<{Address}>, relay=local, .*status=sent \(delivered to mailbox\)");
        string text = File.ReadAllText(Box);
        Assert.That(text, Does.StartWith("From sender@client.example "));
        Assert.That($"{text}From sender@client.example ",
            Does.Contain("\n>From here on\n>From quoted\nplain\n\nFrom sender@client.example "));
        if (Programs.Find("python3") != null)
        {
            string python = Programs.Run("python3",
                ["-c", $"import mailbox\nfor m in mailbox.mbox('{Box}'): print(m['Subject'], m['Return-Path'], len(m.get_payload()) > 5)"])
                .Succeeded().Output;
            Assert.That(python.Split('\n', StringSplitOptions.RemoveEmptyEntries).Order(), Is.EqualTo(new[]
            {
                "first <sender@client.example> True", "second <sender@client.example> True", "third <sender@client.example> True",
            }));
        }
        else Assert.Ignore("python3 is not installed");
    }

    [Test, Order(2)]
    public void Mutt_counts_them()
    {
        Programs.Require("mutt");
        string screen = Programs.RunInTerminal(
            ["mutt", "-n", "-F", "/dev/null", "-R", "-f", Box, "-e", "set folder=/", "-e", "push <refresh><exit>"], ("HOME", Mta.Folder));
        Assert.That(screen, Does.Contain("Msgs:3"));
        foreach (string subject in (string[])["first", "second", "third"]) Assert.That(screen, Does.Contain($") {subject}"));
    }

    [Test, Order(3)]
    public void A_full_mailbox_is_refused_and_left_as_it_was()
    {
        string before = File.ReadAllText(Box);
        string id = Send($"Subject: too much\n\n{string.Join('\n', Enumerable.Repeat(new string('x', 70), 38))}\n");
        Mta.WaitForLog($@"{id}: to=<{Address}>, relay=local, .*dsn=[45]\.2\.2, status=(bounced|deferred) \(");
        Assert.That(File.ReadAllText(Box), Is.EqualTo(before));
        using SmtpPeer peer = SmtpPeer.Open(Mta.SmtpPort);
        Assert.That(peer.Say("MAIL FROM:<a@client.example> SIZE=3001").Code, Is.EqualTo(552));
    }
}
