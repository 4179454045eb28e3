using System.Buffers;
using MtaSuite.Common.Ipc;
using MtaSuite.Common.Ipc.Messages;
using MtaSuite.Common.Log;
using MtaSuite.Common.Net;
using MtaSuite.Common.Spool;

namespace MtaSuite.Showq;

/// <summary>
/// One asker's listing: states from qmgr first, then batches read on a worker thread, each sent when the asker has room for it.
/// </summary>
internal sealed class ListingStream(ShowqService service) : IStreamHandler
{
    private const int BatchBytes = 64 * 1024;
    private LinkStream _stream = null!;
    private bool _gone;

    public void OnMessage(LinkStream stream, FrameType type, ReadOnlySpan<byte> payload)
    {
        _stream = stream;
        ShowqRequest request = new();
        if (type != FrameType.Open || !AttributeDecoder.TryDecode(payload, request))
        {
            stream.Reset("bad showq request");
            return;
        }
        RunAsync(request.Filter).Detach();
    }

    private async Task RunAsync(QueueFilter filter)
    {
        if (await service.RefusalAsync(_stream.Link.PeerUid) is { } refusal)
        {
            service.Refusals.Add(refusal);
            Answer(new ShowqReply { Ok = false, Text = refusal });
            return;
        }
        Dictionary<string, QueueEntryState>? states = await StatesOfQmgr.AskAsync(service.Qmgr);
        QueueListing listing =
            new(service.Spool, filter, id => states != null && states.TryGetValue(id, out QueueEntryState state) ? state : null);
        using IEnumerator<QueueEntry> entries = listing.Read(QueueId.Microseconds(service.Loop.Time)).GetEnumerator();
        ArrayBufferWriter<byte> batch = new(BatchBytes);
        bool more = true;
        while (more && !_gone)
        {
            batch.ResetWrittenCount();
            more = await service.Pool.Run(() => ReadBatch(entries, batch));
            await SendAsync(batch.WrittenMemory);
        }
        Answer(new ShowqReply
        {
            Text = states == null
            ? "the queue manager does not answer: the listing is from the files, and does not say which messages are being delivered"
            : ""
        });
    }

    /// <summary>A batch may be as large as one entry with fifty thousand recipients: piece by piece, as the reader takes it.</summary>
    private async Task SendAsync(ReadOnlyMemory<byte> batch)
    {
        while (batch.Length > 0 && !_gone)
        {
            int n = Math.Min(batch.Length, Link.MaxData);
            _stream.SendData(batch.Span[..n]);
            batch = batch[n..];
            while (!_stream.HasCredit && await _stream.CreditAsync()) { }
        }
    }

    /// <summary>Fills a batch on a worker thread; false at the end.</summary>
    private static bool ReadBatch(IEnumerator<QueueEntry> entries, ArrayBufferWriter<byte> batch)
    {
        while (batch.WrittenCount < BatchBytes)
        {
            if (!entries.MoveNext()) return false;
            ShowqEntry.Append(batch, entries.Current);
        }
        return true;
    }

    private void Answer(ShowqReply reply) => _stream.Send(FrameType.Reply, reply);

    public void OnData(LinkStream stream, ReadOnlySpan<byte> data) => stream.Consumed(data.Length);

    public void OnReset(LinkStream stream, string reason) => _gone = true;
}
