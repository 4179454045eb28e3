namespace MtaSuite.Common.Config;

/// <summary>Typed values. A bad value was reported when the configuration was loaded; here the default stands in for it.</summary>
public sealed partial class MailConfig
{
    /// <summary>The expanded value.</summary>
    public string Get(TextParam param) => Valid(param);

    /// <summary>
    /// The value as it was written, its <c>$names</c> for the caller to <see cref="Expand(string, Func{string, string?}?)"/>.
    /// </summary>
    public string Get(RawParam param)
    {
        string text = TextOf(param.Name) ?? param.Default;
        return param.Check(text, this) == null ? text : DefaultOf(param);
    }

    public int Get(IntParam param) => param.TryParse(Valid(param), out int number) ? number : param.Min;

    public long Get(LongParam param) => param.TryParse(Valid(param), out long number) ? number : param.Min;

    public bool Get(BoolParam param) => BoolParam.TryParse(Valid(param), out bool flag) && flag;

    public TimeSpan Get(TimeParam param) => param.TryParse(Valid(param), UnitOf(param), out TimeSpan time) ? time : param.Min;

    /// <summary>The value split into the items of its list.</summary>
    public List<string> GetList(TextParam param) => ConfigList.Split(Get(param));

    /// <summary>A transport's value; where it has none, its own default, then the family's fallback.</summary>
    public int Get(IntFamily family, string transport)
    {
        if (ParamRegistry.Find(family.NameFor(transport)) is IntParam own) return Get(own);
        return Own(family, transport) is { } text && family.Fallback.TryParse(text, out int number) ? number : Get(family.Fallback);
    }

    /// <inheritdoc cref="Get(IntFamily, string)"/>
    public TimeSpan Get(TimeFamily family, string transport)
    {
        if (ParamRegistry.Find(family.NameFor(transport)) is TimeParam own) return Get(own);
        return Own(family, transport) is { } text && family.Fallback.TryParse(text, UnitOf(family.Fallback), out TimeSpan time)
            ? time : Get(family.Fallback);
    }

    /// <inheritdoc cref="Get(IntFamily, string)"/>
    public string Get(TextFamily family, string transport)
    {
        if (ParamRegistry.Find(family.NameFor(transport)) is TextParam own) return Get(own);
        return Own(family, transport) is { } text && family.Fallback.Check(text, this) == null ? text : Get(family.Fallback);
    }

    private string? Own(ParamFamily family, string transport) =>
        _settings.TryGetValue(family.NameFor(transport), out Setting setting) ? ExpandOrNull(setting.Value) : null;

    /// <summary>The unit of a time without one: the last letter of the default's expansion.</summary>
    internal char UnitOf(TimeParam param)
    {
        string text = ExpandOrNull(DefaultOf(param)) ?? "";
        return text.Length > 0 && char.IsAsciiLetter(text[^1]) ? text[^1] : 's';
    }

    private string Valid(Param param)
    {
        string? text = ValueText(param.Name) is { } raw ? ExpandOrNull(raw) : null;
        return text != null && param.Check(text, this) == null ? text : ExpandOrNull(DefaultOf(param)) ?? "";
    }

    private string? ExpandOrNull(string text) => TryExpand(text, out string result, out _) ? result : null;
}
