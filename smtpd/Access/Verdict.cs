namespace MtaSuite.Smtpd.Access;

/// <summary>What a restriction says: nothing, let it pass and ask no further, or refuse.</summary>
internal enum Verdict : byte { Dunno, Ok, Reject }

/// <summary>What is being judged; the name stands in replies and in the log.</summary>
internal static class ReplyClass
{
    public const string Client = "Client host", ReverseClient = "Unverified Client host", Helo = "Helo command", Sender = "Sender address",
        Recipient = "Recipient address", Etrn = "Etrn command", ClientCertificate = "Client certificate", Data = "Data command",
            EndOfData = "End-of-data",
        Login = "SASL login name";
}
