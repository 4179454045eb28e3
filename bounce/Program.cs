using MtaSuite.Common.Hosting;

namespace MtaSuite.Bounce;

/// <summary>Keeps the delivery logs and sends notices; serves the error, retry and discard transports.</summary>
public static class Program
{
    private const string Manual = """
        NAME
            bounce - keeps delivery logs, sends delivery status notifications; the error, retry and discard transports

        SYNOPSIS
            started by master; bounce --dump-templates|--dump-expanded [-c DIR] [FILE]

        DESCRIPTION
            As bounce, defer or trace: appends to the log of a message in the folder of that name, and makes a notice from it for the
            sender, or for the postmaster (notify_classes). A notice that cannot be delivered goes to the postmaster once, and is discarded
            if that fails too. As error or retry: returns or defers all mail; as discard: discards it. The next hop is the reason, with or
            without a status code before it.

        STANDARDS
            RFC 3461 (notification requests), RFC 3464 (delivery status notifications), RFC 6522 (multipart/report), RFC 6533
            (internationalised notifications), RFC 3834 (automatic responses), RFC 3463 (status codes)

        EXIT STATUS
            0 done, 75 try later, 78 bad configuration, 70 bug

        """;

    public static int Main(string[] args)
    {
        if (TemplateDump.IsAsked(args)) return TemplateDump.Run(args);
        return ServiceHost.Run(args, new ServiceSpec
        {
            Name = "bounce",
            Manual = Manual,
            Start = context => context.Command is "error" or "discard" ? new ErrorService(context) : new BounceService(context),
        });
    }
}
