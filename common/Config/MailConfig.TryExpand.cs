namespace MtaSuite.Common.Config;

public sealed partial class MailConfig
{
    /// <summary>
    /// As <see cref="TryExpand(string, out string, out string?)"/>, with <paramref name="extra"/> asked first for each name.
    /// </summary>
    public bool TryExpand(string text, Func<string, string?> extra, out string result, out string? problem)
    {
        result = MacroExpander.Expand(text, name => Lookup(name, extra), out problem);
        return problem == null;
    }
}
