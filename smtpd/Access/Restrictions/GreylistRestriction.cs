using System.Net;
using MtaSuite.Common.Ipc;
using MtaSuite.Common.Ipc.Messages;
using MtaSuite.Common.Log;
using MtaSuite.Common.Net;

namespace MtaSuite.Smtpd.Access;

/// <summary>
/// greylist: defers a client that has not written to this recipient before, as this sender. Of our own. What other restrictions refuse is
/// refused all the same; only what would be accepted is deferred.
/// </summary>
internal static class GreylistRestriction
{
    public static async ValueTask<Verdict> CheckAsync(AccessContext c, RestrictionStep step)
    {
        if (c.Recipient is not { } recipient || c.Session.Client.Ip is not { } ip || c.Session.Server.Greylist is not { } greylist)
            return Verdict.Dunno;
        c.Trace?.Asks("greylist", "greylist");
        GreylistReply? reply = await greylist.AskAsync(new GreylistQuery
        {
            Client = NetworkOf(ip, c.Rules),
            Sender = c.Sender ?? "",
            Recipient = recipient,
            Report = c.Trace is not null,
        });
        switch (reply?.Verdict)
        {
            case null:
                Log.Warning($"greylist service failure: {greylist.LastError}: {c.Session.Client.NameAddress} is let in");
                return Verdict.Dunno;
            case GreylistVerdict.Wait:
                return c.SetDeferIfPermit(450, "4.2.0",
                    $"<{c.ReplyName}>: {c.ReplyClass} rejected: Greylisted, please try again in {reply.Seconds} seconds");
            case GreylistVerdict.Retried when c.Session.Transaction is { Content: null } transaction && c.Trace is null:
                AddField(transaction, $"delayed {reply.Seconds} seconds by {c.Session.Settings.MyHostname}");
                break;
        }
        c.Trace?.Note($"greylist: {reply.Verdict switch
        {
            GreylistVerdict.Retried => $"has waited for {reply.Seconds} s",
            GreylistVerdict.ClientAllowed => "the client is let in without waiting",
            _ => "known",
        }}");
        return Verdict.Dunno;
    }

    /// <summary>One for a message, whoever its recipients are.</summary>
    private static void AddField(Transaction transaction, string value)
    {
        const string name = "X-Greylist: ";
        transaction.Prepend ??= [];
        if (!transaction.Prepend.Exists(field => field.StartsWith(name, StringComparison.Ordinal))) transaction.Prepend.Add(name + value);
    }

    /// <summary>"network/bits".</summary>
    private static string NetworkOf(IPAddress ip, AccessRules rules)
    {
        int bits = ip.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork ? rules.GreylistIPv4Prefix : rules.GreylistIPv6Prefix;
        return $"{IpPrefix.Network(ip, bits)}/{bits}";
    }
}
