namespace MtaSuite.Smtpd.Access;

/// <summary>What a restriction says: nothing, let it pass and ask no further, or refuse.</summary>
internal enum Verdict : byte { Dunno, Ok, Reject }

/// <summary>What a restriction is about; its text stands in replies and in the log.</summary>
internal sealed class ReplyClass
{
    public static readonly ReplyClass Client = new("Client host");
    public static readonly ReplyClass ReverseClient = new("Unverified Client host");
    public static readonly ReplyClass Helo = new("Helo command");
    public static readonly ReplyClass Sender = new("Sender address");
    public static readonly ReplyClass Recipient = new("Recipient address");
    public static readonly ReplyClass Etrn = new("Etrn command");
    public static readonly ReplyClass ClientCertificate = new("Client certificate");
    public static readonly ReplyClass Data = new("Data command");
    public static readonly ReplyClass EndOfData = new("End-of-data");
    public static readonly ReplyClass Login = new("SASL login name");

    private readonly string _text;

    private ReplyClass(string text) => _text = text;

    public override string ToString() => _text;
}
