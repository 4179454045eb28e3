using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using MtaSuite.Common.Config;
using MtaSuite.Common.Dns;
using MtaSuite.Common.Ipc.Messages;
using MtaSuite.Common.Routing;
using MtaSuite.Common.Tls.Client;
using MtaSuite.Relay.Deliveries;
using MtaSuite.Relay.Routing;
using MtaSuite.Relay.Sessions;
using MtaSuite.Tests.Unit.Dns;
using MtaSuite.Tests.Unit.Net;
using MtaSuite.Tests.Unit.Tls;

namespace MtaSuite.Tests.Unit.Relay;

/// <summary>RFC 7672 end to end: mail to hosts of a signed zone, asked of a resolver that validates.</summary>
[TestFixture]
public class DaneTests
{
    private const string Sent = "2.0.0 250 2.0.0 taken", NotVerified = "4.7.5 Server certificate not verified",
        NotOffered = "4.7.4 TLS is required, but was not offered by host ";
    private readonly TestCa _ca = new();
    private TlsPeer? _peer, _clear;
    private SignedZones? _zone;

    [OneTimeSetUp]
    public void Start()
    {
        string chain = _ca.ChainText("mx.signed.test", true, null, "", out X509Certificate2 leaf);
        (_peer, _clear) = (new TlsPeer(chain), new TlsPeer(chain, TlsMode.NotOffered));
        string key = Convert.ToHexString(SHA256.HashData(leaf.PublicKey.ExportSubjectPublicKeyInfo())), wrong = new('a', 64);
        string tlsa = $"_{_peer.EndPoint.Port}._tcp", clear = $"_{_clear.EndPoint.Port}._tcp";
        _zone = new SignedZones(new Zone("signed.test", $"""
            good A 127.0.0.1
            {tlsa}.good TLSA 3 1 1 {key}
            {clear}.good TLSA 3 1 1 {key}
            wrong A 127.0.0.1
            {tlsa}.wrong TLSA 3 1 1 {wrong}
            roll A 127.0.0.1
            {tlsa}.roll TLSA 3 1 1 {wrong}
            {tlsa}.roll TLSA 3 1 1 {key}
            none A 127.0.0.1
            useless A 127.0.0.1
            {tlsa}.useless TLSA 1 1 1 {wrong}
            {clear}.useless TLSA 1 1 1 {wrong}
            alias CNAME good
            bogus A 127.0.0.1
            {tlsa}.bogus TLSA 3 1 1 {new string('b', 64)}
            @ MX 10 good

            """, Tamper: z => z.Replace(new string('b', 64), new string('c', 64), StringComparison.OrdinalIgnoreCase)),
            new Zone("plain.test", $"host A 127.0.0.1\n{tlsa}.host TLSA 3 1 1 {wrong}\n@ MX 10 good.signed.test.\nbad MX 10 "
                + $"wrong.signed.test.\n", IsSigned: false));
    }

    [OneTimeTearDown]
    public void Stop()
    {
        _zone?.Dispose();
        _peer?.Dispose();
        _clear?.Dispose();
        _ca.Dispose();
    }

    [TestCase("[good.signed.test]", false, "dane", Sent, "dane")]
    [TestCase("signed.test", false, "dane", Sent, "dane")]
    [TestCase("[alias.signed.test]", false, "dane-only", Sent, "dane-only")]
    [TestCase("[roll.signed.test]", false, "dane", Sent, "dane")]
    [TestCase("[wrong.signed.test]", false, "dane", NotVerified, "")]
    [TestCase("[good.signed.test]", true, "dane", NotOffered, "")]
    [TestCase("[none.signed.test]", false, "dane", Sent, "(dane:may)")]
    [TestCase("[none.signed.test]", true, "dane", Sent, "(dane:none)")]
    [TestCase("[none.signed.test]", false, "dane-only", "4.7.5 no TLSA records found", "")]
    [TestCase("[useless.signed.test]", false, "dane", Sent, "(dane:encrypt)")]
    [TestCase("[useless.signed.test]", true, "dane", NotOffered, "")]
    [TestCase("[useless.signed.test]", false, "dane-only", "4.7.5 TLSA records unusable", "")]
    [TestCase("[bogus.signed.test]", false, "dane", "4.7.5 TLSA lookup error for bogus.signed.test", "")]
    [TestCase("[host.plain.test]", false, "dane", Sent, "(dane:may)")]
    [TestCase("[host.plain.test]", false, "dane-only", "4.7.5 non DNSSEC destination", "")]
    [TestCase("[host.plain.test]", false, "dane-only\nsmtp_tls_force_insecure_host_tlsa_lookup = yes", "4.7.5 no TLSA records found", "")]
    [TestCase("plain.test", false, "dane", Sent, "dane")]
    [TestCase("plain.test", false, "dane-only", "4.7.5 non DNSSEC destination", "")]
    [TestCase("bad.plain.test", false, "dane", NotVerified, "")]
    [TestCase("bad.plain.test", false, "dane\nsmtp_tls_dane_insecure_mx_policy = encrypt", Sent, "(dane:encrypt)")]
    [TestCase("bad.plain.test", false, "dane\nsmtp_tls_dane_insecure_mx_policy = may", Sent, "(dane:may)")]
    [TestCase("bad.plain.test", false, "may\nsmtp_tls_policy_maps = static:dane", Sent, "(dane:may)",
        TestName = "Without DANE as the level of all, names without signature have no TLSA records")]
    [TestCase("[wrong.signed.test]", false, "may\nsmtp_tls_policy_maps = static:dane", NotVerified, "")]
    [TestCase("plain.test", true, "dane\nsmtp_tls_dane_insecure_mx_policy = encrypt", NotOffered, "")]
    public void A_host_and_a_level(string nexthop, bool clear, string level, string outcome, string tls)
    {
        OnLoop.Run(async loop =>
        {
            using RelayFixture f = new(loop, null);
            DnsResolver resolver =
                new(loop, new DnsOptions { Servers = [_zone!.EndPoint], Timeout = TestLimits.Answer, FailureTtl = TimeSpan.Zero });
            for (int i = 0; i < 3000 && !(await resolver.Query("signed.test", DnsType.SOA)).IsFound; i++)
                await loop.Delay(TimeSpan.FromMilliseconds(100));
            HostLookup hosts = new(resolver, new HostLookupOptions { Flags = DnsQueryFlags.Dnssec, IPv6 = false });
            DnsTargets finder =
                new(f.Settings.Routes, lmtp: false, hosts, new MailExchangers(resolver, new MailExchangerOptions { Dnssec = true }));
            TlsClientSettings settings =
                new(MailConfig.Parse($"compatibility_level = 3.11\nsmtp_tls_security_level = {level}\n").Config, lmtp: false);
            RelayContext context =
                new(loop, f.Spool, f.Settings, finder) { TlsPolicies = new TlsPolicies(settings, [], resolver, TimeProvider.System) };
            DeliverRequest request = f.Queue(["b@x.test"]);
            request.Nexthop = $"{nexthop}:{(clear ? _clear! : _peer!).EndPoint.Port}";
            List<RecipientOutcome> outcomes = await new RelayDelivery(context, request).RunAsync();
            context.Sessions.CloseIdle();
            Assert.That($"{outcomes[0].Outcome.Status} {outcomes[0].Outcome.Text}", Does.StartWith(outcome));
            TlsPolicy policy = (await context.TlsPolicies.ApplyAsync(Nexthop.Parse(request.Nexthop, lmtp: false),
                (await finder.FindAsync(Nexthop.Parse(request.Nexthop, lmtp: false))).Targets[0], optional: false)).Tls;
            if (tls.Length > 0)
                Assert.That(policy.Level.Word() == policy.Wanted.Word() ? policy.Level.Word()
                    : $"({policy.Wanted.Word()}:{policy.Level.Word()})",
                Is.EqualTo(tls.Replace(":none", ":may", StringComparison.Ordinal)));
        });
    }
}
