using System.Globalization;
using MtaSuite.Common.Mail;

namespace MtaSuite.Smtpd.Sessions;

/// <summary>The $names that may stand in texts of replies: facts of the session, never parameters, which are nobody's business.</summary>
internal static class ReplyNames
{
    /// <summary>The value of a name, null for one that there is none of.</summary>
    public static string? Value(string name, SmtpSession session) =>
        Value(name, session, session.Transaction?.Sender, FirstRecipient(session));

    /// <param name="sender">The sender and the recipient that are talked about; null where there is none.</param>
    public static string? Value(string name, SmtpSession session, string? sender, string? recipient) => name switch
    {
        "client" => session.Client.NameAddress,
        "client_address" => session.Client.Address,
        "client_name" => session.Client.Name,
        "client_port" => session.Client.Port,
        "reverse_client_name" => session.Client.ReverseName,
        "helo_name" => session.Helo,
        "sender" => sender is null ? "" : sender.Length == 0 ? "<>" : sender,
        "sender_name" => sender is "" ? "<>" : Local(sender),
        "sender_domain" => Domain(sender),
        "recipient" => recipient ?? "",
        "recipient_name" => Local(recipient),
        "recipient_domain" => Domain(recipient),
        "server_name" => session.Settings.MyHostname,
        "localtime" => session.Loop.Time.GetLocalNow().ToString("MMM dd HH:mm:ss", CultureInfo.InvariantCulture),
        _ => null,
    };

    private static string? FirstRecipient(SmtpSession session) =>
        session.Transaction is { Recipients: [var first, ..] } ? first.Address : null;

    private static string Local(string? address) =>
        string.IsNullOrEmpty(address) ? "" : Address.Split(address, out ReadOnlySpan<char> local, out _) ? local.ToString() : address;

    private static string Domain(string? address) => string.IsNullOrEmpty(address) ? "" : Address.Domain(address).ToString();

    /// <summary>What comes from outside, with an underscore for each character that is not in smtpd_expansion_filter.</summary>
    public static string? Harmless(string? value, string allowed)
    {
        if (value is null || !value.AsSpan().ContainsAnyExcept(allowed)) return value;
        return string.Concat(value.Select(c => allowed.Contains(c) ? c : '_'));
    }
}
