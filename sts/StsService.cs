using MtaSuite.Common.Config;
using MtaSuite.Common.Config.Params;
using MtaSuite.Common.Dns;
using MtaSuite.Common.Hosting;
using MtaSuite.Common.Http;
using MtaSuite.Common.Ipc;
using MtaSuite.Common.Ipc.Messages;
using MtaSuite.Common.Net;

namespace MtaSuite.Sts;

/// <summary>
/// The service sts: answers what the MTA-STS policy of a domain is, for all processes of the client, and keeps it on disk.
/// </summary>
internal sealed class StsService : RequestService
{
    private const string Magic = "MTASUITE MTA-STS 1";
    private readonly PolicyBook _book;
    private readonly StateJournal? _journal;
    private bool _leaving;

    public StsService(ServiceContext context) : this(context, PolicySettings.Read(context.Config)) { }

    internal StsService(ServiceContext context, PolicySettings settings, HostLookup? hosts = null) : base(context)
    {
        hosts ??= HostsOf(context);
        _book = new PolicyBook(hosts, new WebClient(hosts), settings);
        if (settings.Journal.Length == 0) return;
        _journal = new StateJournal(context.Loop, settings.Journal, Magic, "MTA-STS policies");
        foreach (string line in _journal.Load())
            if (KnownPolicy.TryParse(line, out string domain, out KnownPolicy? policy)) _book.Restore(domain, policy!);
        _book.Changed = Remember;
    }

    private static HostLookup HostsOf(ServiceContext context)
    {
        MailConfig config = context.Config;
        return new HostLookup(new DnsResolver(context.Loop, DnsOptions.Of(config)),
            HostLookupOptions.Of(config, HostLookupOptions.ParseSources(config.GetList(SmtpClientParams.SmtpHostLookup))));
    }

    protected override bool Answer(LinkStream stream, ReadOnlySpan<byte> request)
    {
        StsQuery query = new();
        if (!AttributeDecoder.TryDecode(request, query)) return false;
        AnswerAsync(stream, query.Domain.ToLowerInvariant()).Detach();
        return true;
    }

    private async Task AnswerAsync(LinkStream stream, string domain)
    {
        Began();
        stream.Send(FrameType.Reply, await _book.AskAsync(domain));
        Ended();
    }

    protected override bool Notice(Link link, ReadOnlySpan<byte> payload) => false;

    private void Remember(string line)
    {
        _journal!.Append(line);
        // the process that follows writes to the same file: lines may be added to it, but it is not to be replaced
        if (!_leaving && _journal.IsWasteful(_book.Count)) _journal.RewriteAsync(_book.Lines).Detach();
    }

    public override void Drain(Action done)
    {
        _leaving = true;
        base.Drain(done);
    }

    protected override Task LeaveAsync() => _journal?.CloseAsync() ?? Task.CompletedTask;
}
