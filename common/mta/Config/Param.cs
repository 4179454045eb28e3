namespace MtaSuite.Common.Config;

/// <summary>
/// One configuration parameter: declared once, in Params/&lt;Owner&gt;Params.cs. Daemons, <c>postconf</c>, <c>check</c> and the manual all
/// walk the same declarations through <see cref="ParamRegistry"/>.
/// </summary>
public abstract class Param(string name, string @default, string doc, bool effective)
{
    /// <summary>The name in main.cf.</summary>
    public string Name { get; } = name;

    /// <summary>
    /// The default as text, unexpanded; may hold <c>$other</c>. What is computed from the host has its text in <see cref="Computed"/>.
    /// </summary>
    public string Default { get; } = @default;

    /// <summary>One line that says what the parameter does.</summary>
    public string Doc { get; } = doc;

    /// <summary>False: the name is accepted and changes nothing in this suite (yet); <c>check</c> says so.</summary>
    public bool Effective { get; } = effective;

    /// <summary>The default where it depends on the host or the process.</summary>
    public Func<MailConfig, string>? Computed { get; init; }

    /// <summary>Set by the program alone; an assignment is ignored with a warning.</summary>
    public bool ReadOnly { get; init; }

    /// <summary>An old name that is used in another parameter's default: listed by postconf only where it is set.</summary>
    public bool Legacy { get; init; }

    /// <summary>
    /// True where <c>$name</c> in the value is left for later (the recipient's <c>$user</c>, a reply's <c>$rbl_code</c>).
    /// </summary>
    public virtual bool IsRaw => false;

    /// <summary>What is wrong with an expanded value, or null.</summary>
    public abstract string? Check(string value, MailConfig config);

    /// <summary>The default's text for this host and process, unexpanded.</summary>
    public string DefaultText(MailConfig config) => Computed?.Invoke(config) ?? Default;

    public override string ToString() => Name;
}
