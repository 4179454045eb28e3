using MtaSuite.Common.Smtp;

namespace MtaSuite.Smtpd.Sessions;

/// <summary>Refusals that several commands share.</summary>
internal static class Replies
{
    public static readonly SmtpReply HeloFirst = SmtpReply.Parse("503 5.5.1 Error: send HELO/EHLO first");
    public static readonly SmtpReply NeedTls = SmtpReply.Parse("530 5.7.0 Must issue a STARTTLS command first");
    public static readonly SmtpReply NeedMail = SmtpReply.Parse("503 5.5.1 Error: need MAIL command");
    public static readonly SmtpReply NeedRcpt = SmtpReply.Parse("503 5.5.1 Error: need RCPT command");
    public static readonly SmtpReply NoRecipients = SmtpReply.Parse("554 5.5.1 Error: no valid recipients");
    public static readonly SmtpReply InTransaction = SmtpReply.Parse("503 5.5.1 Error: MAIL transaction in progress");
    public static readonly SmtpReply BadSender = SmtpReply.Parse("501 5.1.7 Bad sender address syntax");
    public static readonly SmtpReply BadRecipient = SmtpReply.Parse("501 5.1.3 Bad recipient address syntax");
    public static readonly SmtpReply NeedSmtpUtf8 = SmtpReply.Parse("553 5.6.7 Must declare SMTPUTF8 to send unicode address");
    public static readonly SmtpReply TooBig = SmtpReply.Parse("552 5.3.4 Error: message file too big");
    public static readonly SmtpReply WriteError = SmtpReply.Parse("451 4.3.0 Error: queue file write error");
    public static readonly SmtpReply NotAuthorized = SmtpReply.Parse("550 5.7.0 Error: insufficient authorization");
    public static readonly SmtpReply OutOfTurn = SmtpReply.Parse("554 5.5.0 Error: SMTP protocol synchronization");
    public static readonly SmtpReply Unknown = SmtpReply.Parse("500 5.5.2 Error: command not recognized");
    public static readonly SmtpReply NotImplemented = SmtpReply.Parse("502 5.5.1 Error: command not implemented");
}
