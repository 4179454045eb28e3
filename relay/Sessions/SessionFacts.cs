namespace MtaSuite.Relay.Sessions;

/// <summary>What opening a session came to, for the transactions over it.</summary>
/// <param name="Features">What the server offers, as of the last EHLO.</param>
/// <param name="TlsText">What the log says of TLS with each delivery.</param>
/// <param name="SendsRequireTls">MAIL says REQUIRETLS (RFC 8689).</param>
/// <param name="IsLoggedIn">MAIL may have AUTH= (RFC 4954 5).</param>
/// <param name="DelaysEndOfData">The end of the content is held back for a while (smtp_pix_workarounds: delay_dotcrlf).</param>
internal sealed record SessionFacts(ServerFeatures Features, string TlsText, bool SendsRequireTls, bool IsLoggedIn, bool DelaysEndOfData);
