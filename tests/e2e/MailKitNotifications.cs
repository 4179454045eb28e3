using MailKit;
using MailKit.Net.Smtp;
using MimeKit;
using MtaSuite.Tests.E2e.Harness;

namespace MtaSuite.Tests.E2e;

/// <summary>
/// What MailKit asks for (NOTIFY, RET, ENVID, ORCPT; RFC 3461) is what its sender gets to hear, in notices that MimeKit reads: failed,
/// delivered, expanded,
/// delayed and relayed.
/// </summary>
[TestFixture]
public class MailKitNotifications : InstanceTest
{
    private const string Host = Instance.HostName;
    private SmtpSink? _sink;

    protected override string[] Settings =>
    [
        "delay_warning_time=1s", "minimal_backoff_time=1s", "maximal_backoff_time=2s", "queue_run_delay=1s", "defer_transports=slow",
        "virtual_alias_domains=virtual.example", $"virtual_alias_maps=inline:{{team@virtual.example={Instance.User}}}",
        "smtpd_relay_restrictions=permit_mynetworks,reject",
    ];

    protected override void Prepare()
    {
        _sink = new SmtpSink(System.Net.IPAddress.Loopback, 0);
        Mta.AddAliases("broken: there-is-nobody-of-this-name\n");
        File.AppendAllText($"{Mta.Etc}/master.cf", "slow unix - n n - - virtual\n");
        Mta.Configure($"transport_maps=inline:{{{{slow.example=slow:}}, {{plain.example=smtp:[127.0.0.1]:{_sink.Port}}}}}");
    }

    [OneTimeTearDown]
    public void StopSink() => _sink?.Dispose();

    private static MimeMessage Message(string subject, string to)
    {
        MimeMessage message = MailClient.Message(Address, to, subject);
        message.Body = new Multipart("mixed")
        {
            new TextPart("plain") { Text = "the secret body, caf\u00e9\r\n" },
            new MimePart("application", "octet-stream") { Content = new MimeContent(new MemoryStream([0, 1, 2, 255])),
                ContentTransferEncoding = ContentEncoding.Base64 },
        };
        return message;
    }

    private MimeMessage Send(string subject, string to, DeliveryStatusNotification notify,
        DeliveryStatusNotificationType type = DeliveryStatusNotificationType.Unspecified)
    {
        MimeMessage message = Message(subject, to);
        using MailClient client = new() { Notify = notify, EnvelopeId = $"id of+{subject}", DeliveryStatusNotificationType = type };
        client.Plainly(Mta.SmtpPort);
        Assert.That(client.Capabilities.HasFlag(SmtpCapabilities.Dsn));
        client.Send(message);
        client.Disconnect(quit: true);
        return message;
    }

    /// <summary>The notice on a message.</summary>
    private NoticeReader Notice(MimeMessage about)
    {
        List<Mail> found = [];
        Wait.Until(() => (found = Mta.Mailbox().FindAll(m => m.Head.Contains("multipart/report", StringComparison.Ordinal)
            && m.Text.Contains(about.MessageId!, StringComparison.Ordinal))).Count > 0, () => $"a notice on {about.Subject}");
        Assert.That(found, Has.Count.EqualTo(1));
        NoticeReader notice = new(found[0]);
        Assert.That(notice.PerMessage["Original-Envelope-Id"], Is.EqualTo($"id of+{about.Subject}"));
        Assert.That(notice.Message.To.Mailboxes.Single().Address, Is.EqualTo(Address));
        return notice;
    }

    [Test]
    public void A_failure_returns_all_of_the_message()
    {
        MimeMessage sent = Send("whole", "broken@mx.test.example", DeliveryStatusNotification.Failure, DeliveryStatusNotificationType.Full);
        NoticeReader notice = Notice(sent);
        Assert.That((notice.StatusType, notice.Original.ContentType.MimeType), Is.EqualTo(("message/delivery-status", "message/rfc822")));
        HeaderList recipient = notice.Recipient("broken@mx.test.example");
        Assert.That((recipient["Action"], recipient["Status"]), Is.EqualTo(("failed", "5.1.1")));
        Assert.That(recipient["Original-Recipient"], Does.Match("^rfc822; ?broken@mx.test.example$"));
        Assert.That(notice.Words.Text, Does.Contain("broken@mx.test.example").And.Contain("unknown user"));
        Assert.That(notice.Returned().Subject, Is.EqualTo("whole"));
        Assert.That(MailReader.Outline(notice.Returned()), Is.EqualTo(MailReader.Outline(sent)));
    }

    [Test]
    public void A_failure_returns_the_header_alone_when_that_was_asked_for()
    {
        MimeMessage sent = Send("header", "broken@mx.test.example", DeliveryStatusNotification.Failure,
            DeliveryStatusNotificationType.HeadersOnly);
        NoticeReader notice = Notice(sent);
        Assert.That(notice.ReturnedHeader()[HeaderId.Subject], Is.EqualTo("header"));
        Assert.That(notice.ReturnedHeader()[HeaderId.MessageId], Does.Contain(sent.MessageId));
        Assert.That(notice.Message.ToString(), Does.Not.Contain("secret body"));
    }

    [Test]
    public void Success_is_told_with_the_address_that_the_sender_gave()
    {
        NoticeReader notice = Notice(Send("arrived", Address, DeliveryStatusNotification.Success));
        HeaderList recipient = notice.Recipient(Address);
        Assert.That((recipient["Action"], recipient["Status"]![..2]), Is.EqualTo(("delivered", "2.")));
        Assert.That(notice.ReturnedHeader()[HeaderId.Subject], Is.EqualTo("arrived"), "of what arrived the header alone comes back");
    }

    [Test]
    public void An_alias_is_told_as_expanded() =>
        Assert.That(Notice(Send("expanded", "team@virtual.example",
            DeliveryStatusNotification.Success)).Recipient("team@virtual.example")["Action"], Is.EqualTo("expanded"));

    [Test]
    public void A_delay_is_told_with_the_time_of_the_last_attempt()
    {
        MimeMessage sent = Send("late", "u@slow.example", DeliveryStatusNotification.Delay);
        NoticeReader notice = Notice(sent);
        HeaderList recipient = notice.Recipient("u@slow.example");
        Assert.That((recipient["Action"], recipient["Status"]![..2]), Is.EqualTo(("delayed", "4.")));
        Assert.That(MimeKit.Utils.DateUtils.TryParse(recipient["Will-Retry-Until"]!, out DateTimeOffset until));
        Assert.That(until, Is.GreaterThan(DateTimeOffset.UtcNow.AddDays(4)).And.LessThan(DateTimeOffset.UtcNow.AddDays(6)),
            "maximal_queue_lifetime");
        Assert.That(MimeKit.Utils.DateUtils.TryParse(notice.PerMessage["Arrival-Date"]!, out DateTimeOffset arrival));
        Assert.That(arrival, Is.GreaterThan(DateTimeOffset.UtcNow.AddHours(-1)).And.LessThanOrEqualTo(DateTimeOffset.UtcNow));
    }

    /// <summary>RFC 3461 5.2.2: the next server does not know DSN; that it took the message is all that can be told.</summary>
    [Test]
    public void Passing_it_to_a_server_without_dsn_is_told_as_relayed()
    {
        HeaderList recipient = Notice(Send("passed", "u@plain.example", DeliveryStatusNotification.Success)).Recipient("u@plain.example");
        Assert.That((recipient["Action"], recipient["Status"]![..2]), Is.EqualTo(("relayed", "2.")));
    }

    [Test]
    public void Nothing_is_told_to_those_who_do_not_want_to_know()
    {
        MimeMessage sent = Send("silence", "broken@mx.test.example", DeliveryStatusNotification.Never);
        string id = Mta.WaitForLog($@"(\w+): message-id=<{System.Text.RegularExpressions.Regex.Escape(sent.MessageId!)}>").Groups[1].Value;
        Mta.WaitForLog($"{id}: removed");
        Assert.That(Mta.CountLog($"{id}: sender .*notification"), Is.Zero);
    }
}
