using MtaSuite.Common.Config;
using MtaSuite.Common.Config.Params;
using MtaSuite.Common.Log;
using MtaSuite.Common.Routing;
using MtaSuite.Common.Tables;

namespace MtaSuite.Qmgr;

/// <summary>Recipients with retry curves of their own (retry_maps).</summary>
internal sealed class RetryMaps
{
    private const int KnownCurves = 1000;
    private readonly AddressLookup _lookup;
    private readonly Maps _maps;
    private readonly Dictionary<string, RetryCurve?> _curves = new(StringComparer.Ordinal);

    private RetryMaps(MailConfig config)
    {
        RoutingCore core = new(config);
        (_lookup, _maps) = (core.Lookup, core.OpenMaps(QmgrParams.RetryMaps));
        foreach (string error in _maps.OpenErrors) Log.Warning($"{QmgrParams.RetryMaps}: {error}");
    }

    /// <summary>Opens the tables; null: there are none.</summary>
    public static RetryMaps? Open(MailConfig config) =>
        config.Get(QmgrParams.RetryMaps).Length == 0 ? null : new RetryMaps(config);

    /// <summary>A recipient's own curve; null: the usual one.</summary>
    public async ValueTask<RetryCurve?> CurveOfAsync(string recipient)
    {
        const FindBy by = FindBy.Full | FindBy.NoExtension | FindBy.Domain | FindBy.DotParents;
        LookupResult result = (await _lookup.FindAsync(_maps, recipient, by)).Result;
        if (result.IsNotFound) result = await _maps.LookupAsync("*");
        if (result.IsError) Log.Warning($"{QmgrParams.RetryMaps}: <{recipient}>: {result.ErrorText}");
        return result.IsFound ? Parsed(result.Value) : null;
    }

    private RetryCurve? Parsed(string text)
    {
        if (_curves.TryGetValue(text, out RetryCurve? curve)) return curve;
        if (!RetryCurve.TryParse(text, out curve))
            Log.Warning($"{QmgrParams.RetryMaps}: bad curve \"{text}\", expected waits as in \"5m 15m 1h*3 4h, give up 5d\"");
        if (_curves.Count >= KnownCurves) _curves.Clear();
        return _curves[text] = curve;
    }
}
