using MtaSuite.Common.Config;

namespace MtaSuite.Tools.Postconf;

/// <summary>A name the command knows; <paramref name="DefaultText"/> stands in where there is no declaration.</summary>
internal sealed record ParamNode(Param? Param, ParamClasses Classes, string DefaultText)
{
    public bool IsRaw => Param is { IsRaw: true };
}

/// <summary>All names there are: the declared ones, those made of a service's name, and those the user made up and refers to.</summary>
internal sealed class ParamTable
{
    /// <summary>
    /// The programs whose services have parameters of their own; <c>spawn</c> has the time limit alone, <c>pipe</c> has all.
    /// </summary>
    private static readonly string[] Transports = ["local", "error", "virtual", "smtp", "lmtp", "pipe"];

    private readonly Dictionary<string, ParamNode> nodes = new(StringComparer.Ordinal);

    public ParamTable()
    {
        foreach (Param param in ParamRegistry.All)
            nodes[param.Name] = new(param, param.Legacy ? ParamClasses.None : ParamClasses.Builtin, "");
    }

    public ParamNode? Find(string name) => nodes.GetValueOrDefault(name);
    public bool Contains(string name) => nodes.ContainsKey(name);

    /// <summary>All names of some classes, sorted as bytes.</summary>
    public IEnumerable<string> Names(ParamClasses classes) =>
        nodes.Where(n => (n.Value.Classes & classes) != 0).Select(n => n.Key).Order(StringComparer.Ordinal);

    /// <summary>Makes a user's own name known.</summary>
    public void AddUser(string name) => nodes.TryAdd(name, new(null, ParamClasses.User, ""));

    /// <summary>An old name that is set is shown like one of the user's own.</summary>
    public void ShowLegacy(string name)
    {
        if (nodes[name].Param is { Legacy: true }) nodes[name] = nodes[name] with { Classes = ParamClasses.User };
    }

    public void AddServices(IEnumerable<MasterLine> services)
    {
        foreach (MasterLine service in services)
        {
            bool transport = Transports.Contains(service.Command);
            foreach (ParamFamily family in ParamRegistry.Families)
                if (family.Suffix == "_time_limit" ? service.Command is "pipe" or "spawn" : transport)
                    AddService(family.NameFor(service.Service), family.FallbackParam.Name);
        }
    }

    private void AddService(string name, string fallback)
    {
        nodes[name] = nodes.TryGetValue(name, out ParamNode? node)
            ? node with { Classes = ParamClasses.Service }
            : new ParamNode(null, ParamClasses.Service, "$" + fallback);
    }
}
