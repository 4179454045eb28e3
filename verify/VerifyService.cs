using MtaSuite.Common.Config;
using MtaSuite.Common.Config.Params;
using MtaSuite.Common.Hosting;
using MtaSuite.Common.Ipc;
using MtaSuite.Common.Ipc.Messages;
using MtaSuite.Common.Log;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Net;
using MtaSuite.Common.Routing;
using MtaSuite.Common.Spool;

namespace MtaSuite.Verify;

/// <summary>
/// The service verify: keeps the results for addresses, sends probes, and takes their outcomes from qmgr. A probe is a message with
/// <see cref="MessageFlags.Probe"/>: routed with the address_verify_ parameters, never delivered, never returned.
/// </summary>
internal sealed class VerifyService : RequestService
{
    private readonly ProbeCache _cache;
    private readonly ProbeJournal? _journal;
    private readonly ProbeSender _sender;
    private readonly CleanupClient _cleanup;

    public VerifyService(ServiceContext context) : base(context)
    {
        MailConfig config = context.Config;
        _cache = new ProbeCache(ProbeSettings.Read(config));
        _sender = new ProbeSender(config);
        _cleanup = new CleanupClient(context.Loop, context.Spool.SocketPath(false, config.Get(CleanupParams.CleanupServiceName)));
        if (JournalPath(config) is { } path)
        {
            _journal = new ProbeJournal(context.Loop, path);
            _journal.Load(_cache);
            _cache.Changed = Remember;
        }
        TimeSpan interval = config.Get(VerifyParams.AddressVerifyCacheCleanupInterval);
        if (interval > TimeSpan.Zero) context.Loop.Every(interval, Clean);
    }

    public override int Active => _cache.Pending;

    private long Now => Context.Loop.Time.GetUtcNow().ToUnixTimeSeconds();

    /// <summary>address_verify_map names a table; we keep a journal beside it, whatever its type. Null: memory only.</summary>
    private static string? JournalPath(MailConfig config)
    {
        string map = config.Get(VerifyParams.AddressVerifyMap);
        if (map.Length == 0) return null;
        string name = map[(map.LastIndexOf(':') + 1)..];
        return Path.Combine(config.Get(CommonParams.DataDirectory), name) + ".journal";
    }

    protected override bool Answer(LinkStream stream, ReadOnlySpan<byte> request)
    {
        VerifyQuery query = new();
        if (!AttributeDecoder.TryDecode(request, query)) return false;
        string key = ProbeCache.KeyOf(query.Address);
        stream.Send(FrameType.Reply, _cache.Ask(key, Now, out bool probe));
        if (probe) ProbeAsync(key).Detach();
        return true;
    }

    protected override bool Notice(Link link, ReadOnlySpan<byte> payload)
    {
        VerifyUpdate update = new();
        if (!AttributeDecoder.TryDecode(payload, update) || update.Status > ProbeStatus.Undeliverable) return false;
        _cache.Update(ProbeCache.KeyOf(update.Address), update.Status, update.Text, Now);
        return true;
    }

    private async Task ProbeAsync(string address)
    {
        TimeProvider time = Context.Loop.Time;
        Submission probe = _cleanup.Open(new SubmitRequest
        {
            Envelope = new Envelope
            {
                QueueId = QueueId.Next(time),
                ArrivalMicroseconds = QueueId.Microseconds(time),
                Sender = _sender.At(time.GetUtcNow()),
                Flags = MessageFlags.VerifyOnly | MessageFlags.Probe,
                Origin = "verify",
                Recipients = [new EnvelopeRecipient { Address = address, Notify = Notify.Never }],
            },
            Cleanup = CleanupFlags.Rewrite | CleanupFlags.Aliases,
            LocalClient = true,
        });
        probe.Write("Subject: probe\n\n"u8);
        SubmitReply reply = await probe.FinishAsync();
        if (reply.Outcome.IsOk) return;
        Log.Warning($"probe of <{address}> cannot be sent: {reply.Outcome.Text}");
        _cache.Failed(address);
    }

    private void Remember(string key, ProbeEntry? entry)
    {
        _journal!.Append(key, entry);
        if (_journal.IsWasteful(_cache.Count)) _journal.RewriteAsync(_cache).Detach();
    }

    private void Clean()
    {
        int dropped = _cache.Clean(Now);
        Log.Info($"cache {Context.Config.Get(VerifyParams.AddressVerifyMap)} full cleanup: retained={_cache.Count} dropped={dropped} "
            + $"entries");
    }

    protected override async Task LeaveAsync()
    {
        _cleanup.Close();
        if (_journal != null) await _journal.CloseAsync();
    }
}
