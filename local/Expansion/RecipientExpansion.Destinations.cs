using MtaSuite.Common.Mail;
using MtaSuite.Common.Native;

namespace MtaSuite.Local.Expansion;

/// <summary>The destinations that aliases, .forward files and :include: files name.</summary>
internal sealed partial class RecipientExpansion
{
    /// <summary>Done, and nothing happens, once a limit is met: the whole recipient is then deferred.</summary>
    private StepResult DeliverDestination(Branch branch, AliasDestination destination)
    {
        if (!budget.TakeDestination()) return StepResult.Done;
        return destination.Kind switch
        {
            DestinationKind.File => Final.ToFile(branch, destination.Text),
            DestinationKind.HomeFile => DeliverHomeFile(branch, destination.Text),
            DestinationKind.Include => DeliverInclude(branch, destination.Text),
            DestinationKind.Command when (_settings.AllowCommands & branch.Source) == 0 =>
                results.Report(branch, Outcome.Bounce("5.7.1", "mail to command is restricted")),
            DestinationKind.Command => Final.ToCommand(branch, destination.Text),
            _ => DeliverAddress(branch, destination.Text, expand: destination.Kind != DestinationKind.Mailbox),
        };
    }

    /// <summary>"~/file": only for a user, and only in his own home.</summary>
    private StepResult DeliverHomeFile(Branch branch, string path)
    {
        if (path.StartsWith('/') && branch.Rights.Home != null)
            return Final.ToFile(branch, branch.Rights.Home == "/" ? path : branch.Rights.Home + path);
        results.Warn($"bad or unknown home directory for: ~{path}");
        return results.Report(branch, Outcome.Bounce("5.3.5", "mail system configuration error"));
    }

    private StepResult DeliverInclude(Branch branch, string path)
    {
        Expanded<DestinationLines> file = local.IncludeFiles.Open(branch, path, results, budget);
        return file.Branch == null ? file.Result : DeliverLines(file.Branch, file.Destinations!).Result;
    }

    /// <summary>An address: expanded further when it is one of ours, else for the copy that goes out.</summary>
    private StepResult DeliverAddress(Branch branch, string text, bool expand = true)
    {
        Resolution resolved = local.Services.Resolve(text);
        if (resolved.Status == ResolutionStatus.Unavailable)
            return results.Report(branch, Outcome.Defer("4.3.0", "address resolver failure"));
        if (resolved.Status == ResolutionStatus.BadSyntax)
            return results.Report(branch, Outcome.Bounce("5.1.3", $"bad recipient address syntax: {text}"));
        branch = branch with { Address = WithExtension(branch, resolved.Address) };
        return resolved.Transport == local.Transport ? Deliver(branch, expand) : Copies.Add(branch);
    }

    private static string WithExtension(Branch branch, string address)
    {
        if (branch.Unmatched == null) return address;
        int at = address.LastIndexOf('@');
        return address.Insert(at < 0 ? address.Length : at, branch.Delimiter + branch.Unmatched);
    }

    /// <summary>Delivers to each line's destinations, up to the first that has to be tried again by itself. Closes the file.</summary>
    private (StepResult Result, int Count) DeliverLines(Branch branch, DestinationLines lines)
    {
        int count = 0;
        StepResult result = StepResult.Done;
        using DestinationLines open = lines;
        while (!(result == StepResult.Retry && results.HasPassingFailure) && lines.TryNext(out string line))
        {
            if (!budget.TakeLine(lines.Length)) return (result, count);
            if (line.StartsWith('#')) continue;
            foreach (AliasDestination destination in DestinationList.Parse(line))
            {
                count++;
                result = result.With(DeliverDestination(branch, destination));
            }
        }
        if (lines.Error != 0)
            result = results.Report(branch, Outcome.Defer("4.3.0", $"error reading forwarding file: {Errno.Text(lines.Error)}"));
        return (result, count);
    }
}
