using MtaSuite.Common.Ipc;
using MtaSuite.Common.Ipc.Messages;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Mime;
using MtaSuite.Common.Net;
using MtaSuite.Common.Spool;

namespace MtaSuite.Cleanup;

/// <summary>
/// One submission on its way into the queue, a sequence of steps: the header section is completed as it arrives, the envelope rewritten,
/// the body gathered and, where it is large, written in pieces; then what was decided meanwhile and what filters say is applied, and the
/// file is finished and made durable. Ends with exactly one reply, or with the submitter giving up. Until the file is finished nothing of
/// it can be taken for a message.
/// </summary>
internal sealed class IncomingMessage(CleanupService service) : IStreamHandler
{
    private readonly SubmitRequest _request = new();
    private SubmissionInput? _input;
    private MessageBuffers _buffers = null!;
    private HeaderSection _headers = null!;
    private QueueFileWriter _file = null!;
    private ContentInspection? _inspection;
    /// <summary>The checks have seen all of the body.</summary>
    private bool _isInspected;

    private Envelope Envelope => _request.Envelope;

    // ---- from the submitter ----------------------------------------------------------------------------------------

    public void OnMessage(LinkStream stream, FrameType type, ReadOnlySpan<byte> payload)
    {
        if (type == FrameType.Open) Open(stream, payload);
        else if (type == FrameType.End && _input is { IsComplete: false }) _input.Complete(payload);
        else stream.Reset("protocol error"); // a second End; the link lets nothing else through
    }

    public void OnData(LinkStream stream, ReadOnlySpan<byte> data) => _input?.Add(data);

    public void OnReset(LinkStream stream, string reason) => _input?.Cancel();

    private void Open(LinkStream stream, ReadOnlySpan<byte> payload)
    {
        if (!AttributeDecoder.TryDecode(payload, _request))
        {
            stream.Reset("bad submit request");
            return;
        }
        if (!QueueId.IsValid(Envelope.QueueId)) Envelope.QueueId = QueueId.Next();
        if (Envelope.ArrivalMicroseconds == 0) Envelope.ArrivalMicroseconds = QueueId.Microseconds();
        _input = new SubmissionInput(stream);
        ReceiveAsync(stream, _input).Detach();
    }

    // ---- the sequence ----------------------------------------------------------------------------------------------

    private async Task ReceiveAsync(LinkStream stream, SubmissionInput input)
    {
        _buffers = service.Begin();
        _file = new QueueFileWriter(service, Envelope, _buffers);
        _inspection = ContentInspection.For(service, _request, _file);
        _headers = new HeaderSection(service.Settings, _request, _buffers, _inspection);
        if (_request.Cleanup.HasFlag(CleanupFlags.ExtractRecipients)) _headers.ExtractRecipients();
        Outcome? failure = await TakeHeadersAsync(input) ?? await TakeBodyAsync(input);
        if (failure != null) await input.DropAsync(); // it is answered when all has come
        if (input.IsCanceled) failure = Outcome.Defer("4.3.0", "canceled");
        EditableMessage? edited = null;
        bool copies = _inspection is { Copies.Count: > 0 };
        if (failure == null && (!input.Decided.IsEmpty || service.Filters.Count > 0 || HasMilters || copies))
        {
            edited = new EditableMessage(service, _request, _headers, _file, stream);
            foreach (string copy in _inspection?.Copies ?? []) await edited.AddRecipientAsync(copy, Notify.Never);
            failure = await edited.EditAsync(input.Decided.ToArray());
        }
        // tables or filters took their time: the client was told to come again, and will
        if (input.IsOrphaned) failure ??= Outcome.Defer("4.3.0", "canceled");
        bool kept = failure == null && edited is not { IsDiscarded: true };
        if (kept) failure = await _file.FinishAsync(_headers.Fields);
        else await _file.AbandonAsync();
        if (kept && failure == null) await TellAsync();
        stream.Send(FrameType.Reply, new SubmitReply
        {
            QueueId = Envelope.QueueId,
            Outcome = failure is { IsOk: false } ? failure : Outcome.Ok($"queued as {Envelope.QueueId}"),
            Failure = edited is { IsFiltered: true } ? SubmitFailure.Filtered : FailureOf(failure),
            MiltersInStep = edited?.MiltersInStep ?? -1,
            MiltersToReopen = edited?.MiltersToReopen ?? 0,
        });
        service.End(_buffers);
    }

    /// <summary>Milters are told of it here alone: it did not come by SMTP.</summary>
    private bool HasMilters => service.Milters.NonSmtpd.Count > 0 && EditableMessage.IsForLocalMilters(_request);

    private SubmitFailure FailureOf(Outcome? failure) => failure is null or { IsOk: true } ? SubmitFailure.None
        : failure == SubmitReply.TooBig ? SubmitFailure.TooBig
        : failure == QueueFileWriter.WriteError ? SubmitFailure.Unavailable
        : failure == _inspection?.Failure ? SubmitFailure.Filtered : SubmitFailure.Refused;

    /// <summary>Takes the header section; at its end the envelope is complete too, and the file has begun.</summary>
    private async ValueTask<Outcome?> TakeHeadersAsync(SubmissionInput input)
    {
        Outcome? failure = null;
        while (failure == null && !_headers.HasEnded)
        {
            input.Target = _buffers.Input;
            await input.UntilAsync(1);
            if (input.IsCanceled) return null;
            if (IsTooBig(input)) return SubmitReply.TooBig;
            bool complete = input.IsComplete;
            input.Target = _buffers.SwapInput(); // for what comes while a table is asked
            failure = await TakeHeadersAsync(complete);
        }
        return failure;
    }

    /// <summary>
    /// Takes what has come. At the end of the header section the envelope is rewritten and the file begins, with the first bytes of the
    /// body. What comes while a table is asked waits in the other buffer.
    /// </summary>
    /// <param name="complete">Nothing comes behind it.</param>
    private async ValueTask<Outcome?> TakeHeadersAsync(bool complete)
    {
        AddressRewriting rewriting = service.Rewriting;
        (Outcome? failure, ReadOnlyMemory<byte> body, int taken) = await TakeFieldsAsync(rewriting);
        if (failure == null && complete && !_headers.HasEnded) failure = await _headers.FinishAsync(rewriting);
        if (failure != null || !_headers.HasEnded) return failure;
        failure = _headers.AddExtractedRecipients() ?? await rewriting.Envelopes.RewriteAsync(Envelope, _request.Cleanup);
        if (failure == null && Envelope.Recipients.Count == 0) failure = Outcome.Bounce("5.1.0", "no recipients specified");
        if (failure != null) return failure;
        _file.Begin(_headers.Fields, _request.MayChange || service.Filters.Count > 0 || HasMilters || _inspection != null);
        if (_inspection == null)
        {
            _file.Append(_headers.BodyStart);
            _file.Append(body.Span);
            return null;
        }
        await _inspection.TakeBodyAsync(rewriting.Checks, _headers.BodyStart.ToArray());
        await _inspection.TakeBodyAsync(rewriting.Checks, body);
        await InspectAsync(_inspection, taken, complete);
        return _inspection.Failure;
    }

    /// <summary>
    /// Takes header fields off the front of what has come. Gives what stood behind the section in the piece that ended it, and the bytes
    /// that were looked at, those among them.
    /// </summary>
    private async ValueTask<(Outcome? Failure, ReadOnlyMemory<byte> Body, int Taken)> TakeFieldsAsync(AddressRewriting rewriting)
    {
        ReadOnlyMemory<byte> content = _buffers.Taken.WrittenMemory;
        if (_inspection == null)
        {
            (Outcome? failure, ReadOnlyMemory<byte> body) = await _headers.TakeAsync(content, rewriting);
            return (failure, body, content.Length);
        }
        for (int taken = 0; ;)
        {
            int kept = _inspection.Clean(_buffers.Taken.WrittenSpan[taken..], out int length);
            if (_inspection.Failure is { } refused) return (refused, default, 0);
            (Outcome? failure, ReadOnlyMemory<byte> body) = await _headers.TakeAsync(content.Slice(taken, kept), rewriting);
            taken += length;
            if (failure != null || _headers.HasEnded || taken == content.Length) return (failure, body, taken);
        }
    }

    /// <summary>Shows what has come to the checks, which append what becomes of it.</summary>
    /// <param name="at">Where it begins.</param>
    private async ValueTask InspectAsync(ContentInspection inspection, int at, bool complete)
    {
        ContentChecks checks = service.Rewriting.Checks;
        while (at < _buffers.Taken.WrittenCount && inspection.Failure == null)
        {
            int kept = inspection.Clean(_buffers.Taken.WrittenSpan[at..], out int length);
            await inspection.TakeBodyAsync(checks, _buffers.Taken.WrittenMemory.Slice(at, kept));
            at += length;
        }
        if (complete) await inspection.FinishAsync(checks);
        _isInspected = complete;
    }

    private async ValueTask<Outcome?> TakeBodyAsync(SubmissionInput input)
    {
        if (input.IsCanceled) return null;
        if (_inspection != null) return await InspectBodyAsync(input, _inspection);
        _file.Append(_buffers.Input.WrittenSpan);
        _buffers.ResetInput();
        while (true)
        {
            input.Target = _file.Buffer;
            await input.UntilAsync(QueueFileWriter.PieceSize);
            if (input.IsCanceled) return null;
            if (IsTooBig(input)) return SubmitReply.TooBig;
            if (input.IsComplete) return null;
            if (await _file.WrittenAsync() is { } trouble) return trouble;
            _file.WritePiece();
        }
    }

    /// <summary>As <see cref="TakeBodyAsync"/>, where checks see each piece before it goes into the file.</summary>
    private async ValueTask<Outcome?> InspectBodyAsync(SubmissionInput input, ContentInspection inspection)
    {
        while (!_isInspected)
        {
            input.Target = _buffers.Input;
            await input.UntilAsync(QueueFileWriter.PieceSize);
            if (input.IsCanceled) return null;
            if (IsTooBig(input)) return SubmitReply.TooBig;
            bool complete = input.IsComplete;
            input.Target = _buffers.SwapInput(); // for what comes while a table is asked
            await InspectAsync(inspection, 0, complete);
            if (inspection.Failure is { } failure) return failure;
            if (_file.Buffer.WrittenCount < QueueFileWriter.PieceSize) continue;
            if (await _file.WrittenAsync() is { } trouble) return trouble;
            _file.WritePiece();
        }
        return null;
    }

    private bool IsTooBig(SubmissionInput input) =>
        service.Settings.MessageSizeLimit > 0 && input.Received > service.Settings.MessageSizeLimit;

    // ---- the end ---------------------------------------------------------------------------------------------------

    /// <summary>
    /// Tells qmgr. A submitter that is too fast waits for the answer to each message; mail of the suite itself does not.
    /// </summary>
    private async ValueTask TellAsync()
    {
        if ((Envelope.Flags & MessageFlags.Hold) == 0) service.Notify(MakeNotice());
        if (!service.IsQueueBehind || service.Settings.InFlowDelay <= TimeSpan.Zero || Envelope.Origin is not ("smtpd" or "pickup")) return;
        Promise<bool> later = new();
        service.Loop.After(service.Settings.InFlowDelay, () => later.TrySet(true));
        await later;
    }

    private QueuedNotice MakeNotice()
    {
        const int fewEnough = 500;
        // known now, and not in the file: a first attempt need not read the content for it
        if (!_file.HasHighBytes) Envelope.Body = BodyType.SevenBit;
        QueuedNotice notice = new() { Envelope = Envelope, Content = _file.Content, Journal = _file.Place };
        if (Envelope.Recipients.Count <= fewEnough) return notice;
        notice.ReadFile = true;
        notice.Envelope = new Envelope { QueueId = Envelope.QueueId };
        return notice;
    }
}
