using System.Net;
using MtaSuite.Common.Config;
using MtaSuite.Tools.Doctor;
using MtaSuite.Tools.Shared;

namespace MtaSuite.Tests.Unit.Tools;

public class DoctorTests
{
    [TestCase("mydestination = $myhostname, localhost.$mydomain, localhost, hash:/nowhere/table\nmyhostname = mx.test.example\n",
        "test.example")]
    [TestCase("mydestination = $myhostname\nmydomain = localdomain\nmyhostname = mx.test.example\n", "mx.test.example")]
    [TestCase("mydestination =\nmydomain = a.example\nmyhostname = a.example\nvirtual_mailbox_domains = B.example, "
        + "a.example\nrelay_domains = c.example\n", "a.example b.example c.example")]
    [TestCase("mydestination = localhost\nmydomain = localdomain\nmyhostname = host.localdomain\n", "")]
    public void Domains_of_the_configuration(string config, string expected) =>
        Assert.That(string.Join(' ', DoctorCommand.OwnDomains(MailConfig.Parse("compatibility_level = 3.6\n" + config).Config)),
        Is.EqualTo(expected));

    [TestCase("8.8.8.8", true)]
    [TestCase("172.32.0.1", true)]
    [TestCase("100.128.0.1", true)]
    [TestCase("2a00:1450::1", true)]
    [TestCase("10.1.2.3", false)]
    [TestCase("172.16.0.1", false)]
    [TestCase("172.31.255.255", false)]
    [TestCase("192.168.7.7", false)]
    [TestCase("169.254.1.1", false)]
    [TestCase("100.64.0.1", false)]
    [TestCase("127.0.0.1", false)]
    [TestCase("203.0.113.5", false)]
    [TestCase("224.0.0.1", false)]
    [TestCase("::1", false)]
    [TestCase("fe80::1", false)]
    [TestCase("fd00::1", false)]
    [TestCase("2001:db8::1", false)]
    public void Addresses_that_others_can_reach(string address, bool expected) =>
        Assert.That(DoctorContext.IsPublic(IPAddress.Parse(address)), Is.EqualTo(expected));

    [Test]
    public void Keywords_of_a_reply_to_EHLO()
    {
        List<string> reply = ["250-mx.test AUTH", "250-STARTTLS", "250-AUTH PLAIN LOGIN", "250-SIZE 100", "250 AUTHX"];
        Assert.That(SmtpDialogue.Parameters(reply, "auth"), Is.EqualTo("PLAIN LOGIN"));
        Assert.That(SmtpDialogue.Offers(reply, "STARTTLS"));
        Assert.That(SmtpDialogue.Offers(reply, "START"), Is.False);
        Assert.That(SmtpDialogue.Offers(["250-mx", "250-AUTH=PLAIN", "250 X"], "AUTH"), "as old servers write it");
    }
}
