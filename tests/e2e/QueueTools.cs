using System.Text.Json;
using MtaSuite.Tests.E2e.Harness;

namespace MtaSuite.Tests.E2e;

/// <summary>The queue's commands on a running instance, where mail for other hosts waits for a transport.</summary>
[TestFixture]
public class QueueTools : InstanceTest
{
    /// <summary>Nobody listens there: what is for other hosts waits.</summary>
    protected override string[] Settings => ["relayhost=[127.0.0.1]:1"];

    [SetUp]
    public void Empty()
    {
        Mta.Command("postsuper", "", "-d", "ALL").Succeeded();
        Wait.Until(() => Mta.Queued().Length == 0, () => "an empty queue");
    }

    /// <summary>Queues a message for another host and waits until it is deferred.</summary>
    private string Defer(string sender, string recipient)
    {
        Mta.Sendmail("Subject: waits\n\nbody\n", "-f", sender, recipient).Succeeded();
        string id = "";
        Wait.Until(() => (id = List().FirstOrDefault(m => m.Sender == sender && m.Queue == "deferred").Id ?? "") != "",
            () => $"a deferred message from {sender}");
        return id;
    }

    private List<(string Id, string Queue, string Sender, bool Expires)> List(params string[] selectors)
    {
        List<(string, string, string, bool)> result = [];
        foreach (string line in Mta.Command("postqueue", "", ["-j", .. selectors])
            .Succeeded().Output.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            JsonElement e = JsonDocument.Parse(line).RootElement;
            result.Add((e.GetProperty("queue_id").GetString()!, e.GetProperty("queue_name").GetString()!,
                e.GetProperty("sender").GetString()!,
                e.GetProperty("forced_expire").GetBoolean()));
        }
        return result;
    }

    [Test]
    public void Selectors_choose_what_is_listed_and_deleted()
    {
        string spam = Defer("spam@a.example", "x@far.example"), good = Defer("good@a.example", "x@near.example");
        Assert.That(List("--from", "spam@a.example").Select(m => m.Id), Is.EqualTo(new[] { spam }));
        Assert.That(List("--domain", "near.example").Select(m => m.Id), Is.EqualTo(new[] { good }));
        Assert.That(List("--status", "connection REFUSED", "--queue", "deferred"), Has.Count.EqualTo(2));
        Assert.That(List("--older", "1h"), Is.Empty);
        Mta.Command("postsuper", "", "-d", "ALL", "--from", "@a.example", "--to", "x@far.example").Succeeded();
        Assert.That(List().Select(m => m.Id), Is.EqualTo(new[] { good }));
    }

    [Test]
    public void An_expired_message_is_marked_and_returned_at_the_next_run()
    {
        string id = Defer(Address, "x@far.example");
        Mta.Command("postsuper", "", "-e", id).Succeeded();
        Assert.That(List().Single(), Is.EqualTo((id, "deferred", Address, true)));
        Assert.That(Mta.Command("mailq", "").Succeeded().Output, Does.Match($"(?m)^{id}# "));
        Mta.Command("postqueue", "", "-f").Succeeded();
        Assert.That(Mta.Delivered(id).Header("From"), Does.Contain("MAILER-DAEMON"));
    }

    [Test]
    public void Ids_come_on_standard_input()
    {
        string a = Defer("a@a.example", "x@far.example"), b = Defer("b@a.example", "x@far.example"),
            c = Defer("c@a.example", "x@far.example");
        Assert.That(Mta.Command("postsuper", $"{a}\n{c}\n", "-h", "-").Succeeded().Error, Does.Contain("Placed on hold: 2 messages"));
        Assert.That(List("--queue", "hold").Select(m => m.Id), Is.EquivalentTo(new[] { a, c }));
        Assert.That(List("--queue", "deferred").Select(m => m.Id), Is.EqualTo(new[] { b }));
    }

    [Test]
    public void A_saved_queue_file_is_submitted_again()
    {
        string id = Defer("saved@a.example", "x@far.example");
        string file = Directory.EnumerateFiles($"{Mta.Spool}/deferred", id, SearchOption.AllDirectories).Single();
        ProgramResult drop = Mta.Command("postdrop", File.ReadAllText(file)).Succeeded();
        string again = drop.Output.Trim().Split(' ')[^1];
        Wait.Until(() => List("--from", "saved@a.example").Select(m => m.Id).Order().SequenceEqual(new[] { id, again }.Order()),
            () => "the message and its copy");
        Assert.That(Mta.Command("postdrop", "MTASUITE 1\nrubbish").ExitCode, Is.EqualTo(65));
    }

    [Test]
    public void A_walk_shows_each_process()
    {
        Mta.Sendmail("Subject: walks\nMessage-ID: <walk@a.example>\n\nx\n", Address).Succeeded();
        Mta.Delivered("<walk@a.example>");
        Wait.Until(() => Mta.Command("postwalk", "", "walk@a.example").Output.Contains("qmgr       removed", StringComparison.Ordinal),
            () => "the end of the walk");
        string walk = Mta.Command("postwalk", "", "<walk@a.example>").Succeeded().Output;
        foreach (string step in (string[])["pickup     uid=", "cleanup    message-id=<walk@a.example>", "qmgr       from=<",
            "local      to=<"])
            Assert.That(walk, Does.Contain(step));
        Assert.That(Mta.Command("postwalk", "", "nothing@a.example").ExitCode, Is.EqualTo(1));
    }

    [Test]
    public void What_was_submitted_while_the_system_was_down_is_delivered_at_its_start()
    {
        Mta.Stop();
        Mta.Sendmail("Subject: down\nTo: " + Address + "\nBcc: hidden@far.example\n\nwhile down\n", "-t").Succeeded();
        string id = Mta.Queued("maildrop").Single();
        Assert.That(Mta.Command("postcat", "", "-q", id).Succeeded().Output,
            Does.Contain("while down").And.Contain("message_flags=ExtractRecipients"));
        Assert.That(Mta.Command("mailq", "").Succeeded().Output, Does.Contain(id));
        Mta.Start();
        Mail mail = Mta.Delivered("while down");
        Assert.That(mail.Header("Bcc"), Is.Null.Or.Empty);
        Wait.Until(() => Mta.Queued("maildrop").Length == 0, () => "an empty maildrop");
        Mta.WaitForLog($@"pickup\[\d+\]: \w+: uid=\d+ from=<\S+> orig_id={id}$");
    }

    [Test]
    public void Pickup_is_kicked()
    {
        Mta.Command("postkick", "", "public", "pickup", "W").Succeeded();
        Mta.Command("postkick", "", "public", "qmgr", "W").Succeeded();
        ProgramResult nobody = Mta.Command("postkick", "", "public", "nosuchservice", "W");
        Assert.That((nobody.ExitCode, nobody.Error.Contains("perhaps the mail system is down", StringComparison.Ordinal)),
            Is.EqualTo((1, true)));
    }
}
