using System.Buffers;
using MtaSuite.Common.Mail;

namespace MtaSuite.Cleanup;

/// <summary>The buffers of one message under way, kept and used again for the next one.</summary>
internal sealed class MessageBuffers(int headerSizeLimit)
{
    /// <summary>Buffers that grew larger than this are not kept.</summary>
    private const int KeepBytes = 256 * 1024;

    public HeaderScanner Scanner { get; } = new(headerSizeLimit) { DropsSpaceBeforeColon = true };
    /// <summary>The header section as it will be stored.</summary>
    public ArrayBufferWriter<byte> Headers { get; } = new(2048);
    /// <summary>Content of the header section, or behind it, that has come and was not looked at.</summary>
    public ArrayBufferWriter<byte> Input { get; private set; } = new(4096);
    /// <summary>What came before, and is being looked at.</summary>
    public ArrayBufferWriter<byte> Taken { get; private set; } = new(256);
    /// <summary>Bytes of the queue file that are not yet written.</summary>
    public ArrayBufferWriter<byte> Pending { get; set; } = new(8192);
    /// <summary>Bytes of the queue file that a worker is writing.</summary>
    public ArrayBufferWriter<byte> Writing { get; set; } = new(256);

    /// <summary>Makes <see cref="Taken"/> of what has come, and gives the empty <see cref="Input"/>.</summary>
    public ArrayBufferWriter<byte> SwapInput()
    {
        (Input, Taken) = (Taken, Input);
        Input.ResetWrittenCount();
        return Input;
    }

    /// <summary>Empties everything; false when it has become too large to keep.</summary>
    public bool TryReset()
    {
        if (Headers.Capacity + Input.Capacity + Taken.Capacity + Pending.Capacity + Writing.Capacity > KeepBytes) return false;
        Scanner.Reset();
        Headers.ResetWrittenCount();
        Input.ResetWrittenCount();
        Taken.ResetWrittenCount();
        Pending.ResetWrittenCount();
        Writing.ResetWrittenCount();
        return true;
    }
}
