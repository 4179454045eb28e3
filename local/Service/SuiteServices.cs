using System.Text;
using MtaSuite.Common.Config;
using MtaSuite.Common.Config.Params;
using MtaSuite.Common.Hosting;
using MtaSuite.Common.Ipc;
using MtaSuite.Common.Ipc.Messages;
using MtaSuite.Common.Log;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Native;
using MtaSuite.Common.Net;
using MtaSuite.Common.Routing;
using MtaSuite.Common.Spool;
using MtaSuite.Common.Tables;

namespace MtaSuite.Local.Service;

/// <summary>
/// What local delivery asks of the rest of the suite, over links. Called on delivery threads; the links live on the event loop, so each
/// call is posted there and waited for.
/// </summary>
internal sealed class SuiteServices : ILocalServices
{
    private const int PieceSize = 32 * 1024;
    private readonly EventLoop _loop;
    private readonly Action<bool> _slowWork;
    private readonly SpoolDirectory _spool;
    private readonly CleanupClient _cleanup;
    private readonly Dictionary<string, LinkClient> _agents = new(StringComparer.Ordinal);
    private readonly AddressResolver _resolver;
    private readonly CleanupRewriter _rewriter;
    private readonly string _byHost;
    private readonly string _bounceService;

    public SuiteServices(ServiceContext context, Action<bool> slowWork)
    {
        _slowWork = slowWork;
        (_loop, _spool) = (context.Loop, context.Spool);
        _cleanup = new CleanupClient(_loop, _spool.SocketPath(false, "cleanup"));
        RoutingCore core = new(context.Config);
        foreach (string problem in core.Problems) Log.Warning($"{problem}");
        _resolver = new AddressResolver(core);
        _rewriter = new CleanupRewriter(core);
        MailConfig config = context.Config;
        _bounceService = config.Get(BounceParams.BounceServiceName);
        _byHost = $"{config.Get(CommonParams.Myhostname)} ({config.Get(CommonParams.MailName)})";
    }

    public Resolution Resolve(string address)
    {
        Rewriting standard = _rewriter.RecipientAsync(address).Completed();
        if (standard.Failure != null) return new Resolution(ResolutionStatus.Unavailable, address);
        Route route = _resolver.ResolveAsync("", standard.Address).Completed();
        return route.Status switch
        {
            RouteStatus.Ok => new Resolution(ResolutionStatus.Ok, route.Recipient, route.Transport, route.Nexthop),
            RouteStatus.BadAddress => new Resolution(ResolutionStatus.BadSyntax, standard.Address),
            _ => new Resolution(ResolutionStatus.Unavailable, standard.Address),
        };
    }

    public Forwarded Forward(ForwardedMessage message)
    {
        SubmitReply reply = Wait(() => SubmitAsync(message));
        return new Forwarded(reply.Outcome, reply.QueueId);
    }

    private async Task<SubmitReply> SubmitAsync(ForwardedMessage message)
    {
        SubmitRequest request = MakeRequest(message);
        Submission submission = _cleanup.Open(request);
        string received = $"Received: by {_byHost}\n\tid {request.Envelope.QueueId}; {MailDate.Format(_loop.Time.GetLocalNow())}\n";
        submission.Write(Encoding.UTF8.GetBytes(received));
        if (message.DeliveredTo.Length > 0) submission.Write(Encoding.UTF8.GetBytes($"Delivered-To: {message.DeliveredTo}\n"));
        byte[] piece = new byte[PieceSize];
        DeliverRequest original = message.Original;
        for (long at = 0; at < original.Content.Length && !submission.IsAnswered;)
        {
            int n = original.Content.Read(message.QueueFile, piece, at);
            if (n <= 0)
            {
                submission.Abort("queue file read error");
                return new SubmitReply { Outcome = Outcome.Defer("4.3.0", "queue file read error"), Failure = SubmitFailure.Unavailable };
            }
            submission.Write(piece.AsSpan(0, n));
            at += n;
            if (!submission.HasRoom) await submission.RoomAsync();
        }
        return await submission.FinishAsync();
    }

    private SubmitRequest MakeRequest(ForwardedMessage message)
    {
        DeliverRequest original = message.Original;
        Envelope e = new() { Origin = "local" };
        e.CopyFacts(original);
        e.QueueId = QueueId.Next(_loop.Time);
        e.ArrivalMicroseconds = QueueId.Microseconds(_loop.Time);
        e.Sender = message.Sender;
        e.Flags = original.Flags & (MessageFlags.Trace | MessageFlags.Notice | MessageFlags.DoubleBounce | MessageFlags.RequireTls);
        if (message.IsList) (e.EnvelopeId, e.Return) = ("", DsnReturn.Default);
        foreach (DeliverRecipient recipient in message.Recipients)
        {
            e.Recipients.Add(new EnvelopeRecipient
            {
                Address = recipient.Address,
                Original = recipient.Original,
                DsnOriginal = recipient.DsnOriginal,
                Notify = recipient.Notify,
            });
        }
        return new SubmitRequest { Envelope = e, Cleanup = CleanupFlags.Aliases | CleanupFlags.Rewrite };
    }

    public RecipientOutcome Pass(string transport, string nexthop, DeliverRequest request, DeliverRecipient recipient)
    {
        Log.Info($"{request.QueueId}: passing <{recipient.Address}> to transport={transport}");
        DeliverRequest passed = request.For(transport, nexthop);
        passed.Recipients.Add(recipient);
        DeliverReply? reply = Wait(async () => await Agent(transport).CallAsync<DeliverRequest, DeliverReply>(passed));
        if (reply is { Recipients.Count: 1 }) return reply.Recipients[0];
        Outcome unavailable = Outcome.Defer("4.3.0", $"mail transport {transport} unavailable");
        long now = QueueId.Microseconds();
        DeliveryLog.Write(request, recipient, unavailable, "none", now, now, now);
        return new RecipientOutcome { Offset = recipient.Offset, Outcome = unavailable };
    }

    private LinkClient Agent(string transport)
    {
        if (!_agents.TryGetValue(transport, out LinkClient? agent))
            _agents[transport] = agent = new LinkClient(_loop, _spool.SocketPath(true, transport));
        return agent;
    }

    public bool TryNotifyOwner(DeliverRequest request, DeliverRecipient recipient, string owner, Outcome outcome)
    {
        BounceOne notice = new()
        {
            Message = new BounceSend
            {
                Kind = NoticeKind.Failure,
                QueueId = request.QueueId,
                QueueName = request.QueueName,
                Content = request.Content,
                Sender = owner,
                // RFC 3461 5.2.7.3: the sender's NOTIFY, ENVID and RET end at a list
                SmtpUtf8 = request.SmtpUtf8,
                Flags = request.Flags & (MessageFlags.Notice | MessageFlags.DoubleBounce | MessageFlags.RequireTls
                    | MessageFlags.TlsOptional),
                ArrivalMicroseconds = request.ArrivalMicroseconds,
            },
            Recipients =
            [
                new BounceRecipient
                {
                    Offset = recipient.Offset,
                    Address = recipient.Address,
                    Original = recipient.Original,
                    Outcome = outcome,
                    TimeMicroseconds = QueueId.Microseconds(_loop.Time),
                },
            ],
        };
        BounceReply? reply = Wait(async () => await Agent(_bounceService).CallAsync<BounceOne, BounceReply>(notice));
        return reply is { Outcome.IsOk: true };
    }

    public void SlowWork(bool begins) => _slowWork(begins);

    public void Warn(string text) => Log.Warning($"{text}");

    /// <summary>Runs session code on the loop and waits for it on this thread.</summary>
    private T Wait<T>(Func<Task<T>> start)
    {
        using ManualResetEventSlim done = new();
        T result = default!;
        SlowWork(begins: true);
        _loop.Post(() => RunAsync().Detach());
        done.Wait();
        SlowWork(begins: false);
        return result;

        async Task RunAsync()
        {
            result = await start();
            done.Set();
        }
    }
}
