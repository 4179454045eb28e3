using MtaSuite.Common.Ipc.Messages;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Net;
using MtaSuite.Common.Spool;
using MtaSuite.Relay.Messages;
using MtaSuite.Relay.Sessions;
using MtaSuite.Tests.Unit.Net;

namespace MtaSuite.Tests.Unit.Relay;

/// <summary>What single parts of a session do by themselves.</summary>
[TestFixture]
public sealed class SessionPartsTests
{
    private static (OutgoingMessage Message, OutcomeRecorder Outcomes, RelayRecipient Recipient) Mail(string address)
    {
        DeliverRequest request = new() { QueueId = QueueId.Next(), QueueName = "active", Transport = "smtp", Nexthop = "x.test" };
        DeliverRecipient recipient = new() { Address = address };
        request.Recipients.Add(recipient);
        OutgoingMessage message = new(request, RelayFixture.Patient.Content);
        return (message, new OutcomeRecorder(RelayFixture.Patient, message), new RelayRecipient(recipient));
    }

    [Test]
    public void A_deferred_recipient_is_logged_with_the_server_of_its_own_failure()
    {
        using CapturedLog log = new();
        (_, OutcomeRecorder outcomes, RelayRecipient recipient) = Mail("b@x.test");
        outcomes.Fail(recipient, Outcome.Defer("4.2.0", "first"), new ServerInfo("mx1.test[192.0.2.1]:25", 2, "", HasDsn: false));
        Assert.That(recipient.Final, Is.Null, "another host may take it");
        outcomes.Settle(recipient, recipient.LastFailure!);
        Assert.That(log.Text, Does.Contain("relay=mx1.test[192.0.2.1]:25, conn_use=2").And.Contain("status=deferred (first)"));
        Assert.That(recipient.Final!.Outcome.IsTemporary);
    }

    [Test]
    public void A_permanent_failure_is_final_at_once_and_a_host_that_was_not_reached_is_none()
    {
        using CapturedLog log = new();
        (_, OutcomeRecorder outcomes, RelayRecipient recipient) = Mail("b@x.test");
        outcomes.Fail(recipient, Outcome.Bounce("5.1.1", "no such user"), default);
        Assert.That((recipient.Final!.Outcome.IsPermanent, recipient.LastFailure), Is.EqualTo((true, (Outcome?)null)));
        Assert.That(log.Text, Does.Contain("relay=none").And.Contain("status=bounced (no such user)"));
    }

    [Test]
    public void Only_a_quick_server_is_waited_for()
    {
        WaitingTransactions waiting = new(new EventLoop());
        Assert.That(waiting.IsServerQuick, Is.False, "nothing is known of it");
        waiting.NoteDuration(TimeSpan.FromMilliseconds(2));
        Assert.That(waiting.IsServerQuick);
        for (int i = 0; i < 8; i++) waiting.NoteDuration(TimeSpan.FromMilliseconds(100));
        Assert.That(waiting.IsServerQuick, Is.False);
    }

    [Test]
    public void A_reply_is_for_the_oldest_command_and_a_message_takes_its_own_replies_only()
    {
        ServerFeatures features = new();
        CommandPipeline pipeline = new(features);
        (OutgoingMessage message, OutcomeRecorder outcomes, RelayRecipient recipient) = Mail("b@x.test");
        MailTransaction first = new(message, outcomes, [recipient]), second = new(message, outcomes, [recipient]);
        pipeline.Add(SmtpStep.DataDone, first);
        Assert.That(pipeline.HasRoom, Is.False, "no PIPELINING");
        features.Read(["mx.test", "PIPELINING"], new HashSet<string>());
        Assert.That(pipeline.HasRoom);
        pipeline.Add(SmtpStep.Mail, second);
        Assert.That(pipeline.TryTake(second, out _), Is.False, "the reply to the first message's content comes first");
        Assert.That(pipeline.TryTake(first, out PipelinedCommand done) && done.Step == SmtpStep.DataDone);
        Assert.That(pipeline.TryTake(first, out _), Is.False);
        Assert.That(pipeline.TryTake(out PipelinedCommand mail) && mail.Transaction == second);
        Assert.That(pipeline.IsEmpty);
    }
}
