using MtaSuite.Common.Native;
using MtaSuite.Tests.E2e.Harness;

namespace MtaSuite.Tests.E2e;

/// <summary>Domains whose users are no accounts: virtual mailboxes, and virtual aliases in front of them.</summary>
[TestFixture]
public class VirtualMailboxes : InstanceTest
{
    private string Base => $"{Mta.Folder}/vmail";

    protected override void Prepare()
    {
        Assert.That(UserDatabase.Find(User, out Account? account), Is.Zero);
        Directory.CreateDirectory($"{Base}/virtual.example");
        if (Programs.IsRoot) Programs.Run("chown", ["-R", User, Base]).Succeeded();
        File.WriteAllText($"{Mta.Etc}/vmailbox", "dir@virtual.example virtual.example/dir/\nfile@virtual.example virtual.example/file\n");
        File.WriteAllText($"{Mta.Etc}/valias", $"sales@virtual.example dir@virtual.example, {User}\n@catch.example dir@virtual.example\n");
        Mta.Configure("virtual_mailbox_domains=virtual.example", "virtual_alias_domains=catch.example",
            $"virtual_mailbox_maps=hash:{Mta.Etc}/vmailbox",
            $"virtual_alias_maps=hash:{Mta.Etc}/valias", $"virtual_mailbox_base={Base}", "virtual_minimum_uid=1",
            $"virtual_uid_maps=static:{account!.Uid}", $"virtual_gid_maps=static:{account.Gid}");
        Instance.Run("postmap", "-c", Mta.Etc, $"hash:{Mta.Etc}/vmailbox", $"hash:{Mta.Etc}/valias").Succeeded();
    }

    private Mail InDirectory(string text)
    {
        Mail? mail = null;
        Wait.Until(() => (mail = Mail.ReadMaildir($"{Base}/virtual.example/dir")
            .Find(m => m.Text.Contains(text, StringComparison.Ordinal))) != null, text);
        return mail!;
    }

    [Test]
    public void Mail_lands_in_the_mailbox_that_the_table_names()
    {
        using SmtpPeer peer = SmtpPeer.Open(Mta.SmtpPort);
        peer.Deliver("a@client.example", "dir@virtual.example", "Subject: v1\n\nto a directory\n").Is(250);
        peer.Deliver("a@client.example", "file@virtual.example", "Subject: v2\n\nto a file\nFrom me\n").Is(250);
        Assert.That(InDirectory("to a directory").Header("Delivered-To"), Is.EqualTo("dir@virtual.example"));
        string file = $"{Base}/virtual.example/file";
        Wait.Until(() => File.Exists(file) && File.ReadAllText(file).Contains("to a file", StringComparison.Ordinal), file);
        Assert.That(File.ReadAllText(file), Does.StartWith("From a@client.example ").And.Contains("\n>From me\n"));
        Assert.That(peer.Say("MAIL FROM:<a@client.example>").Code, Is.EqualTo(250));
        Assert.That(peer.Say("RCPT TO:<nobody@virtual.example>").Is(550).Text,
            Is.EqualTo("5.1.1 <nobody@virtual.example>: Recipient address rejected: User unknown in virtual mailbox table"));
        Mta.WaitForLog(@"virtual\[\d+\]: \w+: to=<dir@virtual\.example>, relay=virtual, .*status=sent \(delivered to maildir\)");
    }

    [Test]
    public void Virtual_aliases_are_expanded_before_the_queue()
    {
        using SmtpPeer peer = SmtpPeer.Open(Mta.SmtpPort);
        peer.Deliver("a@client.example", "sales@virtual.example anything@catch.example sales@virtual.example",
            "Subject: v3\n\nby virtual alias\n").Is(250);
        Mta.Delivered("by virtual alias");
        Mta.WaitUntilEmpty();
        Assert.That(Mail.ReadMaildir($"{Base}/virtual.example/dir")
            .Where(m => m.Text.Contains("by virtual alias", StringComparison.Ordinal))
            .Select(m => m.Header("X-Original-To")), Is.EquivalentTo(new[] { "sales@virtual.example", "anything@catch.example" }),
            "one for each original recipient");
    }
}
