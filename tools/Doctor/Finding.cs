namespace MtaSuite.Tools.Doctor;

/// <summary>How bad a finding is. Notes are worth knowing and need nothing to be done.</summary>
internal enum FindingLevel : byte { Ok, Note, Warning, Problem }

/// <summary>One thing that was found out.</summary>
/// <param name="Area">"mx", "spf", "service" ...</param>
/// <param name="Seen">What was seen: one or more sentences without the final full stop.</param>
/// <param name="Means">What that means for mail; may be empty.</param>
/// <param name="Do">What to do, DNS lines included; empty: nothing.</param>
internal sealed record Finding(FindingLevel Level, string Area, string Seen, string Means, string Do)
{
    public string Word =>
        Level switch { FindingLevel.Ok => "OK", FindingLevel.Note => "note", FindingLevel.Warning => "WARNING", _ => "PROBLEM" };

    /// <summary>"WARNING  spf: seen; means. To do: do".</summary>
    public string Line
    {
        get
        {
            string text = $"{Word,-8} {Area}: {Seen}";
            if (Means.Length > 0) text += $"; {Means}";
            return Do.Length > 0 ? $"{text}. To do: {Do}" : text;
        }
    }
}

/// <summary>Findings that belong together; filled by one check, shown in the order of the sections.</summary>
internal sealed class Section(string title)
{
    private readonly List<Finding> _findings = [];

    public string Title { get; } = title;

    public IReadOnlyList<Finding> Findings => _findings;

    /// <summary>The check came to its end.</summary>
    public bool IsDone { get; set; }

    public void Ok(string area, string seen, string means = "") => Add(FindingLevel.Ok, area, seen, means, "");

    public void Note(string area, string seen, string means = "", string @do = "") => Add(FindingLevel.Note, area, seen, means, @do);

    public void Warning(string area, string seen, string means, string @do) => Add(FindingLevel.Warning, area, seen, means, @do);

    public void Problem(string area, string seen, string means, string @do) => Add(FindingLevel.Problem, area, seen, means, @do);

    public void Add(FindingLevel level, string area, string seen, string means, string @do) =>
        _findings.Add(new Finding(level, area, seen, means, @do));
}
