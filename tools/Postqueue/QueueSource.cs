using MtaSuite.Common.Config;
using MtaSuite.Common.Config.Params;
using MtaSuite.Common.Hosting;
using MtaSuite.Common.Ipc;
using MtaSuite.Common.Ipc.Messages;
using MtaSuite.Common.Native;
using MtaSuite.Common.Spool;
using MtaSuite.Tools.Shared;

namespace MtaSuite.Tools.Postqueue;

/// <summary>Where a listing comes from: showq, or the spool itself for root and mail_owner while the mail system is down.</summary>
internal static class QueueSource
{
    /// <summary>Gives each message that fits to <paramref name="take"/>, which says whether to go on; the exit status.</summary>
    public static int Read(MailConfig config, QueueFilter filter, Func<QueueEntry, bool> take)
    {
        SpoolDirectory spool = new(config.Get(CommonParams.QueueDirectory));
        string service = config.Get(CommonParams.ShowqServiceName);
        Attempts attempts = new(Attempts.Timeout);
        int errno;
        while (true)
        {
            using BlockingLink? link = BlockingLink.Connect(spool.SocketPath(false, service), attempts.Left,
                config.Get(CommonParams.IpcTimeout), out errno);
            if (link == null) break;
            if (FromShowq(link, filter, take) is { } status) return status;
            if (!attempts.Next()) return Tool.Fatal(ExitCode.TryLater, $"queue report: {link.Error}: try again later");
        }
        string reason = $"(Connect to the {config.Get(CommonParams.MailName)} {service} service: {Libc.ErrorText(errno)})";
        if (Libc.Access($"{spool.Root}/{SpoolDirectory.Deferred}", Libc.R_OK | Libc.X_OK) != 0)
            return Tool.Fatal(ExitCode.Unavailable, $"Queue report unavailable - mail system is down {reason}");
        Tool.Warning($"Mail system is down -- accessing queue directly {reason}");
        foreach (QueueEntry entry in new QueueListing(spool, filter, _ => null).Read(QueueId.Microseconds()))
            if (!take(entry)) break;
        return ExitCode.Ok;
    }

    /// <summary>Null: refused for the moment, before the first entry.</summary>
    private static int? FromShowq(BlockingLink link, QueueFilter filter, Func<QueueEntry, bool> take)
    {
        link.Open(new ShowqRequest { Filter = filter });
        byte[] held = [];
        while (link.TryReceive(out FrameType type, out ReadOnlySpan<byte> payload))
        {
            if (type == FrameType.Reply)
            {
                ShowqReply reply = new();
                if (!AttributeDecoder.TryDecode(payload, reply)) break;
                if (!reply.Ok) return Tool.Fatal(ExitCode.Unavailable, reply.Text);
                if (reply.Text.Length > 0) Tool.Warning(reply.Text);
                return ExitCode.Ok;
            }
            byte[] input = held.Length == 0 ? payload.ToArray() : [.. held, .. payload];
            int at = 0, used;
            while ((used = ShowqEntry.Take(input.AsSpan(at), out QueueEntry entry)) > 0)
            {
                at += used;
                if (filter.FitsReasons(entry) && !take(entry)) return ExitCode.Ok;
            }
            if (used < 0) break;
            held = input[at..];
        }
        if (link.IsRefused) return null;
        return Tool.Fatal(ExitCode.TryLater, $"queue report: {(link.Error.Length > 0 ? link.Error : "bad answer from showq")}");
    }
}
