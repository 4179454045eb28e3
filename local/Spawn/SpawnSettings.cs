using MtaSuite.Common.Config;
using MtaSuite.Common.Config.Params;
using MtaSuite.Common.Native;
using MtaSuite.Local.Commands;
using MtaSuite.Local.Pipe;
using MtaSuite.Local.Rights;

namespace MtaSuite.Local.Spawn;

/// <summary>
/// A spawn service as master.cf describes it: <c>user=name[:group] argv=command argument...</c>, argv last. A command serves one
/// connection, which is its standard input, output and error.
/// </summary>
internal static class SpawnSettings
{
    /// <summary>The command of a service; null with the problem when its attributes are not usable.</summary>
    public static CommandSpec? From(MailConfig config, string service, IReadOnlyList<string> attributes, out string problem)
    {
        _ = UserDatabase.Find(config.Get(CommonParams.MailOwner), out Account? owner);
        UserRights rights = UserRights.None;
        List<string> command = [];
        problem = "";
        for (int i = 0; i < attributes.Count && command.Count == 0 && problem.Length == 0; i++)
        {
            if (!ConfigList.TryUnbrace(attributes[i], out string attribute)) problem = $"bad attribute: {attributes[i]}";
            else if (attribute.StartsWith("user=", StringComparison.OrdinalIgnoreCase))
                rights = PipeSettings.FindUser(attribute["user=".Length..], ref problem);
            else if (attribute.StartsWith("argv=", StringComparison.OrdinalIgnoreCase))
                command = PipeSettings.ReadCommand(attribute["argv=".Length..], attributes, i + 1, ref problem);
            else problem = $"unknown or bad attribute: {attribute}";
        }
        if (problem.Length == 0) problem = PipeSettings.ProblemOf(command, rights, owner);
        return problem.Length > 0 ? null : new CommandSpec
        {
            Display = command[0],
            Candidates = [command],
            Rights = rights,
            Environment = new CommandEnvironment(null).Export(config.GetList(LocalParams.ExportEnvironment)).Values,
            TimeLimit = config.Get(PipeParams.TimeLimit, service),
        };
    }
}
