using MtaSuite.Common.Ipc;
using MtaSuite.Common.Ipc.Messages;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Net;

namespace MtaSuite.Cleanup;

/// <summary>
/// Where tables may make whoever asks wait, a thread works on the headers and the envelope. Meanwhile the message is that thread's: what comes for it is kept, in
/// order and without credit, so that it is a window at most.
/// </summary>
internal sealed partial class IncomingMessage
{
    private AddressRewriting _rewriting = service.Rewriting;
    private Queue<Action>? _kept;
    private bool _asking;

    private bool AsksSlowTables => service.SlowRewriting != null
        && ((_request.Cleanup & (CleanupFlags.Rewrite | CleanupFlags.Aliases | CleanupFlags.Bcc)) != 0 || CompletesHeaders);

    private void TakeOnThread(byte[] data)
    {
        int left = 0;
        AskAsync(() =>
        {
            ReadOnlySpan<byte> rest = data;
            TakeHeaders(ref rest);
            left = rest.Length;
        }, () =>
        {
            if (_inBody && _failure == null) AppendBody(data.AsSpan(data.Length - left));
        }).Detach();
    }

    private void FinishOnThread(SubmitEnd? late)
    {
        if (late == null)
        {
            AskAsync(FinishHeaders, () => Close(null)).Detach();
            return;
        }
        // a writer may be at work on the file: what it finds is not for the thread to see
        Outcome? trouble = null;
        AskAsync(() => trouble = AddCopies(late), () =>
        {
            if (trouble != null) Fail(trouble);
            Close(late);
        }).Detach();
    }

    /// <param name="ask">On a thread.</param>
    /// <param name="then">On the loop, before what has come meanwhile.</param>
    private async Task AskAsync(Action ask, Action then)
    {
        _asking = true;
        await service.SlowRewriting!.RunAsync(rewriting =>
        {
            _rewriting = rewriting;
            ask();
        });
        _rewriting = service.Rewriting;
        _asking = false;
        then();
        while (!_asking && _kept != null && _kept.TryDequeue(out Action? next)) next();
    }

    private void Keep(ReadOnlySpan<byte> data)
    {
        byte[] copy = data.ToArray();
        Keep(() => OnData(_stream, copy));
    }

    private void KeepEnd(ReadOnlySpan<byte> payload)
    {
        byte[] copy = payload.ToArray();
        Keep(() => OnMessage(_stream, FrameType.End, copy));
    }

    private void KeepReset(string reason) => Keep(() => OnReset(_stream, reason));

    private void Keep(Action next) => (_kept ??= new Queue<Action>()).Enqueue(next);
}
