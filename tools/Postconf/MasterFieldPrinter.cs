namespace MtaSuite.Tools.Postconf;

/// <summary>Shows single columns of services: <c>service/type/column = value</c>, one a line.</summary>
internal static class MasterFieldPrinter
{
    private const int LineLimit = 80;

    public static void Show(ConfigView view)
    {
        List<ServicePattern> patterns = ServicePattern.ParseAll(view.Options.Names, 3, "-F option requires service_name[/type[/field]]");
        foreach (ServicePattern pattern in patterns) MasterLine.FieldNumber(pattern.Rest);
        foreach (MasterLine line in view.Services)
        {
            if (patterns.Count == 0) PrintAll(view, line);
            foreach (ServicePattern pattern in patterns)
            {
                if (!pattern.Match(line.Service, line.Type)) continue;
                pattern.Matches++;
                int field = MasterLine.FieldNumber(pattern.Rest);
                if (field < 0) PrintAll(view, line);
                else Print(view, line, field);
            }
        }
        ServicePattern.WarnUnmatched(patterns, view.Output);
    }

    private static void PrintAll(ConfigView view, MasterLine line)
    {
        for (int field = 0; field <= MasterLine.CommandField; field++) Print(view, line, field);
    }

    private static void Print(ConfigView view, MasterLine line, int field)
    {
        Func<string, string>? expand = view.Options.Has(Modes.Expand) ? value => view.Expand(value, line) : null;
        string name = $"{line.Key}/{MasterLine.FieldName(field)}";
        if (view.Options.Has(Modes.Json) && !view.Options.Has(Modes.HideValue))
        {
            IEnumerable<string> items = field == MasterLine.CommandField ? MasterEntryPrinter.Items(line, expand) : [];
            JsonText.WritePair(view.Output.Result, name, string.Join(' ', items.Prepend(line.Fields[field])));
            return;
        }
        bool fold = view.Options.Has(Modes.Fold);
        var printer = new LinePrinter(view.Output.Result, fold);
        if (!view.Options.Has(Modes.HideName)) printer.Raw(name);
        if (!view.Options.Has(Modes.HideName | Modes.HideValue)) printer.Raw(" = ");
        if (!view.Options.Has(Modes.HideValue))
        {
            printer.Raw(line.Fields[field]);
            if (field == MasterLine.CommandField) MasterEntryPrinter.PrintArguments(printer, line, expand);
        }
        printer.End();
    }
}
