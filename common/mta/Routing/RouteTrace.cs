namespace MtaSuite.Common.Routing;

/// <summary>One thing that decided on an address.</summary>
/// <param name="Rule">The parameter.</param>
/// <param name="Source">The table or list that answered; empty where it is the parameter's value itself.</param>
/// <param name="Key">What was asked for.</param>
/// <param name="Result">What it said.</param>
public readonly record struct RouteStep(string Rule, string Source, string Key, string Result);

/// <summary>Collects what decided on an address, for people who ask why it goes where it goes. None in daemons.</summary>
public sealed class RouteTrace
{
    private readonly List<RouteStep> _steps = [];

    public void Add(string rule, string source, string key, string result) => _steps.Add(new RouteStep(rule, source, key, result));

    /// <summary>The steps since the last call.</summary>
    public List<RouteStep> Take()
    {
        List<RouteStep> taken = [.. _steps];
        _steps.Clear();
        return taken;
    }
}
