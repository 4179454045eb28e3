namespace MtaSuite.Tools.Postconf;

/// <summary>Shows parameters of main.cf: <c>name = value</c>, one a line.</summary>
internal static class MainPrinter
{
    public static void Show(ConfigView view)
    {
        if (view.Options.Names.Count == 0)
        {
            foreach (string name in view.Table.Names(view.Options.Classes)) Print(view, name);
            return;
        }
        foreach (string name in view.Options.Names)
            if (view.Table.Contains(name)) Print(view, name);
            else view.Output.Warning($"{name}: unknown parameter");
    }

    private static void Print(ConfigView view, string name)
    {
        if (view.ValueOf(name, null, view.Options.Has(Modes.ExplicitOnly)) is not { } value) return;
        if (view.Options.Has(Modes.Expand) && view.Table.Find(name) is { IsRaw: false } && !view.Options.Has(Modes.HideValue))
            value = view.Expand(value, null);
        PrintPair(view, name, value);
    }

    /// <summary>Writes a name, a value or both, as the options say.</summary>
    public static void PrintPair(ConfigView view, string name, string value)
    {
        TextWriter writer = view.Output.Result;
        bool fold = view.Options.Has(Modes.Fold);
        if (view.Options.Has(Modes.HideValue)) LinePrinter.PrintText(writer, fold, name);
        else if (view.Options.Has(Modes.Json)) JsonText.WritePair(writer, name, value);
        else if (view.Options.Has(Modes.HideName)) LinePrinter.PrintText(writer, fold, value);
        else LinePrinter.PrintText(writer, fold, $"{name} = {value}");
    }
}
