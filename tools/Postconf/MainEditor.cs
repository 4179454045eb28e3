using System.Buffers;
using MtaSuite.Common.Config;

namespace MtaSuite.Tools.Postconf;

/// <summary>
/// Edits main.cf: sets (<c>-e</c>), removes (<c>-X</c>) or comments out (<c>-#</c>) parameters. All else in the file stays as it is.
/// </summary>
internal static class MainEditor
{
    private static readonly SearchValues<char> NameEnd = SearchValues.Create("=" + LogicalLines.Space);

    /// <summary>A request: the new value (null to remove or comment out), and how many entries it met.</summary>
    private sealed class Request(string? value)
    {
        public string? Value => value;
        public int Found { get; set; }
    }

    public static void Edit(PostconfOptions options, string path, PostconfOutput output)
    {
        Dictionary<string, Request> requests = ParseRequests(options, output);
        using var file = new EditedFile(path);
        bool editing = false; // inside an entry that a request is about
        foreach (string line in file.Lines)
        {
            if (EditedFile.IsEmpty(line)) file.Result.Append(line);
            else if (EditedFile.IsContinuation(line)) Copy(line, editing, options, file);
            else
            {
                string name = NameOf(line);
                editing = requests.TryGetValue(name, out Request? request);
                if (!editing || request!.Value == null) Copy(line, editing, options, file);
                else file.Result.Append($"{name} = {request.Value}\n");
                if (editing && ++request!.Found == 2) output.Warning($"{path}: multiple entries for \"{EditedFile.ToMessage(name)}\"");
            }
        }
        foreach ((string name, Request request) in requests.OrderBy(r => r.Key, StringComparer.Ordinal))
            if (request.Found == 0 && request.Value != null) file.Result.Append($"{name} = {request.Value}\n");
        file.Replace();
    }

    /// <summary>Copies a line, comments it out, or leaves it out.</summary>
    private static void Copy(string line, bool editing, PostconfOptions options, EditedFile file)
    {
        if (!editing) file.Result.Append(line);
        else if (options.Has(Modes.CommentOut)) file.Result.Append('#').Append(line);
    }

    private static string NameOf(string line)
    {
        int end = line.AsSpan().IndexOfAny(NameEnd);
        return end < 0 ? line : line[..end];
    }

    private static Dictionary<string, Request> ParseRequests(PostconfOptions options, PostconfOutput output)
    {
        var requests = new Dictionary<string, Request>(StringComparer.Ordinal);
        foreach (string argument in options.Names)
        {
            if (argument.Contains('\n')) throw new PostconfFatalException("-e, -X, or -# accepts no multi-line input");
            string text = argument.TrimStart(LogicalLines.Space.ToCharArray());
            if (text.StartsWith('#')) throw new PostconfFatalException("-e, -X, or -# accepts no comment input");
            (string name, string? value) = options.Has(Modes.Edit) ? ParseAssignment(text) : (ParseName(text), null);
            if (requests.TryGetValue(EditedFile.ToFileText(name), out Request? earlier) && earlier.Value != null && value != null
                && earlier.Value != EditedFile.ToFileText(value))
                output.Warning($"ignoring earlier request: '{name} = {EditedFile.ToMessage(earlier.Value)}'");
            requests[EditedFile.ToFileText(name)] = new(value == null ? null : EditedFile.ToFileText(value));
        }
        return requests;
    }

    private static (string Name, string? Value) ParseAssignment(string text) =>
        MainCf.TrySplit(text, out string name, out string value, out string problem)
            ? (name, value) : throw new PostconfFatalException($"{problem}: \"{text}\"");

    private static string ParseName(string text)
    {
        if (text.Length == 0) throw new PostconfFatalException("-X or -# requires non-blank parameter names");
        if (text.Contains('=')) throw new PostconfFatalException("-X or -# requires parameter names without value");
        return text.TrimEnd(LogicalLines.Space.ToCharArray());
    }
}
