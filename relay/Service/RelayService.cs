using MtaSuite.Common.Config.Params;
using MtaSuite.Common.Hosting;
using MtaSuite.Common.Ipc;
using MtaSuite.Common.Ipc.Messages;
using MtaSuite.Common.Log;
using MtaSuite.Common.Tls;
using MtaSuite.Common.Tls.Client;
using MtaSuite.Relay.Deliveries;
using MtaSuite.Relay.Routing;
using MtaSuite.Relay.Sessions;
using MtaSuite.Relay.Settings;

namespace MtaSuite.Relay.Service;

/// <summary>
/// The daemon: takes jobs from qmgr (and from local, which passes recipients on), carries them out all at once on its loop, answers.
/// </summary>
internal sealed class RelayService : LinkService
{
    private readonly RelayContext _context;

    /// <param name="files">What was read while the process had its rights.</param>
    public RelayService(ServiceContext context, RelayFiles files) : base(context)
    {
        RelaySettings settings = files.Settings;
        DnsTargets finder = DnsTargets.From(Loop, context.Config, settings.Routes, settings.IsLmtp);
        _context = new RelayContext(Loop, Spool, settings, finder)
        {
            TlsPolicies = new TlsPolicies(files.Tls, files.Keys, finder.Hosts.Resolver, TimeProvider.System)
            {
                Sts = PoliciesOf(context, files.Tls),
            },
            TlsReporter = MakeReporter(context),
        };
        Serve(_ => new RelayStream(this));
    }

    /// <summary>Whoever does not use TLS unasked does not ask for policies.</summary>
    private static StsClient? PoliciesOf(ServiceContext context, TlsClientSettings settings) =>
        context.Command != "lmtp" && settings.Level is TlsLevel.May or TlsLevel.Encrypt or TlsLevel.Dane
        && context.Config.Get(StsParams.SmtpMtaSts)
            ? new StsClient(context.Loop, context.Spool.SocketPath(true, context.Config.Get(StsParams.MtaStsServiceName))) : null;

    private TlsReporter? MakeReporter(ServiceContext context) =>
        context.Command == "lmtp" || !context.Config.Get(TlsParams.SmtpTlsrptEnable) ? null
        : new TlsReporter(Loop, Spool.SocketPath(true, context.Config.Get(TlsReportParams.TlsrptServiceName)),
        context.Config.Get(TlsParams.SmtpTlsrptSkipReusedHandshakes));

    /// <summary>
    /// Carries out one request and answers it. When the asker goes away meanwhile the delivery is finished all the same, and marked in the
    /// file.
    /// </summary>
    public async Task DeliverAsync(DeliverRequest request, LinkStream stream)
    {
        Began();
        RelayDelivery delivery = new(_context, request);
        List<RecipientOutcome> outcomes = await delivery.RunAsync();
        stream.Send(FrameType.Reply, new DeliverReply
        {
            QueueId = request.QueueId,
            Recipients = outcomes,
            SiteFailed = delivery.SiteFailed
        });
        Ended();
    }

    protected override void Close()
    {
        _context.TlsPolicies?.Sts?.Close();
        _context.Sessions.CloseIdle();
        _context.TlsReporter?.Close();
    }
}
