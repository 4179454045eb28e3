using System.Globalization;
using MtaSuite.Common.Hosting;
using MtaSuite.Common.Ipc.Messages;
using MtaSuite.Tools.Shared;

namespace MtaSuite.Tools.Mtasuite;

/// <summary>
/// Shows what the queue manager knows of its destinations: deliveries, the concurrency they have earned, and why their mail waits.
/// </summary>
internal static class DestinationsCommand
{
    public static int Run(Instance instance) => Show(instance, json: false);

    public static int RunJson(Instance instance) => Show(instance, json: true);

    private static int Show(Instance instance, bool json)
    {
        using QmgrClient? qmgr = QmgrClient.Connect(instance.Config, out string error);
        if (qmgr == null) return Tool.Fatal(ExitCode.TryLater, error);
        List<DestinationState> all = qmgr.Destinations(out error);
        if (error.Length > 0) return Tool.Fatal(ExitCode.TryLater, error);
        all.Sort(static (a, b) => b.Waiting != a.Waiting ? b.Waiting.CompareTo(a.Waiting) : string.CompareOrdinal(a.Name, b.Name));
        if (json) foreach (DestinationState d in all) Tool.Print(Json(d));
        else Print(all);
        return ExitCode.Ok;
    }

    private static void Print(List<DestinationState> all)
    {
        if (all.Count == 0) Tool.Print("no destination has deliveries\n");
        else Tool.Print(string.Create(CultureInfo.InvariantCulture,
            $"{"transport",-12} {"running",7} {"window",6} {"waiting",7} destination\n"));
        foreach (DestinationState d in all)
        {
            string name = Tool.Printable(d.Name);
            Tool.Print(string.Create(CultureInfo.InvariantCulture,
                $"{d.Transport,-12} {d.Running,7} {(d.Window == 0 ? "dead" : d.Window.ToString(CultureInfo.InvariantCulture)),6} "
                    + $"{d.Waiting,7} {name}\n"));
            if (d.Reason.Length > 0) Tool.Print($"{"",36}({Tool.Printable(d.Reason)})\n");
        }
    }

    private static string Json(DestinationState d)
    {
        JsonLine line = new JsonLine().Text("transport", d.Transport).Text("destination", d.Name).Number("running", d.Running)
            .Number("window", d.Window).Number("waiting", d.Waiting).Flag("dead", d.Window == 0);
        if (d.UntilMicroseconds > 0) line.Number("until", d.UntilMicroseconds / 1_000_000);
        if (d.Reason.Length > 0) line.Text("reason", d.Reason);
        return line.ToString();
    }
}
