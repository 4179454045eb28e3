namespace MtaSuite.Common.Config;

/// <summary>What stands behind a restriction.</summary>
public enum RestrictionArgument
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>A table, <c>type:name</c>.</summary>
    Table,

    /// <summary>A DNS list, with an optional filter: <c>zone=127.0.0.2</c>.</summary>
    Zone,

    /// <summary>A policy server: <c>inet:host:port</c>, <c>unix:path</c>, or braces with options.</summary>
    Server,

    /// <summary>A time.</summary>
    Time,

    /// <summary>The next restriction in the list.</summary>
    Restriction,
}

/// <summary>A restriction as it stands in the lists <c>smtpd_*_restrictions</c>; what it does is smtpd's.</summary>
public sealed class Restriction(string name, RestrictionArgument argument = RestrictionArgument.None)
{
    public string Name { get; } = name;

    public RestrictionArgument Argument { get; } = argument;

    /// <summary>How it was spelled before; empty: never otherwise.</summary>
    public string OldName { get; init; } = "";

    /// <summary>Whatever follows in the list is never reached.</summary>
    public bool IsFinal { get; init; }

    /// <summary>It keeps strangers from sending anywhere.</summary>
    public bool ClosesRelay { get; init; }
}
