using System.Text;
using MtaSuite.Common.Config.Params;
using MtaSuite.Common.Hosting;
using MtaSuite.Common.Ipc.Messages;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Native;
using MtaSuite.Common.Smtp;
using MtaSuite.Tools.Shared;

namespace MtaSuite.Tools.Sendmail;

/// <summary>
/// sendmail -bs: SMTP (RFC 5321) on standard input and output for a local program, which submits with its user's identity, as
/// without -bs. Addresses are checked for their syntax only; the queue decides about the rest. Extensions: PIPELINING, 8BITMIME, SMTPUTF8,
/// DSN.
/// </summary>
internal sealed class StandaloneSmtp
{
    private const int LineLimit = 2048;
    private const int MaxRecipients = 50_000;
    private readonly QuickConfig _config;
    private readonly byte[] _buffer = new byte[64 * 1024];
    private LineSplitter _splitter = new(LineLimit);
    private int _start, _end;
    private SubmitRequest? _transaction;
    private bool _extended;

    private StandaloneSmtp(QuickConfig config) => _config = config;

    public static int Run(SendmailOptions options)
    {
        QuickConfig? config = Tool.LoadQuickConfig(options.ConfigDirectory, "sendmail");
        if (config == null) return ExitCode.TryLater;
        new StandaloneSmtp(config).Serve();
        return ExitCode.Ok;
    }

    private string HostName => _config.Full.Get(CommonParams.Myhostname);

    private void Serve()
    {
        Reply($"220 {HostName} ESMTP {_config.Get(CommonParams.MailName)}");
        while (true)
        {
            LineStatus status = _splitter.Next(_buffer.AsSpan(_start, _end - _start), out ReadOnlySpan<byte> line, out int consumed, out _);
            _start += consumed;
            if (status == LineStatus.Complete)
            {
                if (!Command(line)) return;
            }
            else if (status == LineStatus.TooLong) Reply("500 5.5.2 Error: line too long");
            else if (status == LineStatus.Endless || !Fill()) return;
        }
    }

    /// <summary>More input; replies go out first. False at the end.</summary>
    private bool Fill()
    {
        if (!Tool.Flush()) return false;
        _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
        (_start, _end) = (0, _end - _start);
        int n = FileIO.ReadRetry(0, _buffer.AsSpan(_end));
        if (n > 0) _end += n;
        return n > 0;
    }

    private static void Reply(string text) => Tool.Print(text + "\r\n");

    /// <summary>False: the session is over.</summary>
    private bool Command(ReadOnlySpan<byte> line)
    {
        CommandLine command = CommandLine.Parse(line);
        switch (command.Verb)
        {
            case SmtpVerb.Helo or SmtpVerb.Ehlo: Hello(command); return true;
            case SmtpVerb.Mail: Mail(command); return true;
            case SmtpVerb.Rcpt: Rcpt(command); return true;
            case SmtpVerb.Data: return Data();
            case SmtpVerb.Rset:
                _transaction = null;
                Reply("250 2.0.0 Ok");
                return true;
            case SmtpVerb.Noop: Reply("250 2.0.0 Ok"); return true;
            case SmtpVerb.Vrfy: Reply("252 2.0.0 Cannot VRFY user, but will take message"); return true;
            case SmtpVerb.Quit:
                Reply("221 2.0.0 Bye");
                return false;
            default: Reply("502 5.5.2 Error: command not recognized"); return true;
        }
    }

    private void Hello(CommandLine command)
    {
        if (command.Arguments.IsEmpty)
        {
            Reply($"501 5.5.4 Syntax: {Encoding.ASCII.GetString(command.Word).ToUpperInvariant()} hostname");
            return;
        }
        _transaction = null;
        _extended = command.Verb == SmtpVerb.Ehlo;
        if (!_extended) Reply($"250 {HostName}");
        else Reply($"250-{HostName}\r\n250-PIPELINING\r\n250-ENHANCEDSTATUSCODES\r\n250-8BITMIME\r\n250-DSN\r\n250 SMTPUTF8");
    }

    private static bool TryPath(CommandLine command, ReadOnlySpan<byte> keyword, bool utf8, bool allowEmpty, out string address,
        out string parameters)
    {
        address = parameters = "";
        if (!CommandLine.TryKeyword(command.Arguments, keyword, out ReadOnlySpan<byte> path)) return false;
        SmtpPathOptions options = new(Strict: false, AllowUtf8: utf8, AllowEmpty: allowEmpty);
        if (!SmtpPath.TryParse(path, options, out address, out int consumed, out _)) return false;
        ReadOnlySpan<byte> rest = path[consumed..];
        parameters = Encoding.Latin1.GetString(rest);
        return rest.IsEmpty || rest[0] is (byte)' ' or (byte)'\t';
    }

    private void Mail(CommandLine command)
    {
        if (_transaction != null)
        {
            Reply("503 5.5.1 Error: nested MAIL command");
            return;
        }
        if (!TryPath(command, "FROM"u8, utf8: true, allowEmpty: true, out string sender, out string text))
        {
            Reply("501 5.1.7 Bad sender address syntax");
            return;
        }
        EsmtpFeatures features = _extended ? EsmtpFeatures.Dsn | EsmtpFeatures.SmtpUtf8 : EsmtpFeatures.None;
        SmtpReply bad = MailParameters.Parse(Encoding.Latin1.GetBytes(text), features, out MailParameters parameters);
        if (!bad.IsNone)
        {
            Reply(bad.ToString());
            return;
        }
        _transaction = new SubmitRequest { LocalClient = true };
        Envelope e = _transaction.Envelope;
        e.Sender = sender;
        e.SmtpUtf8 = parameters.SmtpUtf8;
        e.Body = parameters.Body;
        e.Return = parameters.Return;
        e.EnvelopeId = parameters.EnvelopeId ?? "";
        Reply("250 2.1.0 Ok");
    }

    private void Rcpt(CommandLine command)
    {
        if (_transaction == null)
        {
            Reply("503 5.5.1 Error: need MAIL command");
            return;
        }
        Envelope e = _transaction.Envelope;
        if (e.Recipients.Count >= MaxRecipients)
        {
            Reply("452 4.5.3 Error: too many recipients");
            return;
        }
        if (!TryPath(command, "TO"u8, e.SmtpUtf8, allowEmpty: false, out string address, out string text))
        {
            Reply("501 5.1.3 Bad recipient address syntax");
            return;
        }
        EsmtpFeatures features = _extended ? EsmtpFeatures.Dsn | (e.SmtpUtf8 ? EsmtpFeatures.SmtpUtf8 : 0) : EsmtpFeatures.None;
        SmtpReply bad = RcptParameters.Parse(Encoding.Latin1.GetBytes(text), features, out RcptParameters parameters);
        if (bad.IsNone)
            e.Recipients.Add(new EnvelopeRecipient
            {
                Address = address,
                Notify = parameters.Notify,
                DsnOriginal = parameters.OriginalRecipient ?? ""
            });
        Reply(bad.IsNone ? "250 2.1.5 Ok" : bad.ToString());
    }

    /// <summary>False: the input ended within the message.</summary>
    private bool Data()
    {
        if (_transaction is not { Envelope.Recipients.Count: > 0 })
        {
            Reply(_transaction == null ? "503 5.5.1 Error: need RCPT command" : "554 5.5.1 Error: no valid recipients");
            return true;
        }
        SubmitRequest request = _transaction;
        _transaction = null;
        using OutgoingMail submission = OutgoingMail.Open(_config, request);
        Reply("354 End data with <CR><LF>.<CR><LF>");
        if (!Content(submission)) return false;
        Outcome outcome = submission.Finish();
        if (!outcome.IsOk && !outcome.IsPermanent) Tool.Warning(outcome.Text);
        Reply(outcome.IsOk ? $"250 2.0.0 Ok: {outcome.Text}" : $"{outcome.Code} {outcome.Status} {Tool.Printable(outcome.Text)}");
        return true;
    }

    private bool Content(OutgoingMail submission)
    {
        // local programs end lines as they please
        DotDecoder decoder = DotDecoder.ForData(BareNewlinePolicy.No, replaceStrayCr: false);
        byte[] output = new byte[32 * 1024];
        while (true)
        {
            DotStatus status = decoder.Decode(_buffer.AsSpan(_start, _end - _start), output, out int consumed, out int written);
            _start += consumed;
            // a message that is refused already is read to its end all the same
            submission.Write(output.AsSpan(0, written));
            if (status == DotStatus.End) return true;
            if (status == DotStatus.NeedInput && !Fill()) return false;
        }
    }
}
