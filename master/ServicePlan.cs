using MtaSuite.Common.Config;
using MtaSuite.Common.Config.Params;

namespace MtaSuite.Master;

/// <summary>A service that is to run.</summary>
internal sealed record PlannedService(string Key, ServiceEntry Entry, CommandRow Row, List<ListenSocket> Sockets);

/// <summary>
/// What another configuration takes: its services with all their sockets. Made completely before anything of it takes effect; then either
/// everything does (<see cref="Sockets"/> committed) or nothing (cancelled).
/// </summary>
internal sealed class ServicePlan
{
    private ServicePlan(AcceptedConfig config, List<PlannedService> services, ListenChange sockets) =>
        (Config, Services, Sockets) = (config, services, sockets);

    public AcceptedConfig Config { get; }

    public List<PlannedService> Services { get; }

    public ListenChange Sockets { get; }

    /// <summary>Null with an error text: a socket cannot be had. Nothing of the plan is left open then.</summary>
    public static ServicePlan? TryMake(AcceptedConfig config, string directory, ListenSockets sockets, out string error)
    {
        List<ServiceEntry> entries = [.. config.Services.Where(e => IsRun(e, config.Main))];
        ListenChange change = sockets.Begin();
        List<List<ListenSocket>>? open = change.Open(entries, config.Main, Path.Combine(directory, MasterCf.FileName), out error);
        if (open == null)
        {
            change.Cancel();
            return null;
        }
        List<PlannedService> services = [];
        for (int i = 0; i < entries.Count; i++)
            services.Add(new PlannedService($"{entries[i].Name}/{entries[i].Type}", entries[i], CommandTable.Find(entries[i].Command)!,
                open[i]));
        return new ServicePlan(config, services, change);
    }

    private static bool IsRun(ServiceEntry entry, MailConfig config) =>
        CommandTable.Find(entry.Command) is { Program: { } program } && entry.Type != ServiceType.Pass && !IsDisabled(entry, config)
        && File.Exists(Path.Combine(config.Get(MasterParams.DaemonDirectory), program));

    private static bool IsDisabled(ServiceEntry entry, MailConfig config) =>
        MailConfig.SplitList(config.Get(MasterParams.MasterServiceDisable)).Any(d =>
            d == entry.Type || d == $"{entry.Name}/{entry.Type}" || d == $"{entry.Name}.{entry.Type}");
}
