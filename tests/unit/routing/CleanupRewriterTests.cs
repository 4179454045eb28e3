using System.Buffers;
using System.Text;
using MtaSuite.Cleanup;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Routing;
using MtaSuite.Common.Tables;

namespace MtaSuite.Tests.Unit.Routing;

public sealed class CleanupRewriterTests
{
    private static string Expand(string config, string recipient)
    {
        using RoutingCore core = RoutingFor.With(config);
        List<string> results = [];
        Expansion expansion = new CleanupRewriter(core).ExpandRecipient(recipient, results);
        return expansion.Failure is null ? string.Join(',', results) : $"{expansion.Failure.Status} {expansion.Failure.Text}";
    }

    private static string Header(string config, HeaderName name, string value, RewriteContext context = RewriteContext.Local)
    {
        using RoutingCore core = RoutingFor.With(config);
        var output = new ArrayBufferWriter<byte>();
        HeaderAddressRewriter? rewriter = new CleanupRewriter(core).ForHeader(name, context);
        bool changed = rewriter is not null && InPlace.Rewrite(Encoding.UTF8.GetBytes(value), rewriter, output);
        return changed ? Encoding.UTF8.GetString(output.WrittenSpan) : value;
    }

    [TestCase("", "user", "user@example.com")]
    [TestCase("", "", "MAILER-DAEMON@example.com")]
    [TestCase("virtual_alias_maps = inline:{user=a@x.test}", "user", "a@x.test")]
    [TestCase("virtual_alias_maps = inline:{user=a@x.test}", "user+ext@example.com", "a+ext@x.test")]
    [TestCase("virtual_alias_maps = inline:{user=a@x.test}\npropagate_unmatched_extensions =", "user+ext@example.com", "a@x.test")]
    [TestCase("virtual_alias_maps = inline:{@v.test=@x.test}", "who+ext@v.test", "who+ext@x.test")]
    [TestCase("virtual_alias_maps = inline:{{list@v.test=a@x.test, b, \"c d\"@x.test}}", "list@v.test",
        "a@x.test,b@example.com,c d@x.test")]
    [TestCase("virtual_alias_maps = inline:{{a@v.test=b@v.test, c@v.test} {b@v.test=d@x.test} {c@v.test=e@x.test, f@x.test}}", "a@v.test",
        "d@x.test,e@x.test,f@x.test")]
    [TestCase("virtual_alias_maps = inline:{{a@v.test=a@v.test, b@x.test}}", "a@v.test", "a@v.test,b@x.test")]
    [TestCase("virtual_alias_maps = inline:{{a@v.test=b@v.test} {b@v.test=a@v.test}}", "a@v.test", "4.6.0 Alias expansion error")]
    [TestCase("virtual_alias_maps = inline:{{a@v.test=a@v.test, a1@v.test} "
        + "{a1@v.test=a2@v.test,a3@v.test}}\nvirtual_alias_expansion_limit = 2", "a@v.test", "4.6.0 Alias expansion error")]
    [TestCase("virtual_alias_maps = inline:{{a@v.test=bbbbbbbbbbbbbbbb@v.test}}\nvirtual_alias_address_length_limit = 10", "a@v.test",
        "4.6.0 Alias expansion error")]
    [TestCase("virtual_alias_maps = fail:x", "a@v.test", "4.6.0 Alias expansion error")]
    [TestCase("canonical_maps = inline:{a@v.test=b@v.test}\nvirtual_alias_maps = inline:{b@v.test=c@x.test}", "a@v.test", "c@x.test")]
    [TestCase("canonical_maps = inline:{a@v.test=b@v.test}\ncanonical_classes = envelope_sender", "a@v.test", "a@v.test")]
    [TestCase("canonical_maps = inline:{a@v.test=b@v.test b@v.test=a@v.test}", "a@v.test", "a@v.test")]
    [TestCase("recipient_canonical_maps = inline:{a@v.test=b@v.test}\ncanonical_maps = inline:{b@v.test=c@v.test}", "a@v.test", "c@v.test")]
    [TestCase("canonical_maps = fail:x", "a@v.test", "4.3.0 Error: address rewriting failed, try again later")]
    [TestCase("masquerade_domains = example.com", "a@host.example.com", "a@host.example.com")]
    [TestCase("masquerade_domains = example.com\nmasquerade_classes = envelope_recipient", "a@host.example.com", "a@example.com")]
    public void Expands_recipients(string config, string recipient, string expected) =>
        Assert.That(Expand(config, recipient), Is.EqualTo(expected));

    [TestCase("", "user", "user@example.com")]
    [TestCase("", "mailer-daemon", "")]
    [TestCase("", "MAILER-DAEMON@other.test", "MAILER-DAEMON@other.test")]
    [TestCase("masquerade_domains = !sub.example.com example.com", "a@host.example.com", "a@example.com")]
    [TestCase("masquerade_domains = !sub.example.com example.com", "a@x.sub.example.com", "a@x.sub.example.com")]
    [TestCase("masquerade_domains = example.com\nmasquerade_exceptions = root, \"a b\"", "root@host.example.com", "root@host.example.com")]
    [TestCase("sender_canonical_maps = inline:{{a=\"b c\"@x.test}}", "a", "b c@x.test")]
    [TestCase("canonical_maps = inline:{a@v.test=<>}", "a@v.test", "")]
    public void Rewrites_senders(string config, string sender, string expected)
    {
        using RoutingCore core = RoutingFor.With(config);
        Assert.That(new CleanupRewriter(core).SenderAsync(sender).Completed(), Is.EqualTo(new Rewriting(expected)));
    }

    [TestCase(HeaderName.From, "", " Joe <joe>", " Joe <joe@example.com>")]
    [TestCase(HeaderName.To, "", " joe, a@b.test (x)", " joe@example.com, a@b.test (x)")]
    [TestCase(HeaderName.To, "", " a..b@x.test", " a..b@x.test")]
    [TestCase(HeaderName.Subject, "", " joe", " joe")]
    [TestCase(HeaderName.From, "sender_canonical_maps = inline:{joe={Joe.Doe}@x.test}", " Joe <joe>", " Joe <Joe.Doe@x.test>")]
    [TestCase(HeaderName.To, "sender_canonical_maps = inline:{joe=Joe.Doe@x.test}", " Joe <joe>", " Joe <joe@example.com>")]
    [TestCase(HeaderName.To, "canonical_maps = inline:{joe=Joe.Doe@x.test}", " Joe <joe>", " Joe <Joe.Doe@x.test>")]
    [TestCase(HeaderName.From, "masquerade_domains = example.com", " joe@a.example.com", " joe@example.com")]
    public void Rewrites_headers(HeaderName name, string config, string value, string expected) =>
        Assert.That(Header(config.Replace("{Joe.Doe}", "Joe.Doe"), name, value), Is.EqualTo(expected));

    [Test]
    public void Headers_of_remote_clients_are_left_alone_unless_a_domain_is_set()
    {
        using RoutingCore core = RoutingFor.With("");
        Assert.That(new CleanupRewriter(core).ForHeader(HeaderName.From, new CleanupRewriter(core).RemoteContext), Is.Null);
        Assert.That(Header("remote_header_rewrite_domain = domain.invalid", HeaderName.From, " joe", RewriteContext.Remote),
            Is.EqualTo(" joe@domain.invalid"));
    }

    [Test]
    public void A_header_with_a_failing_table_reports_the_problem()
    {
        using RoutingCore core = RoutingFor.With("canonical_maps = fail:x");
        HeaderAddressRewriter rewriter = new CleanupRewriter(core).ForHeader(HeaderName.From, RewriteContext.Local)!;
        InPlace.Rewrite(" joe"u8, rewriter, new ArrayBufferWriter<byte>(), 0, out string problem);
        Assert.That(problem, Does.Contain("canonical_maps"));
    }

    [Test]
    public void Finds_automatic_copies()
    {
        using RoutingCore core = RoutingFor.With(
            "sender_bcc_maps = inline:{@example.com=audit}\nrecipient_bcc_maps = inline:{{a@x.test=\"b c\"@y.test}}\nalways_bcc = all");
        var rewriter = new CleanupRewriter(core);
        Assert.That(rewriter.SenderBccAsync("s@example.com").Completed(), Is.EqualTo(new Rewriting("audit")));
        Assert.That(rewriter.RecipientBccAsync("a@x.test").Completed(), Is.EqualTo(new Rewriting("b c@y.test")));
        Assert.That(rewriter.RecipientBccAsync("z@x.test").Completed(), Is.EqualTo(new Rewriting("")));
        Assert.That(rewriter.AlwaysBcc, Is.EqualTo("all"));
    }

    [Test]
    public void Drops_duplicates()
    {
        var with = new RecipientDuplicates(withOriginal: true, limit: 0);
        Assert.That(with.TryAdd("a@x", "a@x", "", Notify.Default));
        Assert.That(with.TryAdd("A@X", "a@x", "", Notify.Default), Is.False);
        Assert.That(with.TryAdd("a@x", "b@x", "", Notify.Default), Is.True);
        Assert.That(with.TryAdd("a@x", "a@x", "", Notify.Never), Is.True);
        var without = new RecipientDuplicates(withOriginal: false, limit: 1);
        Assert.That(without.TryAdd("a@x", "a@x", "", Notify.Default));
        Assert.That(without.TryAdd("a@x", "b@x", "", Notify.Default), Is.False);
        Assert.That(without.TryAdd("c@x", "b@x", "", Notify.Default), Is.True, "beyond the limit nothing is remembered");
        Assert.That(without.TryAdd("c@x", "b@x", "", Notify.Default), Is.True);
    }
}
