using System.Buffers;
using MtaSuite.Common.Mail;

namespace MtaSuite.Cleanup;

/// <summary>
/// The buffers of one message under way, kept and used again for the next one. Those that take content give room beyond a small message's
/// back to the pool that all share: kept with each message it would be large, and made anew for each it would keep the garbage collector
/// busy.
/// </summary>
internal sealed class MessageBuffers(int headerSizeLimit)
{
    /// <summary>A header section or an envelope that grew larger than this is not kept.</summary>
    private const int KeepBytes = 128 * 1024;

    public HeaderScanner Scanner { get; } = new(headerSizeLimit) { DropsSpaceBeforeColon = true };
    /// <summary>The addresses of the header field at hand.</summary>
    public HeaderRewriting Addresses { get; } = new();
    /// <summary>The header section as it will be stored.</summary>
    public ArrayBufferWriter<byte> Headers { get; } = new(2048);
    /// <summary>The envelope as it will be stored, with the head before it or the header section behind it.</summary>
    public ArrayBufferWriter<byte> Envelope { get; } = new(1024);
    /// <summary>Content of the header section, or behind it, that has come and was not looked at.</summary>
    public PooledBuffer Input { get; private set; } = new(0);
    /// <summary>What came before, and is being looked at.</summary>
    public PooledBuffer Taken { get; private set; } = new(0);
    /// <summary>Bytes of the queue file that are not yet written.</summary>
    public PooledBuffer Pending { get; set; } = new(8192);
    /// <summary>Bytes of the queue file that a worker is writing.</summary>
    public PooledBuffer Writing { get; set; } = new(8192);

    /// <summary>Makes <see cref="Taken"/> of what has come, and gives the empty <see cref="Input"/>.</summary>
    public PooledBuffer SwapInput()
    {
        (Input, Taken) = (Taken, Input);
        Input.Reset();
        return Input;
    }

    /// <summary>Empties what the header section needed.</summary>
    public void ResetInput()
    {
        Input.Reset();
        Taken.Reset();
    }

    /// <summary>Empties everything; false when it has become too large to keep.</summary>
    public bool TryReset()
    {
        ResetInput();
        Pending.Reset();
        Writing.Reset();
        if (Headers.Capacity + Envelope.Capacity > KeepBytes) return false;
        Scanner.Reset();
        Headers.ResetWrittenCount();
        Envelope.ResetWrittenCount();
        return true;
    }
}
