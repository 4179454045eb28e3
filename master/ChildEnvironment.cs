using MtaSuite.Common.Config;
using MtaSuite.Common.Config.Params;

namespace MtaSuite.Master;

/// <summary>The environment of daemons: built from a list, nothing of the caller's passes through unasked.</summary>
internal static class ChildEnvironment
{
    /// <summary>What the runtime needs where the build is not ahead-of-time compiled.</summary>
    private static readonly string[] Runtime = ["DOTNET_ROOT"];

    public static List<string> Build(MailConfig config, string directory)
    {
        Dictionary<string, string> variables = new(StringComparer.Ordinal)
        {
            ["PATH"] = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
            ["LANG"] = "C.UTF-8",
            // Small generations in small regions keep daemons small: a tenth of the memory after load, at the same speed. Hexadecimal
            // bytes; the collector takes no other word for it. The range bounds a daemon's heap at 1 GiB.
            ["DOTNET_GCgen0size"] = "40000",
            ["DOTNET_GCGen0MaxBudget"] = "40000",
            ["DOTNET_GCGen1MaxBudget"] = "40000",
            ["DOTNET_GCRegionSize"] = "80000",
            ["DOTNET_GCRegionRange"] = "40000000",
            // worker threads allocate next to nothing from the C library: an arena for each would be waste
            ["MALLOC_ARENA_MAX"] = "1",
        };
        foreach (string name in Runtime) Copy(name, variables);
        foreach ((string name, string? value) in EnvironmentList.Read(config.GetList(MasterParams.ImportEnvironment)))
        {
            if (value != null) variables[name] = value;
            else Copy(name, variables);
        }
        variables["MAIL_CONFIG"] = directory;
        return [.. variables.Select(v => $"{v.Key}={v.Value}")];
    }

    private static void Copy(string name, Dictionary<string, string> variables)
    {
        if (Environment.GetEnvironmentVariable(name) is { } value) variables[name] = value;
    }
}
