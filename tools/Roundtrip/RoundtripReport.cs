using System.Globalization;
using MtaSuite.Tools.Shared;

namespace MtaSuite.Tools.Roundtrip;

/// <summary>What was measured, for people and as JSON.</summary>
internal sealed class RoundtripReport(RoundtripOptions options)
{
    /// <summary>The steps of submission with the time that each took.</summary>
    public List<(string Name, TimeSpan Time)> Steps { get; } = [];

    public DateTimeOffset Sent { get; set; }
    /// <summary>Null: it did not.</summary>
    public DateTimeOffset? Arrived { get; set; }
    /// <summary>Empty: no TLS.</summary>
    public string Tls { get; set; } = "";
    public string Mechanism { get; set; } = "";
    /// <summary>What the server said to the message.</summary>
    public string Reply { get; set; } = "";
    public List<Hop> Hops { get; set; } = [];

    private string Place => options.Imap == null ? options.Mailbox : $"{options.Folder} at {options.Imap.Host}:{options.Imap.Port}";

    public void Print(Failure? failure)
    {
        Tool.Print(options.Json ? Json(failure) : Text());
        if (failure != null) Tool.Complain(failure.Text);
    }

    private string Text()
    {
        List<string> lines = [];
        if (Steps.Count > 0)
        {
            string how = Tls.Length > 0 ? $", {Tls}" : ", without TLS";
            if (Mechanism.Length > 0) how += $", {Mechanism} as {options.Smtp.Login}";
            lines.Add($"submitted to {options.Smtp.Host}:{options.Smtp.Port}{how}");
            foreach ((string name, TimeSpan time) in Steps) lines.Add(Row(name, time.TotalSeconds, name == "message" ? Reply : ""));
        }
        if (Arrived is { } arrived)
        {
            lines.Add("hops, by the Received fields (whole seconds, by the clock of each host)");
            DateTimeOffset before = WholeSeconds(Sent);
            foreach (Hop hop in Hops)
            {
                lines.Add(Row(hop.By, hop.Time is { } time ? (time - before).TotalSeconds : null, Clauses(hop)));
                before = hop.Time ?? before;
            }
            lines.Add($"arrived in {Place}");
            lines.Add(Row("in all", (arrived - Sent).TotalSeconds, ""));
        }
        return string.Concat(lines.Select(l => $"{Tool.Printable(l).TrimEnd()}\n"));
    }

    // what a host keeps to itself, such as the client that submitted the message, is left out
    private static string Clauses(Hop hop) => string.Join(' ', new[] { ("from", hop.From), ("with", hop.With), ("id", hop.Id) }
        .Where(c => c.Item2.Length > 0).Select(c => $"{c.Item1} {c.Item2}"));

    private static string Row(string name, double? seconds, string text) =>
        string.Create(CultureInfo.InvariantCulture,
            $"  {name,-24} {(seconds is { } s ? s.ToString("0.000", CultureInfo.InvariantCulture) : "?"),9} s  {text}");

    private static DateTimeOffset WholeSeconds(DateTimeOffset time) => time.AddTicks(-(time.Ticks % TimeSpan.TicksPerSecond));

    private string Json(Failure? failure)
    {
        JsonLine line = new JsonLine().Flag("arrived", Arrived != null).Text("reason", failure?.Text ?? "").Text("server",
            options.Smtp.Host).Number("port", options.Smtp.Port)
            .Text("tls", Tls).Text("mechanism", Mechanism).Text("reply", Reply).Text("mailbox", Place);
        foreach ((string name, TimeSpan time) in Steps) line.Decimal(name, time.TotalSeconds);
        if (Arrived is not { } arrived) return line.ToString();
        DateTimeOffset before = WholeSeconds(Sent);
        return line.Decimal("seconds", (arrived - Sent).TotalSeconds).Objects("hops", Hops, (item, hop) =>
        {
            item.Text("by", hop.By).Text("from", hop.From).Text("with", hop.With).Text("id", hop.Id).Text("time",
                hop.Time?.ToString("o", CultureInfo.InvariantCulture) ?? "");
            if (hop.Time is { } time) item.Decimal("delay", (time - before).TotalSeconds);
            before = hop.Time ?? before;
        }).ToString();
    }
}
