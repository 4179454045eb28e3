using System.Text;
using MtaSuite.Common.Sasl;
using MtaSuite.Common.Sasl.Client;
using MtaSuite.Smtpd.Auth.BackEnds;
using MtaSuite.Smtpd.Auth.Mechanisms;
using MtaSuite.Tests.Unit.Sasl;

namespace MtaSuite.Tests.Fuzz;

/// <summary>The SASL mechanisms of the server and of the client, tokens and Dovecot's lines on hostile input.</summary>
public static class SaslFuzz
{
    private static readonly FakeAuthority s_authority =
        new() { Verifier = new ScramVerifier(ScramHash.Sha256, 4096, new byte[4], new byte[32], new byte[32]) };

    public static void One(ReadOnlySpan<byte> input)
    {
        Plain(input);
        foreach (SaslServer server in new SaslServer[]
        {
            new LoginServer(s_authority), new ScramServer(ScramHash.Sha256, false, s_authority, null),
                new ScramServer(ScramHash.Sha256, true, s_authority, _ => []),
            new BearerServer(s_authority, false), new BearerServer(s_authority, true), new ExternalServer("x"),
        }) Messages(server, input);
        Scram(input);
        SaslResult token = new TokenChecker(new TokenKeys("/nonexistent"), new TokenRules("", "", ["email"]))
            .Check("", Encoding.Latin1.GetString(input));
        if (token.Status == SaslStatus.Success) throw new InvalidOperationException("a token without a key");
        Dovecot(input);
        foreach (string name in new[] { "PLAIN", "LOGIN", "CRAM-MD5", "XOAUTH2", "OAUTHBEARER", "SCRAM-SHA-1" })
        {
            SaslClient client = SaslClient.Create(name, new SaslCredentials("u", "p"), new SaslServerFacts("h", 25))!;
            client.Initial();
            if (client.Next(input).Status is not (SaslStatus.Continue or SaslStatus.Failure))
                throw new InvalidOperationException("client ended by itself");
            if (name.StartsWith("SCRAM", StringComparison.Ordinal) && client.MayEnd)
                throw new InvalidOperationException("server without proof");
        }
    }

    /// <summary>Against the obvious way to cut it.</summary>
    private static void Plain(ReadOnlySpan<byte> input)
    {
        bool fast = PlainServer.TryParse(input, out string authzid, out string login, out string password);
        string[] parts = Encoding.UTF8.GetString(input).Split('\0');
        bool slow = System.Text.Unicode.Utf8.IsValid(input) && parts is [_, { Length: > 0 }, { Length: > 0 }];
        if (fast != slow || (fast && (authzid, login, password) != (parts[0], parts[1], parts[2])))
            throw new InvalidOperationException("PLAIN differs");
    }

    private static void Messages(SaslServer server, ReadOnlySpan<byte> input)
    {
        while (true)
        {
            int end = input.IndexOf((byte)'\n');
            SaslResult result = server.Next(end < 0 ? input : input[..end]);
            if (result.Status == SaslStatus.Success && server is ScramServer) throw new InvalidOperationException("SCRAM without a proof");
            if (end < 0 || result.Status != SaslStatus.Continue) return;
            input = input[(end + 1)..];
        }
    }

    private static void Scram(ReadOnlySpan<byte> input)
    {
        string text = Encoding.Latin1.GetString(input);
        if (ScramMessage.DecodeName(text) is { } name && ScramMessage.EncodeName(name) != text && !text.Contains(','))
            throw new InvalidOperationException("saslname");
        if (Gs2Header.TryParse(text, out Gs2Header header) && (header.Length < 3 || text[header.Length - 1] != ','))
            throw new InvalidOperationException("gs2");
        if (ScramVerifier.TryParse(text, out ScramVerifier verifier) && !ScramVerifier.TryParse(verifier.ToString(), out _))
            throw new InvalidOperationException("verifier");
    }

    private static void Dovecot(ReadOnlySpan<byte> input)
    {
        string text = Encoding.UTF8.GetString(input);
        string[] parts = DovecotLine.Split(Encoding.UTF8.GetBytes(DovecotLine.Escape(text)));
        if (parts is not [var one] || one != text) throw new InvalidOperationException("escape");
        parts = DovecotLine.Split(input);
        DovecotLine.Parameter(parts, "user");
        if (parts.Length > 1) DovecotLine.Mechanism(parts);
        if (DovecotLink.Result(["FAIL", .. parts]).Status == SaslStatus.Success) throw new InvalidOperationException("failure let in");
    }
}

[TestFixture]
public class SaslFuzzTests
{
    [Test]
    public void Random_and_mutated_messages() =>
        FuzzRunner.Run(SaslFuzz.One, 20261121,
        "n,,a=userr=abc\0\0\x01\x01=2C=3Dp=tls-exporter,auth=Bearer .eyJ{}\"\n\tc=biws,p=v0=i=4096s=QSXCR+"u8);
}
