namespace MtaSuite.Common.Config;

/// <summary>
/// Parameters that exist once for each transport of master.cf, named <c>TRANSPORT_suffix</c>; where one is not set, the fallback parameter
/// holds for it.
/// </summary>
public abstract class ParamFamily(string pattern, string doc, bool effective)
{
    private const string Placeholder = "{transport}";

    /// <summary>The name with <c>{transport}</c> in it.</summary>
    public string Pattern { get; } = pattern;

    public string Doc { get; } = doc;
    public bool Effective { get; } = effective;

    /// <summary>What follows the transport's name, its underscore included.</summary>
    public string Suffix { get; } = pattern[Placeholder.Length..];

    /// <summary>The parameter that holds where the transport has none of its own.</summary>
    public abstract Param FallbackParam { get; }

    /// <summary>The family's name for one transport.</summary>
    public string NameFor(string transport) => transport + Suffix;
}

public sealed class IntFamily(string pattern, IntParam fallback, string doc, bool effective = true) : ParamFamily(pattern, doc, effective)
{
    public IntParam Fallback { get; } = fallback;
    public override Param FallbackParam => Fallback;
}

public sealed class TimeFamily(string pattern, TimeParam fallback, string doc, bool effective = true) : ParamFamily(pattern, doc, effective)
{
    public TimeParam Fallback { get; } = fallback;
    public override Param FallbackParam => Fallback;
}

public sealed class TextFamily(string pattern, TextParam fallback, string doc, bool effective = true) : ParamFamily(pattern, doc, effective)
{
    public TextParam Fallback { get; } = fallback;
    public override Param FallbackParam => Fallback;
}
