using MtaSuite.Common.Mail;
using MtaSuite.Relay.Routing;

namespace MtaSuite.Relay.Sessions;

/// <summary>
/// A server's reply. <see cref="Text"/> has everything behind the code, and further lines with theirs, joined by spaces; it is empty for
/// good replies whose text nobody asked for.
/// </summary>
/// <param name="Code">Three digits; 0: there was none.</param>
internal readonly record struct Reply(int Code, string Text)
{
    /// <summary>What the last line of several says behind its code; null: there was one line.</summary>
    public string? LastLine { get; init; }

    public bool IsGood => Code is >= 200 and < 300;
    public bool IsIntermediate => Code is >= 300 and < 400;
    public bool IsTemporary => Code is >= 400 and < 500;
    public bool IsPermanent => Code is >= 500 and < 600;
    /// <summary>The server closes the session (RFC 5321 3.8).</summary>
    public bool IsClosing => Code == 421;

    /// <summary>The enhanced status in the last line where it fits the code, else the class alone: 5.0.0.</summary>
    public DsnStatus Status
    {
        get
        {
            byte @class = (byte)(Code / 100 is 2 or 4 or 5 ? Code / 100 : 4);
            return DsnStatus.TryParse(LastLine ?? Text, out DsnStatus status, out _)
                && status.Class == @class ? status : new DsnStatus(@class, 0, 0);
        }
    }

    public override string ToString() => Text.Length == 0 ? $"{Code}" : $"{Code}{(LastLine == null ? ' ' : '-')}{Text}";

    /// <summary>The outcome for a recipient that this reply accepts; 354 to DATA: the address is valid (X.1.5).</summary>
    public Outcome Acceptance(Target target) =>
        new(OutcomeKind.Ok, IsIntermediate ? new DsnStatus(2, 1, 5) : Status, Code, ToString(), target.Host) { Diagnostic = ToString() };

    /// <summary>The outcome for whom this reply refuses. A code that is neither 4xx nor 5xx is unknown trouble: temporary.</summary>
    public Outcome Refusal(Target target, SmtpStep step) =>
        Refusal(target, $"host {target.Name} said: {this} (in reply to {step.Command()})");

    /// <summary>The same in other words.</summary>
    public Outcome Refusal(Target target, string text) =>
        new(IsPermanent ? OutcomeKind.Permanent : OutcomeKind.Temporary, Status.WithClass((byte)(IsPermanent ? 5 : 4)), Code, text,
        target.Host)
        { Diagnostic = ToString() };
}
