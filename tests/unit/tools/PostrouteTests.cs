using System.Text.Json;
using MtaSuite.Common.Config;
using MtaSuite.Tools.Postroute;

namespace MtaSuite.Tests.Unit.Tools;

public class PostrouteTests
{
    private const string Settings = """
        mydestination = here.example
        virtual_alias_domains = alias.example
        virtual_alias_maps = inline:{
            { a@alias.example = me@here.example, you@far.example } { loop@alias.example = loop@alias.example, x@far.example }
            { ring1@alias.example = ring2@alias.example } { ring2@alias.example = ring1@alias.example } }
        canonical_maps = inline:{ old@here.example=new@here.example }
        relay_domains = backup.example
        relay_recipient_maps = inline:{ ok@backup.example=x }
        local_recipient_maps = inline:{ me=x new=x }
        alias_maps = inline:{ me=other@here.example }
        transport_maps = inline:{ special.example=smtp:[192.0.2.1]:2525 }
        relayhost = [smart.example]
        sender_dependent_relayhost_maps = inline:{ vip@here.example=[vip.example] }
        recipient_delimiter = +
        """;
    private const string Services = """
        local unix - n n - - local
        smtp unix - - n - - smtp
        relay unix - - n - - smtp -o syslog_name=relay
        """;

    private ToolHarness _harness = null!;

    [SetUp]
    public void SetUp() => _harness = new ToolHarness();

    [TearDown]
    public void TearDown() => _harness.Dispose();

    private int Show(bool json, string sender, params string[] addresses) =>
        PostrouteCommand.Show(_harness.Config(Settings), MasterCf.Parse(Services, "master.cf", []), sender, [.. addresses], json,
        askDns: false);

    [TestCase("me@here.example", 0, "mydestination (here.example): here.example -> address class Local", "transport local",
        "alias_maps (inline:{", "me -> other@here.example",
        "service   local unix local")]
    [TestCase("me+x@here.example", 0, "alias_maps", "me -> other@here.example")]
    [TestCase("nobody@here.example", 1,
        "refused   550 5.1.1 <nobody@here.example>: Recipient address rejected: User unknown in local recipient table")]
    [TestCase("old@here.example", 0, "rewritten new@here.example", "canonical_maps (inline:{", "old@here.example -> new@here.example",
        "-> new@here.example")]
    [TestCase("a@alias.example", 0, "virtual_alias_maps", "-> me@here.example", "-> you@far.example", "relayhost: nexthop [smart.example]")]
    [TestCase("b@alias.example", 1, "virtual_alias_domains", "refused   550 5.1.1", "User unknown in virtual alias table")]
    [TestCase("ok@backup.example", 0, "relay_domains (backup.example): backup.example -> address class Relay", "relay_recipient_maps",
        "service   relay unix smtp -o syslog_name=relay")]
    [TestCase("no@backup.example", 1, "User unknown in relay recipient table")]
    [TestCase("x@special.example", 0, "transport_maps", "special.example -> smtp:[192.0.2.1]:2525", "nexthop   [192.0.2.1]:2525")]
    [TestCase("x@far.example", 0, "default: in none of mydestination", "default_transport (smtp): transport smtp, nexthop [smart.example]")]
    public void What_decides_is_shown(string address, int status, params string[] lines)
    {
        Assert.That(Show(false, "", address), Is.EqualTo(status));
        foreach (string line in lines) Assert.That(_harness.Output, Does.Contain(line));
    }

    [Test]
    public void A_loop_is_shown_once()
    {
        Assert.That(Show(false, "", "ring1@alias.example"), Is.EqualTo(1));
        Assert.That(_harness.Output.Split('\n')
            .Where(l => l.Contains(" -> ", StringComparison.Ordinal) && l.Contains("ring", StringComparison.Ordinal)).ToArray(),
            Has.Length.EqualTo(2));
        Assert.That(_harness.Output, Does.Contain("trouble   unreasonable virtual_alias_maps map nesting for ring1@alias.example"));
    }

    [Test]
    public void The_sender_counts()
    {
        Show(true, "vip@here.example", "x@far.example", "x@far.example");
        JsonElement first = JsonDocument.Parse(_harness.Output.Split('\n')[0]).RootElement;
        JsonElement route = first.GetProperty("routes")[0];
        Assert.That(route.GetProperty("nexthop").GetString(), Is.EqualTo("[vip.example]"));
        Assert.That(route.GetProperty("steps").EnumerateArray().Select(s => s.GetProperty("rule").GetString()),
            Does.Contain("sender_dependent_relayhost_maps"));
        Assert.That(_harness.Output.Split('\n')[1], Is.EqualTo(_harness.Output.Split('\n')[0]), "what was asked before leaves no trace");
    }

    [Test]
    public void A_table_that_cannot_be_asked_is_named()
    {
        Assert.That(PostrouteCommand.Show(_harness.Config("virtual_alias_maps = hash:/nowhere/at/all"), [], "", ["x@far.example"],
            json: false, askDns: false), Is.EqualTo(1));
        Assert.That(_harness.Output, Does.Contain("trouble").And.Contain("/nowhere/at/all"));
        Assert.That(_harness.Messages, Does.Contain("virtual_alias_maps"));
    }
}
