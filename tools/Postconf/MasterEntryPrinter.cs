namespace MtaSuite.Tools.Postconf;

/// <summary>Shows whole services of master.cf, one a line, in columns.</summary>
internal static class MasterEntryPrinter
{
    private static readonly int[] Columns = [0, 11, 17, 25, 33, 41, 49, 57];

    public static void Show(ConfigView view)
    {
        List<ServicePattern> patterns = ServicePattern.ParseAll(view.Options.Names, 2, "-M option requires service_name[/type]");
        foreach (MasterLine line in view.Services)
        {
            if (patterns.Count == 0) Print(view, line);
            foreach (ServicePattern pattern in patterns)
            {
                if (!pattern.Match(line.Service, line.Type)) continue;
                pattern.Matches++;
                Print(view, line);
            }
        }
        ServicePattern.WarnUnmatched(patterns, view.Output);
    }

    private static void Print(ConfigView view, MasterLine line)
    {
        Func<string, string>? expand = view.Options.Has(Modes.Expand) ? value => view.Expand(value, line) : null;
        if (view.Options.Has(Modes.Json))
            JsonText.WritePair(view.Output.Result, line.Key,
                string.Join(' ', line.Fields.Take(MasterLine.CommandField + 1).Concat(Items(line, expand))));
        else Print(view.Output.Result, line, view.Options.Has(Modes.Fold), expand);
    }

    /// <summary>Writes a service: its columns at their places, then the arguments.</summary>
    public static void Print(TextWriter writer, MasterLine line, bool fold, Func<string, string>? expand)
    {
        var printer = new LinePrinter(writer, fold);
        for (int field = 0; field <= MasterLine.CommandField; field++)
        {
            if (field > 0) printer.Pad(Columns[field]);
            printer.Raw(line.Fields[field]);
        }
        PrintArguments(printer, line, expand);
        printer.End();
    }

    /// <summary>Writes the arguments; an option with a value stands on a line of its own when folding.</summary>
    public static void PrintArguments(LinePrinter printer, MasterLine line, Func<string, string>? expand)
    {
        foreach (MasterLine.Argument argument in line.Arguments())
        {
            if (argument.Value != null) printer.EndGroup();
            printer.Item(ItemText(argument, expand), argument.Text.Length);
            if (argument.Value != null) printer.EndGroup();
        }
    }

    /// <summary>The arguments as text, braces put back around those with white space.</summary>
    public static IEnumerable<string> Items(MasterLine line, Func<string, string>? expand) =>
        line.Arguments().Select(a => ItemText(a, expand));

    private static string ItemText(MasterLine.Argument argument, Func<string, string>? expand)
    {
        if (argument.Value == null) return argument.IsOption ? argument.Text : Braced(argument.Text);
        return $"{argument.Text} {Braced(expand == null ? argument.Value : expand(argument.Value))}";
    }

    private static string Braced(string text) => text.AsSpan().IndexOfAny(" \t\r\n") >= 0 ? $"{{{text}}}" : text;
}
