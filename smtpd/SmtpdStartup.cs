using MtaSuite.Common.Config.Params;
using MtaSuite.Common.Hosting;
using MtaSuite.Common.Ipc;
using MtaSuite.Common.Log;
using MtaSuite.Common.Tls;
using MtaSuite.Smtpd.Access;

namespace MtaSuite.Smtpd;

/// <summary>Brings the server up: settings and tables while the process may open everything, then the sockets.</summary>
internal sealed class SmtpdStartup
{
    private SettingsPair? _settings;
    private IAddresses? _addresses;
    private TlsServer? _tls;

    /// <summary>Reads the settings and opens their tables.</summary>
    public string? Open(ServiceContext context)
    {
        _settings = SettingsPair.Of(context.Config);
        SmtpdSettings normal = _settings.Normal;
        foreach (string problem in normal.Problems()) Log.Warning($"{problem}");
        if (normal.Tls.IsOn && (_tls = normal.Tls.TryStart(TimeProvider.System, out string trouble)) is null)
            Log.Warning($"TLS is not available: {trouble}");
        RoutingAddresses addresses = new(context.Config);
        foreach (string problem in addresses.Problems) Log.Warning($"{problem}");
        _addresses = addresses;
        return null;
    }

    public IService Start(ServiceContext context)
    {
        string path = context.Spool.SocketPath(isPrivate: false, context.Config.Get(CleanupParams.CleanupServiceName));
        CleanupClient cleanup = new(context.Loop, path);
        DiskSpace disk = new(context.Spool.Root, context.Loop.Time);
        SmtpServer server = new(context.Loop, _settings!, cleanup.Open, _addresses!, NameServices.Of(context.Loop, context.Config), disk,
            context.MaxProc, context.Spool.Root)
        {
            Qmgr = new LinkClient(context.Loop,
                context.Spool.SocketPath(isPrivate: false, context.Config.Get(QmgrParams.QueueServiceName))),
            Tls = _tls,
            Anvil = new AnvilClient(context.Loop, context.Spool.SocketPath(isPrivate: true, "anvil")),
            Greylist = new GreylistClient(context.Loop,
                context.Spool.SocketPath(isPrivate: true, context.Config.Get(GreylistParams.GreylistServiceName))),
            Probes = new VerifyClient(context.Loop,
                context.Spool.SocketPath(isPrivate: true, context.Config.Get(VerifyParams.AddressVerifyServiceName))),
        };
        foreach (int fd in context.Listeners) server.Listen(fd);
        return server;
    }
}
