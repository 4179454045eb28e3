using MtaSuite.Common.Config;
using MtaSuite.Common.Config.Params;
using MtaSuite.Common.Log;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Routing;
using MtaSuite.Common.Tables;

namespace MtaSuite.Relay.Content;

/// <summary>Tables that give outgoing mail addresses that the world knows instead of those that only this site does (generic(5)).</summary>
public sealed class GenericMaps : IAddressRewriter
{
    private readonly Maps _maps;
    private readonly AddressMapper _mapper;
    private readonly bool _propagate;
    private readonly List<string> _results = [];

    private GenericMaps(RoutingCore core, Maps maps) =>
        (_maps, _mapper, _propagate) = (maps, core.Mapper,
        core.Config.GetList(RewriteParams.PropagateUnmatchedExtensions).Contains("generic", StringComparer.OrdinalIgnoreCase));

    /// <summary>Null where there are no tables.</summary>
    internal static GenericMaps? From(MailConfig config, TextParam param, List<string> problems)
    {
        if (config.Get(param).Length == 0) return null;
        RoutingCore core = new(config);
        Maps maps = core.OpenMaps(param);
        problems.AddRange(core.Problems);
        return new GenericMaps(core, maps);
    }

    /// <summary>A lookup failed since this was last set to false: what was made of the addresses meanwhile is not to be sent.</summary>
    public bool HasFailed { get; set; }

    /// <summary>Asking may wait for another process or the network.</summary>
    public bool MayBlock => _maps.MayBlock;

    /// <summary>The address to use, internal form; the same when no table has it, and for the empty sender.</summary>
    public string Map(string address)
    {
        if (address.Length == 0) return address;
        _results.Clear();
        LookupStatus status = _mapper.Map(_maps, address, _propagate, _results, out string error);
        if (status == LookupStatus.NotFound) return address;
        if (status == LookupStatus.Found && _results is [var single]) return single;
        HasFailed = true;
        Log.Warning($"generic address mapping of {address}: {(error.Length > 0 ? error : "not one address")}");
        return address;
    }

    string IAddressRewriter.Rewrite(string external)
    {
        string address = Address.Unquote822(external);
        string mapped = Map(address);
        return mapped == address ? external : Address.Quote822(mapped);
    }
}
