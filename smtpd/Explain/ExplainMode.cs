using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using MtaSuite.Common.Config;
using MtaSuite.Common.Hosting;
using MtaSuite.Common.Log;
using MtaSuite.Common.Native;
using MtaSuite.Common.Net;
using MtaSuite.Smtpd.Access;

namespace MtaSuite.Smtpd.Explain;

/// <summary>
/// "smtpd --explain": what postaccess starts. Prints which restriction would decide; exit status 0 accepted, 1 refused, 64 usage, 78
/// configuration.
/// </summary>
internal static class ExplainMode
{
    public static bool IsAsked(string[] args) => args is ["--explain", ..];

    public static int Run(string[] args)
    {
        Log.Configure(new LogSettings("postaccess") { File = "/dev/null", AlsoStandardError = true });
        if (ExplainOptions.Parse(args[1..]) is not { } options) return Complain(ExitCode.Usage, "usage: see postaccess");
        ConfigResult loaded = MailConfig.Load(options.Host.ConfigDirectory, options.Host.Overrides, options.Host.Service, "smtpd");
        if (!loaded.Ok) return Complain(ExitCode.Configuration, $"bad configuration: "
            + $"{loaded.Problems.First(p => p.Severity == Severity.Error)}");
        using EventLoop loop = new();
        AccessReport? report = null;
        async Task AskAsync()
        {
            report = await new Explainer(loop, loaded.Config, options).RunAsync();
            loop.Stop();
        }
        loop.Post(() => AskAsync().Detach());
        loop.Run();
        if (report == null) return ExitCode.Software;
        _ = FileIO.WriteAll(1, options.Json ? Json(report) : Encoding.UTF8.GetBytes(Text(report)));
        return report.IsAccepted ? ExitCode.Ok : 1;
    }

    private static int Complain(int status, string text)
    {
        _ = FileIO.WriteAll(2, Encoding.UTF8.GetBytes($"postaccess: fatal: {text}\n"));
        return status;
    }

    internal static string Text(AccessReport report)
    {
        StringBuilder text = new();
        text.Append("service ").Append(report.Service).Append(", client ").Append(Printable(report.Client)).Append('\n');
        foreach (StageReport stage in report.Stages)
        {
            text.Append(Printable(stage.Stage)).Append('\n');
            string list = "";
            foreach (AccessEvent e in stage.Events) Append(text, e, ref list);
            text.Append("  => ").Append(stage.Reply.IsNone ? "accepted" : Printable(stage.Reply.ToString())).Append(Decider(stage))
                .Append('\n');
        }
        if (report.Filters.Count > 0) text.Append("filters that would be asked, in this order\n");
        foreach (AskedFilter filter in report.Filters) Append(text, filter);
        foreach (string note in report.Notes) text.Append("note: ").Append(Printable(note)).Append('\n');
        return text.ToString();
    }

    private static void Append(StringBuilder text, AccessEvent e, ref string list)
    {
        string indent = new(' ', 2 * e.Depth);
        if (e.List != list) text.Append(indent).Append(Printable(e.List)).Append(e.Restriction.Length == 0 ? ": empty\n" : "\n");
        list = e.List;
        if (e.Restriction.Length == 0) return;
        text.Append(indent).Append("  ").Append(Printable(e.Restriction).PadRight(36)).Append(' ').Append(Word(e.Verdict, "-"))
            .Append('\n');
        foreach (string note in e.Notes) text.Append(indent).Append("    ").Append(Printable(note)).Append('\n');
    }

    private static void Append(StringBuilder text, AskedFilter filter)
    {
        text.Append("  ").Append(Printable(filter.Stage).PadRight(14)).Append(' ').Append(filter.Kind);
        if (filter.Name != filter.Kind) text.Append(' ').Append(Printable(filter.Name));
        text.Append(" (").Append(Printable(filter.Parameter)).Append(')');
        if (filter.Kind == "milter")
            text.Append(", macros: ").Append(filter.Macros.Count == 0 ? "none" : Printable(string.Join(' ', filter.Macros)));
        text.Append('\n');
    }

    private static string Word(Verdict verdict, string none) =>
        verdict switch { Verdict.Ok => "permit", Verdict.Reject => "refuse", _ => none };

    /// <summary>The innermost restriction that refused; a deferral that was kept for later has none of its own.</summary>
    private static string Decider(StageReport stage)
    {
        if (stage.Reply.IsNone) return "";
        AccessEvent? last = stage.Events.LastOrDefault(e => e.Verdict == Verdict.Reject)
            ?? stage.Events.LastOrDefault(e => e.Notes.Exists(n => n.StartsWith("defers what", StringComparison.Ordinal)));
        return last == null ? "" : $"\n     decided by {Printable(last.Restriction)} in {Printable(last.List)}";
    }

    private static string Printable(string text) => MtaSuite.Common.Log.Printable.Text(text);

    internal static byte[] Json(AccessReport report)
    {
        using MemoryStream stream = new();
        using (Utf8JsonWriter json = new(stream, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteString("service", report.Service);
            json.WriteString("client", report.Client);
            json.WriteBoolean("accepted", report.IsAccepted);
            Texts(json, "notes", report.Notes);
            json.WriteStartArray("stages");
            foreach (StageReport stage in report.Stages) Write(json, stage);
            json.WriteEndArray();
            json.WriteStartArray("filters");
            foreach (AskedFilter filter in report.Filters) Write(json, filter);
            json.WriteEndArray();
            json.WriteEndObject();
        }
        stream.WriteByte((byte)'\n');
        return stream.ToArray();
    }

    private static void Write(Utf8JsonWriter json, StageReport stage)
    {
        json.WriteStartObject();
        json.WriteString("stage", stage.Stage);
        json.WriteString("reply", stage.Reply.IsNone ? "" : stage.Reply.ToString());
        json.WriteStartArray("restrictions");
        foreach (AccessEvent e in stage.Events)
        {
            json.WriteStartObject();
            json.WriteString("list", e.List);
            json.WriteNumber("depth", e.Depth);
            json.WriteString("restriction", e.Restriction);
            json.WriteString("verdict", Word(e.Verdict, "none"));
            Texts(json, "notes", e.Notes);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, AskedFilter filter)
    {
        json.WriteStartObject();
        json.WriteString("stage", filter.Stage);
        json.WriteString("kind", filter.Kind);
        json.WriteString("name", filter.Name);
        json.WriteString("parameter", filter.Parameter);
        if (filter.Kind == "milter") Texts(json, "macros", filter.Macros);
        json.WriteEndObject();
    }

    private static void Texts(Utf8JsonWriter json, string name, IEnumerable<string> values)
    {
        json.WriteStartArray(name);
        foreach (string value in values) json.WriteStringValue(value);
        json.WriteEndArray();
    }
}
