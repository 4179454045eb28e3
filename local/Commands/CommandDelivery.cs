using MtaSuite.Common.Mail;
using MtaSuite.Common.Native;
using MtaSuite.Local.Mailboxes;

namespace MtaSuite.Local.Commands;

/// <summary>Feeds a message to a command and judges how that ended.</summary>
internal static class CommandDelivery
{
    /// <summary>
    /// Runs the command. Success: an Ok outcome whose <see cref="Outcome.Diagnostic"/> is what the command printed; the caller puts its own
    /// text.
    /// </summary>
    public static Outcome Run(MessageContent content, CopySpec copy, CommandSpec spec, DateTimeOffset now)
    {
        CommandProcess? process = CommandProcess.Start(spec, out string trouble);
        if (process == null)
        {
            _ = SysExits.TryFind(SysExits.TempFail, out DsnStatus status, out string text);
            return Outcome.Defer(status, $"{text}. Command output: {trouble}");
        }
        CopyResult copied = MessageCopier.Copy(content, copy, process, now);
        bool isKnown = process.TryFinish(out int waitStatus);
        string printed = process.Printed.ToText();
        string shown = printed.Length > 0 ? $". Command output: {printed}" : "";
        if (process.TimedOut)
            return Fail("5.3.0", $"Command time limit exceeded: \"{spec.Display}\"{shown}", printed, "internal software error");
        if (!isKnown) return Fail("4.3.0", $"Command exit status was lost: \"{spec.Display}\"{shown}", printed, "internal software error");
        if (Processes.ExitSignal(waitStatus) is Signals.SIGXFSZ)
            return Fail("5.2.2", $"Command wrote too large a file: \"{spec.Display}\"{shown}", printed, "mailbox full");
        if (Processes.ExitSignal(waitStatus) is var signal && signal != 0)
            return Fail("4.3.0", $"Command died with signal {signal}: \"{spec.Display}\"{shown}", printed, "internal software error");
        int code = Processes.ExitCode(waitStatus);
        if (code != 0) return FromExitCode(code, printed, shown, spec.Display);
        // whoever exits with success has what he wants, even where he did not read all of it
        if (!copied.IsOk && copied is not { Fault: CopyFault.Writing, Error: Errno.EPIPE })
        {
            Outcome failed = MailboxErrors.FromCopy(copied, "Command failed: ");
            return failed with { Text = $"{failed.Text}: \"{spec.Display}\"" };
        }
        return Outcome.Ok("") with { Diagnostic = printed };
    }

    private static Outcome FromExitCode(int code, string printed, string shown, string display)
    {
        if (DsnStatus.TryParse(printed, out DsnStatus said, out int length) && !said.IsSuccess)
        {
            string rest = printed[length..].TrimStart(' ');
            return Fail(said, rest.Length > 0 ? rest : "delivery failed", rest, "");
        }
        return SysExits.TryFind(code, out DsnStatus status, out string text)
            ? Fail(status, text + shown, printed, text)
            : Fail(status, $"Command died with status {code}: \"{display}\"{shown}", printed, text);
    }

    private static Outcome Fail(string status, string text, string printed, string unsaid) =>
        Fail(DsnStatus.Parse(status), text, printed, unsaid);

    private static Outcome Fail(DsnStatus status, string text, string printed, string unsaid)
    {
        Outcome outcome = status.IsTemporary ? Outcome.Defer(status, text) : Outcome.Bounce(status, text);
        return outcome with { Diagnostic = printed.Length > 0 ? printed : unsaid };
    }
}
