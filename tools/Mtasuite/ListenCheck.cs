using System.Net;
using MtaSuite.Common.Config;
using MtaSuite.Common.Config.Params;
using MtaSuite.Tools.Check;

namespace MtaSuite.Tools.Mtasuite;

/// <summary>
/// inet_interfaces says where services listen that name no address in master.cf. Where every service names one, it changes nothing.
/// </summary>
internal static class ListenCheck
{
    public static void Run(CheckContext context)
    {
        foreach ((int line, string text) in LoopbackOnly(context.Config, context.Services.Select(s => s.Entry)))
            context.Report(Severity.Warning, context.MasterFile, line, text);
    }

    /// <summary>
    /// The services that cannot be reached from outside although inet_interfaces is set to "all", each with its line of master.cf.
    /// </summary>
    public static IEnumerable<(int Line, string Text)> LoopbackOnly(MailConfig config, IEnumerable<ServiceEntry> services)
    {
        ServiceEntry[] served = [.. services.Where(s => s.Type == ServiceType.Inet)];
        string name = CommonParams.InetInterfaces.Name;
        if (!config.Explicit(name) || !config.GetList(CommonParams.InetInterfaces).Contains("all")
            || served.Any(s => !IsLoopback(Host(s)))) yield break;
        foreach (ServiceEntry entry in served)
        {
            string port = entry.Name[(entry.Name.LastIndexOf(':') + 1)..];
            yield return (entry.Line, $"{entry.Name} binds {Host(entry)} only, {name} = all has no effect on it (write {port})");
        }
    }

    private static string Host(ServiceEntry entry) =>
        entry.Name.LastIndexOf(':') is > 0 and int colon ? entry.Name[..colon].Trim('[', ']') : "";

    private static bool IsLoopback(string host) =>
        host == "localhost" || (IPAddress.TryParse(host, out IPAddress? address) && IPAddress.IsLoopback(address));
}
