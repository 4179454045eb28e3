using System.Text.RegularExpressions;
using MtaSuite.Tests.E2e.Harness;

namespace MtaSuite.Tests.Lab;

/// <summary>
/// Domains that have both DANE (RFC 7672) and an enforced MTA-STS policy (RFC 8461), and what their exchangers make of it: TLSA records
/// decide wherever there are any, whatever the policy says (RFC 8461 2), and the policy where there are none.
/// </summary>
[TestFixture]
public class DaneAndSts : LabTest
{
    [OneTimeSetUp]
    public void TurnOn()
    {
        // the policies allow what TLSA records forbid, and the other way round
        Lab.ServeWeb(SignedZone.Domains.ToDictionary(d => $"mta-sts.{d}",
            d => $"version: STSv1\nmode: enforce\nmx: "
                + $"{(d.Split('.')[0] is "good" or "rollover" or "authority" ? "elsewhere.lab" : SignedZone.ExchangerOf(d))}\nmax_age: "
                + $"86400\n"));
        Set("smtp_tls_security_level=dane", "smtp_dns_support_level=dnssec", "mta_sts_CAfile=/etc/tls/ca.pem");
    }

    [OneTimeTearDown]
    public void BackToNormal()
    {
        Lab.Suite.Postsuper("-d", "ALL");
        Set("smtp_tls_security_level=may", "smtp_dns_support_level=", "mta_sts_CAfile=");
    }

    /// <summary>No process goes on with what was set before.</summary>
    private static void Set(params string[] settings)
    {
        Lab.Suite.Stop();
        Lab.Suite.Configure(settings);
        Lab.Suite.Start();
    }

    [TestCase("good", @"relay=mx\.postfix\.signed\.lab\[10\.77\.0\.12\]:25, .*tls=dane, dsn=2\.0\.0, status=sent",
        TestName = "Good TLSA records, and a policy that forbids the host")]
    [TestCase("rollover", @"relay=next\.postfix\.signed\.lab\[10\.77\.0\.12\]:25, .*tls=dane, dsn=2\.0\.0, status=sent",
        TestName = "TLSA records of an old key and the new one, and a policy that forbids the host")]
    [TestCase("authority", @"relay=ta\.postfix\.signed\.lab\[10\.77\.0\.12\]:25, .*tls=dane, dsn=2\.0\.0, status=sent",
        TestName = "TLSA records of the authority, and a policy that forbids the host")]
    [TestCase("stranger", @"tls=!dane, dsn=4\.7\.5, status=deferred \(Server certificate not verified\)",
        TestName = "TLSA records of the authority, and a certificate for another name")]
    [TestCase("wrong",
        @"relay=mx\.exim\.signed\.lab\[10\.77\.0\.13\]:25, .*tls=!dane, dsn=4\.7\.5, status=deferred \(Server certificate not verified\)",
            TestName = "Wrong TLSA records, and a policy that is kept")]
    [TestCase("bogus", @"dsn=4\.7\.5, status=deferred \(TLSA lookup error for sts\.exim\.signed\.lab",
        TestName = "A bogus answer, and a policy that is kept")]
    [TestCase("none", @"relay=sts\.postfix\.signed\.lab\[10\.77\.0\.12\]:25, .*tls=sts, dsn=2\.0\.0, status=sent",
        TestName = "No TLSA records, and a policy that is kept")]
    [TestCase("other", @"tls=!sts, dsn=4\.7\.5, status=deferred \(Server certificate not verified\)",
        TestName = "No TLSA records, and a policy that is not kept")]
    public void A_domain(string name, string expected)
    {
        string to = $"alice@{name}.{SignedZone.Name}", subject = $"to a domain with {name} records";
        Lab.Suite.Submit("me@ours.lab", to, subject, "x");
        Wait.Until(() => Regex.IsMatch(Lab.Suite.Log(), $"to=<{Regex.Escape(to)}>, .*status="), () => $"mail to {to}");
        Assert.That(Lab.Suite.Log(), Does.Match($"to=<{Regex.Escape(to)}>, .*{expected}"));
        if (expected.EndsWith("sent", StringComparison.Ordinal)) Lab.Postfix.Receives(subject);
        bool asked = Regex.IsMatch(Lab.Suite.Log(), $@"MTA-STS policy of {name}\.signed\.lab: id=1 mode=enforce");
        Assert.That(asked, Is.EqualTo(name is "none" or "other"), "who has TLSA records is not even asked for a policy");
    }
}
