namespace MtaSuite.Common.Config;

/// <summary>How bad a problem of the configuration is: an error keeps the suite from starting, a warning is only told.</summary>
public enum Severity { Warning, Error }

/// <summary>
/// Something wrong in the configuration. <paramref name="Line"/> is 0 where no line is to blame (an override, a default).
/// </summary>
public sealed record ConfigProblem(Severity Severity, string File, int Line, string Text)
{
    /// <summary>The form a person reads: <c>FILE, line N: TEXT</c>.</summary>
    public override string ToString() => Line > 0 ? $"{File}, line {Line}: {Text}" : File.Length > 0 ? $"{File}: {Text}" : Text;
}

/// <summary>A configuration and what was wrong with it. The configuration is usable even then: what is bad has its default.</summary>
public sealed record ConfigResult(MailConfig Config, IReadOnlyList<ConfigProblem> Problems)
{
    /// <summary>No error (warnings do not count).</summary>
    public bool Ok => !Problems.Any(p => p.Severity == Severity.Error);
}
