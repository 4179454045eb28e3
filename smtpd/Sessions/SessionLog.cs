using System.Globalization;
using System.Text;
using MtaSuite.Common.Log;
using MtaSuite.Common.Smtp;

namespace MtaSuite.Smtpd.Sessions;

/// <summary>Why a session ends without QUIT.</summary>
internal enum SessionEnd : byte { LostConnection, TimedOut, TooManyErrors }

/// <summary>A session's lines in the log, in the shape that log readers know; the last one shows how many commands there were.</summary>
internal sealed class SessionLog(SmtpSession session)
{
    // Characters of a client's line that are shown.
    private const int MaxShown = 100;
    private const int Verbs = (int)SmtpVerb.Unknown + 1;

    // Received, then succeeded, by verb.
    private readonly ushort[] _counts = new ushort[2 * Verbs];
    private bool _ended;

    // ---- the session -------------------------------------------------------------------------------------------------

    public void Connect() => Log.Info($"connect from {session.Client.NameAddress}");

    public void Disconnect() =>
        Log.Info($"disconnect from {session.Client.NameAddress}{CommandCounts()}{(session.SawBareLf ? " notes=bare_lf" : "")}");

    /// <summary>The session ends without QUIT; logged once.</summary>
    public void End(SessionEnd why)
    {
        if (_ended) return;
        _ended = true;
        // A client that leaves without QUIT once its mail is in did nothing wrong.
        if (session.Stage == SessionStage.EndOfMessage && why == SessionEnd.LostConnection) return;
        string reason = why switch
        {
            SessionEnd.TimedOut => "timeout",
            SessionEnd.TooManyErrors => "too many errors",
            _ => "lost connection",
        };
        string size = session is { Stage.IsContent: true, Transaction.Content: { } content } ? $" ({content.Size} bytes)" : "";
        Log.Info($"{reason} after {session.Stage}{size} from {session.Client.NameAddress}");
    }

    // ---- commands ----------------------------------------------------------------------------------------------------

    public void CountReceived(SmtpVerb verb) => Count((int)verb);

    public void CountSucceeded(SmtpVerb verb) => Count(Verbs + (int)verb);

    private void Count(int at)
    {
        if (_counts[at] < ushort.MaxValue) _counts[at]++;
    }

    /// <summary>" ehlo=1 mail=1/2 quit=1 commands=3/4": succeeded, and "/" received where that differs.</summary>
    private string CommandCounts()
    {
        StringBuilder text = new(80);
        int allSucceeded = 0, allReceived = 0;
        for (int i = 0; i < Verbs; i++)
        {
            (int received, int succeeded) = (_counts[i], _counts[Verbs + i]);
            if (received == 0) continue;
            text.Append(' ').Append(((SmtpVerb)i).Name().ToLowerInvariant()).Append('=').Append(succeeded);
            if (succeeded != received) text.Append('/').Append(received);
            allSucceeded += succeeded;
            allReceived += received;
        }
        text.Append(CultureInfo.InvariantCulture, $" commands={allSucceeded}");
        if (allSucceeded != allReceived || allReceived == 0) text.Append(CultureInfo.InvariantCulture, $"/{allReceived}");
        return text.ToString();
    }

    public void ImproperPipelining(ReadOnlySpan<byte> input) =>
        Log.Info($"improper command pipelining after {session.Stage} from {session.Client.NameAddress}: {Shown(input)}");

    public void NonSmtp(ReadOnlySpan<byte> line) => Log.Warning($"non-SMTP command from {session.Client.NameAddress}: {Shown(line)}");

    public void LongLine() => Log.Warning($"{session.Client.NameAddress}: request longer than {session.Settings.LineLengthLimit}");

    private static string Shown(ReadOnlySpan<byte> line) => Escape(line[..Math.Min(MaxShown, line.Length)]);

    /// <summary>Printable ASCII as it is, the rest as in C.</summary>
    internal static string Escape(ReadOnlySpan<byte> bytes)
    {
        StringBuilder text = new(bytes.Length + 8);
        foreach (byte b in bytes)
        {
            string? special = (char)b switch { '\\' => "\\\\", '\r' => "\\r", '\n' => "\\n", '\t' => "\\t", _ => null };
            if (special is not null) text.Append(special);
            else if (b is >= 32 and < 127) text.Append((char)b);
            else text.Append('\\').Append(Convert.ToString(b, 8).PadLeft(3, '0'));
        }
        return text.ToString();
    }

    // ---- mail --------------------------------------------------------------------------------------------------------

    /// <summary>The queue id and where the message comes from, at the first recipient.</summary>
    public void Client(Transaction transaction)
    {
        LogLine line = LogLine.Info(transaction.LogId).Field("client", session.Client.NameAddress);
        if (session.IsAuthenticated)
        {
            line = line.Field("sasl_method", session.SaslMethod).Field("sasl_username", session.SaslLogin);
            if (transaction.Parameters.Submitter is { Length: > 0 } submitter) line = line.Field("sasl_sender", submitter);
        }
        if (session.Forwarded is { Ident.Length: > 0 } named) line = line.Field("orig_queue_id", named.Ident);
        if (session.Forwarded is { HasClient: true } client) line = line.Field("orig_client", client.NameAddress);
        line.Send();
    }

    /// <summary>
    /// "NOQUEUE: reject: RCPT from name[addr]: text; from=&lt;&gt; to=&lt;&gt; proto=ESMTP helo=&lt;&gt;" with what is known.
    /// </summary>
    public void Event(string what, string text, string? sender, string? recipient, string? helo)
    {
        StringBuilder line = new(200);
        line.Append(what).Append(": ").Append(session.Stage.ToString()).Append(" from ").Append(session.Client.NameAddress).Append(": ")
            .Append(text).Append(';');
        AppendEnvelope(line, sender, recipient, helo);
        LogLine.Info(session.LogId).Free(line.ToString()).Send();
    }

    /// <summary>"proxy-accept: END-OF-MESSAGE: reply; from=&lt;&gt; to=&lt;&gt; proto=ESMTP helo=&lt;&gt;".</summary>
    public void Proxy(Transaction transaction, string verdict, string reply)
    {
        StringBuilder line = new(200);
        line.Append("proxy-").Append(verdict).Append(": ").Append(session.Stage.ToString()).Append(": ").Append(reply).Append(';');
        AppendEnvelope(line, transaction.Sender, transaction.Recipients[0].Address, session.Helo);
        Log.Info($"{line}");
    }

    private void AppendEnvelope(StringBuilder line, string? sender, string? recipient, string? helo)
    {
        line.AppendEnvelope(sender, recipient, session.Protocol, helo);
        if (session.IsAuthenticated)
            line.Append(" sasl_method=").Append(session.SaslMethod).Append(" sasl_username=").Append(session.SaslLogin);
    }

    /// <summary>An event of the transaction that is under way.</summary>
    public void Event(string what, string text)
    {
        Transaction? t = session.Transaction;
        Event(what, text, t?.Sender, t is { Recipients: [var first, ..] } ? first.Address : null, session.Helo);
    }
}
