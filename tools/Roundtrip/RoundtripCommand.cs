using System.Diagnostics;
using MailKit.Net.Smtp;
using MimeKit;
using MimeKit.Utils;
using MtaSuite.Common.Hosting;
using MtaSuite.Tools.Shared;

namespace MtaSuite.Tools.Roundtrip;

/// <summary>
/// mtasuite roundtrip: submits a message as a mail program does, waits until it lies in the mailbox, and shows how long each step took.
/// A client like any other,
/// by MailKit: it shares no code with the servers that it looks at.
/// </summary>
internal sealed class RoundtripCommand(RoundtripOptions options, CancellationToken cancellation)
{
    private static readonly TimeSpan s_firstPause = TimeSpan.FromMilliseconds(50), s_longestPause = TimeSpan.FromSeconds(1);
    private readonly RoundtripReport _report = new(options);

    public static int Run(string[] args)
    {
        if (RoundtripOptions.Parse(args, out int status) is not { } options) return status;
        using CancellationTokenSource deadline = new(options.Timeout);
        RoundtripCommand command = new(options, deadline.Token);
        Failure? failure = command.Go();
        command._report.Print(failure);
        return failure?.Status ?? ExitCode.Ok;
    }

    private Failure? Go()
    {
        ServerConnection connection = new(options, cancellation);
        using IArrivals arrivals = options.Imap == null ? new MailboxWatch(options.Mailbox)
            : new ImapWatch(options, connection, cancellation);
        MimeMessage message = Compose();
        // the mailbox first: a message that could not be looked for is not sent
        return arrivals.Open() ?? Submit(connection, message) ?? Await(arrivals, message.MessageId!)
            ?? (options.Remove ? arrivals.Remove() : null);
    }

    private MimeMessage Compose()
    {
        MailboxAddress from = MailboxAddress.Parse(options.From);
        MimeMessage message = new()
        {
            Subject = "mtasuite roundtrip",
            Date = DateTimeOffset.UtcNow,
            MessageId = MimeUtils.GenerateMessageId(from.Domain),
            Body = new TextPart("plain")
            {
                Text = "Sent by mtasuite roundtrip to see whether mail arrives.\r\n"
                + string.Concat(Enumerable.Repeat(new string('.', 70) + "\r\n", options.Size / 72))
            },
        };
        message.From.Add(from);
        message.To.Add(MailboxAddress.Parse(options.To));
        // RFC 3834 5: nobody's holiday notice answers
        message.Headers.Add("Auto-Submitted", "auto-generated");
        return message;
    }

    private Failure? Submit(ServerConnection connection, MimeMessage message)
    {
        using SmtpClient client = new() { Timeout = (int)options.Timeout.TotalMilliseconds };
        _report.Sent = message.Date;
        Stopwatch clock = Stopwatch.StartNew();
        Failure? Step(string name, Failure? failure)
        {
            _report.Steps.Add((name, clock.Elapsed));
            clock.Restart();
            return failure;
        }
        Failure? failure = Step("connect", connection.Connect(client, options.Smtp));
        if (failure != null) return failure;
        _report.Tls = client.IsSecure ? $"{client.SslProtocol} {client.SslCipherSuite}" : "";
        failure = options.Smtp.Login.Length == 0 ? null : Step("login", connection.LogIn(client, options.Smtp));
        _report.Mechanism = connection.Mechanism;
        failure ??= Step("message", ServerConnection.Try($"submit at {options.Smtp.Host}", () =>
            _report.Reply = client.Send(message, cancellation)));
        if (client.IsConnected) _ = ServerConnection.Try("", () => client.Disconnect(quit: true, cancellation));
        return failure;
    }

    private Failure? Await(IArrivals arrivals, string messageId)
    {
        for (TimeSpan pause = s_firstPause; ; pause = pause * 2 < s_longestPause ? pause * 2 : s_longestPause)
        {
            if (arrivals.Look(messageId, out HeaderList? header) is { } failure) return failure;
            if (header != null)
            {
                _report.Arrived = DateTimeOffset.UtcNow;
                _report.Hops = Hop.Of(header);
                return null;
            }
            if (cancellation.WaitHandle.WaitOne(pause))
                return new Failure(ExitCode.TryLater,
                    $"not in the mailbox within {options.Timeout.TotalSeconds:0} seconds; it may still arrive (Message-ID <{messageId}>)");
        }
    }
}
