using System.Text;
using MtaSuite.Common.Config;

namespace MtaSuite.Tools.Postconf;

/// <summary>
/// Edits master.cf: replaces, adds, removes or comments out services (<c>-M</c>), sets columns (<c>-F</c>), sets or removes overrides
/// (<c>-P</c>). A changed service is written anew, folded; all else in the file stays as it is.
/// </summary>
internal sealed class MasterEditor(PostconfOptions options, string path, List<MasterRequest> requests, EditedFile file,
    PostconfOutput output)
{
    private int at; // the next line to read

    public static void Edit(PostconfOptions options, string path, PostconfOutput output)
    {
        List<MasterRequest> requests = MasterRequest.ParseAll(options, output);
        using var file = new EditedFile(path);
        new MasterEditor(options, path, requests, file, output).Run();
    }

    private void Run()
    {
        bool matched = false; // inside a service that a request is about
        while (at < file.Lines.Count)
        {
            string line = file.Lines[at++];
            if (EditedFile.IsEmpty(line)) file.Result.Append(line);
            else if (EditedFile.IsContinuation(line)) Copy(line, matched);
            else matched = EditService(line);
        }
        foreach (MasterRequest request in requests)
        {
            if (request.Matches > 0) continue;
            if (request.Replacement != null) Print(request.Replacement);
            else if (!options.Has(Modes.MasterEntries))
                output.Warning($"unmatched service_name/type: \"{EditedFile.ToMessage(request.Text)}\"");
        }
        file.Replace();
    }

    private void Copy(string line, bool matched)
    {
        if (!matched) file.Result.Append(line);
        else if (options.Has(Modes.CommentOut)) file.Result.Append('#').Append(line);
    }

    /// <summary>Applies all requests to the service whose first line this is. True where one was about it.</summary>
    private bool EditService(string line)
    {
        (string service, string type) = NameAndType(line);
        bool matched = false;
        MasterLine? result = null;
        foreach (MasterRequest request in requests)
        {
            // a whole service also replaces the one that has the new name and type
            bool replaced = request.Replacement is { } r && (r.Service == service || r.Service == "*") && (r.Type == type || r.Type == "*");
            if (!request.Pattern.Match(service, type) && !replaced) continue;
            matched = true;
            request.Matches++;
            if (request.Replacement != null) result = request.Matches == 1 ? request.Replacement : result;
            else if (options.Has(Modes.Edit) || options.Has(Modes.MasterParams)) Apply(request, result ??= ReadWhole(line));
        }
        if (result != null) Print(result);
        else Copy(line, matched);
        return matched;
    }

    private void Apply(MasterRequest request, MasterLine service)
    {
        if (options.Has(Modes.MasterFields)) service.SetField(MasterLine.FieldNumber(request.Pattern.Rest), request.Value!, output);
        else service.SetOverride(request.Pattern.Rest, request.Value);
    }

    private (string Service, string Type) NameAndType(string line)
    {
        string[] words = line.Split((char[])[' ', '\t', '\r', '\n'], StringSplitOptions.RemoveEmptyEntries);
        const string edits = "-Me, -Fe, -Pe, -X, or -#";
        if (words.Length < 2) throw new PostconfFatalException($"file {path}: line {at}: specify service name and type on the same line");
        if (words[0].Contains('='))
            throw new PostconfFatalException($"file {path}: line {at}: service name syntax \"{words[0]}\" is unsupported with {edits}");
        if (words[1].AsSpan().IndexOfAny("=/") >= 0)
            throw new PostconfFatalException($"file {path}: line {at}: service type syntax \"{words[1]}\" is unsupported with {edits}");
        return (words[0], words[1]);
    }

    /// <summary>Reads a service with its continuation lines; comments among them go before it.</summary>
    private MasterLine ReadWhole(string line)
    {
        var text = new StringBuilder(line);
        for (; at < file.Lines.Count && (EditedFile.IsContinuation(file.Lines[at]) || file.Lines[at][0] == '#'); at++)
        {
            if (EditedFile.IsEmpty(file.Lines[at])) file.Result.Append(file.Lines[at]);
            else text.Append(file.Lines[at]);
        }
        return MasterLine.Parse(text.ToString(), output) ?? throw new PostconfFatalException($"file {path}: line {at}: bad field count");
    }

    private void Print(MasterLine service)
    {
        using var writer = new StringWriter(file.Result);
        MasterEntryPrinter.Print(writer, service, fold: true, expand: null);
    }
}
