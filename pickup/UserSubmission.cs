using System.Buffers;
using MtaSuite.Common.Ipc;
using MtaSuite.Common.Ipc.Messages;
using MtaSuite.Common.Log;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Net;
using MtaSuite.Common.Routing;

namespace MtaSuite.Pickup;

/// <summary>
/// One message of a local user on its way to cleanup. The user gets credit for more content only while cleanup takes what came before, so
/// that a fast sender never fills this process's memory. Ends with one reply, or with the user giving up.
/// </summary>
internal sealed class UserSubmission(PickupService service) : IStreamHandler
{
    private LinkStream _stream = null!;
    private Submission? _submission;
    private long _received;
    private int _withheld;
    private bool _waiting, _ended, _endedEarly, _answered;
    private ArrayBufferWriter<byte>? _early;
    private string _queueId = "", _sender = "";

    public void OnMessage(LinkStream stream, FrameType type, ReadOnlySpan<byte> payload)
    {
        _stream = stream;
        if (type == FrameType.Open) Open(payload);
        else if (type == FrameType.End && _early != null && !_endedEarly) _endedEarly = true;
        else if (type == FrameType.End && _submission != null && !_ended) EndAsync().Detach();
        else if (!_answered) stream.Reset("protocol error");
    }

    private void Open(ReadOnlySpan<byte> payload)
    {
        if (AttributeDecoder.TryDecode(payload, new TriggerRequest()))
        {
            _answered = true;
            service.Wakeup();
            _stream.Send(FrameType.Reply, new SubmitReply { Outcome = Outcome.Ok("looking") });
            return;
        }
        SubmitRequest asked = new();
        if (!AttributeDecoder.TryDecode(payload, asked))
        {
            _answered = true;
            _stream.Reset("bad submit request");
            return;
        }
        service.Began();
        AdmitAsync(asked, _stream.Link.PeerUid).Detach();
    }

    /// <summary>Begins the message if the user may send it. Content that comes before that is known is kept: a window at most.</summary>
    private async Task AdmitAsync(SubmitRequest asked, uint uid)
    {
        ArrayBufferWriter<byte> early = _early = new ArrayBufferWriter<byte>();
        Outcome? refusal = await PermissionAsync(uid) ?? LocalEnvelope.Check(asked.Envelope)
            ?? await service.Settings.Senders.CheckAsync(uid, asked.Envelope.Sender);
        _early = null;
        if (_answered) return; // the user is gone
        if (refusal != null)
        {
            Answer(refusal, SubmitFailure.Refused);
            return;
        }
        Begin(asked, uid);
        if (early.WrittenCount > 0) OnData(_stream, early.WrittenSpan);
        if (_endedEarly && !_answered) await EndAsync();
    }

    private void Begin(SubmitRequest asked, uint uid)
    {
        // users may not set what only the queue may set
        foreach (EnvelopeRecipient r in asked.Envelope.Recipients) r.Notify &= ~Notify.Expanded;
        SubmitRequest request = LocalEnvelope.Adopt(asked, service.Settings, service.Loop.Time);
        (_queueId, _sender) = (request.Envelope.QueueId, request.Envelope.Sender);
        _stream.SetProgressTimeout();
        _submission = service.Cleanup.Open(request);
        _submission.Write(LocalEnvelope.Received(service.Settings, _queueId, uid, service.Loop.Time.GetUtcNow()));
        LogLine.Info(_queueId).Free($"uid={uid} from=<{LogLine.Form(request.Envelope.Sender)}>").Send();
    }

    private async ValueTask<Outcome?> PermissionAsync(uint uid)
    {
        PickupSettings settings = service.Settings;
        if (uid == 0 || uid == settings.OwnUid) return null;
        (MatchResult match, string name) = await settings.SubmitUsers.MatchAsync(uid);
        switch (match)
        {
            case MatchResult.Yes: return null;
            case MatchResult.Error: return Outcome.Defer("4.3.0", "authorized_submit_users: table lookup problem");
            default:
                service.Refusals.Add($"user {name}({uid}) is not allowed to submit mail");
                return Outcome.Bounce("5.7.1", $"User {name}({uid}) is not allowed to submit mail");
        }
    }

    public void OnData(LinkStream stream, ReadOnlySpan<byte> data)
    {
        _early?.Write(data);
        if (_submission == null || _ended || _answered) return;
        _received += data.Length;
        long limit = service.Settings.MessageSizeLimit;
        if (limit > 0 && _received > limit)
        {
            _submission.Abort(SubmitReply.TooBig.Text);
            Answer(SubmitReply.TooBig, SubmitFailure.TooBig);
            return;
        }
        _submission.Write(data);
        _withheld += data.Length;
        if (!_waiting) GiveCreditAsync().Detach();
    }

    private async Task GiveCreditAsync()
    {
        _waiting = true;
        bool waits = !_submission!.HasRoom;
        if (waits) _stream.ClearTimeout();
        while (_submission is { HasRoom: false, IsAnswered: false }) await _submission.RoomAsync();
        _waiting = false;
        if (waits && !_ended && !_answered) _stream.SetProgressTimeout();
        if (_answered) return;
        // refused, or gone, before the end: its answer is there already
        if (_submission is { IsAnswered: true } && !_ended)
        {
            await EndAsync();
            return;
        }
        int bytes = _withheld;
        _withheld = 0;
        _stream.Consumed(bytes);
    }

    private async Task EndAsync()
    {
        _ended = true;
        _stream.ClearTimeout();
        SubmitReply reply = await _submission!.FinishAsync();
        if (!reply.Outcome.IsOk) LogLine.Info(_queueId).Free($"reject: END-OF-MESSAGE: {reply.Outcome.Status} {reply.Outcome.Text}; "
            + $"from=<{LogLine.Form(_sender)}>").Send();
        Answer(reply.Outcome, reply.Failure);
    }

    private void Answer(Outcome outcome, SubmitFailure failure)
    {
        if (_answered) return;
        _answered = true;
        _stream.Send(FrameType.Reply, new SubmitReply { QueueId = _queueId, Outcome = outcome, Failure = failure });
        service.Ended();
    }

    /// <summary>The user's program died or gave up: nothing of its message is kept.</summary>
    public void OnReset(LinkStream stream, string reason)
    {
        if (_answered) return;
        _answered = true;
        _submission?.Abort("submission was aborted");
        if (_submission != null && !_ended) Log.Info($"{_queueId}: submission was aborted");
        service.Ended();
    }
}
