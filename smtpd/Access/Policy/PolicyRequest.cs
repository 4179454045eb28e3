using System.Globalization;
using System.Text;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Smtp;
using MtaSuite.Common.Tls;

namespace MtaSuite.Smtpd.Access;

/// <summary>
/// What a policy server is told of a session, in Postfix's words (SMTPD_POLICY_README of Postfix 3.12):
/// <code>
/// request   = 1*( attribute LF ) LF
/// attribute = name "=" value
/// </code>
/// </summary>
internal sealed class PolicyRequest
{
    private readonly StringBuilder _text = new(1024);

    private PolicyRequest()
    {
    }

    /// <summary>All attributes as bytes, with the empty line behind them.</summary>
    public static byte[] Make(AccessContext c, string policyContext)
    {
        PolicyRequest request = new();
        request.AddTransaction(c);
        request.AddClient(c.Session);
        request.AddTls(c.Session.Tls);
        request.Add("policy_context", policyContext);
        request.Add("compatibility_level", c.Session.Settings.CompatibilityLevel);
        request.Add("mail_version", c.Session.Settings.MailVersion);
        request._text.Append('\n');
        return Encoding.UTF8.GetBytes(request._text.ToString());
    }

    private void AddTransaction(AccessContext c)
    {
        SmtpSession session = c.Session;
        Transaction? t = session.Transaction;
        SessionStage stage = session.Stage == SmtpVerb.Bdat ? SmtpVerb.Data : session.Stage;
        bool counts = stage == SmtpVerb.Data || stage == SessionStage.EndOfMessage;
        Add("request", "smtpd_access_policy");
        Add("protocol_state", stage.ToString());
        Add("protocol_name", session.Protocol);
        Add("helo_name", c.Helo ?? session.Helo);
        Add("queue_id", t?.QueueId ?? "");
        Add("sender", c.Sender ?? "");
        Add("recipient", c.Recipient ?? "");
        Add("recipient_count", counts ? t?.Recipients.Count ?? 0 : 0);
        Add("instance", session.Instance);
        Add("size", t?.Content is { Size: > 0 } content ? content.Size : t?.Parameters.Size ?? 0);
        Add("etrn_domain", c.EtrnDomain ?? "");
        Add("stress", session.Server.Settings.Stress ? "yes" : session.Settings.Stress);
        Add("sasl_method", session.SaslMethod);
        Add("sasl_username", session.SaslLogin);
        Add("sasl_sender", session.IsAuthenticated ? t?.Parameters.Submitter ?? "" : "");
    }

    private void AddClient(SmtpSession session)
    {
        ClientInfo client = session.Client;
        Add("client_address", client.Address);
        Add("client_name", client.Name);
        Add("client_port", client.Port);
        Add("reverse_client_name", client.ReverseName);
        Add("server_address", client.ServerAddress);
        Add("server_port", client.ServerPort);
    }

    private void AddTls(TlsFacts? tls)
    {
        bool trusted = tls is { Trust: >= TlsTrust.Trusted };
        Add("ccert_subject", trusted ? Xtext.Encode(tls!.PeerName) : "");
        Add("ccert_issuer", trusted ? Xtext.Encode(tls!.PeerIssuer) : "");
        Add("ccert_fingerprint", tls?.CertificateFingerprint ?? "");
        Add("ccert_pubkey_fingerprint", tls?.KeyFingerprint ?? "");
        Add("encryption_protocol", tls?.Agreement.Protocol ?? "");
        Add("encryption_cipher", tls?.Agreement.Cipher ?? "");
        Add("encryption_keysize", tls?.Agreement.UsedBits ?? 0);
        Add("tls_sni", tls?.AskedName ?? "");
    }

    private void Add(string name, long value) => Add(name, value.ToString(CultureInfo.InvariantCulture));

    /// <summary>A value from outside must not end its line.</summary>
    private void Add(string name, string value)
    {
        _text.Append(name).Append('=');
        if (value.AsSpan().ContainsAny('\n', '\0')) value = value.Replace('\n', '?').Replace('\0', '?');
        _text.Append(value).Append('\n');
    }
}
