using MtaSuite.Common.Config;
using MtaSuite.Common.Config.Params;
using MtaSuite.Common.Ipc;
using MtaSuite.Common.Ipc.Messages;
using MtaSuite.Common.Native;
using MtaSuite.Common.Spool;

namespace MtaSuite.Tools.Shared;

/// <summary>Asks the queue manager.</summary>
internal sealed class QmgrClient : IDisposable
{
    private readonly string _path;
    private readonly Attempts _attempts = new(Attempts.Timeout);
    private BlockingLink _link;

    private QmgrClient(string path, BlockingLink link) => (_path, _link) = (path, link);

    /// <summary>Null, with the reason, when there is no answer.</summary>
    public static QmgrClient? Connect(MailConfig config, out string error)
    {
        string path = new SpoolDirectory(config.Get(CommonParams.QueueDirectory))
            .SocketPath(false, config.Get(QmgrParams.QueueServiceName));
        BlockingLink? link = BlockingLink.Connect(path, out int errno);
        error = link == null ? $"connect to {path}: {Errno.Text(errno)}" : "";
        return link == null ? null : new QmgrClient(path, link);
    }

    /// <summary>Asks for something; the reply, or one that says what went wrong.</summary>
    public QmgrReply Ask(string command, string argument = "")
    {
        while (true)
        {
            _link.Open(new QmgrRequest { Command = command, Argument = argument });
            QmgrReply reply = new();
            if (_link.TryReceive(out FrameType type, out ReadOnlySpan<byte> payload) && type == FrameType.Reply
                && AttributeDecoder.TryDecode(payload, reply)) return reply;
            if (_link.IsRefused && _attempts.Next() && Reconnect()) continue;
            return new QmgrReply { Ok = false, Text = $"queue manager: {(_link.Error.Length > 0 ? _link.Error : "bad answer")}" };
        }
    }

    /// <summary>After a refusal for the moment.</summary>
    private bool Reconnect()
    {
        BlockingLink? next = BlockingLink.Connect(_path, out _);
        if (next == null) return false;
        _link.Dispose();
        _link = next;
        return true;
    }

    /// <summary>The ids of messages that are being delivered.</summary>
    public HashSet<string> ActiveIds()
    {
        HashSet<string> ids = [];
        _link.Open(new QmgrRequest { Command = QmgrRequest.List });
        while (_link.TryReceive(out FrameType type, out ReadOnlySpan<byte> payload) && type == FrameType.Progress)
        {
            QueueStates states = new();
            if (!AttributeDecoder.TryDecode(payload, states)) break;
            foreach (QueueState state in states.Entries)
                if (state.State == "active") ids.Add(state.QueueId);
        }
        return ids;
    }

    /// <summary>The state of every destination that qmgr knows; the error text when it does not answer.</summary>
    public List<DestinationState> Destinations(out string error)
    {
        List<DestinationState> all = [];
        QmgrReply reply = new() { Ok = false };
        _link.Open(new QmgrRequest { Command = QmgrRequest.Destinations });
        while (_link.TryReceive(out FrameType type, out ReadOnlySpan<byte> payload))
        {
            DestinationStates states = new();
            if (type != FrameType.Progress)
            {
                _ = AttributeDecoder.TryDecode(payload, reply);
                break;
            }
            if (AttributeDecoder.TryDecode(payload, states)) all.AddRange(states.Entries);
        }
        error = reply.Ok ? "" : $"queue manager: "
            + $"{(reply.Text.Length > 0 ? reply.Text : _link.Error.Length > 0 ? _link.Error : "bad answer")}";
        return all;
    }

    public void Dispose() => _link.Dispose();
}
