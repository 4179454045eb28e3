using MtaSuite.Common.Config;
using MtaSuite.Common.Mail;

namespace MtaSuite.Local.Expansion;

/// <summary>
/// Expands $user, $home, $shell, $recipient, $extension, $domain, $local and $recipient_delimiter in parameters of local delivery.
/// </summary>
internal static class LocalMacros
{
    /// <summary>The result of an expansion.</summary>
    /// <param name="Problem">What is wrong with the parameter; null when nothing is.</param>
    /// <param name="Undefined">A name without a value was used.</param>
    /// <param name="UsedExtension">The address extension was asked for and there is one.</param>
    public readonly record struct Result(string Text, string? Problem, bool Undefined, bool UsedExtension);

    /// <param name="filter">Other characters of a value become "_"; null: any are allowed.</param>
    public static Result Expand(string text, Branch branch, RecipientDelimiter delimiter, string? filter)
    {
        bool usedExtension = false;
        MacroValue Lookup(string name)
        {
            string? value = name switch
            {
                "user" => branch.User,
                "home" => branch.Rights.Home,
                "shell" => branch.Rights.Shell,
                "recipient" => branch.Address,
                "extension" => branch.Extension,
                "domain" => branch.Domain,
                "local" or "mailbox" => branch.Local,
                "recipient_delimiter" => branch.Delimiter.Length > 0 ? branch.Delimiter
                    : delimiter.IsEmpty ? null : delimiter.Characters[..1],
                _ => null,
            };
            if (name == "extension" && value != null) usedExtension = true;
            return new MacroValue(value != null && filter != null ? Filter(value, filter) : value, true);
        }
        string result = MacroExpander.Expand(text, Lookup, out string? problem, out bool undefined);
        return new Result(result, problem, undefined, usedExtension);
    }

    private static string Filter(string value, string filter) =>
        value.AsSpan().ContainsAnyExcept(filter) ? string.Concat(value.Select(c => filter.Contains(c) ? c : '_')) : value;
}
