using System.Globalization;
using System.Text;
using MtaSuite.Common.Log;
using MtaSuite.Common.Smtp;

namespace MtaSuite.Smtpd;

/// <summary>The session's lines in the log, in the shape that log readers know.</summary>
internal sealed partial class SmtpSession
{
    private void LogConnect() => Log.Info($"connect from {Client.NameAddress}");

    private void LogDisconnect() => Log.Info($"disconnect from {Client.NameAddress}{CommandCounts()}{(SawBareLf ? " notes=bare_lf" : "")}");

    /// <summary>" ehlo=1 mail=1/2 quit=1 commands=3/4": succeeded, and "/" received where that differs.</summary>
    private string CommandCounts()
    {
        StringBuilder text = new(80);
        int succeeded = 0, received = 0;
        for (int i = 0; i < _received.Length; i++)
        {
            if (_received[i] == 0) continue;
            text.Append(' ').Append(((SmtpVerb)i).Name().ToLowerInvariant()).Append('=').Append(_succeeded[i]);
            if (_succeeded[i] != _received[i]) text.Append('/').Append(_received[i]);
            succeeded += _succeeded[i];
            received += _received[i];
        }
        text.Append(CultureInfo.InvariantCulture, $" commands={succeeded}");
        if (succeeded != received || received == 0) text.Append(CultureInfo.InvariantCulture, $"/{received}");
        return text.ToString();
    }

    /// <summary>The queue id and where the message comes from, at the first recipient.</summary>
    public void LogClient()
    {
        LogLine line = LogLine.Info(Transaction!.QueueId).Field("client", Client.NameAddress);
        if (SaslLogin.Length > 0) line = line.Field("sasl_method", SaslMethod).Field("sasl_username", SaslLogin);
        if (Transaction.Parameters.Submitter is { Length: > 0 } submitter && IsAuthenticated) line = line.Field("sasl_sender", submitter);
        if (Forwarded is { Ident.Length: > 0 }) line = line.Field("orig_queue_id", Forwarded.Ident);
        if (Forwarded is { HasClient: true }) line = line.Field("orig_client", Forwarded.NameAddress);
        line.Send();
    }

    /// <summary>
    /// "NOQUEUE: reject: RCPT from name[addr]: text; from=&lt;&gt; to=&lt;&gt; proto=ESMTP helo=&lt;&gt;" with what is known.
    /// </summary>
    public void LogEvent(string what, string text, string? sender, string? recipient, string? helo)
    {
        StringBuilder line = new(200);
        line.Append(what).Append(": ").Append(Where).Append(" from ").Append(Client.NameAddress).Append(": ").Append(text).Append(';')
            .AppendEnvelope(sender, recipient, Protocol, helo);
        if (SaslLogin.Length > 0) line.Append(" sasl_method=").Append(SaslMethod).Append(" sasl_username=").Append(SaslLogin);
        LogLine.Info(LogId).Free(line.ToString()).Send();
    }

    /// <summary>An event of the transaction that is under way.</summary>
    public void LogEvent(string what, string text) =>
        LogEvent(what, text, Transaction?.Sender, Transaction is { Recipients: [var first, ..] } ? first.Address : null, Helo);

    private void LogEnd(string reason)
    {
        // A client that leaves without QUIT once its mail is in did nothing wrong.
        if (Where == "END-OF-MESSAGE" && reason == "lost connection") return;
        bool content = Transaction?.Content is not null && Where is "DATA" or "BDAT";
        if (content) Log.Info($"{reason} after {Where} ({Transaction!.Content!.Size} bytes) from {Client.NameAddress}");
        else Log.Info($"{reason} after {Where} from {Client.NameAddress}");
    }

    private void LogImproperPipelining(ReadOnlySpan<byte> input) =>
        Log.Info($"improper command pipelining after {Where} from {Client.NameAddress}: {Escape(input[..Math.Min(100, input.Length)])}");

    private void LogNonSmtp(ReadOnlySpan<byte> line) =>
        Log.Warning($"non-SMTP command from {Client.NameAddress}: {Escape(line[..Math.Min(100, line.Length)])}");

    private void LogLongLine() => Log.Warning($"{Client.NameAddress}: request longer than {Settings.LineLengthLimit}");

    private void LogProxyTrouble(string what) => Log.Warning($"haproxy read: {what} from {Client.NameAddress}");

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
}
