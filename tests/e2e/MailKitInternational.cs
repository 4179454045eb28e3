using MailKit.Net.Smtp;
using MimeKit;
using MtaSuite.Tests.E2e.Harness;

namespace MtaSuite.Tests.E2e;

/// <summary>MailKit with addresses and header fields in UTF-8 (SMTPUTF8, RFC 6531): delivered, returned, and refused where they are not
/// asked for.</summary>
[TestFixture]
public class MailKitInternational : InstanceTest
{
    private static readonly FormatOptions s_international = new() { International = true };
    private SmtpSink? _sink;

    protected override string[] Settings =>
    [
        $"virtual_alias_domains=b\u00fccher.example",
        $"virtual_alias_maps=inline:{{{{gr\u00fc\u00dfe@b\u00fccher.example={Instance.User}}}}}",
    ];

    protected override void Prepare()
    {
        _sink = new SmtpSink(System.Net.IPAddress.Loopback, 0);
        Mta.Configure($"transport_maps=inline:{{nirgends.example=smtp:[127.0.0.1]:{_sink.Port}}}");
    }

    [OneTimeTearDown]
    public void StopSink() => _sink?.Dispose();

    private static MimeMessage International(string subject, string to)
    {
        MimeMessage message = MailClient.Message("kit@client.example", "kit@client.example", subject, "\u00fcber alles Wichtige\r\n");
        message.From.Clear();
        message.From.Add(new MailboxAddress("Pel\u00e9", "pel\u00e9@client.example"));
        message.To.Clear();
        message.To.Add(new MailboxAddress("Gr\u00fc\u00dfe", to));
        return message;
    }

    [Test]
    public void Addresses_and_subject_arrive_in_utf8()
    {
        MimeMessage sent = International("Gru\u00df an alle \u2603", "gr\u00fc\u00dfe@b\u00fccher.example");
        using MailClient client = new();
        client.Plainly(Mta.SmtpPort);
        Assert.That(client.Capabilities.HasFlag(SmtpCapabilities.UTF8));
        client.Send(s_international, sent);
        client.Disconnect(quit: true);
        Mail mail = Mta.Delivered(sent.MessageId!);
        MimeMessage message = MailReader.Read(mail);
        Assert.That(message.Subject, Is.EqualTo(sent.Subject));
        Assert.That(message.From.Mailboxes.Single().Address, Is.EqualTo("pel\u00e9@client.example"));
        Assert.That(message.To.Mailboxes.Single().Name, Is.EqualTo("Gr\u00fc\u00dfe"));
        Assert.That(MailReader.Outline(message), Is.EqualTo(MailReader.Outline(sent)));
        Assert.That(message.Headers[HeaderId.Received], Does.Contain("with UTF8SMTP"));
    }

    /// <summary>The next server does not know SMTPUTF8. RFC 6533: the sender could say UTF-8, so that he can read it; the address is
    /// given as it is.</summary>
    [Test]
    public void What_cannot_be_delivered_comes_back_in_the_types_for_utf8()
    {
        MimeMessage sent = International("Kommt zur\u00fcck \u2603", "nie-geh\u00f6rt@nirgends.example");
        MailboxAddress sender = MailboxAddress.Parse(Address);
        using MailClient client = new();
        client.Plainly(Mta.SmtpPort).Send(s_international, sent, sender, [new MailboxAddress("", "nie-geh\u00f6rt@nirgends.example")]);
        client.Disconnect(quit: true);
        Mail? mail = null;
        Wait.Until(() => (mail = Mta.Mailbox().Find(m => m.Text.Contains($"Message-Id: <{sent.MessageId}>",
            StringComparison.OrdinalIgnoreCase)
            && m.Text.Contains("multipart/report", StringComparison.Ordinal))) != null, "the notice");
        NoticeReader notice = new(mail!);
        Assert.That(notice.StatusType, Is.EqualTo("message/global-delivery-status"));
        Assert.That(notice.Recipients.Single()["Final-Recipient"], Is.EqualTo("utf-8; nie-geh\u00f6rt@nirgends.example"));
        Assert.That(notice.Recipients.Single()["Action"], Is.EqualTo("failed"));
        Assert.That(notice.Original.ContentType.MimeType, Is.EqualTo("message/global"));
        Assert.That(notice.Returned().Subject, Is.EqualTo(sent.Subject));
        Assert.That(MailReader.Outline(notice.Returned()), Is.EqualTo(MailReader.Outline(sent)));
    }
}
