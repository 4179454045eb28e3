using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Native;
using MtaSuite.Common.Smtp;
using MtaSuite.Tools.Shared;

namespace MtaSuite.Tools.SmtpSink;

/// <summary>A transaction as the client sent it.</summary>
internal sealed class SinkEnvelope(string helo, string protocol, IPEndPoint? client, string sender)
{
    public string Helo => helo;
    public string Protocol => protocol;
    public IPEndPoint? Client => client;
    /// <summary>The argument of MAIL with its parameters.</summary>
    public string Sender => sender;
    public readonly List<string> Recipients = [];
    /// <summary>Bytes of content as they came over the wire, without the final dot.</summary>
    public long Size;
    /// <summary>The same bytes, where they are wanted.</summary>
    public readonly MemoryStream Content = new();
}

/// <summary>
/// Writes transactions to files: one each, or appended to a common one. Lines end in LF. Layout: the start string; X-Client-Addr,
/// X-Client-Proto, X-Helo-Args, X-Mail-Args, X-Rcpt-Args; Received; the message; an empty line.
/// </summary>
internal sealed class SinkDump(SinkOptions options)
{
    public void Write(SinkEnvelope envelope)
    {
        string random = Random.Shared.Next().ToString("x8", CultureInfo.InvariantCulture);
        DateTimeOffset now = DateTimeOffset.UtcNow;
        string path = LocalTime.Format(options.DumpTemplate, now.ToUnixTimeSeconds()) ?? options.DumpTemplate;
        if (options.SingleMessageDumps) path += random;
        MemoryStream text = new();
        text.Write(Encoding.UTF8.GetBytes(Head(envelope, random, now)));
        Decode(envelope, text);
        text.WriteByte((byte)'\n');
        try
        {
            if (Path.GetDirectoryName(path) is { Length: > 0 } directory) Directory.CreateDirectory(directory);
            using FileStream file =
                new(path, options.SingleMessageDumps ? FileMode.CreateNew : FileMode.Append, FileAccess.Write, FileShare.ReadWrite);
            file.Write(text.GetBuffer().AsSpan(0, (int)text.Length));
        }
        catch (IOException e) { Tool.Warning($"dump file {path}: {e.Message}"); }
        catch (UnauthorizedAccessException e) { Tool.Warning($"dump file {path}: {e.Message}"); }
    }

    private string Head(SinkEnvelope e, string random, DateTimeOffset now)
    {
        string client = e.Client == null ? "unix" : e.Client.AddressFamily == AddressFamily.InterNetworkV6 ? $"ipv6:{e.Client.Address}"
            : $"{e.Client.Address}";
        StringBuilder head = new(options.DumpPrefix);
        head.Append("X-Client-Addr: ").Append(client).Append("\nX-Client-Proto: ").Append(e.Protocol).Append('\n');
        if (e.Helo.Length > 0) head.Append("X-Helo-Args: ").Append(e.Helo).Append('\n');
        head.Append("X-Mail-Args: ").Append(e.Sender).Append('\n');
        foreach (string recipient in e.Recipients) head.Append("X-Rcpt-Args: ").Append(recipient).Append('\n');
        return head.Append(CultureInfo.InvariantCulture, $"Received: from {(e.Helo.Length > 0 ? e.Helo : $"[{client}]")} ([{client}])\n")
            .Append(CultureInfo.InvariantCulture,
            $"\tby {options.HostName} (smtp-sink) with {e.Protocol} id {random};\n\t{MailDate.Format(now)}\n").ToString();
    }

    private static void Decode(SinkEnvelope envelope, MemoryStream text)
    {
        DotDecoder decoder = DotDecoder.ForData(BareNewlinePolicy.Normalize, replaceStrayCr: false);
        byte[] input = [.. envelope.Content.GetBuffer().AsSpan(0, (int)envelope.Content.Length), .. ".\r\n"u8],
            output = new byte[16 * 1024];
        for (int at = 0; at < input.Length;)
        {
            DotStatus status = decoder.Decode(input.AsSpan(at), output, out int consumed, out int written);
            text.Write(output, 0, written);
            at += consumed;
            if (status == DotStatus.End) break;
        }
    }
}
