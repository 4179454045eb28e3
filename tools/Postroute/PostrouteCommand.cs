using System.Text;
using MtaSuite.Common.Config;
using MtaSuite.Common.Hosting;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Routing;
using MtaSuite.Tools.Shared;

namespace MtaSuite.Tools.Postroute;

/// <summary>postroute: how an address would be rewritten, routed and delivered, and what decides on it.</summary>
internal static class PostrouteCommand
{
    private const string Usage = "usage: postroute [-c config_dir] [-s sender] [-nj] address...";

    public const string Manual = """
        postroute - show how an address would be rewritten, routed and delivered, and which table or rule decides

        usage: postroute [-c DIR] [-s SENDER] [-n] [-j] ADDRESS...

          -s SENDER   the envelope sender, for tables that depend on it (none: <>)
          -n          no DNS queries; otherwise mail exchangers are shown
          -j          JSON: one object for each address
          -c DIR      configuration folder

        Nothing is sent. Tables are read with your rights: one that only the daemons may read is shown as an error.

        Exit status: 0 routing would accept all addresses; 1 it would refuse some; 64 wrong usage; 78 no configuration.

        """;

    public static int Run(string[] args)
    {
        GetOpt options = new(args, "c:jns:v");
        (string? directory, string sender, bool json, bool askDns) = (null, "", false, true);
        for (char c = options.Next(); c != '\0'; c = options.Next())
        {
            switch (c)
            {
                case 'c': directory = options.Value; break;
                case 's': sender = options.Value.Trim('<', '>'); break;
                case 'j': json = true; break;
                case 'n': askDns = false; break;
                case 'v': break;
                default: return Tool.Fatal(ExitCode.Usage, Usage);
            }
        }
        if (options.Operands.Count == 0) return Tool.Fatal(ExitCode.Usage, Usage);
        MailConfig? config = Tool.LoadConfig(directory, "postroute");
        if (config == null) return ExitCode.Configuration;
        List<ConfigProblem> problems = [];
        List<ServiceEntry> services = MasterCf.Load(Tool.ConfigDirectory(directory), problems);
        return Show(config, services, sender, options.Operands, json, askDns);
    }

    internal static int Show(MailConfig config, List<ServiceEntry> services, string sender, List<string> addresses, bool json, bool askDns)
    {
        using RouteExplainer router = new(config, services, askDns);
        foreach (string problem in router.Problems) Tool.Warning(problem);
        bool all = true;
        foreach (string address in addresses)
        {
            RouteReport report = router.Route(sender, Address.Unquote822(address.Trim('<', '>')));
            all &= report.IsDeliverable;
            Tool.Print(json ? Json(report) : Tool.PrintableLines(Text(report)));
        }
        return all ? 0 : 1;
    }

    private static string Text(RouteReport report)
    {
        StringBuilder text = new();
        text.Append(Address.Quote822(report.Address)).Append('\n');
        if (report.Standard != report.Address) Line(text, "rewritten", report.Standard);
        foreach (RouteStep step in report.Steps.Distinct()) Step(text, step); // a loop takes the same steps again and again
        if (report.Trouble.Length > 0) Line(text, "trouble", report.Trouble);
        foreach (FinalRoute final in report.Finals)
        {
            text.Append("  -> ").Append(Address.Quote822(final.Route.Recipient)).Append('\n');
            foreach (RouteStep step in final.Steps) Step(text, step);
            Line(text, "transport", final.Route.Transport);
            Line(text, "nexthop", final.Route.Nexthop);
            if (final.Route.Problem.Length > 0) Line(text, "trouble", final.Route.Problem);
            if (final.Check.Reply.Length > 0) Line(text, "refused", final.Check.Reply);
            if (final.Service.Length > 0) Line(text, "service", final.Service);
            else if (final.Route.Transport is not (Route.ErrorTransport or Route.RetryTransport))
                Line(text, "service", "none of this name in master.cf");
            foreach (string host in final.Hosts) Line(text, "host", host);
        }
        return text.ToString();
    }

    private static void Step(StringBuilder text, RouteStep step)
    {
        text.Append("       ").Append(step.Rule);
        if (step.Source.Length > 0) text.Append(" (").Append(step.Source).Append(')');
        text.Append(": ");
        if (step.Key.Length > 0) text.Append(step.Key).Append(" -> ");
        text.Append(step.Result).Append('\n');
    }

    private static void Line(StringBuilder text, string name, string value) =>
        text.Append("     ").Append(name.PadRight(9)).Append(' ').Append(value).Append('\n');

    private static string Json(RouteReport report)
    {
        JsonLine line = new JsonLine().Text("address", report.Address).Text("rewritten", report.Standard)
            .Flag("deliverable", report.IsDeliverable);
        if (report.Trouble.Length > 0) line.Text("trouble", report.Trouble);
        line.Objects("steps", report.Steps, Step);
        return line.Objects("routes", report.Finals, static (json, final) =>
        {
            json.Text("recipient", final.Route.Recipient).Text("class", final.Route.Class.ToString())
                .Text("transport", final.Route.Transport)
                .Text("nexthop", final.Route.Nexthop).Text("service", final.Service).Texts("hosts", final.Hosts);
            if (final.Check.Reply.Length > 0) json.Text("refused", final.Check.Reply);
            if (final.Route.Problem.Length > 0) json.Text("trouble", final.Route.Problem);
            json.Objects("steps", final.Steps, Step);
        }).ToString();
    }

    private static void Step(JsonLine json, RouteStep step) =>
        json.Text("rule", step.Rule).Text("source", step.Source).Text("key", step.Key).Text("result", step.Result);
}
