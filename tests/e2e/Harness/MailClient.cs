using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using MailKit;
using MailKit.Net.Smtp;
using MailKit.Security;
using MimeKit;
using MtaSuite.Tests.Unit.Tls;

namespace MtaSuite.Tests.E2e.Harness;

/// <summary>MailKit's SMTP client on the loopback, which trusts one authority of a test and asks for the notifications that it was told
/// to ask for.</summary>
internal sealed class MailClient : SmtpClient
{
    private readonly TestCa? _ca;

    /// <param name="ca">The authority that it trusts; null: it takes any certificate.</param>
    public MailClient(TestCa? ca = null) => Prepare(_ca = ca);

    /// <summary>With a log of what is said on the connection.</summary>
    public MailClient(TestCa? ca, Stream protocol) : base(new ProtocolLogger(protocol, leaveOpen: true)) => Prepare(_ca = ca);

    /// <summary>What each recipient is asked for; null: NOTIFY is not given.</summary>
    public DeliveryStatusNotification? Notify { get; init; }

    /// <summary>Content goes in chunks (BDAT) to a server that takes them.</summary>
    public bool InChunks { get; init; }

    /// <summary>ENVID; empty: not given.</summary>
    public string EnvelopeId { get; init; } = "";

    private void Prepare(TestCa? ca)
    {
        Timeout = (int)Wait.Limit.TotalMilliseconds;
        LocalDomain = "client.example";
        CheckCertificateRevocation = false;
        ServerCertificateValidationCallback = (_, certificate, _, errors) => ca == null
            || (certificate is X509Certificate2 found && IsTrusted(found, errors));
    }

    /// <summary>Connects to the submission service (STARTTLS) or to the submissions service (TLS from the first byte).</summary>
    public MailClient To(int port, bool starttls, string host = "localhost")
    {
        Connect(host, port, starttls ? SecureSocketOptions.StartTls : SecureSocketOptions.SslOnConnect);
        return this;
    }

    /// <summary>Connects without TLS.</summary>
    public MailClient Plainly(int port)
    {
        Connect("127.0.0.1", port, SecureSocketOptions.None);
        return this;
    }

    private bool IsTrusted(X509Certificate2 certificate, SslPolicyErrors errors)
    {
        if ((errors & ~SslPolicyErrors.RemoteCertificateChainErrors) != 0) return false;
        using X509Chain chain = new();
        using X509Certificate2 root = X509CertificateLoader.LoadCertificate(_ca!.RootDer);
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.Add(root);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        return chain.Build(certificate);
    }

    protected override bool PreferSendAsBinaryData => InChunks;

    protected override string? GetEnvelopeId(MimeMessage message) => EnvelopeId.Length > 0 ? EnvelopeId : null;

    protected override DeliveryStatusNotification? GetDeliveryStatusNotifications(MimeMessage message, MailboxAddress mailbox) => Notify;

    /// <summary>A message of plain text.</summary>
    public static MimeMessage Message(string from, string to, string subject, string body = "the body\r\n")
    {
        MimeMessage message = new() { Subject = subject, Body = new TextPart("plain") { Text = body } };
        message.From.Add(MailboxAddress.Parse(from));
        message.To.Add(MailboxAddress.Parse(to));
        return message;
    }
}
