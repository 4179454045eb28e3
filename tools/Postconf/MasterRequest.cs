using MtaSuite.Common.Config;

namespace MtaSuite.Tools.Postconf;

/// <summary>
/// One request to change master.cf: the pattern of the services it is about, and the new value (null to remove or comment out).
/// </summary>
internal sealed record MasterRequest(ServicePattern Pattern, string? Value, string Text)
{
    private const string Options = "-Me, -Fe, -Pe, -X, or -#";

    /// <summary>For a whole service: the service to put in place.</summary>
    public MasterLine? Replacement { get; private init; }

    public int Matches { get; set; }

    public static List<MasterRequest> ParseAll(PostconfOptions options, PostconfOutput output) =>
        [.. options.Names.Select(n => Parse(EditedFile.ToFileText(n), options, output))];

    private static MasterRequest Parse(string argument, PostconfOptions options, PostconfOutput output)
    {
        if (argument.Contains('\n')) throw new PostconfFatalException($"{Options} accept no multi-line input");
        string text = argument.TrimStart(LogicalLines.Space.ToCharArray());
        if (text.StartsWith('#')) throw new PostconfFatalException($"{Options} accept no comment input");
        string name = text.TrimEnd(LogicalLines.Space.ToCharArray());
        string? value = null;
        if (options.Has(Modes.Edit))
        {
            if (!MainCf.TrySplit(text, out name, out string assigned, out string problem))
                throw new PostconfFatalException($"{problem}: \"{EditedFile.ToMessage(argument)}\"");
            value = assigned;
        }
        else if (text.Contains('=')) throw new PostconfFatalException("-X or -# requires names without value");
        var request = new MasterRequest(ParsePattern(name, options), value, argument);
        CheckValue(request, options);
        if (!options.Has(Modes.MasterEntries) || value == null) return request;
        return request with
        {
            Replacement = MasterLine.Parse(value, output)
                ?? throw new PostconfFatalException($"bad field count: \"{EditedFile.ToMessage(argument)}\"")
        };
    }

    private static ServicePattern ParsePattern(string name, PostconfOptions options)
    {
        (int parts, string problem) = options.Has(Modes.MasterEntries) ? (2, "-Me, -MX or -M# requires service_name/type")
            : options.Has(Modes.MasterFields) ? (3, "-Fe or -FX requires service_name/type/field_name")
            : (3, "-Pe or -PX requires service_name/type/parameter");
        return ServicePattern.Parse(name, parts, parts) ?? throw new PostconfFatalException(problem);
    }

    private static void CheckValue(MasterRequest request, PostconfOptions options)
    {
        bool spaced = request.Value != null && request.Value.AsSpan().IndexOfAny(" \t\r\n") >= 0;
        if (options.Has(Modes.MasterFields))
        {
            int field = MasterLine.FieldNumber(request.Pattern.Rest);
            if (field < 0) throw new PostconfFatalException("-Fe does not accept wild-card field name");
            if (spaced && field < MasterLine.CommandField)
                throw new PostconfFatalException("-Fe does not accept whitespace in non-command field");
        }
        else if (options.Has(Modes.MasterParams))
        {
            if (request.Pattern.Rest == "*") throw new PostconfFatalException("-Pe does not accept wild-card parameter name");
            if (spaced) throw new PostconfFatalException("-Pe does not accept whitespace in parameter value");
        }
    }
}
