using MtaSuite.Common.Config;

namespace MtaSuite.Tools.Postconf;

/// <summary>
/// One service of master.cf as text: eight columns and the arguments in canonical form (<c>-o</c> and its value apart, braces off).
/// Nothing is turned into numbers and flags, so that what is printed is what was written.
/// </summary>
internal sealed class MasterLine
{
    public const int CommandField = MasterCf.Columns - 1;

    private static readonly string[] FieldNames =
        ["service", "type", "private", "unprivileged", "chroot", "wakeup", "process_limit", "command"];

    public List<string> Fields { get; private init; } = [];

    /// <summary>The overrides, the last one of each name; null where there are none.</summary>
    public Dictionary<string, string>? Overrides { get; private set; }

    /// <summary>Names of overrides that something refers to.</summary>
    public HashSet<string> ValidNames { get; } = new(StringComparer.Ordinal);

    public string Service => Fields[0];
    public string Type => Fields[1];
    public string Command => Fields[CommandField];
    public string Key => $"{Service}/{Type}";

    /// <summary>The name of a column.</summary>
    public static string FieldName(int field) => FieldNames[field];

    /// <summary>The column of a name, -1 for the wildcard <c>*</c>.</summary>
    public static int FieldNumber(string name)
    {
        int number = Array.IndexOf(FieldNames, name);
        return number >= 0 || name == "*" ? number : throw new PostconfFatalException($"invalid service attribute name: \"{name}\"");
    }

    /// <summary>Reads every line of a master.cf text.</summary>
    public static List<MasterLine> ParseAll(string text, string path, PostconfOutput output)
    {
        var problems = new List<ConfigProblem>();
        var lines = new List<MasterLine>();
        foreach (LogicalLine line in LogicalLines.Split(text, path, problems))
            lines.Add(Parse(line.Text, output) ?? throw new PostconfFatalException($"file {path}: line {line.FirstLine}: bad field count"));
        foreach (ConfigProblem problem in problems) output.Warning(problem.ToString());
        return lines;
    }

    /// <summary>Reads one logical line; null where columns are missing.</summary>
    public static MasterLine? Parse(string text, PostconfOutput output)
    {
        var line = new MasterLine { Fields = ConfigList.Split(text, " \t\r\n") };
        if (line.Fields.Count < MasterCf.Columns) return null;
        line.Check(text);
        line.Normalize(output);
        return line;
    }

    /// <summary>Collects the overrides of the options.</summary>
    public void CollectOverrides()
    {
        foreach (Argument argument in Arguments())
            if (argument.Value != null && MainCf.TrySplit(argument.Value, out string name, out string value, out _))
                (Overrides ??= new(StringComparer.Ordinal))[name] = value;
    }

    /// <summary>Puts a new value into a column; the command's column takes the arguments along.</summary>
    public void SetField(int field, string value, PostconfOutput output)
    {
        if (field == CommandField)
        {
            Fields.RemoveRange(CommandField, Fields.Count - CommandField);
            Fields.AddRange(ConfigList.Split(value, " \t\r\n"));
            if (Fields.Count == CommandField) Fields.Add("");
            Normalize(output);
        }
        else Fields[field] = value;
        Check(value);
    }

    /// <summary>Sets an override in place, or adds it behind the other options; null takes it away.</summary>
    public void SetOverride(string name, string? value)
    {
        bool found = false;
        int field = MasterCf.Columns;
        while (field < Fields.Count && MasterCf.IsOption(Fields[field]))
        {
            bool hasValue = MasterCf.TakesValue(Fields[field]) && field + 1 < Fields.Count;
            if (hasValue && Fields[field + 1].StartsWith(name + "=", StringComparison.Ordinal))
            {
                found = true;
                if (value != null) Fields[field + 1] = $"{name}={value}";
                else
                {
                    Fields.RemoveRange(field, 2);
                    continue;
                }
            }
            field += hasValue ? 2 : 1;
        }
        if (value != null && !found) Fields.InsertRange(field, ["-o", $"{name}={value}"]);
    }

    /// <summary>What follows the command: an option, an option and its value, or an argument.</summary>
    public readonly record struct Argument(string Text, string? Value, bool IsOption);

    public IEnumerable<Argument> Arguments()
    {
        bool options = true;
        for (int i = MasterCf.Columns; i < Fields.Count; i++)
        {
            options = options && MasterCf.IsOption(Fields[i]);
            bool hasValue = options && MasterCf.TakesValue(Fields[i]) && i + 1 < Fields.Count;
            yield return new(Fields[i], hasValue ? Fields[++i] : null, options);
        }
    }

    private void Normalize(PostconfOutput output)
    {
        int i = MasterCf.Columns;
        for (; i < Fields.Count && MasterCf.IsOption(Fields[i]); i++)
        {
            int o = Fields[i].IndexOf('o', 1);
            if (o < 0) continue;
            if (o > 1)
            {
                // -vofoo=bar is -v -ofoo=bar
                Fields.Insert(i + 1, "-" + Fields[i][o..]);
                Fields[i] = Fields[i][..o];
                continue;
            }
            if (Fields[i].Length > 2)
            {
                Fields.Insert(i + 1, Fields[i][2..]);
                Fields[i] = "-o";
            }
            if (++i < Fields.Count && Fields[i].StartsWith('{')) NormalizeAssignment(i, output);
        }
        for (; i < Fields.Count; i++)
            if (Fields[i].StartsWith('{')) Unbrace(i, output);
    }

    private void NormalizeAssignment(int field, PostconfOutput output)
    {
        Unbrace(field, output);
        if (MainCf.TrySplit(Fields[field], out string name, out string value, out string problem)) Fields[field] = $"{name}={value}";
        else output.Warning($"{MasterCf.FileName}: {problem}: \"{Fields[field]}\"");
    }

    private void Unbrace(int field, PostconfOutput output)
    {
        if (ConfigList.Extract(Fields[field], out string inner) is { } problem) output.Warning($"{MasterCf.FileName}: {problem}");
        Fields[field] = inner.AsSpan().Trim(LogicalLines.Space).ToString();
    }

    private void Check(string text)
    {
        if (!ServiceType.All.Contains(Type)) throw Invalid(1, text);
        for (int field = 2; field <= 4; field++)
            if (Fields[field] is not ("y" or "n" or "-")) throw Invalid(field, text);
        string wakeup = Fields[5].EndsWith('?') ? Fields[5][..^1] : Fields[5];
        if (wakeup != "-" && !wakeup.All(char.IsAsciiDigit)) throw Invalid(5, text);
        if (Fields[6] != "-" && !Fields[6].All(char.IsAsciiDigit)) throw Invalid(6, text);
    }

    private PostconfFatalException Invalid(int field, string text) =>
        new($"invalid {FieldNames[field]} field \"{Fields[field]}\" in \"{text.Replace('\n', ' ')}\"");
}
