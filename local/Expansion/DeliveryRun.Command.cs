using MtaSuite.Common.Ipc.Messages;
using MtaSuite.Common.Mail;
using MtaSuite.Local.Commands;
using MtaSuite.Local.Mailboxes;

namespace MtaSuite.Local.Expansion;

/// <summary>Delivery to a command of an alias, a .forward file or mailbox_command.</summary>
internal sealed partial class DeliveryRun
{
    private bool DeliverCommand(Branch branch, string command)
    {
        branch = branch.Deeper();
        if (_done.Seen($"command {branch.User}:{branch.Rights.Uid} {command}")) return false;
        if (VerifyOnly) return Report(branch, Outcome.Ok($"delivers to command: {command}"));
        LocalMacros.Result directory =
            LocalMacros.Expand(_settings.CommandDirectory, branch, _settings.RecipientDelimiter, _settings.DirectoryFilter);
        if (directory.Problem != null)
        {
            Warn($"bad parameter value syntax for command_execution_directory: {directory.Problem}");
            return ReportFailure(branch, Outcome.Defer("4.3.5", "mail system configuration error"));
        }
        CommandSpec spec = new()
        {
            Display = command,
            Candidates = ShellCommand.Parse(command, _settings.CommandShell),
            Rights = branch.Rights.OrDefault(_settings.DefaultRights),
            Environment = EnvironmentFor(branch),
            Directory = directory.Text.Length > 0 ? directory.Text : null,
            TimeLimit = _settings.CommandTimeLimit,
            FileSizeLimit = _settings.MailboxSizeLimit,
        };
        long start = Environment.TickCount64;
        _services.SlowWork(begins: true);
        Outcome outcome = CommandDelivery.Run(_content, CopyFor(branch, CopyOptions.Command, DeliveredContext.Command), spec,
            _settings.Clock.GetLocalNow());
        _services.SlowWork(begins: false);
        _budget.Exclude(start);
        return outcome.IsOk ? Report(branch, outcome with { Text = $"delivered to command: {command}" }) : ReportFailure(branch, outcome);
    }

    /// <summary>What commands may know. Values come from outside, and a careless script hands them to a shell: hence the filter.</summary>
    private IReadOnlyList<string> EnvironmentFor(Branch branch)
    {
        DeliverRequest request = _job.Request;
        return new CommandEnvironment(_settings.CommandFilter)
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
            .Export(_settings.ExportEnvironment)
            .Values;
    }
}
