using MtaSuite.Common.Smtp;
using MtaSuite.Common.Tables;

namespace MtaSuite.Smtpd.Sessions;

/// <summary>What a client may do because of its name and address.</summary>
internal sealed class ClientRights
{
    /// <summary>smtpd_authorized_xclient_hosts.</summary>
    public bool Xclient { get; private set; }
    /// <summary>smtpd_authorized_xforward_hosts.</summary>
    public bool Xforward { get; private set; }
    /// <summary>smtpd_authorized_verp_clients.</summary>
    public bool Verp { get; private set; }
    /// <summary>smtpd_forbid_bare_newline and its exclusions.</summary>
    public BareNewlinePolicy BareNewline { get; private set; }
    /// <summary>What EHLO does not announce to this client, and commands do not accept.</summary>
    public EhloKeywords Discarded { get; private set; }

    /// <summary>The client has connected.</summary>
    public async ValueTask FindAsync(SmtpdSettings s, ClientInfo client)
    {
        await FindAgainAsync(s, client);
        // not again after XCLIENT: whoever may name another client may say where that one's mail comes from
        Xforward = await client.IsInAsync(s.Tables.XforwardHosts);
    }

    /// <summary>XCLIENT has named another client.</summary>
    public async ValueTask FindAgainAsync(SmtpdSettings s, ClientInfo client)
    {
        Xclient = await client.IsInAsync(s.Tables.XclientHosts);
        Verp = await client.IsInAsync(s.Tables.VerpClients);
        BareNewline = s.BareNewline == BareNewlinePolicy.No || await client.IsInAsync(s.Tables.BareNewlineExclusions)
            ? BareNewlinePolicy.No : s.BareNewline;
        Discarded = await s.Tables.DiscardEhloMaps.LookupAsync(client.Address) is { IsFound: true } found
            ? Ehlo.ParseKeywords(found.Value) : s.DiscardEhloKeywords;
    }

    /// <summary>The extension was not taken away from this client.</summary>
    public bool Offers(EhloKeywords extension) => (Discarded & extension) == 0;
}
