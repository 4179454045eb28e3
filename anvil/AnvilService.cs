using MtaSuite.Common.Config.Params;
using MtaSuite.Common.Hosting;
using MtaSuite.Common.Ipc;
using MtaSuite.Common.Ipc.Messages;
using MtaSuite.Common.Log;

namespace MtaSuite.Anvil;

/// <summary>The service anvil: counts what clients do, for all processes together.</summary>
internal sealed class AnvilService : RequestService
{
    private readonly ClientTable _clients;
    private readonly Dictionary<Link, HeldConnections> _holders = [];

    public AnvilService(ServiceContext context) : base(context)
    {
        TimeSpan unit = context.Config.Get(SmtpdParams.AnvilRateTimeUnit);
        _clients = new ClientTable(unit, context.Loop.Time);
        context.Loop.Every(unit, _clients.Purge);
        context.Loop.Every(context.Config.Get(SmtpdParams.AnvilStatusUpdateTime), Report);
    }

    public override int Active => _clients.Size;

    protected override bool Answer(LinkStream stream, ReadOnlySpan<byte> request)
    {
        AnvilRequest asked = new();
        if (!AttributeDecoder.TryDecode(request, asked) || asked.Event > ClientEvent.Auth) return false;
        if (asked.Event == ClientEvent.Connect && !asked.Report) _clients.Hold(HolderOf(stream.Link), asked.Ident, asked.Held);
        stream.Send(FrameType.Reply, _clients.Count(asked.Event, asked.Ident, asked.Report));
        return true;
    }

    protected override bool Notice(Link link, ReadOnlySpan<byte> payload)
    {
        AnvilHeld held = new();
        if (!AttributeDecoder.TryDecode(payload, held)) return false;
        _clients.Hold(HolderOf(link), held.Ident, held.Held);
        return true;
    }

    private HeldConnections HolderOf(Link link)
    {
        if (!_holders.TryGetValue(link, out HeldConnections? holder)) _holders[link] = holder = new HeldConnections();
        return holder;
    }

    protected override void Gone(Link link)
    {
        if (_holders.Remove(link, out HeldConnections? holder)) _clients.Release(holder);
    }

    protected override Task LeaveAsync()
    {
        Report();
        return Task.CompletedTask;
    }

    private void Report()
    {
        foreach (string line in _clients.Statistics.Take()) Log.Info($"{line}");
    }
}
