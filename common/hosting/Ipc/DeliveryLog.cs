using System.Globalization;
using MtaSuite.Common.Ipc.Messages;
using MtaSuite.Common.Log;
using MtaSuite.Common.Mail;

namespace MtaSuite.Common.Ipc;

/// <summary>
/// The one line about the outcome for a recipient:
/// <c>ID: to=&lt;a&gt;, orig_to=&lt;b&gt;, relay=R, delay=T, delays=a/b/c/d, dsn=S, status=sent (text)</c>; the four delays are before the
/// queue manager, in the queue manager, connection set-up, and transmission, seconds.
/// </summary>
public static class DeliveryLog
{
    /// <param name="relay">Who took it: "local", a host, or "none".</param>
    /// <param name="connectedMicroseconds">When the agent began, and when it had a connection (the same where there is none), since
    /// 1970.</param>
    /// <param name="connectionUse">How many messages the agent's session has had, this one included; told when there was one
    /// before.</param>
    /// <param name="security">What is said of TLS; empty: nothing.</param>
    public static void Write(DeliverRequest request, DeliverRecipient recipient, Outcome outcome, string relay,
        long startMicroseconds, long connectedMicroseconds, long endMicroseconds, int connectionUse = 0, string security = "")
    {
        LogLine line = LogLine.Info(request.QueueId).Address("to", recipient.Address);
        if (recipient.Original.Length > 0 && recipient.Original != recipient.Address) line = line.Address("orig_to", recipient.Original);
        line = line.Field("relay", relay);
        if (connectionUse > 1) line = line.Field("conn_use", connectionUse);
        // before qmgr, in qmgr, connecting, sending
        string delays = string.Create(CultureInfo.InvariantCulture,
            $"{Seconds(request.ActiveMicroseconds - request.ArrivalMicroseconds)}/{Seconds(startMicroseconds - request.ActiveMicroseconds)}"
            + $"/{Seconds(connectedMicroseconds - startMicroseconds)}/{Seconds(endMicroseconds - connectedMicroseconds)}");
        line = line.Field("delay", Seconds(endMicroseconds - request.ArrivalMicroseconds)).Field("delays", delays);
        if (security.Length > 0) line = line.Field("tls", security);
        line.Field("dsn", outcome.Status.ToString())
            .Field("status", Word(outcome, (request.Flags & MessageFlags.VerifyOnly) != 0))
            .Remark(outcome.Text)
            .Send();
    }

    internal static string Word(Outcome outcome, bool verifyOnly) => outcome.Kind switch
    {
        OutcomeKind.Ok => verifyOnly ? "deliverable" : "sent",
        OutcomeKind.Permanent => verifyOnly ? "undeliverable" : "bounced",
        _ => outcome.IsSoftened ? "SOFTBOUNCE" : "deferred",
    };

    private static readonly string[] s_formats = ["0", "0.#", "0.##", "0.###", "0.####", "0.#####", "0.######"];

    /// <summary>The most digits behind the point of a delay, 0 to 6 (delay_logging_resolution_limit).</summary>
    public static int Resolution { get; set; } = 2;

    /// <summary>Two significant digits, no more behind the point than <see cref="Resolution"/>.</summary>
    internal static string Seconds(long microseconds)
    {
        double seconds = Math.Max(0, microseconds) / 1e6;
        int digits = seconds >= 10 ? 0 : seconds >= 1 ? 1 : 2;
        for (double first = seconds; digits >= 2 && digits < Resolution && first < 0.1; first *= 10) digits++;
        return seconds.ToString(s_formats[Math.Min(digits, Resolution)], CultureInfo.InvariantCulture);
    }
}
