using System.Text;
using MtaSuite.Common.Config;
using MtaSuite.Common.Tls.Client;

namespace MtaSuite.Tests.Unit.Tls;

/// <summary>RFC 8461: records, policies, patterns; and what plugins say of policies.</summary>
[TestFixture]
public class StsTests
{
    [TestCase("v=STSv1; id=20160831085700Z;", "20160831085700Z")]
    [TestCase("v=STSv1;id=a", "a")]
    [TestCase("v=STSv1 \t;\tid=a ; ", "a")]
    [TestCase("v=STSv1; x-y.z=1!<>; id=a; id=b", "a")]
    [TestCase("v=STSv1; id=12345678901234567890123456789012", "12345678901234567890123456789012")]
    [TestCase("v=STSv1; id=123456789012345678901234567890123", null)]
    [TestCase("v=STSv1; id=a-b", null)]
    [TestCase("v=STSv1; id=", null)]
    [TestCase("v=STSv1; id=a; b", null)]
    [TestCase("v=STSv1; id=a;; x=1", null)]
    [TestCase("v=STSv1; id=a; x=1 2", null)]
    [TestCase("v=STSv1", null)]
    [TestCase("v=STSv2; id=a", null)]
    [TestCase("v=STSv11; id=a", null)]
    [TestCase("V=STSv1; id=a", null)]
    [TestCase("v=spf1 -all", null)]
    public void Records(string text, string? id)
    {
        Assert.That(StsRecord.TryParse(text, out string found), Is.EqualTo(id != null));
        Assert.That(found, Is.EqualTo(id ?? found));
    }

    [Test]
    public void A_policy_with_everything()
    {
        const string text = "version: STSv1\r\nmode: enforce  \nmx:mail.Example.COM\r\nmx:\t*.example.net\nunknown.field-1: caf\u00e9 : "
            + "x\nmax_age: 604800\nmode: none\nmax_age: 1\n\r\n";
        Assert.That(StsPolicyFile.TryParse(Encoding.UTF8.GetBytes(text), out StsPolicyFile policy, out string error), error);
        Assert.That((policy.Mode, policy.MaxAge), Is.EqualTo((StsMode.Enforce, TimeSpan.FromDays(7))));
        Assert.That(policy.Patterns, Is.EqualTo(new[] { "mail.example.com", "*.example.net" }));
        Assert.That(policy.Lines, Has.Count.EqualTo(8));
        Assert.That(policy.Lines.Take(4),
            Is.EqualTo(new[] { "version: STSv1", "mode: enforce", "mx:mail.Example.COM", "mx:\t*.example.net" }));
    }

    [TestCase("mode: none\nversion: STSv1\nmax_age: 0", "")]
    [TestCase("version: STSv1\nmode: testing\nmx: a\nmax_age: 9999999999", "")]
    [TestCase("", "the policy has no version")]
    [TestCase("version: STSv1\nmode: enforce\nmax_age: 1", "the policy has no mx")]
    [TestCase("version: STSv1\nmx: a\nmax_age: 1", "the policy has no mode")]
    [TestCase("version: STSv1\nmode: none", "the policy has no max_age")]
    [TestCase("version: STSv2\nmode: none\nmax_age: 1", "unknown version of policy")]
    [TestCase("version: STSv1\nmode: Enforce\nmx: a\nmax_age: 1", "unknown mode of policy")]
    [TestCase("version: STSv1\nmode: none\nmax_age: 10000000000", "max_age is not a number of seconds")]
    [TestCase("version: STSv1\nmode: none\nmax_age: -1", "max_age is not a number of seconds")]
    [TestCase("version: STSv1\nmode: enforce\nmx: a..b\nmax_age: 1", "an mx line has no host name")]
    [TestCase("version: STSv1\nmode: enforce\nmx: *\nmax_age: 1", "an mx line has no host name")]
    [TestCase("version: STSv1\nmode: enforce\nmx: a.*.b\nmax_age: 1", "an mx line has no host name")]
    [TestCase("<html>404</html>", "a line of the policy has no field name")]
    [TestCase("version: STSv1\nmode: none\nmax_age: 1\nx: \u0001", "the policy has control characters")]
    [TestCase("version: STSv1\nmode: none\nmax_age: 1\nx: \u007f", "the policy has control characters")]
    public void Policies(string text, string problem)
    {
        Assert.That(StsPolicyFile.TryParse(Encoding.UTF8.GetBytes(text), out StsPolicyFile policy, out string error),
            Is.EqualTo(problem.Length == 0), error);
        Assert.That(error, Is.EqualTo(problem));
        if (problem.Length == 0) Assert.That(policy.MaxAge, Is.LessThanOrEqualTo(StsPolicyFile.LongestAge));
    }

    [Test]
    public void Limits()
    {
        const string good = "version: STSv1\nmode: enforce\nmax_age: 1\nmx: a\n";
        string Problem(string text) => StsPolicyFile.TryParse(Encoding.Latin1.GetBytes(text), out _, out string error) ? "" : error;
        Assert.That(Problem(good + string.Concat(Enumerable.Repeat("mx: b\n", 99))), Is.Empty);
        Assert.That(Problem(good + string.Concat(Enumerable.Repeat("mx: b\n", 100))), Is.EqualTo("too many mx lines"));
        Assert.That(Problem(good + "x: " + new string('y', 1000)), Is.EqualTo("a line of the policy is too long"));
        Assert.That(Problem(good + string.Concat(Enumerable.Repeat("x: y\n", 20_000))), Is.EqualTo("the policy is too long"));
        Assert.That(Problem(good + "x: \xff"), Is.EqualTo("the policy is not in UTF-8"));
    }

    [TestCase("mail.example.com", true)]
    [TestCase("MAIL.example.COM.", true)]
    [TestCase("a.example.net", true)]
    [TestCase("example.net", false)]
    [TestCase("a.b.example.net", false)]
    [TestCase(".example.net", false)]
    [TestCase("mail.example.com.evil.test", false)]
    [TestCase("xmail.example.com", false)]
    [TestCase("*.example.net", true)] // no host name at all: no exchanger record leads there
    [TestCase("", false)]
    public void Patterns(string host, bool allowed) =>
        Assert.That(new StsFinding { Domain = "d", Patterns = ["mail.example.com", "*.example.net"] }.Allows(host), Is.EqualTo(allowed));

    private static TlsClientSettings Settings(string more = "") =>
        new(MailConfig.Parse($"compatibility_level = 3.11\nsmtp_tls_security_level = may\n{more}").Config, lmtp: false);

    private const string Plugin = "secure match=.example.net servername=hostname policy_type=sts policy_domain=D.test policy_ttl=9 "
        + "mx_host_pattern=*.example.net "
        + "{ policy_string = version: STSv1 } { policy_string = mode: enforce }";

    [Test]
    public void A_plugin_hands_its_policy_on()
    {
        TlsPolicy policy = TlsPolicy.Parse(Plugin, Settings());
        Assert.That(policy.Problem, Is.Empty);
        Assert.That((policy.Sts!.Domain, policy.Sts.Mode), Is.EqualTo(("d.test", StsMode.Enforce)));
        Assert.That(policy.Sts.Lines, Is.EqualTo(new[] { "version: STSv1", "mode: enforce" }));
        Assert.That(StsAttributes.ForHost(policy, "mx.example.net", Settings()).Match, Is.EqualTo(new[] { "mx.example.net" }));
        Assert.That(StsAttributes.ForHost(policy, "mx.example.org", Settings()).Problem,
            Is.EqualTo("MTA-STS policy of d.test does not allow host mx.example.org"));
        TlsPolicy loose = StsAttributes.ForHost(policy, "mx.example.org", Settings("smtp_tls_enforce_sts_mx_patterns = no\n"));
        Assert.That((loose.Problem, loose.Match[0]), Is.EqualTo(("", ".example.net")));
    }

    [TestCase("secure policy_type=sts policy_domain=d.test policy_failure=sts_webpki_invalid",
        "MTA-STS policy of d.test: sts-webpki-invalid")]
    [TestCase("may policy_type=sts policy_domain=d.test policy_failure=sts-policy-fetch-error", "")]
    [TestCase("may policy_type=no-policy-found policy_domain=d.test", "")]
    [TestCase("secure policy_type=sts policy_domain=d.test policy_failure=oops",
        "client TLS configuration problem: invalid policy_failure \"oops\"")]
    [TestCase("secure policy_domain=d.test", "client TLS configuration problem: attributes of an MTA-STS policy without policy_type")]
    [TestCase("secure policy_type=dane", "client TLS configuration problem: invalid policy_type \"dane\"")]
    [TestCase("secure { policy_type=sts", "client TLS configuration problem: attribute \"{ policy_type=sts\" has unbalanced braces")]
    [TestCase("sts", "client TLS configuration problem: invalid security level \"sts\"")]
    public void What_a_plugin_may_say(string entry, string problem) =>
        Assert.That(StsAttributes.ForHost(TlsPolicy.Parse(entry, Settings()), "mx.test", Settings()).Problem, Is.EqualTo(problem));
}
