namespace MtaSuite.Common.Mail;

/// <summary>What became of a delivery or a request. Unknown trouble is always <see cref="Temporary"/>.</summary>
public enum OutcomeKind : byte { Ok = 0, Temporary = 1, Permanent = 2 }

/// <summary>
/// The result of an attempt, as a value: kind, enhanced status, SMTP code and a text for people. <see cref="Remote"/> names the host that
/// said so (empty when we did). <see cref="Text"/> has no line breaks; a remote text may hold any other bytes and is escaped where it is
/// logged.
/// </summary>
public sealed record Outcome(OutcomeKind Kind, DsnStatus Status, int Code, string Text, string Remote = "")
{
    /// <summary>What a remote server or command said word for word, for Diagnostic-Code; empty where nobody but us spoke.</summary>
    public string Diagnostic { get; init; } = "";

    /// <summary>Temporary trouble that does not pass until somebody sets something right: wrong permissions, a missing folder.</summary>
    public bool IsLasting { get; init; }

    /// <summary>Permanent trouble that soft_bounce made temporary.</summary>
    public bool IsSoftened { get; init; }

    public bool IsOk => Kind == OutcomeKind.Ok;
    public bool IsTemporary => Kind == OutcomeKind.Temporary;
    public bool IsPermanent => Kind == OutcomeKind.Permanent;

    public static Outcome Ok(string text) => new(OutcomeKind.Ok, new DsnStatus(2, 0, 0), 250, text);
    public static Outcome Ok(DsnStatus status, string text) => new(OutcomeKind.Ok, status, 250, text);
    public static Outcome Defer(DsnStatus status, string text) => new(OutcomeKind.Temporary, status.WithClass(4), 451, text);
    public static Outcome Defer(string status, string text) => Defer(DsnStatus.Parse(status), text);
    public static Outcome Bounce(DsnStatus status, string text) => new(OutcomeKind.Permanent, status.WithClass(5), 550, text);
    public static Outcome Bounce(string status, string text) => Bounce(DsnStatus.Parse(status), text);

    /// <summary>The same failure as a temporary one.</summary>
    public Outcome AsTemporary() =>
        IsPermanent ? this with { Kind = OutcomeKind.Temporary, Status = Status.WithClass(4), Code = Code - 100 } : this;

    /// <summary>What soft_bounce makes of it: as <see cref="AsTemporary"/>, and the log says so.</summary>
    public Outcome SoftBounce() => IsPermanent ? AsTemporary() with { IsSoftened = true } : this;
}
