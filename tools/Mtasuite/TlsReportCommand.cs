using System.Globalization;
using MtaSuite.Common.Config.Params;
using MtaSuite.Common.Hosting;
using MtaSuite.Common.Ipc;
using MtaSuite.Common.Ipc.Messages;
using MtaSuite.Common.Native;
using MtaSuite.Tools.Shared;

namespace MtaSuite.Tools.Mtasuite;

/// <summary>Shows what is collected for reports on TLS (RFC 8460), or sends them now.</summary>
internal static class TlsReportCommand
{
    public static int Run(Instance instance) => Show(instance, json: false, send: false);

    public static int RunJson(Instance instance) => Show(instance, json: true, send: false);

    public static int Send(Instance instance) => Show(instance, json: false, send: true);

    private static int Show(Instance instance, bool json, bool send)
    {
        string path = instance.Spool.SocketPath(true, instance.Config.Get(TlsReportParams.TlsrptServiceName));
        using BlockingLink? link = BlockingLink.Connect(path, out int errno);
        if (link == null) return Tool.Fatal(ExitCode.TryLater, $"connect to {path}: {Errno.Text(errno)}");
        link.Open(new TlsReportQuery { Send = send });
        bool any = false, ended = false;
        while (!ended && link.TryReceive(out FrameType type, out ReadOnlySpan<byte> payload))
        {
            ended = type != FrameType.Progress;
            TlsReportState state = new();
            if (ended || !AttributeDecoder.TryDecode(payload, state)) continue;
            any = true;
            Tool.Print(json ? Json(state) : Words(state));
        }
        if (!ended) return Tool.Fatal(ExitCode.TryLater, $"tlsrpt: {(link.Error.Length > 0 ? link.Error : "bad answer")}");
        if (!any && !json) Tool.Print("no domain has anything to be told\n");
        return ExitCode.Ok;
    }

    private static string Words(TlsReportState s)
    {
        string when = s.End == 0 ? "still collecting" : $"due {Time(s.Due)}";
        string text = string.Create(CultureInfo.InvariantCulture,
            $"{s.Domain}: {s.Successes} succeeded, {s.Failures} failed since {Time(s.Start)}; {when}; to "
                + $"{(s.Addresses.Length > 0 ? s.Addresses : "(not yet known)")}\n");
        foreach (TlsFailureState f in s.Details)
            text += string.Create(CultureInfo.InvariantCulture,
                $"    {f.Count,7} {f.Result} ({f.PolicyType}) {f.MxHost}{(f.Reason.Length > 0 ? ": " : "")}{f.Reason}\n");
        return string.Join('\n', text.Split('\n').Select(Tool.Printable));
    }

    private static string Json(TlsReportState s)
    {
        JsonLine line = new JsonLine().Text("domain", s.Domain).Number("start", s.Start).Number("successes", s.Successes)
            .Number("failures", s.Failures)
            .Texts("addresses", s.Addresses.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        if (s.End > 0) line.Number("end", s.End).Number("due", s.Due);
        return line.Objects("failure_details", s.Details,
            static (l, f) => l.Text("result", f.Result).Text("policy_type", f.PolicyType).Text("mx_host", f.MxHost).Text("reason", f.Reason)
            .Number("count", f.Count)).ToString();
    }

    private static string Time(long seconds) =>
        DateTimeOffset.FromUnixTimeSeconds(seconds).UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
