using MtaSuite.Common.Config;

namespace MtaSuite.Smtpd.Access;

/// <summary>What a restriction does, in a straight line: it awaits what it has to look up.</summary>
internal delegate ValueTask<Verdict> RestrictionHandler(AccessContext c, RestrictionStep step);

/// <summary>A restriction with its argument, as it stands in one list.</summary>
/// <param name="name">As it is written there: an older spelling, or the name of a class, too.</param>
/// <param name="restriction">Null: a class, or a mistake.</param>
internal sealed class RestrictionStep(string name, Restriction? restriction)
{
    public string Name { get; } = name;
    public RestrictionHandler? Handler { get; } = restriction is null ? null : RestrictionHandlers.Of(restriction);
    /// <summary>Something is evaluated where this stands; else the restriction is known and not there yet, or a mistake.</summary>
    public bool IsAvailable => Handler is not null || WarnsIfReject || Class is not null;
    /// <summary>warn_if_reject, which turns the next refusal into a warning.</summary>
    public bool WarnsIfReject { get; } = restriction == RestrictionWords.WarnIfReject;
    /// <summary>Whatever follows in the list is never reached.</summary>
    public bool IsFinal { get; } = restriction is { IsFinal: true };

    public string Argument = "";
    public TimeSpan Time;
    public AccessTable? Table;
    public DnsblZone? Zone;
    public PolicyServer? Policy;
    /// <summary>A restriction class: its list.</summary>
    public RestrictionList? Class;

    public override string ToString() => Argument.Length == 0 ? Name : $"{Name} {Argument}";
}
