using MtaSuite.Common.Routing;
using MtaSuite.Common.Smtp;
using MtaSuite.Common.Tables;

namespace MtaSuite.Smtpd.Access;

/// <summary>Whether we are responsible for a destination. Unknown: a table does not answer.</summary>
internal enum DestinationStatus : byte { Foreign, Authorized, Unknown }

/// <summary>What routing says of addresses in internal form. What it has found out it remembers for the command under way.</summary>
internal interface IAddresses
{
    /// <summary>For one session, whose commands follow one another.</summary>
    IAddresses ForSession() => this;

    /// <summary>The address completed with the local domain, as tables are asked for it.</summary>
    ValueTask<string> CompleteAsync(string address);

    /// <summary>Final or relay destination of ours, or foreign. Addresses with sender-specified routing are foreign.</summary>
    ValueTask<DestinationStatus> IsAuthorizedDestinationAsync(string sender, string recipient);

    /// <summary>The domain of an address in its final form. Authorized: its mail ends here, there is nothing to find out.</summary>
    /// <param name="other">The recipient for a sender, the sender for a recipient.</param>
    ValueTask<(DestinationStatus Whose, string Domain)> FindDomainAsync(string other, string address);

    /// <summary>
    /// The local part has routing in it (user%there@here): mail that another host might relay further. Never with allow_untrusted_routing.
    /// </summary>
    ValueTask<bool> IsSourceRoutedAsync(string sender, string recipient);

    /// <summary>A host name or an address literal that is this machine.</summary>
    ValueTask<bool> IsLocalDomainAsync(string domain);

    /// <summary>
    /// "None" when the address may exist; otherwise the whole reply: "550 5.1.1 &lt;x@y&gt;: Recipient address rejected: User unknown in
    /// local recipient table".
    /// </summary>
    /// <param name="isSender">Check the sender instead of the recipient.</param>
    ValueTask<SmtpReply> CheckListedAsync(string sender, string recipient, bool isSender);

    /// <summary>Where mail for an address goes; null when nobody can tell.</summary>
    ValueTask<Route?> RouteOfAsync(string sender, string address) => default;

    /// <summary>Looks an address up by its usual keys: whole, without extension, local part, @domain.</summary>
    ValueTask<LookupResult> FindAsync(Maps maps, string address);

    /// <summary>A new command begins: tables may have changed.</summary>
    void Forget();
}
