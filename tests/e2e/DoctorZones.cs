using MtaSuite.Tests.E2e.Harness;
using MtaSuite.Tests.Unit.Dns;

namespace MtaSuite.Tests.E2e;

/// <summary>
/// Zones as the doctor sees them: two nsd servers behind an unbound that validates, one fault in each zone. The servers are asked on
/// their own port.
/// </summary>
[TestFixture]
public class DoctorZones : InstanceTest
{
    private const string Servers = "@ NS ns2\nns2 A 127.0.0.2\n@ MX 10 mx\nmx A 127.0.0.1\n";
    private SignedZones? _zones;

    protected override string[] Settings => ["inet_protocols=ipv4"];

    protected override void Prepare()
    {
        string wrong = new('a', 64);
        string Delegation(string name, string ds = "") => $"{name} NS ns.{name}\nns.{name} A 127.0.0.1\n{ds}\n";
        string Signed(string name) => Delegation(name, $"DS-OF {name}.above.test");
        _zones = new SignedZones(
            new Zone("good.above.test", $"{Servers}@ CAA 0 issue \"ca.example; account=1\"\n@ CAA 0 iodef \"mailto:x@good.above.test\"\n",
                Second: z => z),
            new Zone("soon.above.test", Servers, Expires: DateTime.UtcNow.AddDays(1)),
            new Zone("old.above.test", Servers, Expires: DateTime.UtcNow.AddDays(-2)),
            new Zone("nods.above.test", Servers),
            new Zone("wrongds.above.test", Servers),
            new Zone("keyless.above.test", Servers, IsSigned: false),
            new Zone("late.above.test", $"{Servers}", IsSigned: false, Second: z =>
                z.Replace("ns root 1 3600", "ns root 7 3600", StringComparison.Ordinal)),
            new Zone("lame.above.test", $"{Servers}mx CAA 128 odd \"value\"\n", IsSigned: false, Second: _ => "none"),
            new Zone("alone.above.test", "@ MX 10 mx\nmx A 127.0.0.1\n@ CAA 0 issue \";\"\n", IsSigned: false),
            new Zone("deaf.above.test", $"{Servers}@ NS ns3\nns3 A 127.0.0.99\n@ NS ns4\n", IsSigned: false),
            new Zone("above.test", $"""
                {Signed("good")}{Signed("soon")}{Signed("old")}{Delegation("nods")}
                {Delegation("wrongds", $"wrongds DS 12345 13 2 {wrong}")}{Delegation("keyless", $"keyless DS 12345 13 2 {wrong}")}
                {Delegation("late")}{Delegation("lame")}{Delegation("alone")}{Delegation("deaf")}

                """));
        Mta.Configure($"dns_servers={_zones.EndPoint}");
    }

    [OneTimeTearDown]
    public void Remove() => _zones?.Dispose();

    [TestCase("good", "OK", "soa", "2 address(es) of name servers have the zone good.above.test, with serial 1")]
    [TestCase("good", "OK", "dnssec", "fits the zone")]
    [TestCase("good", "OK", "dnssec", "signatures hold until ")]
    [TestCase("good", "OK", "caa mx.good.above.test", "certificates may be issued by ca.example (good.above.test)")]
    [TestCase("soon", "WARNING", "dnssec", "in 2")]
    [TestCase("old", "PROBLEM", "dnssec", "expired on ")]
    [TestCase("nods", "WARNING", "dnssec", "is signed, but the parent zone has no DS record")]
    [TestCase("nods", "WARNING", "dnssec", "give the registrar: nods.above.test. IN DS ")]
    [TestCase("wrongds", "PROBLEM", "dnssec", "none of 1 DS record(s) fits a key of wrongds.above.test")]
    [TestCase("keyless", "PROBLEM", "dnssec", "but the zone has no keys")]
    [TestCase("late", "NOTE", "dnssec", "late.above.test is not signed")]
    [TestCase("late", "WARNING", "soa", "serial 7 of late.above.test is not everywhere: ns.late.above.test[127.0.0.1] has 1")]
    [TestCase("late", "NOTE", "caa mx.late.above.test", "no CAA record")]
    [TestCase("lame", "PROBLEM", "ns", "ns2.lame.above.test[127.0.0.2] does not have the zone lame.above.test")]
    [TestCase("lame", "WARNING", "caa mx.lame.above.test", "critical CAA record with the property \"odd\"")]
    [TestCase("alone", "WARNING", "ns", "is the only name server of alone.above.test")]
    [TestCase("alone", "WARNING", "caa mx.alone.above.test", "no authority may issue a certificate")]
    [TestCase("deaf", "WARNING", "ns", "ns3.deaf.above.test[127.0.0.99] does not answer")]
    [TestCase("deaf", "PROBLEM", "ns", "name server ns4.deaf.above.test has no address")]
    public void A_zone(string name, string level, string area, string text)
    {
        ProgramResult result = Instance.Run("mtasuite", "-c", Mta.Etc, "doctor", "-j", "--no-services", "--timeout", "300", "--dns-port",
            $"{_zones!.Authority.Port}", "--port", $"{Mta.SmtpPort}",
            $"{name}.above.test");
        Assert.That(DoctorLine.Read(result.Output), Has.Some.Matches<DoctorLine>(l => l.Level == level && l.Area == area
            && l.Text.Contains(text)), result.ToString());
    }
}
