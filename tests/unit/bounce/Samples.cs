using System.Buffers;
using System.Text;
using MtaSuite.Bounce;
using MtaSuite.Common.Config;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Spool;

namespace MtaSuite.Tests.Bounce;

/// <summary>Small facts that the tests of this room share.</summary>
internal static class Samples
{
    public static readonly DateTimeOffset Arrival = new(2026, 3, 2, 9, 30, 15, TimeSpan.Zero);
    public static readonly DateTimeOffset Now = Arrival.AddMinutes(7);

    public static readonly MailConfig Config =
        MailConfig.Parse("myhostname = mx.example.com\nmydomain = example.com\ndelay_warning_time = 4h\n").Config;

    public static readonly NoticeSettings Settings = new NoticeSettings(Config, out _) with
    {
        MyOrigin = "example.com",
        Zone = TimeZoneInfo.Utc,
    };

    public static readonly MessageFacts Message = new()
    {
        QueueId = "4XwZ12bCdF0QrS",
        Sender = "alice@sender.example",
        Arrival = Arrival,
    };

    public static readonly DeliveryRecord Refused = new()
    {
        Recipient = "bob@there.example",
        Offset = 100,
        Status = new DsnStatus(5, 1, 1),
        Action = DeliveryAction.Failed,
        DiagnosticType = "smtp",
        Diagnostic = "550 5.1.1 <bob@there.example>: no such mailbox here",
        RemoteMta = "mx.there.example",
        Text = "host mx.there.example[192.0.2.25] said: 550 5.1.1 <bob@there.example>: no such mailbox here (in reply to RCPT TO command)",
        Time = Arrival.AddMinutes(1),
    };

    public static readonly DeliveryRecord Unknown = new()
    {
        Recipient = "carol@example.com",
        Original = "list@example.com",
        Offset = 200,
        Status = new DsnStatus(5, 1, 1),
        Action = DeliveryAction.Failed,
        Text = "unknown user: \"carol\"",
        Time = Arrival.AddMinutes(1),
    };

    public const string Mail = "Received: by mx.example.com\nMessage-ID: <first.1@sender.example>\nFrom: alice@sender.example\n"
        + "To: bob@there.example\nSubject: Lunch\n\nNoon, as always?\n\nAlice\n";

    public static OriginalContent Content(string text) => new MemoryContent(Encoding.UTF8.GetBytes(text));

    public static BounceTemplates Templates(string file = "", NoticeSettings? settings = null) =>
        BounceTemplates.Parse("bounce.cf", Encoding.UTF8.GetBytes(file), settings ?? Settings, Config);

    /// <summary>The notices of a plan, in full.</summary>
    public static List<(Notice Notice, byte[] Content)> Send(NoticeKind kind, MessageFacts message, DeliveryRecord[] records,
        OriginalContent? original = null,
        NoticeSettings? settings = null, string templates = "")
    {
        settings ??= Settings;
        NoticeComposer composer = new(settings, Templates(templates, settings));
        List<(Notice, byte[])> sent = [];
        foreach (PlannedNotice plan in new NoticePlanner(settings).Plan(kind, message, records).Notices)
        {
            Notice notice = composer.Compose(plan, message, records, original ?? Content(Mail), Now);
            ArrayBufferWriter<byte> output = new();
            notice.WriteTo(output);
            sent.Add((notice, output.WrittenSpan.ToArray()));
        }
        return sent;
    }
}
