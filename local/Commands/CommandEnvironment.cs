using MtaSuite.Common.Config;

namespace MtaSuite.Local.Commands;

/// <summary>The environment of delivery commands, built from a list: never the environment of this process.</summary>
public sealed class CommandEnvironment
{
    /// <summary>Where programs are found.</summary>
    public const string Path = "/usr/bin:/bin";

    private readonly List<string> _values = ["PATH=" + Path];
    private readonly HashSet<string> _names = new(StringComparer.Ordinal) { "PATH" };
    private readonly HashSet<char>? _allowed;

    /// <param name="filter">command_expansion_filter: other characters of a value become "_". Null: values stay as they are.</param>
    public CommandEnvironment(string? filter) => _allowed = filter == null ? null : [.. filter];

    public IReadOnlyList<string> Values => _values;

    /// <summary>Adds the variables of export_environment: those named with their values here, and those with values of their own.</summary>
    public CommandEnvironment Export(IEnumerable<string> items)
    {
        foreach ((string name, string? set) in EnvironmentList.Read(items))
            if ((set ?? Environment.GetEnvironmentVariable(name)) is { } value && _names.Add(name)) _values.Add($"{name}={value}");
        return this;
    }

    /// <summary>Adds a variable unless its value is empty or it is there already.</summary>
    public CommandEnvironment Add(string name, string? value)
    {
        if (!string.IsNullOrEmpty(value)) Set(name, value);
        return this;
    }

    /// <summary>Adds a variable even when it is empty.</summary>
    public CommandEnvironment Set(string name, string value)
    {
        if (_names.Add(name)) _values.Add($"{name}={Filter(value)}");
        return this;
    }

    private string Filter(string value)
    {
        if (_allowed == null) return value.Replace("\0", "");
        return string.Create(value.Length, (value, _allowed), static (target, state) =>
        {
            for (int i = 0; i < target.Length; i++) target[i] = state._allowed.Contains(state.value[i]) ? state.value[i] : '_';
        });
    }
}
