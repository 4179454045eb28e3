using System.Text;
using MtaSuite.Common.Mail;

namespace MtaSuite.Bounce;

/// <summary>
/// The text of one kind of notice. Text and headers are kept as the bytes of the file, one character (U+0000 to U+00FF) for each byte,
/// because the text is in whatever charset the template names.
/// </summary>
public sealed record BounceTemplate(NoticeKind Kind, string Charset, string From, string Subject, string PostmasterSubject, string Text)
{
    /// <summary>Whether the text needs nothing but ASCII.</summary>
    public bool IsAscii => Ascii.IsValid(Text);

    /// <summary>The name in a template file.</summary>
    public static string Name(NoticeKind kind) => KindName(kind) + "_template";

    internal static string KindName(NoticeKind kind) => kind switch
    {
        NoticeKind.Failure => "failure",
        NoticeKind.Delay => "delay",
        NoticeKind.Success => "success",
        _ => "verify",
    };

    /// <summary>The template that serves when the site gives none.</summary>
    public static BounceTemplate BuiltIn(NoticeKind kind, bool obsoleteFrom = false) => new(kind, "us-ascii",
        obsoleteFrom ? "MAILER-DAEMON (Mail Delivery System)" : "Mail Delivery System <MAILER-DAEMON>",
        kind switch
        {
            NoticeKind.Failure => "Mail not delivered: your message comes back",
            NoticeKind.Delay => "Mail delayed: delivery is still being tried",
            NoticeKind.Success => "Mail delivered: the receipt you asked for",
            _ => "Mail delivery report",
        },
        kind switch
        {
            NoticeKind.Failure => "Postmaster copy: mail not delivered",
            NoticeKind.Delay => "Postmaster copy: mail delayed",
            _ => "",
        },
        kind switch
        {
            NoticeKind.Failure => FailureText,
            NoticeKind.Delay => DelayText,
            NoticeKind.Success => SuccessText,
            _ => VerifyText,
        });

    private const string FailureText = """
        The mail server at $myhostname writes to you about a message that
        came from your address.

        It could not be delivered to the recipients named below, and the
        server has given up trying. The reason stands beside each of them.
        Your message, or the head of it, is attached.

        If the reason does not tell you what to do, forward this notice to
        the postmaster of $mydomain.

        """;

    private const string DelayText = """
        The mail server at $myhostname writes to you about a message that
        came from your address.

        After ${delay_warning_time_hours} hour(s) it has not reached the recipients named
        below. You need not send it again: the server goes on trying until
        the message is ${maximal_queue_lifetime_days} day(s) old, and writes again if it gives up.

        """;

    private const string SuccessText = """
        The mail server at $myhostname writes to you because you asked for
        a receipt.

        Your message has been delivered, or passed on, to the recipients
        named below. Where it was passed on to a system that sends no
        receipts, this is the last you hear unless delivery fails there.

        """;

    private const string VerifyText = """
        The mail server at $myhostname sends you the report on delivery
        that you asked for.

        """;
}
