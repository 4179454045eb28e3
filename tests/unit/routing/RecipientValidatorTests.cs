using MtaSuite.Common.Routing;

namespace MtaSuite.Tests.Unit.Routing;

public sealed class RecipientValidatorTests
{
    private const string Config = """
        local_recipient_maps = inline:{joe=1}
        virtual_alias_domains = alias.test
        virtual_alias_maps = inline:{known@alias.test=x@y.test}
        virtual_mailbox_domains = v.test
        virtual_mailbox_maps = inline:{box@v.test=box/}
        relay_domains = relay.test
        relay_recipient_maps = inline:{r@relay.test=1}
        transport_maps = inline:{{gone.test=error:5.1.2 No such place} {later.test=retry:4.7.1 Later} {bad.test=error:No mail}}

        """;

    private static string Check(string recipient, string more = "", bool sender = false)
    {
        using RoutingCore core = RoutingFor.With(Config + more);
        RecipientCheck check = new RecipientValidator(core).Check(new AddressResolver(core).Resolve("", recipient), recipient, sender);
        return check.Status == RecipientStatus.Valid ? "valid" : check.Reply;
    }

    [TestCase("joe", "valid")]
    [TestCase("joe+x@example.com", "valid")]
    [TestCase("nobody@example.com", "550 5.1.1 <nobody@example.com>: Recipient address rejected: User unknown in local recipient table")]
    [TestCase("Postmaster@mx.example.com", "valid")]
    [TestCase("double-bounce@example.com", "valid")]
    [TestCase("known@alias.test", "valid")]
    [TestCase("who@alias.test", "550 5.1.1 <who@alias.test>: Recipient address rejected: User unknown in virtual alias table")]
    [TestCase("box+x@v.test", "valid")]
    [TestCase("who@v.test", "550 5.1.1 <who@v.test>: Recipient address rejected: User unknown in virtual mailbox table")]
    [TestCase("r@relay.test", "valid")]
    [TestCase("x@relay.test", "550 5.1.1 <x@relay.test>: Recipient address rejected: User unknown in relay recipient table")]
    [TestCase("x@elsewhere.test", "valid")]
    [TestCase("x@gone.test", "550 5.1.2 <x@gone.test>: Recipient address rejected: No such place")]
    [TestCase("x@bad.test", "550 5.1.1 <x@bad.test>: Recipient address rejected: No mail")]
    [TestCase("x@a..b", "501 5.1.3 Bad recipient address syntax")]
    public void Checks_recipients(string recipient, string expected) => Assert.That(Check(recipient), Is.EqualTo(expected));

    [Test]
    public void Checks_senders() =>
        Assert.That(Check("nobody@example.com", sender: true),
        Is.EqualTo("550 5.1.0 <nobody@example.com>: Sender address rejected: User unknown in local recipient table"));

    [TestCase("local_recipient_maps =", "nobody@example.com", "valid")]
    [TestCase("show_user_unknown_table_name = no", "nobody@example.com",
        "550 5.1.1 <nobody@example.com>: Recipient address rejected: User unknown")]
    [TestCase("unknown_local_recipient_reject_code = 450", "nobody@example.com",
        "450 4.1.1 <nobody@example.com>: Recipient address rejected: User unknown in local recipient table")]
    [TestCase("local_recipient_maps = fail:x", "nobody@example.com", "451 4.3.0 <nobody@example.com>: Temporary lookup failure")]
    [TestCase("canonical_maps = inline:{nobody=joe}", "nobody@example.com", "valid")]
    [TestCase("mydestination = fail:x", "nobody@example.com", "451 4.3.0 <nobody@example.com>: Temporary lookup failure")]
    public void Follows_the_settings(string more, string recipient, string expected) =>
        Assert.That(Check(recipient, more), Is.EqualTo(expected));

    private sealed class Clock : TimeProvider
    {
        public long Seconds;
        public override long TimestampFrequency => 1;
        public override long GetTimestamp() => Seconds;
    }

    [Test]
    public void Remembers_answers_for_seconds()
    {
        Environment.SetEnvironmentVariable("recipient_joe", "1");
        Environment.SetEnvironmentVariable("recipient_ann", null);
        var clock = new Clock();
        using RoutingCore core = RoutingFor.With("local_recipient_maps = environ:x\n", clock);
        var resolver = new AddressResolver(core);
        var validator = new RecipientValidator(core);
        RecipientStatus Check(string recipient) => validator.Check(resolver.Resolve("", recipient), recipient, isSender: false).Status;
        Assert.That(Check("recipient_joe"), Is.EqualTo(RecipientStatus.Valid));
        Assert.That(Check("recipient_ann"), Is.EqualTo(RecipientStatus.Unknown));
        Environment.SetEnvironmentVariable("recipient_joe", null);
        Environment.SetEnvironmentVariable("recipient_ann", "1");
        Assert.That(Check("recipient_ann"), Is.EqualTo(RecipientStatus.Unknown));
        clock.Seconds = 2;
        Assert.That(Check("recipient_ann"), Is.EqualTo(RecipientStatus.Valid));
        Assert.That(Check("recipient_joe"), Is.EqualTo(RecipientStatus.Valid));
        clock.Seconds = 6;
        Assert.That(Check("recipient_joe"), Is.EqualTo(RecipientStatus.Unknown));
    }

    [Test]
    public void Routes_report_double_bounces_and_source_routes()
    {
        using RoutingCore core = RoutingFor.With("");
        var resolver = new AddressResolver(core);
        Assert.That(resolver.Resolve("", "Double-Bounce@mx.example.com").IsDoubleBounce);
        Assert.That(resolver.Resolve("", "joe@mx.example.com").IsDoubleBounce, Is.False);
        Assert.That(resolver.Resolve("", "a%b.test@c.test").IsSourceRouted);
        Assert.That(resolver.Resolve("", "a@c.test").IsSourceRouted, Is.False);
        Assert.That(resolver.Resolve("", "joe@[192.0.2.7]").Class, Is.EqualTo(AddressClass.Local));
        Assert.That(resolver.Resolve("", "joe@[192.0.2.8]").Class, Is.EqualTo(AddressClass.Default));
        Assert.That(resolver.Resolve("", "joe@[IPv6:::1]").Class, Is.EqualTo(AddressClass.Local));
    }
}
