using System.Text;
using MtaSuite.Common.Log;
using MtaSuite.Common.Mail;

namespace MtaSuite.Cleanup;

/// <summary>
/// The line of a check:
/// <c>ID: reject: header Subject: x from name[addr]; from=&lt;&gt; to=&lt;&gt; proto=ESMTP helo=&lt;&gt;: 5.7.1 text</c>.
/// </summary>
internal static class CheckLog
{
    private const int ShownBytes = 200;

    /// <param name="origin">Where the message comes from.</param>
    /// <param name="where">"header", "body" or "content".</param>
    /// <param name="content">The field or line.</param>
    /// <param name="remark">What stands in the table behind the action.</param>
    public static void Write(Envelope e, string origin, string action, string where, ReadOnlySpan<byte> content, string remark)
    {
        bool isClients = e.Origin == "smtpd";
        StringBuilder line = new(200);
        line.Append(action).Append(": ").Append(where).Append(' ')
            .Append(Encoding.UTF8.GetString(content[..Math.Min(content.Length, ShownBytes)]))
            .Append(" from ").Append(origin).Append(';')
            .AppendEnvelope(e.Sender, e.Recipients is [var first, ..] ? first.Address : null, isClients ? e.ClientProtocol : null,
                isClients ? e.ClientHelo : null);
        if (remark.Length > 0) line.Append(": ").Append(remark);
        LogLine.Info(e.QueueId).Free(line.ToString()).Send();
    }

    /// <summary>Where a message comes from.</summary>
    public static string OriginOf(Envelope e) => e.Origin switch
    {
        "smtpd" => $"{e.ClientName}[{e.ClientAddress}]",
        "pickup" => "local",
        _ => "unknown",
    };
}
