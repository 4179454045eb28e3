using MtaSuite.Common.Smtp;

namespace MtaSuite.Smtpd.Sessions;

/// <summary>
/// What is under way in a session: its beginning, a command, or the end of a message. The text of it stands in log lines and is what policy
/// servers are told.
/// </summary>
internal readonly record struct SessionStage
{
    private const byte EndOfMessageValue = 1, FirstVerb = 2;
    private readonly byte _value;

    private SessionStage(byte value) => _value = value;

    public static SessionStage Connect => default;

    public static SessionStage EndOfMessage => new(EndOfMessageValue);

    public static implicit operator SessionStage(SmtpVerb verb) => new((byte)(FirstVerb + (byte)verb));

    /// <summary>Between the beginning and the end of a message's content.</summary>
    public bool IsContent => this == SmtpVerb.Data || this == SmtpVerb.Bdat;

    public override string ToString() => _value switch
    {
        0 => "CONNECT",
        EndOfMessageValue => "END-OF-MESSAGE",
        _ => ((SmtpVerb)(_value - FirstVerb)).Name(),
    };
}
