using MtaSuite.Common.Config;
using MtaSuite.Tools.Postaccess;

namespace MtaSuite.Tests.Unit.Tools;

public class PostaccessTests
{
    [TestCase("client", "192.0.2.1", "client=192.0.2.1")]
    [TestCase("client", "[IPv6:2001:db8::1]", "client=2001:db8::1")]
    [TestCase("client", "2001:DB8::1", "client=2001:db8::1")]
    [TestCase("from", "<>", "from=")]
    [TestCase("from", "a@b.example", "from=a@b.example")]
    [TestCase("rcpt", "<\"a b\"@c.example>", "rcpt=a b@c.example")]
    [TestCase("rcpt", "postmaster", "rcpt=postmaster")]
    [TestCase("helo", "[192.0.2.1]", "helo=[192.0.2.1]")]
    [TestCase("tls", "", "tls=yes")]
    public void Right_values(string option, string value, string attribute)
    {
        AccessQuestion q = new();
        Assert.That(q.Take(option, value), Is.Null);
        Assert.That(q.Attributes, Is.EqualTo(new[] { attribute }));
    }

    [TestCase("client", "mail.example.org", "is a name; give the address")]
    [TestCase("client", "192.0.2.300", "is not an IP address")]
    [TestCase("client", "", "is not an IP address")]
    [TestCase("rcpt", "", "is not an address")]
    [TestCase("rcpt", "<>", "it is empty")]
    [TestCase("rcpt", "a@b c@d", "is not an address")]
    [TestCase("from", "a@b> SIZE=5", "is not an address")]
    [TestCase("helo", "two words", "is not what a client can say")]
    [TestCase("name", "not_a/host", "is not a host name")]
    [TestCase("o", "novalue", "is not NAME=VALUE")]
    [TestCase("o", "no_such_parameter=1", "there is no parameter no_such_parameter")]
    public void Wrong_values_are_told_apart(string option, string value, string problem) =>
        Assert.That(new AccessQuestion().Take(option, value), Does.Contain(problem));

    [Test]
    public void Nothing_is_asked_without_client_and_recipient()
    {
        AccessQuestion q = new();
        Assert.That(q.Missing, Does.Contain("--client"));
        q.Take("client", "192.0.2.1");
        Assert.That(q.Missing, Does.Contain("--rcpt"));
        q.Take("rcpt", "a@b.example");
        Assert.That(q.Missing, Is.Null);
    }

    [TestCase("", "127.0.0.1:25", "")]
    [TestCase("587", "submission:587", "")]
    [TestCase("submission:587", "submission:587", "")]
    [TestCase("smtps", null, "master.cf has no smtpd service \"smtps\"; there is: submission:587, 127.0.0.1:25")]
    public void The_service(string name, string? expected, string error)
    {
        List<ServiceEntry> all = MasterCf.Parse(
            "submission:587 inet n - n - - smtpd\n127.0.0.1:25 inet n - n - - smtpd\nsmtp unix - - n - - smtp\n", "master.cf", []);
        Assert.That(PostaccessCommand.ChooseService(all, name, out string said)?.Name, Is.EqualTo(expected));
        Assert.That(said, Is.EqualTo(error));
    }
}
