using MtaSuite.Tools.Mtasuite;
using MtaSuite.Tools.Postaccess;
using MtaSuite.Tools.Postcat;
using MtaSuite.Tools.Postconf;
using MtaSuite.Tools.Postdkim;
using MtaSuite.Tools.Postdrop;
using MtaSuite.Tools.Postkick;
using MtaSuite.Tools.Postlock;
using MtaSuite.Tools.Postlog;
using MtaSuite.Tools.Postmap;
using MtaSuite.Tools.Postpasswd;
using MtaSuite.Tools.Postqueue;
using MtaSuite.Tools.Postroute;
using MtaSuite.Tools.Postsuper;
using MtaSuite.Tools.PosttlsFinger;
using MtaSuite.Tools.Postwalk;
using MtaSuite.Tools.Qshape;
using MtaSuite.Tools.Sendmail;
using MtaSuite.Tools.SmtpSink;
using MtaSuite.Tools.SmtpSource;

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
        new("mailq", SendmailCommand.RunMailq, SendmailCommand.Manual),
        new("mtasuite", MtasuiteCommand.Run, MtasuiteCommand.Manual),
        new("newaliases", NewaliasesCommand.Run, PostmapManual.Newaliases),
        new("postaccess", PostaccessCommand.Run, PostaccessCommand.Manual),
        new("postalias", args => PostmapCommand.Run(args, aliases: true), PostmapManual.Postalias),
        new("postcat", PostcatCommand.Run, PostcatCommand.Manual),
        new("postconf", PostconfCommand.Run, PostconfCommand.Manual),
        new("postdkim", PostdkimCommand.Run, PostdkimCommand.Manual),
        new("postdrop", PostdropCommand.Run, PostdropCommand.Manual),
        new("postkick", PostkickCommand.Run, PostkickCommand.Manual),
        new("postlock", PostlockCommand.Run, PostlockCommand.Manual),
        new("postlog", PostlogCommand.Run, PostlogCommand.Manual),
        new("postmap", args => PostmapCommand.Run(args, aliases: false), PostmapManual.Postmap),
        new("postpasswd", PostpasswdCommand.Run, PostpasswdCommand.Manual),
        new("postqueue", PostqueueCommand.Run, PostqueueCommand.Manual),
        new("postroute", PostrouteCommand.Run, PostrouteCommand.Manual),
        new("postsuper", PostsuperCommand.Run, PostsuperCommand.Manual),
        new("posttls-finger", PosttlsFingerCommand.Run, PosttlsFingerCommand.Manual),
        new("postwalk", PostwalkCommand.Run, PostwalkCommand.Manual),
        new("qshape", QshapeCommand.Run, QshapeCommand.Manual),
        new("sendmail", SendmailCommand.Run, SendmailCommand.Manual),
        new("smtp-sink", SmtpSinkCommand.Run, SmtpSinkManual.Text),
        new("smtp-source", SmtpSourceCommand.Run, SmtpSourceManual.Text),
    ];

    public static ToolCommand? Find(string name) => Array.Find(All, c => c.Name == name);
}
