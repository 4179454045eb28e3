namespace MtaSuite.Relay.Sessions;

/// <summary>Where a session stands.</summary>
internal enum SmtpStep : byte
{
    Greeting, Ehlo, Helo, Lhlo, StartTls, Auth, Xforward, Mail, Recipient, Data, Content, DataDone, Reset, Quit,
}

/// <summary>The words for a step in log lines and notices.</summary>
internal static class SmtpSteps
{
    /// <summary>What was being done when the session broke: "while ...".</summary>
    public static string Doing(this SmtpStep step) => step switch
    {
        SmtpStep.Greeting => "receiving the initial server greeting",
        SmtpStep.Ehlo => "performing the EHLO handshake",
        SmtpStep.Helo => "performing the HELO handshake",
        SmtpStep.Lhlo => "performing the LHLO handshake",
        SmtpStep.StartTls => "performing the TLS handshake",
        SmtpStep.Auth => "performing SASL authentication",
        SmtpStep.Xforward => "sending XFORWARD",
        SmtpStep.Mail => "sending MAIL FROM",
        SmtpStep.Recipient => "sending RCPT TO",
        SmtpStep.Data => "sending DATA command",
        SmtpStep.Content => "sending message body",
        SmtpStep.DataDone => "sending end of data -- message may be sent more than once",
        SmtpStep.Reset => "sending RSET",
        _ => "sending QUIT",
    };

    /// <summary>What a reply was for: "in reply to ...".</summary>
    public static string Command(this SmtpStep step) => step switch
    {
        SmtpStep.Greeting => "initial server greeting",
        SmtpStep.Ehlo => "EHLO command",
        SmtpStep.Helo => "HELO command",
        SmtpStep.Lhlo => "LHLO command",
        SmtpStep.StartTls => "STARTTLS command",
        SmtpStep.Auth => "AUTH command",
        SmtpStep.Xforward => "XFORWARD command",
        SmtpStep.Mail => "MAIL FROM command",
        SmtpStep.Recipient => "RCPT TO command",
        SmtpStep.Data => "DATA command",
        SmtpStep.Content or SmtpStep.DataDone => "end of DATA command",
        SmtpStep.Reset => "RSET command",
        _ => "QUIT command",
    };
}
