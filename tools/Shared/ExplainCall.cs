using MtaSuite.Common.Config;
using MtaSuite.Common.Config.Params;

namespace MtaSuite.Tools.Shared;

/// <summary>How smtpd is called to say what its rules make of a client ("smtpd --explain").</summary>
internal static class ExplainCall
{
    public static string Program(MailConfig config) => $"{config.Get(MasterParams.DaemonDirectory)}/smtpd";

    /// <summary>The program's argv.</summary>
    /// <param name="overrides">Parameters beside those that the service has in master.cf.</param>
    /// <param name="attributes">NAME=VALUE: the client and what it says.</param>
    public static List<string> Arguments(string directory, ServiceEntry service, IEnumerable<KeyValuePair<string, string>> overrides,
        IEnumerable<string> attributes)
    {
        List<string> result = ["smtpd", "--explain", "-c", directory, "-n", service.Name, "-k", "smtpd"];
        foreach ((string name, string value) in service.Overrides.Concat(overrides)) result.AddRange(["-o", $"{name}={value}"]);
        return [.. result, "--", .. attributes];
    }
}
