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

    /// <summary>
    /// The address to use, internal form; the same when no table has it, and for the empty sender. With a problem, which is logged, it is
    /// not to be sent.
    /// </summary>
    public async ValueTask<RewrittenAddress> MapAsync(string address)
    {
        if (address.Length == 0) return new(address);
        AddressMapping mapping = await _mapper.MapAsync(_maps, address, _propagate);
        if (mapping.Status == LookupStatus.NotFound) return new(address);
        if (mapping is { Status: LookupStatus.Found, Results: [var single] }) return new(single);
        string problem = mapping.Error.Length > 0 ? mapping.Error : "not one address";
        Log.Warning($"generic address mapping of {address}: {problem}");
        return new(address, problem);
    }

    async ValueTask<RewrittenAddress> IAddressRewriter.RewriteAsync(string external)
    {
        string address = Address.Unquote822(external);
        (string mapped, string problem) = await MapAsync(address);
        return new(mapped == address ? external : Address.Quote822(mapped), problem);
    }
}
