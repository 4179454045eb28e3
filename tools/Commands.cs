using MtaSuite.Tools.Mtasuite;
using MtaSuite.Tools.Postconf;
using MtaSuite.Tools.Postmap;
using MtaSuite.Tools.Postqueue;
using MtaSuite.Tools.Sendmail;

namespace MtaSuite.Tools;

/// <summary>A command of the suite.</summary>
/// <param name="Name">What it is called as.</param>
/// <param name="Run">From arguments to exit status.</param>
/// <param name="Manual">What --help prints.</param>
internal sealed record ToolCommand(string Name, Func<string[], int> Run, string Manual);

/// <summary>All commands that this executable is.</summary>
internal static class Commands
{
    public static readonly ToolCommand[] All =
    [
        new("mtasuite", MtasuiteCommand.Run, MtasuiteCommand.Manual),
        new("newaliases", NewaliasesCommand.Run, PostmapManual.Newaliases),
        new("postalias", args => PostmapCommand.Run(args, aliases: true), PostmapManual.Postalias),
        new("postconf", PostconfCommand.Run, PostconfCommand.Manual),
        new("postmap", args => PostmapCommand.Run(args, aliases: false), PostmapManual.Postmap),
        new("sendmail", SendmailCommand.Run, SendmailCommand.Manual),
        new("mailq", SendmailCommand.RunMailq, SendmailCommand.Manual),
        new("postqueue", PostqueueCommand.Run, PostqueueCommand.Manual),
    ];

    public static ToolCommand? Find(string name) => Array.Find(All, c => c.Name == name);
}
