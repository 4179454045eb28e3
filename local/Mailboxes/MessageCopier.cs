using System.Buffers;

namespace MtaSuite.Local.Mailboxes;

/// <summary>Which side of a copy failed.</summary>
public enum CopyFault : byte { None, Reading, Writing }

/// <summary>How a copy ended; <paramref name="Error"/> says why it failed.</summary>
public readonly record struct CopyResult(CopyFault Fault, int Error)
{
    public bool IsOk => Fault == CopyFault.None;
}

/// <summary>Copies a queued message, with the headers of delivery, to a mailbox or command.</summary>
public static class MessageCopier
{
    [ThreadStatic] private static ArrayBufferWriter<byte>? t_headers;

    public static CopyResult Copy(MessageContent content, CopySpec spec, ByteSink sink, DateTimeOffset now)
    {
        ArrayBufferWriter<byte> headers = t_headers ??= new ArrayBufferWriter<byte>(1024);
        headers.ResetWrittenCount();
        EnvelopeHeaders.Write(headers, spec, now);
        if (!content.TryLoad(out int errno)) return new CopyResult(CopyFault.Reading, errno);
        return spec.Transforms ? CopyLines(content, spec, sink, headers.WrittenSpan)
            : CopyVerbatim(content, spec, sink, headers.WrittenSpan);
    }

    private static CopyResult CopyVerbatim(MessageContent content, CopySpec spec, ByteSink sink, ReadOnlySpan<byte> headers)
    {
        bool ok = headers.Length <= MessageContent.Headroom
            ? sink.Write(content.FirstAfter(headers))
            : sink.Write(headers) && sink.Write(content.First);
        if (!ok) return new CopyResult(CopyFault.Writing, sink.Error);
        bool endsLine = content.First.IsEmpty || content.First[^1] == '\n';
        for (long position = content.First.Length; position < content.Length;)
        {
            if (!content.TryPiece(position, out ReadOnlySpan<byte> piece, out int errno)) return new CopyResult(CopyFault.Reading, errno);
            if (!sink.Write(piece)) return new CopyResult(CopyFault.Writing, sink.Error);
            endsLine = piece[^1] == '\n';
            position += piece.Length;
        }
        if (!endsLine && !sink.Write("\n"u8)) return new CopyResult(CopyFault.Writing, sink.Error);
        if ((spec.Options & CopyOptions.BlankLine) != 0 && !sink.Write("\n"u8)) return new CopyResult(CopyFault.Writing, sink.Error);
        return default;
    }

    private static CopyResult CopyLines(MessageContent content, CopySpec spec, ByteSink sink, ReadOnlySpan<byte> headers)
    {
        LineTransform lines = new(sink, spec.Options, spec.EndOfLine);
        // the headers are in their final form already
        if (!lines.PutVerbatim(headers)) return new CopyResult(CopyFault.Writing, sink.Error);
        for (long position = 0; position < content.Length;)
        {
            if (!content.TryPiece(position, out ReadOnlySpan<byte> piece, out int errno)) return new CopyResult(CopyFault.Reading, errno);
            if (!lines.Push(piece)) return new CopyResult(CopyFault.Writing, sink.Error);
            position += piece.Length;
        }
        bool ok = lines.Finish((spec.Options & CopyOptions.BlankLine) != 0);
        return ok ? default : new CopyResult(CopyFault.Writing, sink.Error);
    }
}
