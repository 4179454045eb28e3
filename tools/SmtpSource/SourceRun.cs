using System.Diagnostics;
using System.Text;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Net;
using MtaSuite.Tools.Shared;

namespace MtaSuite.Tools.SmtpSource;

/// <summary>
/// All sessions together: hands out messages at the wanted rate, counts, and ends the program at the first failure unless told otherwise.
/// </summary>
internal sealed class SourceRun(SourceOptions options, EventLoop loop) : IBatchEnd
{
    private readonly long _start = Stopwatch.GetTimestamp();
    private readonly string _unique = $"{Environment.ProcessId:x}.{DateTimeOffset.UtcNow.ToUnixTimeSeconds():x}";
    private int _given, _running, _numbered;

    public SourceOptions Options => options;
    public EventLoop Loop => loop;
    /// <summary>What makes sessions of TLS; null: they stay in clear.</summary>
    public SourceTls? Tls { get; init; }

    public SourceReport Report { get; } = new();
    public byte[] Body { get; } = MakeBody(options);

    /// <summary>Why the program gives up; empty: it does not.</summary>
    public string Failure { get; private set; } = "";

    public void Start()
    {
        if (options.Counter || options.Verbose) loop.AtEveryBatchEnd(this);
        _running = Math.Min(options.Sessions, options.Messages);
        for (int i = _running; i > 0; i--) new SourceSession(this).RunAsync().Detach();
    }

    /// <summary>The number of the next message to send, from 0, and when it is due; false: there is none.</summary>
    public bool TryTake(out int message, out TimeSpan wait)
    {
        message = _given;
        wait = TimeSpan.Zero;
        if (_given >= options.Messages || Failure.Length > 0) return false;
        _given++;
        if (options.Rate > 0) wait = TimeSpan.FromSeconds(message / options.Rate) - Stopwatch.GetElapsedTime(_start);
        return true;
    }

    public void SessionEnded()
    {
        if (--_running == 0) loop.Stop();
    }

    /// <summary>A message was taken by the server.</summary>
    public void Delivered(long started, int recipients)
    {
        Report.Add(Stopwatch.GetElapsedTime(started), recipients, recipients > 0 ? Body.Length : 0);
        if (options.Counter) Tool.Print($"{Report.Accepted}\r");
    }

    /// <summary>The server refused something: the end, or a warning.</summary>
    public bool Refused(string text)
    {
        Report.Refused++;
        return Trouble(text, options.AllowRefusals || options.KeepGoing);
    }

    /// <summary>The connection is gone: the end, or a warning.</summary>
    public bool Lost(string text)
    {
        Report.Lost++;
        return Trouble(text, options.KeepGoing);
    }

    private bool Trouble(string text, bool tolerated)
    {
        if (tolerated)
        {
            // thousands of warnings tell no more than the report does
            if (!options.Json) Tool.Warning(text);
            return true;
        }
        if (Failure.Length == 0) Failure = text;
        loop.Stop();
        return false;
    }

    public void Finish()
    {
        if (options.Counter) Tool.Print("\n");
        if (options.Json) Report.Print(Stopwatch.GetElapsedTime(_start));
    }

    /// <summary>A recipient of a message; <paramref name="left"/> counts down to 1.</summary>
    public string Recipient(int message, int left)
    {
        string address = options.Recipient;
        if (options.Domains > 0)
        {
            int at = address.LastIndexOf('@');
            address = $"{address.AsSpan(0, at)}@d{message % options.Domains + 1}.{address.AsSpan(at + 1)}";
        }
        if (options.NumberRecipients) return $"{++_numbered}{address}";
        return left > 1 ? $"{left}{address}" : address;
    }

    /// <summary>The header of a message, with the empty line behind it.</summary>
    public byte[] Header(int message)
    {
        if (options.Old || options.Prepared != null) return [];
        string subject = options.Subject.Length > 0 ? $"Subject: {options.Subject}\r\n" : "";
        return Encoding.UTF8.GetBytes(
            $"From: <{options.Sender}>\r\nTo: <{options.Recipient}>\r\nDate: {MailDate.Format(DateTimeOffset.UtcNow)}\r\n"
            + $"Message-Id: <{_unique}.{message:x4}@{options.HostName}>\r\n{subject}\r\n");
    }

    private static byte[] MakeBody(SourceOptions options)
    {
        if (options.Prepared != null) return options.Prepared;
        if (options.Length < 0) return Encoding.ASCII.GetBytes(string.Concat(Enumerable.Range(1, 4).Select(n => $"Line {n} of a message "
            + $"that nobody reads.\r\n")));
        byte[] body = new byte[options.Length];
        Array.Fill(body, (byte)'X');
        for (int end = 80; end <= body.Length; end += 80) "\r\n"u8.CopyTo(body.AsSpan(end - 2));
        return body is [.., (byte)'\n'] ? body : [.. body, .. "\r\n"u8];
    }

    void IBatchEnd.OnBatchEnd() => Tool.Flush();
}
