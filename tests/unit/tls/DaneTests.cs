using System.Security.Cryptography;
using MtaSuite.Common.Config;
using MtaSuite.Common.Dns;
using MtaSuite.Common.Tls;
using MtaSuite.Common.Tls.Client;

namespace MtaSuite.Tests.Unit.Tls;

/// <summary>RFC 7672: what a server's certificates must be to match TLSA records.</summary>
[TestFixture]
public class DaneTests
{
    private TestCa _ca = null!;

    [SetUp]
    public void MakeAuthority() => _ca = new TestCa();

    [TearDown]
    public void RemoveAuthority() => _ca.Dispose();

    private static TlsaRecord Record(byte usage, byte selector, byte type, byte[] data) =>
        new("_25._tcp.mx.test", TimeSpan.FromHours(1), usage, selector, type, data);

    /// <param name="which">ee: the leaf, key: its key, ta: the authority, other: nothing that is there.</param>
    [TestCase(3, 0, 1, "ee", true)]
    [TestCase(3, 1, 1, "key", true)]
    [TestCase(3, 1, 2, "key", true)]
    [TestCase(3, 0, 0, "ee", true)]
    [TestCase(3, 1, 1, "other", false)]
    [TestCase(2, 0, 1, "ta", true)]
    [TestCase(2, 0, 0, "ta", true)]
    [TestCase(2, 0, 1, "other", false)]
    [TestCase(2, 0, 1, "ta", false, "elsewhere.test")]
    [TestCase(3, 1, 1, "key", true, "elsewhere.test")]
    public void Records_and_certificates(int usage, int selector, int type, string which, bool matches, string host = "mx.test")
    {
        string text = _ca.ChainText(host, true, null, "", out var leaf) + File.ReadAllText(_ca.RootFile);
        File.WriteAllText($"{_ca.Folder}/chain", text);
        byte[] whole = which switch
        {
            "ee" => leaf.RawData,
            "key" => leaf.PublicKey.ExportSubjectPublicKeyInfo(),
            "ta" => _ca.RootDer,
            _ => new byte[10],
        };
        byte[] data = type switch { 1 => SHA256.HashData(whole), 2 => SHA512.HashData(whole), _ => whole };
        Assert.That(Common.Native.OpenSsl.TryLoad(out _) && Common.Native.SslTickets.SetCipher("aes-256-cbc"));
        new TicketKeys(_ca.Folder, TimeSpan.FromHours(1), TimeProvider.System).Install();
        TlsClientSettings settings = new(MailConfig.Parse("smtp_tls_security_level = dane\n").Config, lmtp: false);
        TlsPolicy policy = TlsPolicy.Of(TlsLevel.Dane, settings) with
        { Tlsa = [Record((byte)usage, (byte)selector, (byte)type, data)], TlsaBase = "mx.test" };
        TlsClient client = new(settings, [], TimeProvider.System);
        using TlsContext server = TlsPair.ServerContext("", $"{_ca.Folder}/chain");
        for (int round = 0; round < 2; round++) // the second is resumed where the first was good
        {
            using TlsPair pair = new();
            pair.Run(async () =>
            {
                TlsSession accepting = TlsSession.TryCreate(server, pair.Server, server: true, out _)!;
                Task<TlsHandshake> accepted = accepting.HandshakeAsync(TestLimits.Wait).AsTask();
                TlsStart start = await client.StartAsync(pair.Client, policy, "dest.test", "mx.test", "mx.test[192.0.2.1]:25");
                Assert.That(await accepted, Is.EqualTo(TlsHandshake.Done));
                Assert.That(start.Status, Is.EqualTo(matches ? TlsStartStatus.Established : TlsStartStatus.NotVerified), start.Error);
                Assert.That(start.Facts!.Trust == TlsTrust.Verified, Is.EqualTo(matches));
                pair.Server.Write("250 x"u8);
                await TlsPair.ReceiveAsync(pair.Client, 5);
                start.Session!.Keep?.Invoke();
                if (round == 1) Assert.That(start.Facts.Agreement.Resumed, Is.EqualTo(matches));
            });
        }
    }
}
