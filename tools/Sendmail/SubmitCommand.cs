using System.Text;
using MtaSuite.Common.Config.Params;
using MtaSuite.Common.Hosting;
using MtaSuite.Common.Ipc.Messages;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Native;
using MtaSuite.Tools.Shared;

namespace MtaSuite.Tools.Sendmail;

/// <summary>sendmail's main job: a message from standard input into the queue. Exit status 0 only when it is durable there.</summary>
internal static class SubmitCommand
{
    public static int Run(SendmailOptions options)
    {
        QuickConfig? config = Tool.LoadQuickConfig(options.ConfigDirectory, "sendmail");
        if (config == null) return ExitCode.TryLater;
        UserIdentity? user = UserIdentity.OfProcess();
        if (user == null && options.Sender == null)
            return Tool.Fatal(ExitCode.TryLater, $"no login name found for user ID {Credentials.GetUid()}");
        user ??= new UserIdentity(Credentials.GetUid(), "", "");
        SubmitRequest request = Request(options, user, config, out string? problem);
        if (problem != null) return Tool.Fatal(ExitCode.TryLater, $"{Who(request, user)}: {problem}");
        if (request.Envelope.Recipients.Count is > Limits.Recipients and int many)
            return Tool.Fatal(ExitCode.DataError, $"{Who(request, user)}: {HeaderRecipients.TooMany(many, Limits.Recipients).Text}");
        using OutgoingMail submission = OutgoingMail.Open(config, request);
        bool verify = (options.Flag & MessageFlags.VerifyOnly) != 0;
        if (!verify && !Copy(submission, options, config))
            return Tool.Fatal(ExitCode.TryLater, $"{Who(request, user)}: read standard input: {Errno.Text()}");
        Outcome outcome = submission.Finish();
        if (outcome.IsOk) return ReportRequested(options, user);
        // 5.1.0: the header had no recipients either
        if (options.ExtractRecipients && outcome.IsPermanent && outcome.Status == new DsnStatus(5, 1, 0))
            return Tool.Fatal(ExitCode.TryLater, $"{Who(request, user)}: No recipient addresses found in message header");
        return Tool.Fatal(Status(outcome), $"{Who(request, user)}: {outcome.Text}");
    }

    /// <summary>The exit status for what the mail system said.</summary>
    internal static int Status(Outcome outcome) => outcome switch
    {
        { IsOk: true } => ExitCode.Ok,
        { IsPermanent: false } => ExitCode.TryLater,
        { Status.Subject: 7 } => ExitCode.NoPermission,
        // too many recipients, or unusable ones
        { Status: { Subject: 5, Detail: 3 } or { Subject: 1, Detail: 3 } } => ExitCode.DataError,
        _ => ExitCode.Unavailable,
    };

    private static string Who(SubmitRequest request, UserIdentity user) => $"{request.Envelope.Sender}({user.Uid})";

    /// <summary>-bv and -v: the answer comes by mail.</summary>
    private static int ReportRequested(SendmailOptions options, UserIdentity user)
    {
        string to = options.Sender ?? user.Login;
        if ((options.Flag & (MessageFlags.VerifyOnly | MessageFlags.Trace)) != 0)
            Tool.Print($"Mail Delivery Status Report will be mailed to <{to}>.\n");
        return ExitCode.Ok;
    }

    private static SubmitRequest Request(SendmailOptions options, UserIdentity user, QuickConfig config, out string? problem)
    {
        problem = null;
        SubmitRequest request = new() { LocalClient = !options.Gateway };
        Envelope e = request.Envelope;
        if (options.ExtractRecipients) (request.Cleanup, request.ExtractedNotify) = (CleanupFlags.ExtractRecipients, options.Notify);
        e.Sender = options.Sender == null ? user.Login : SingleAddress(options.Sender);
        e.FullName = options.FullName ?? user.FullName;
        e.Flags = options.Flag;
        e.Body = options.Body;
        e.Return = options.Return;
        e.EnvelopeId = options.EnvelopeId;
        if (options.VerpDelimiters is { } verp)
        {
            string allowed = config.Get(PickupParams.VerpDelimiterFilter);
            e.VerpDelimiters = verp.Length > 0 ? verp : config.Get(PickupParams.DefaultVerpDelimiters);
            if (!Verp.IsValid(e.VerpDelimiters, allowed)) problem = $"-V requires two characters from {allowed}";
        }
        List<string> recipients = [];
        foreach (string operand in options.Operands) AddRecipients(operand, recipients);
        foreach (string address in recipients) e.Recipients.Add(new EnvelopeRecipient { Address = address, Notify = options.Notify });
        if (problem != null) return request;
        if (recipients.Count == 0 && !options.ExtractRecipients)
            problem = "Recipient addresses must be specified on the command line or via the -t option";
        else if (e.Sender.Length > Address.MaxLength || recipients.Exists(r => r.Length > Address.MaxLength))
            problem = "an address is too long";
        return request;
    }

    /// <summary>An operand may hold several addresses, as a header does; the plain case needs no parser.</summary>
    internal static void AddRecipients(string operand, List<string> result)
    {
        if (IsPlain(operand)) result.Add(operand);
        else HeaderAddresses.Extract(Encoding.UTF8.GetBytes(operand), result, int.MaxValue);
    }

    /// <summary>The sender of -f: the first address of its text; none is the null sender.</summary>
    internal static string SingleAddress(string text)
    {
        if (IsPlain(text)) return text;
        List<string> found = [];
        HeaderAddresses.Extract(Encoding.UTF8.GetBytes(text), found);
        if (found.Count > 1) Tool.Warning($"-f option specified malformed sender: {text}");
        return found.Count > 0 ? found[0] : "";
    }

    private static bool IsPlain(string text)
    {
        if (text.Length == 0 || !char.IsAsciiLetterOrDigit(text[0])) return false;
        foreach (char c in text)
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('.' or '-' or '_' or '+' or '=' or '@')) return false;
        return true;
    }

    /// <summary>Streams standard input; false when it cannot be read.</summary>
    private static bool Copy(OutgoingMail submission, SendmailOptions options, QuickConfig config)
    {
        LineEnds lineEnds = config.Get(PickupParams.SendmailFixLineEndings) switch
        {
            "strict" => LineEnds.Strict,
            "never" => LineEnds.Never,
            _ => LineEnds.Always,
        };
        LineFilter filter = new(data => submission.Write(data.Span), lineEnds, stopAtDot: !options.IgnoreDots);
        byte[] buffer = new byte[32 * 1024];
        while (true)
        {
            int n = FileIO.ReadRetry(0, buffer);
            if (n < 0) return false;
            if (n == 0 || !filter.Take(buffer.AsSpan(0, n))) break;
        }
        filter.Finish();
        return true;
    }
}
