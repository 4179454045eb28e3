namespace MtaSuite.Tools.Postconf;

/// <summary>A pattern of the command line: <c>service[/type[/what]]</c>, where <c>*</c> stands for any and for what is left out.</summary>
internal sealed record ServicePattern(string Service, string Type, string Rest, string Text)
{
    public int Matches { get; set; }

    /// <summary>Reads a pattern of <paramref name="min"/> to <paramref name="max"/> parts; null where it is none.</summary>
    public static ServicePattern? Parse(string text, int min, int max)
    {
        if (text.StartsWith('/')) return null;
        string[] parts = text.Split('/', StringSplitOptions.RemoveEmptyEntries);
        if (parts.Length < min || parts.Length > max || parts.Any(p => p != "*" && p.Contains('*'))) return null;
        return new(parts[0], parts.ElementAtOrDefault(1) ?? "*", parts.ElementAtOrDefault(2) ?? "*", text);
    }

    /// <summary>All patterns of the command line, or the end with a message.</summary>
    public static List<ServicePattern> ParseAll(List<string> texts, int max, string problem) =>
        [.. texts.Select(t => Parse(t, 1, max) ?? throw new PostconfFatalException(problem))];

    public bool Match(string service, string type) => (Service == "*" || Service == service) && (Type == "*" || Type == type);

    public static void WarnUnmatched(List<ServicePattern> patterns, PostconfOutput output)
    {
        foreach (ServicePattern pattern in patterns)
            if (pattern.Matches == 0) output.Warning($"unmatched request: \"{pattern.Text}\"");
    }
}
