using MtaSuite.Common.Config;
using MtaSuite.Common.Config.Params;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Tables;

namespace MtaSuite.Common.Routing;

/// <summary>
/// Tables that replace the final "status text" of a delivery. Success may not become failure nor the other way round: mail would be lost
/// or sent twice; but temporary failures may become permanent and back. With soft_bounce none is permanent in the end.
/// </summary>
public sealed class StatusFilter(Maps maps, bool softBounce = false)
{
    public static readonly StatusFilter None = new(Maps.Empty);

    /// <summary>Opens the tables of a parameter.</summary>
    public static StatusFilter Open(MailConfig config, TextParam param, List<string>? problems = null)
    {
        string value = config.Get(param);
        bool softBounce = config.Get(BounceParams.SoftBounce);
        if (value.Length == 0) return softBounce ? new StatusFilter(Maps.Empty, softBounce) : None;
        Maps maps = Maps.Open(value);
        problems?.AddRange(maps.OpenErrors.Select(e => $"{param.Name}: {e}"));
        return new StatusFilter(maps, softBounce);
    }

    /// <summary>The outcome to report instead; the same when no table has one.</summary>
    public async ValueTask<Outcome> ApplyAsync(Outcome outcome)
    {
        if (!maps.IsEmpty) outcome = await FilterAsync(outcome);
        return softBounce ? outcome.SoftBounce() : outcome;
    }

    private async ValueTask<Outcome> FilterAsync(Outcome outcome)
    {
        string query = $"{outcome.Status} {outcome.Text}";
        LookupResult result = await maps.LookupAsync(query);
        if (result.IsError) Log.Log.Warning($"{result.ErrorText}");
        if (!result.IsFound) return outcome;
        if (!DsnStatus.TryParse(result.Value, out DsnStatus status, out int length) || result.Value.Length <= length + 1
            || status.IsSuccess != outcome.IsOk)
        {
            Log.Log.Warning($"delivery status filter: bad result \"{result.Value}\" for \"{query}\"");
            return outcome;
        }
        OutcomeKind kind = status.IsSuccess ? OutcomeKind.Ok : status.IsPermanent ? OutcomeKind.Permanent : OutcomeKind.Temporary;
        return outcome with { Kind = kind, Status = status, Text = result.Value[(length + 1)..] };
    }
}
