using System.Buffers;
using MtaSuite.Common.Ipc;
using MtaSuite.Common.Ipc.Messages;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Spool;

namespace MtaSuite.Cleanup;

/// <summary>
/// What the submitter decides while the content comes. A part of it may be in the file already, behind an envelope whose length is fixed: so room was kept in there,
/// and the envelope is written again.
/// </summary>
internal sealed partial class IncomingMessage
{
    /// <summary>A filter, a redirection and some copies.</summary>
    private const int RoomForChanges = 2048;

    /// <summary>The envelope as it was changed after the file had begun; null: it was not.</summary>
    private byte[]? _changed;

    /// <summary>Takes what was decided into the envelope; gives it back when a part of the file was made of the envelope before.</summary>
    private SubmitEnd? Change(ReadOnlySpan<byte> payload)
    {
        SubmitEnd late = new();
        if (!AttributeDecoder.TryDecode(payload, late) || !_request.MayChange)
        {
            Fail(Outcome.Defer("4.3.0", "bad end of submission"));
            return null;
        }
        if (late.Hold) Envelope.Flags |= MessageFlags.Hold;
        if (late.Filter.Length > 0) Envelope.Filter = late.Filter;
        if (late.Redirect.Length > 0) Envelope.Redirect = late.Redirect;
        if (_inBody) return late;
        foreach (string copy in late.Copies) Envelope.Recipients.Add(new EnvelopeRecipient { Address = copy, Notify = Notify.Never });
        return null;
    }

    private Outcome? AddCopies(SubmitEnd late)
    {
        foreach (string copy in late.Copies)
            if (_rewriting.Envelopes.AddCopy(Envelope, copy, _request.Cleanup) is { } trouble) return trouble;
        return null;
    }

    private void ChangeFile(SubmitEnd late)
    {
        ArrayBufferWriter<byte> envelope = new(_contentOffset);
        if (!QueueFileFormat.TryRewrite(envelope, Envelope, _contentOffset))
        {
            Fail(Outcome.Defer("4.3.0", "no room for what was decided about the message"));
            return;
        }
        _changed = envelope.WrittenSpan.ToArray();
        if (late.Hold) _file!.FinalPath = service.Spool.PathOf(Folder, Envelope.QueueId);
    }
}
