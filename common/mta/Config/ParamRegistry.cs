using MtaSuite.Common.Config.Params;

namespace MtaSuite.Common.Config;

/// <summary>All parameters there are, by name.</summary>
public static class ParamRegistry
{
    /// <summary>Every parameter of every owner.</summary>
    public static IReadOnlyList<Param> All { get; } =
    [
        .. BounceParams.All, .. CleanupParams.All, .. CommonParams.All, .. LmtpClientParams.All, .. LocalParams.All, .. LogParams.All,
        .. LocalUserParams.All, .. MasterParams.All, .. MilterParams.All, .. PickupParams.All,
            .. PipeParams.All, .. PostscreenParams.All, .. ProxymapParams.All,
        .. QmgrParams.All, .. RetiredParams.All, .. RewriteParams.All, .. SmtpClientParams.All, .. SmtpdParams.All, .. StsParams.All,
        .. TlsParams.All,
        .. TlsReportParams.All,
        .. GreylistParams.All, .. MailauthParams.All, .. TlsproxyParams.All, .. VerifyParams.All, .. VirtualParams.All,
    ];

    /// <summary>Every family of per-transport parameters.</summary>
    public static IReadOnlyList<ParamFamily> Families { get; } = [.. QmgrParams.Families, .. PipeParams.Families];

    private static readonly Dictionary<string, Param> ByName = Index();

    private static Dictionary<string, Param> Index()
    {
        var index = new Dictionary<string, Param>(All.Count, StringComparer.Ordinal);
        foreach (Param param in All) index.Add(param.Name, param);
        return index;
    }

    /// <summary>The parameter of that very name, or null.</summary>
    public static Param? Find(string name) => ByName.GetValueOrDefault(name);

    /// <summary>The family a name belongs to by its suffix, and the transport in the name; null where it belongs to none.</summary>
    public static ParamFamily? FindFamily(string name, out string transport)
    {
        ParamFamily? found = null;
        // the longest suffix counts: _destination_recipient_limit also ends in _recipient_limit
        foreach (ParamFamily family in Families)
            if (name.Length > family.Suffix.Length && name.EndsWith(family.Suffix, StringComparison.Ordinal)
                && (found == null || family.Suffix.Length > found.Suffix.Length)) found = family;
        transport = found == null ? "" : name[..^found.Suffix.Length];
        return found;
    }
}
