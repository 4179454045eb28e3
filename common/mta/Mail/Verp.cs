namespace MtaSuite.Common.Mail;

/// <summary>
/// Variable envelope return paths: a sender that names the recipient, so that a notice of failure tells by its address alone whose mail
/// failed. "owner@origin" for "user@domain" with the delimiters "+=" is "owner+user=domain@origin".
/// </summary>
public static class Verp
{
    /// <summary>The sender for one recipient. Null and unqualified senders stay as they are.</summary>
    /// <param name="delimiters">Two characters.</param>
    public static string Sender(string sender, string recipient, string delimiters)
    {
        if (delimiters.Length != 2 || sender.LastIndexOf('@') <= 0) return sender;
        Address.Split(sender, out ReadOnlySpan<char> local, out ReadOnlySpan<char> domain);
        Address.Split(recipient, out ReadOnlySpan<char> user, out ReadOnlySpan<char> site);
        return site.IsEmpty ? $"{local}{delimiters[0]}{user}@{domain}" : $"{local}{delimiters[0]}{user}{delimiters[1]}{site}@{domain}";
    }

    /// <summary>Two characters of those that verp_delimiter_filter allows.</summary>
    public static bool IsValid(string delimiters, string allowed) =>
        delimiters.Length == 2 && allowed.Contains(delimiters[0]) && allowed.Contains(delimiters[1]);
}
