using MtaSuite.Common.Authentication;
using MtaSuite.Mailauth.Sessions;

namespace MtaSuite.Mailauth.Checks;

/// <summary>
/// The value of a Received-SPF field (RFC 7208 9.1):
/// <code>
/// value = result "(" comment ")" "client-ip=" address ";" "envelope-from=" quoted ";" "helo=" quoted ";" "receiver=" host ";"
///         "identity=" word
/// </code>
/// </summary>
internal static class ReceivedSpf
{
    private const int MaxText = 256;

    public static string Compose(string host, MessageFacts message, SpfFinding spf)
    {
        string address = $"{message.Client.Address}";
        string words = spf.Result switch
        {
            SpfResult.Pass => $"domain of {spf.Value} designates {address} as permitted sender",
            SpfResult.Fail => $"domain of {spf.Value} does not designate {address} as permitted sender",
            _ => spf.Reason,
        };
        return $"{spf.Word} ({Text($"{host}: {words}", "()\\")})\r\n\tclient-ip={address};"
            + $"\r\n\tenvelope-from=\"{Text(message.Sender, "\"\\")}\";"
            + $"\r\n\thelo=\"{Text(message.Helo, "\"\\")}\"; receiver={host}; identity={spf.Identity}";
    }

    /// <summary>What comes from strangers: cut, printable, with a backslash before what would end it.</summary>
    private static string Text(string text, string escaped) =>
        string.Concat(ResultsField.Clean(text, MaxText).Select(c => escaped.Contains(c) ? $"\\{c}" : $"{c}"));
}
