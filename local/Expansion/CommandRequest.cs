using MtaSuite.Common.Ipc.Messages;
using MtaSuite.Local.Commands;

namespace MtaSuite.Local.Expansion;

/// <summary>How a command of an alias, a .forward file or mailbox_command is started.</summary>
internal static class CommandRequest
{
    /// <summary>Null: command_execution_directory is wrong, see <paramref name="problem"/>.</summary>
    public static CommandSpec? Make(LocalSettings settings, DeliverRequest request, Branch branch, string command, out string problem)
    {
        LocalMacros.Result directory =
            LocalMacros.Expand(settings.CommandDirectory, branch, settings.RecipientDelimiter, settings.DirectoryFilter);
        problem = directory.Problem ?? "";
        if (directory.Problem != null) return null;
        return new CommandSpec
        {
            Display = command,
            Candidates = ShellCommand.Parse(command, settings.CommandShell),
            Rights = branch.Rights.OrDefault(settings.DefaultRights),
            Environment = EnvironmentFor(settings, request, branch),
            Directory = directory.Text.Length > 0 ? directory.Text : null,
            TimeLimit = settings.CommandTimeLimit,
            FileSizeLimit = settings.MailboxSizeLimit,
        };
    }

    /// <summary>What commands may know. Values come from outside, and a careless script hands them to a shell: hence the filter.</summary>
    private static IReadOnlyList<string> EnvironmentFor(LocalSettings settings, DeliverRequest request, Branch branch) =>
        new CommandEnvironment(settings.CommandFilter)
            .Add("HOME", branch.Rights.Home)
            .Set("LOGNAME", branch.User)
            .Set("USER", branch.User)
            .Set("SENDER", branch.Sender)
            .Set("RECIPIENT", branch.Address)
            .Set("LOCAL", branch.Local)
            .Add("SHELL", branch.Rights.Shell)
            .Add("DOMAIN", branch.Domain)
            .Add("EXTENSION", branch.Extension)
            .Add("ORIGINAL_RECIPIENT", branch.Original)
            .Add("ENVID", request.EnvelopeId)
            .Add("CLIENT_HOSTNAME", request.ClientName)
            .Add("CLIENT_ADDRESS", request.ClientAddress)
            .Add("CLIENT_HELO", request.ClientHelo)
            .Add("CLIENT_PROTOCOL", request.ClientProtocol)
            .Add("SASL_USERNAME", request.SaslLogin)
            .Export(settings.ExportEnvironment)
            .Values;
}
