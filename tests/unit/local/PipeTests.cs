using MtaSuite.Common.Spool;
using MtaSuite.Common.Ipc.Messages;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Native;
using MtaSuite.Local;
using MtaSuite.Local.Pipe;

namespace MtaSuite.Tests.Unit.Local;

public sealed class PipeTests
{
    private LocalFixture _fix = null!;

    [SetUp]
    public void SetUp()
    {
        _fix = new LocalFixture();
        File.SetUnixFileMode(_fix.Root, (UnixFileMode)FileModes.WorldWritableFolder);
    }

    [TearDown]
    public void TearDown() => _fix.Dispose();

    private static PipeSettings Settings(params string[] attributes)
    {
        PipeSettings? settings = PipeSettings.Parse("svc", attributes, null, out string problem);
        Assert.That(settings, Is.Not.Null, problem);
        return settings! with { TimeLimit = TestLimits.Long };
    }

    private List<string> Expand(string[] command, string sender, string flags, params string[] recipients)
    {
        PipeSettings settings = Settings(["flags=" + flags, "user=nobody", "argv=" + command[0], .. command[1..]]) with
        { RecipientDelimiter = new("+") };
        DeliverRequest request = new()
        {
            Sender = sender,
            Nexthop = "Next.Hop",
            QueueId = "QID",
            Content = ContentSegments.InOnePiece(0, 42),
            ClientAddress = "192.0.2.1"
        };
        request.Recipients.AddRange(recipients.Select(r => new DeliverRecipient { Address = r, Original = "Orig@" + r.Split('@')[^1] }));
        List<string>? result = PipeArguments.Expand(settings, request, out string? problem);
        Assert.That(problem, Is.Null);
        return result!;
    }

    [Test]
    public void Arguments_that_name_recipients_are_repeated_and_empty_ones_stay()
    {
        Assert.That(Expand(["prog", "-f", "$sender", "--", "${recipient}"], "s@x", "", "a@X", "B+e@x"),
            Is.EqualTo(new[] { "prog", "-f", "s@x", "--", "a@X", "B+e@x" }));
        Assert.That(Expand(["p", "${user}", "$extension", "$mailbox", "$(domain)", "$$x", "$size-$queue_id-$client_address",
            "$client_helo"], "", "", "B+e@Dom"),
            Is.EqualTo(new[] { "p", "B", "e", "B+e", "Dom", "$x", "42-QID-192.0.2.1", "" }));
        Assert.That(Expand(["p", "$user", "x", "$extension"], "", "", "@dom"), Is.EqualTo(new[] { "p", "", "x", "" }),
            "the 2026 trap: an empty $user");
        Assert.That(Expand(["p", "${sender}"], "", "", "a@x"), Is.EqualTo(new[] { "p", "MAILER-DAEMON" }));
        Assert.That(Expand(["p", "$recipient"], "", "", "$sender@x"), Is.EqualTo(new[] { "p", "$sender@x" }),
            "values are not expanded again");
        Assert.That(Expand(["p", "a${extension?{+$extension}}"], "", "", "u@x", "u+y@x"), Is.EqualTo(new[] { "p", "a", "a+y" }));
    }

    [Test]
    public void Flags_fold_and_quote()
    {
        Assert.That(Expand(["p", "$recipient", "$original_recipient", "$nexthop", "$user"], "", "huq", "A b+X@Dom"),
            Is.EqualTo(new[] { "p", "\"a b+x\"@dom", "orig@dom", "next.hop", "a b" }));
        Assert.That(Expand(["p", "$sender"], "a b@x", "q", "r@x"), Is.EqualTo(new[] { "p", "\"a b\"@x" }));
    }

    [TestCase("flags=Z user=nobody argv=x", "unknown flag: Z")]
    [TestCase("user=nobody", "missing argv= command-line attribute")]
    [TestCase("size=12x user=nobody argv=x", "unknown or bad attribute: size=12x")]
    [TestCase("colour=red argv=x", "unknown or bad attribute: colour=red")]
    public void Bad_attributes(string attributes, string expected)
    {
        Assert.That(PipeSettings.Parse("svc", attributes.Split(' '), null, out string problem), Is.Null);
        Assert.That(problem, Is.EqualTo(expected));
    }

    [TestCase("user=root argv=x", "user= command-line attribute specifies root privileges")]
    [TestCase("user=nobody:root argv=x", "user= command-line attribute specifies privileged group id 0")]
    [TestCase("user=daemon argv=x", "user= command-line attribute specifies mail system owner daemon")]
    [TestCase("argv=x", "missing user= command-line attribute")]
    [TestCase("user=no-such argv=x", "unknown username: no-such")]
    public void Users_that_are_not_allowed(string attributes, string expected)
    {
        if (!LocalFixture.IsRoot) Assert.Ignore("takes root");
        UserDatabase.Find("daemon", out Account? owner);
        Assert.That(PipeSettings.Parse("svc", attributes.Split(' '), owner, out string problem), Is.Null);
        Assert.That(problem, Is.EqualTo(expected));
    }

    [TestCase("\\r\\n", "\r\n")]
    [TestCase("\\101\\\\\\7x\\", "A\\\ax\\")]
    public void Escapes(string text, string expected) => Assert.That(PipeSettings.Unescape(text), Is.EqualTo(expected));

    [Test]
    public void A_run_for_two_recipients()
    {
        PipeSettings settings = Settings("flags=FR.>B", "user=nobody", "eol=\\r\\n", "argv=/bin/sh");
        settings =
            settings with { Command = ["/bin/sh", "-c", "cat >\"$$1\"; echo \"$$# done\"", "sh", _fix.Root + "/out", "${recipient}"] };
        DeliveryJob job = _fix.Job("a@x");
        job.Request.Recipients.Add(new DeliverRecipient { Address = "b@x", Offset = 99 });
        List<RecipientOutcome> outcomes = new PipeDelivery(settings, _fix.Warn).Deliver(job.Request, job.QueueFile);
        Assert.That(outcomes.Select(o => (o.Offset, o.Outcome.Text, o.Action)),
            Is.EqualTo(new[] { (77L, "delivered via svc service (3 done)", DeliveryAction.Relayed),
                (99L, "delivered via svc service (3 done)", DeliveryAction.Relayed) }));
        string[] lines = _fix.Read("out").Split("\r\n");
        Assert.That(lines[0], Does.StartWith("From sender@example.org"));
        Assert.That(lines[1..], Is.EqualTo(
            new[] { "Return-Path: <sender@example.org>", "Subject: test", "From: a@example.org", "", ">From here on", "fine", "..dot", "",
            "" }));
    }

    [Test]
    public void Headers_for_one_recipient_refuse_several_and_find_loops()
    {
        PipeSettings settings = Settings("flags=DOX", "user=nobody", "size=1000", "argv=/bin/true");
        PipeDelivery pipe = new(settings, _fix.Warn);
        DeliveryJob job = _fix.Job("a@x");
        Assert.That(pipe.Deliver(job.Request, job.QueueFile).Single().Action, Is.EqualTo(DeliveryAction.Delivered));
        job.Request.Recipients.Add(new DeliverRecipient { Address = "b@x" });
        Assert.That(pipe.Deliver(job.Request, job.QueueFile).Select(o => o.Outcome.Status.ToString()),
            Is.EqualTo(new[] { "4.3.5", "4.3.5" }));
        Assert.That(_fix.Warnings.Single(), Is.EqualTo("pipe flag `D' requires svc_destination_recipient_limit = 1"));
        DeliveryJob loop = _fix.Job("a@x", "Delivered-To: A@x\n\n");
        Assert.That(pipe.Deliver(loop.Request, loop.QueueFile).Single().Outcome.Text, Is.EqualTo("mail forwarding loop for a@x"));
        DeliveryJob large = _fix.Job("a@x", new string('x', 1001));
        Assert.That(pipe.Deliver(large.Request, large.QueueFile).Single().Outcome.Text, Is.EqualTo("message too large"));
    }

    [Test]
    public void A_command_in_another_root_directory()
    {
        if (!LocalFixture.IsRoot) Assert.Ignore("takes root");
        PipeSettings settings = Settings("user=nobody", "chroot=/usr", "argv=/bin/sh", "-c", "{ echo /* }");
        DeliveryJob job = _fix.Job("a@x");
        Outcome outcome = new PipeDelivery(settings, _fix.Warn).Deliver(job.Request, job.QueueFile).Single().Outcome;
        Assert.That(outcome.Text, Does.StartWith("delivered via svc service (/bin ").And.Not.Contain("/proc"));
        settings = Settings("user=nobody", "chroot=/nonexistent", "argv=/bin/true");
        outcome = new PipeDelivery(settings, _fix.Warn).Deliver(job.Request, job.QueueFile).Single().Outcome;
        Assert.That(outcome.Text, Does.Contain("cannot change root to \"/nonexistent\""));
        Assert.That(Directory.Exists("/usr/bin"), "the root of this process is what it was");
    }
}
