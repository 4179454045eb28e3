using MtaSuite.Common.Config.Params;
using MtaSuite.Common.Hosting;
using MtaSuite.Common.Ipc;
using MtaSuite.Common.Ipc.Messages;
using MtaSuite.Common.Log;
using MtaSuite.Common.Net;

namespace MtaSuite.Greylist;

/// <summary>The service greylist: remembers for all processes who has come before, on disk as well.</summary>
internal sealed class GreylistService : RequestService
{
    private static readonly TimeSpan s_cleanup = TimeSpan.FromHours(1);
    private readonly GreylistBook _book;
    private readonly StateJournal _journal;

    public GreylistService(ServiceContext context) : base(context)
    {
        _book = new GreylistBook(GreylistSettings.Read(context.Config));
        string path = Path.Combine(context.Config.Get(CommonParams.DataDirectory), $"{context.ServiceName}.journal");
        _journal = new StateJournal(context.Loop, path, "MTASUITE GREYLIST 1", "entries of the greylist");
        foreach (string line in _journal.Load())
        {
            if (!GreylistRecord.TryParse(line, out UInt128 key, out GreylistEntry? entry)) continue;
            if (entry is { } known) _book.Restore(key, known);
            else _book.Forget(key);
        }
        _book.Changed = Remember;
        context.Loop.Every(s_cleanup, Clean);
    }

    /// <summary>It stays: what it knows takes a while to read.</summary>
    public override int Active => _book.Count;

    private long Now => Context.Loop.Time.GetUtcNow().ToUnixTimeSeconds();

    protected override bool Answer(LinkStream stream, ReadOnlySpan<byte> request)
    {
        GreylistQuery query = new();
        if (!AttributeDecoder.TryDecode(request, query)) return false;
        stream.Send(FrameType.Reply, _book.Judge(query, Now));
        return true;
    }

    protected override bool Notice(Link link, ReadOnlySpan<byte> payload) => false;

    private void Remember(UInt128 key, GreylistEntry? entry)
    {
        _journal.Append(GreylistRecord.Format(key, entry));
        if (_journal.IsWasteful(_book.Count))
            _journal.RewriteAsync(_book.Entries.Select(e => GreylistRecord.Format(e.Key, e.Value))).Detach();
    }

    private void Clean()
    {
        int dropped = _book.Clean(Now);
        if (dropped > 0) Log.Info($"greylist cleanup: retained={_book.Count} dropped={dropped} entries");
    }

    protected override Task LeaveAsync() => _journal.CloseAsync();
}
