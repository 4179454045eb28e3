using MtaSuite.Common.Mail;

namespace MtaSuite.Qmgr;

/// <summary>Where a recipient goes: transport, nexthop, and the address to deliver to; or the outcome that it has already.</summary>
internal readonly record struct RouteResult(string Transport, string Nexthop, string Recipient, Outcome? Outcome);

/// <summary>Decides where recipients go.</summary>
internal interface IRouter
{
    ValueTask<RouteResult> RouteAsync(Envelope envelope, string recipient);
}
