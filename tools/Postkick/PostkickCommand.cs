using MtaSuite.Common.Config;
using MtaSuite.Common.Config.Params;
using MtaSuite.Common.Hosting;
using MtaSuite.Common.Ipc;
using MtaSuite.Common.Ipc.Messages;
using MtaSuite.Common.Native;
using MtaSuite.Common.Spool;
using MtaSuite.Tools.Shared;

namespace MtaSuite.Tools.Postkick;

/// <summary>
/// postkick: a one-word request to a service, as scripts for Postfix send them. The queue manager knows D, F, A (deliver what is deferred)
/// and I, W, S (look into the folders again), pickup knows W (look into maildrop). For others it tells whether the service can be reached.
/// </summary>
internal static class PostkickCommand
{
    public const string Manual = """
        postkick - send a request to a service

        usage: postkick [-c DIR] [-v] CLASS SERVICE REQUEST

        CLASS is public or private. Requests: to qmgr D, F or A (try deferred mail), I, W or S (scan the queue's folders); to
        pickup W (scan maildrop).

        Exit status: 0 done, 1 error.

        """;

    public static int Run(string[] args)
    {
        GetOpt options = new(args, "+c:v");
        string? directory = null;
        for (char c = options.Next(); c != '\0'; c = options.Next())
        {
            if (c == 'c') directory = options.Value;
            else if (c == '?') return Tool.Fatal(1, Usage);
        }
        if (options.Operands.Count != 3 || options.Operands[0] is not (SpoolDirectory.Public or SpoolDirectory.Private))
            return Tool.Fatal(1, Usage);
        MailConfig? config = Tool.LoadConfig(directory, "postkick");
        if (config == null) return 1;
        return Kick(config, options.Operands[0], options.Operands[1], options.Operands[2]);
    }

    private const string Usage = "usage: postkick [-c config_dir] [-v] class service request";

    /// <summary>Has pickup look into maildrop now; when it does not run, it will at its start.</summary>
    public static void TriggerPickup(MailConfig config)
    {
        SpoolDirectory spool = new(config.Get(CommonParams.QueueDirectory));
        using BlockingLink? link = BlockingLink.Connect(spool.SocketPath(false, config.Get(PickupParams.PickupServiceName)),
            config.Get(CommonParams.TriggerTimeout), out _);
        link?.Open(new TriggerRequest());
        link?.TryReceive(out _, out _);
    }

    private static int Kick(MailConfig config, string @class, string service, string request)
    {
        SpoolDirectory spool = new(config.Get(CommonParams.QueueDirectory));
        using BlockingLink? link = BlockingLink.Connect(spool.SocketPath(@class == SpoolDirectory.Private, service),
            config.Get(CommonParams.TriggerTimeout), out int errno);
        if (link == null)
        {
            Tool.Warning($"unable to connect to {@class}/{service}: {Errno.Text(errno)}");
            Tool.Warning($"Cannot contact class {@class} service {service} - perhaps the mail system is down");
            return 1;
        }
        if (service == config.Get(QmgrParams.QueueServiceName))
            link.Open(new QmgrRequest { Command = request.Any(c => "DFA".Contains(c)) ? QmgrRequest.Flush : QmgrRequest.Rescan });
        else if (service == config.Get(PickupParams.PickupServiceName)) link.Open(new TriggerRequest { Reason = request });
        else return ExitCode.Ok;
        if (!link.TryReceive(out _, out ReadOnlySpan<byte> payload)) return Tool.Fatal(1, $"{@class}/{service}: {link.Error}");
        QmgrReply reply = new();
        return !AttributeDecoder.TryDecode(payload, reply) || reply.Ok ? ExitCode.Ok : Tool.Fatal(1, $"{@class}/{service}: {reply.Text}");
    }
}
