using MtaSuite.Common.Routing;

namespace MtaSuite.Tests.Unit.Routing;

/// <summary>Destinations as transport tables, relayhost and posttls-finger name them.</summary>
public sealed class NexthopTests
{
    [TestCase("a.example", "a.example", "", true)]
    [TestCase("a.example:", "a.example", "", true)]
    [TestCase("a.example:submission", "a.example", "submission", true)]
    [TestCase("inet:a_b.example:26", "a_b.example", "26", true)]
    [TestCase("b\u00fccher.example", "b\u00fccher.example", "", true)]
    [TestCase("[a.example]", "a.example", "", false)]
    [TestCase("[a.example]:", "a.example", "", false)]
    [TestCase("[IPv6:2001:db8::1]:26", "2001:db8::1", "26", false)]
    [TestCase("[2001:db8::1]", "2001:db8::1", "", false)]
    // the last colon ends the host
    [TestCase("2001:db8::1:26", "2001:db8::1", "26", true)]
    [TestCase("192.0.2.1:26", "192.0.2.1", "26", true)]
    public void A_destination_is_a_host_and_a_service(string text, string host, string service, bool useMx)
    {
        Nexthop found = Nexthop.Parse(text, lmtp: false);
        Assert.That((found.Host, found.Service, found.UseMx, found.UnixPath, found.Problem),
            Is.EqualTo((host, service, useMx, "", (string?)null)));
        Assert.That(Nexthop.Parse(text, lmtp: true).UseMx, Is.False);
    }

    [TestCase("2001:db8::1", "neither a host name nor an address")]
    [TestCase("::1", "neither a host name nor an address")]
    [TestCase("IPv6:::1:25", "neither a host name nor an address")]
    [TestCase("1.2.3:25", "neither a host name nor an address")]
    [TestCase("a..example", "neither a host name nor an address")]
    [TestCase("[a.example", "no \"]\" behind the host")]
    [TestCase("[a.example]25", "text behind \"]\"")]
    [TestCase("[IPv6:192.0.2.1]:25", "no IPv6 address behind its tag")]
    [TestCase("[]:25", "no host")]
    [TestCase(":25", "no host")]
    [TestCase("", "no host")]
    [TestCase("a.example:25x", "text behind the port")]
    public void What_names_no_host_says_why(string text, string problem) =>
        Assert.That(Nexthop.Parse(text, lmtp: false).Problem, Is.EqualTo(problem));

    [Test]
    public void A_socket_has_a_path() =>
        Assert.That(Nexthop.Parse("unix:private/x", lmtp: true), Is.EqualTo(new Nexthop("", "", false, "private/x")));

    [Test]
    public void A_list_is_parted_by_commas_and_white_space() =>
        Assert.That(Nexthop.ParseList("a.example, [b.example]:26 \t[c.example", lmtp: false).Select(n => $"{n.Text} {n.Problem}"),
            Is.EqualTo(new[] { "a.example ", "[b.example]:26 ", "[c.example no \"]\" behind the host" }));
}
