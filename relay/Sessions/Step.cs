namespace MtaSuite.Relay.Sessions;

/// <summary>Where a session stands.</summary>
public enum Step : byte { Greeting, Ehlo, Helo, Lhlo, StartTls, Auth, Xforward, Mail, Recipient, Data, Content, DataDone, Reset, Quit }

/// <summary>The words for a step in log lines and notices.</summary>
internal static class Steps
{
    /// <summary>What was being done when the session broke: "while ...".</summary>
    public static string Doing(this Step step) => step switch
    {
        Step.Greeting => "receiving the initial server greeting",
        Step.Ehlo => "performing the EHLO handshake",
        Step.Helo => "performing the HELO handshake",
        Step.Lhlo => "performing the LHLO handshake",
        Step.StartTls => "performing the TLS handshake",
        Step.Auth => "performing SASL authentication",
        Step.Xforward => "sending XFORWARD",
        Step.Mail => "sending MAIL FROM",
        Step.Recipient => "sending RCPT TO",
        Step.Data => "sending DATA command",
        Step.Content => "sending message body",
        Step.DataDone => "sending end of data -- message may be sent more than once",
        Step.Reset => "sending RSET",
        _ => "sending QUIT",
    };

    /// <summary>What a reply was for: "in reply to ...".</summary>
    public static string Command(this Step step) => step switch
    {
        Step.Greeting => "initial server greeting",
        Step.Ehlo => "EHLO command",
        Step.Helo => "HELO command",
        Step.Lhlo => "LHLO command",
        Step.StartTls => "STARTTLS command",
        Step.Auth => "AUTH command",
        Step.Xforward => "XFORWARD command",
        Step.Mail => "MAIL FROM command",
        Step.Recipient => "RCPT TO command",
        Step.Data => "DATA command",
        Step.Content or Step.DataDone => "end of DATA command",
        Step.Reset => "RSET command",
        _ => "QUIT command",
    };
}
