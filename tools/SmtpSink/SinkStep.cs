using System.Text;

namespace MtaSuite.Tools.SmtpSink;

/// <summary>The steps of a session at which the sink says something.</summary>
internal enum SinkStep : byte
{
    /// <summary>The greeting.</summary>
    Connect,
    Mail, Rcpt, Data,
    /// <summary>Content arrives. Nothing is said, but much can go wrong.</summary>
    Content,
    /// <summary>The end of the content.</summary>
    Dot,
    Quit, Ehlo, Helo, Lhlo, Rset, Noop, Vrfy, Auth, Xclient, Xforward, StartTls,
    /// <summary>Any other command.</summary>
    Unknown,
}

/// <summary>Names of steps and of what comes before each.</summary>
internal static class SinkSteps
{
    public const int Count = (int)SinkStep.Unknown + 1;

    private static readonly string[] Names =
        ["CONNECT", "MAIL", "RCPT", "DATA", "CONTENT", ".", "QUIT", "EHLO", "HELO", "LHLO", "RSET", "NOOP", "VRFY", "AUTH", "XCLIENT",
        "XFORWARD", "STARTTLS", "UNKNOWN"];

    private static readonly byte[][] Verbs = [.. Names.Select(Encoding.ASCII.GetBytes)];

    public static string Name(SinkStep step) => Names[(int)step];

    /// <summary>A step by its name, in any case of letters.</summary>
    public static bool TryParse(ReadOnlySpan<char> name, out SinkStep step)
    {
        for (int i = 0; i < Names.Length; i++)
        {
            step = (SinkStep)i;
            if (name.Equals(Names[i], StringComparison.OrdinalIgnoreCase)) return true;
        }
        step = SinkStep.Unknown;
        return false;
    }

    /// <summary>The command that a line starts with.</summary>
    public static SinkStep OfCommand(ReadOnlySpan<byte> line)
    {
        int space = line.IndexOf((byte)' ');
        ReadOnlySpan<byte> verb = space < 0 ? line : line[..space];
        for (SinkStep step = SinkStep.Mail; step < SinkStep.Unknown; step++)
            if (step is not (SinkStep.Content or SinkStep.Dot) && Ascii.EqualsIgnoreCase(verb, Verbs[(int)step])) return step;
        return SinkStep.Unknown;
    }

    /// <summary>Where the reply to a step is sent when it comes a step too early; Unknown: it cannot.</summary>
    public static SinkStep[] Before(SinkStep step) => step switch
    {
        SinkStep.Ehlo or SinkStep.Helo or SinkStep.Lhlo => [SinkStep.Connect],
        SinkStep.Mail => [SinkStep.Ehlo, SinkStep.Helo, SinkStep.Lhlo],
        SinkStep.Rcpt => [SinkStep.Mail],
        SinkStep.Data => [SinkStep.Rcpt],
        SinkStep.Dot => [SinkStep.Data],
        SinkStep.Quit or SinkStep.Rset => [SinkStep.Dot],
        _ => [],
    };
}
