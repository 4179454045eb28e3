using System.Buffers;
using System.Runtime.CompilerServices;
using MtaSuite.Common.Ipc;

namespace MtaSuite.Cleanup;

/// <summary>
/// The content that a submitter sends, read in order by one reader: what comes on the link is kept in a buffer of the reader's choice until
/// the reader asks for more. It gives the submitter credit for what the reader has taken over, so that a window of content at most waits
/// here. Owns nothing; all calls come on the loop's thread.
/// </summary>
internal sealed class SubmissionInput(LinkStream stream) : ICriticalNotifyCompletion
{
    private Action? _reader;
    private byte[] _decided = [];
    private int _wanted;
    private int _unacknowledged;

    /// <summary>Where content is appended when it comes. The reader empties it, or gives another one.</summary>
    public PooledBuffer? Target { get; set; }

    /// <summary>Bytes of content that have come.</summary>
    public long Received { get; private set; }

    /// <summary>All content has come.</summary>
    public bool IsComplete { get; private set; }

    /// <summary>The submitter gave up, or is gone, before all had come.</summary>
    public bool IsCanceled { get; private set; }

    /// <summary>The submitter gave up, or is gone, at whatever time: nobody waits for the answer.</summary>
    public bool IsOrphaned { get; private set; }

    /// <summary>What was decided about the message meanwhile, encoded; empty: nothing.</summary>
    public ReadOnlySpan<byte> Decided => _decided;

    private bool HasEnded => IsComplete || IsCanceled;

    // ---- from the link ---------------------------------------------------------------------------------------------

    public void Add(ReadOnlySpan<byte> data)
    {
        Received += data.Length;
        if (Target == null)
        {
            stream.Consumed(data.Length);
            return;
        }
        Target.Write(data);
        _unacknowledged += data.Length;
        if (Target.WrittenCount >= _wanted) Resume();
    }

    /// <param name="decided">What goes with the end.</param>
    public void Complete(ReadOnlySpan<byte> decided)
    {
        _decided = decided.ToArray();
        IsComplete = true;
        Resume();
    }

    public void Cancel()
    {
        IsOrphaned = true;
        if (HasEnded) return;
        IsCanceled = true;
        Resume();
    }

    private void Resume()
    {
        Action? reader = _reader;
        _reader = null;
        reader?.Invoke();
    }

    // ---- to the reader ---------------------------------------------------------------------------------------------

    /// <summary>
    /// Completes when <see cref="Target"/> has so many bytes, or nothing more will come. What is in it already counts as taken over: the
    /// submitter gets credit for it.
    /// </summary>
    public SubmissionInput UntilAsync(int bytes)
    {
        stream.Consumed(_unacknowledged);
        _unacknowledged = 0;
        _wanted = bytes;
        return this;
    }

    /// <summary>Completes when nothing more will come; what comes is dropped.</summary>
    public SubmissionInput DropAsync()
    {
        Target = null;
        return UntilAsync(int.MaxValue);
    }

    public SubmissionInput GetAwaiter() => this;

    public bool IsCompleted => HasEnded || (Target != null && Target.WrittenCount >= _wanted);

    public void GetResult() { }

    public void OnCompleted(Action continuation) => UnsafeOnCompleted(continuation);

    public void UnsafeOnCompleted(Action continuation) => _reader = continuation;
}
