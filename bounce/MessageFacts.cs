using MtaSuite.Common.Mail;
using MtaSuite.Common.Spool;
using MtaSuite.Common.Native;

namespace MtaSuite.Bounce;

/// <summary>What a notice says about the message it is for.</summary>
public sealed record MessageFacts
{
    public required string QueueId { get; init; }
    /// <summary>Envelope sender; empty for a notice.</summary>
    public required string Sender { get; init; }
    /// <summary>ENVID with xtext decoded (RFC 3461 4.4); empty when none was given.</summary>
    public string EnvelopeId { get; init; } = "";
    public DsnReturn Return { get; init; }
    public DateTimeOffset Arrival { get; init; }
    public bool SmtpUtf8 { get; init; }
    public MessageFlags Flags { get; init; }
}

/// <summary>The original message, read at any place. A read error counts as the end, and is remembered.</summary>
public abstract class OriginalContent
{
    /// <summary>Something could not be read: what was read is not all of it.</summary>
    public bool HasFailed { get; protected set; }

    /// <summary>Length in bytes; 0 when the original cannot be read.</summary>
    public abstract long Length { get; }

    /// <summary>Reads at a place in it; the number of bytes, 0 at the end and on failure.</summary>
    public abstract int Read(long at, Span<byte> buffer);
}

/// <summary>The content of a queue file: a part of an open file. The descriptor stays the caller's and must outlive the notice.</summary>
public sealed class FileContent(int fd, ContentSegments segments) : OriginalContent
{
    public override long Length => segments.Length;

    public override int Read(long at, Span<byte> buffer)
    {
        int n = segments.Read(fd, buffer, at);
        HasFailed |= n < 0;
        return Math.Max(0, n);
    }
}

/// <summary>Content in memory; the default one is "could not be read".</summary>
public sealed class MemoryContent(ReadOnlyMemory<byte> content = default) : OriginalContent
{
    public override long Length => content.Length;

    public override int Read(long at, Span<byte> buffer)
    {
        if (at >= content.Length) return 0;
        ReadOnlySpan<byte> rest = content.Span[(int)at..];
        int n = Math.Min(rest.Length, buffer.Length);
        rest[..n].CopyTo(buffer);
        return n;
    }
}
