using System.Text;
using MtaSuite.Common.Milter.Client;
using MtaSuite.Mailauth.Checks;

namespace MtaSuite.Tests.Unit.Mailauth;

/// <summary>What is found out about mail from outside, where it is written, and what becomes of mail that fails.</summary>
public sealed class CheckingTests
{
    private const string Table = "mailauth_signing_table = inline:{{sender.test=r1:KEYS/rsa.pem,e1:KEYS/ed.pem}}";
    private const string Good = "192.0.2.1", Bad = "198.51.100.7";
    private MailauthBench? _bench;

    [TearDown]
    public void Remove()
    {
        _bench?.Dispose();
        _bench = null;
    }

    private void With(string config, Func<MailauthBench, Task> test)
    {
        MailauthBench bench = _bench = new MailauthBench($"{Table}\n{config}");
        bench.Run(() => test(bench));
    }

    private static async Task<string> SignedAsync(MailauthBench bench, string message = MailauthBench.Plain) =>
        (await bench.SendAsync(message, "127.0.0.1")).Message;

    [Test]
    public void All_results_are_in_one_field_on_top() => With("", async bench =>
    {
        Outcome outcome = await bench.SendAsync($"Received: from x by y; date\n{await SignedAsync(bench)}");
        Assert.That(outcome.Message, Does.StartWith("Authentication-Results: mx.test;\n\tspf=pass "));
        IEnumerable<string> ours = outcome.Message.Split('\n').TakeWhile(l => !l.StartsWith("Received", StringComparison.Ordinal));
        Assert.That(ours, Has.All.Length.LessThanOrEqualTo(78));
        Assert.That(outcome.Results, Does.Contain("smtp.mailfrom=ann@sender.test;").And.Contain("smtp.helo=mx.sender.test;")
            .And.Contain("dkim=pass (2048-bit key) header.d=sender.test header.i=@sender.test header.s=r1 header.a=rsa-sha256 header.b=")
            .And.Contain("dkim=pass (256-bit key)").And.Contain("dmarc=pass (p=reject of sender.test: signed by sender.test) "
                + "policy.dmarc=reject header.from=sender.test").And.Not.Contain("; arc="));
        Assert.That(bench.LogText, Does.Match("QUEUEID1: spf=pass, helo=pass, dkim=pass, arc=none, dmarc=pass, domain=sender.test, "
            + @"policy=reject, action=none, client=unknown\[192\.0\.2\.1\], sender=<ann@sender\.test> \("));
    });

    [TestCase("ann@sender.test", Bad, "spf=fail", "smtp.mailfrom=ann@sender.test")]
    [TestCase("", Good, "spf=pass", "smtp.helo=mx.sender.test")]
    [TestCase("\"a b\"@sender.test", Good, "spf=pass", "smtp.mailfrom=\"\\\"a b\\\"@sender.test\"")]
    [TestCase("ann@nothing.test", Good, "spf=none", "smtp.mailfrom=ann@nothing.test")]
    [TestCase("ann@broken.test", Good, "spf=permerror", "smtp.mailfrom=ann@broken.test")]
    [TestCase("ann@softly.test", Good, "spf=softfail", "smtp.mailfrom=ann@softly.test")]
    [TestCase("ann@neutral.test", Good, "spf=neutral", "smtp.mailfrom=ann@neutral.test")]
    [TestCase("ann@away.test", Good, "spf=temperror", "smtp.mailfrom=ann@away.test")]
    [TestCase("bücher@bücher.test", Good, "spf=none", "smtp.mailfrom=xn--bcher-kva.test")]
    public void Spf_for_the_sender(string sender, string client, string result, string property) => With("", async bench =>
    {
        foreach (string line in new[] { "broken.test TXT v=spf1 what", "softly.test TXT v=spf1 ~all", "neutral.test TXT v=spf1 ?all" })
            bench.Dns.Add(line);
        bench.Dns.Rcode("away.test", 2);
        Outcome outcome = await bench.SendAsync(sender: sender, client: client);
        Assert.That(outcome.Results.Split(';')[1], Does.Contain($" {result} (").And.EndsWith(property));
    });

    [Test]
    public void Received_spf_is_written_on_request() => With("mailauth_received_spf = yes", async bench =>
    {
        Outcome outcome = await bench.SendAsync();
        Assert.That(outcome.Fields("Received-SPF").Single(), Is.EqualTo("pass (mx.test: domain of ann@sender.test designates 192.0.2.1 as "
            + "permitted sender) client-ip=192.0.2.1; envelope-from=\"ann@sender.test\"; helo=\"mx.sender.test\"; receiver=mx.test; "
            + "identity=mailfrom"));
        Assert.That((await bench.SendAsync(sender: "")).Fields("Received-SPF").Single(), Does.EndWith("identity=helo"));
    });

    [TestCase("none", "", false, false)]
    [TestCase("mark", "", false, true)]
    [TestCase("quarantine", "", true, false)]
    [TestCase("reject", "550 5.7.26 ", false, false)]
    [TestCase("record", "550 5.7.26 ", false, false)]
    public void A_failure_is_met_with_the_action(string action, string reply, bool isHeld, bool isMarked) =>
        With($"mailauth_dmarc_action = {action}", async bench =>
        {
            Outcome bad = await bench.SendAsync(client: Bad), good = await bench.SendAsync();
            Assert.That(bad.Reply, Does.StartWith(reply));
            Assert.That(bad.Reply.Contains("sender.test", StringComparison.Ordinal), Is.EqualTo(reply.Length > 0));
            Assert.That((bad.IsHeld, bad.Fields("X-DMARC-Failure").Count > 0), Is.EqualTo((isHeld, isMarked)));
            if (reply.Length == 0) Assert.That(bad.Results, Does.Contain("dmarc=fail").And.Contain("policy.dmarc=reject"));
            Assert.That((good.Reply, good.IsHeld, good.Fields("X-DMARC-Failure").Count), Is.EqualTo(("", false, 0)));
            Assert.That(bench.LogText, Does.Contain($"dmarc=fail, domain=sender.test, policy=reject, action={(action == "record" ? "reject"
                : action)}, client=unknown[{Bad}]"));
        });

    [TestCase("p=none", "", false), TestCase("p=quarantine", "", true), TestCase("p=reject; t=y", "", true),
        TestCase("p=quarantine; pct=0", "", false), TestCase("p=reject; pct=0", "", true), TestCase("p=reject", "550", false)]
    public void The_action_of_the_record_is_what_its_owner_asks_for(string record, string reply, bool isHeld) =>
        With("mailauth_dmarc_action = record", async bench =>
        {
            bench.Dns.Add($"_dmarc.policy.test TXT v=DMARC1; {record}");
            Outcome outcome = await bench.SendAsync("From: a@policy.test\n\nx\n");
            Assert.That((outcome.Reply.Length == 0 ? "" : outcome.Reply[..3], outcome.IsHeld), Is.EqualTo((reply, isHeld)));
        });

    [Test]
    public void Several_authors_cannot_hide_the_one_who_fails() => With("mailauth_dmarc_action = record", async bench =>
    {
        foreach (string from in new[]
        {
            "From: me@evil.test, ann@sender.test\n", "From: me@evil.test\nFrom: ann@sender.test\n",
            "From: ann@sender.test\nFROM: x@evil.test\n",
            $"X-Large: {new string('x', 150_000)}\nFrom: ann@sender.test\n",
        })
        {
            Outcome outcome = await bench.SendAsync($"{from}Subject: x\n\nx\n", Bad, sender: "me@evil.test");
            Assert.That(outcome.Reply, Does.StartWith("550 5.7.26"), from);
        }
        Outcome none = await bench.SendAsync("Subject: no author\n\nx\n", Bad);
        Assert.That(none.Reply, Is.Empty);
        Assert.That(none.Results, Does.Contain("dmarc=permerror (no From field)"));
    });

    [Test]
    public void A_body_that_was_changed_and_a_header_that_was_changed_are_told_apart() => With("", async bench =>
    {
        string signed = await SignedAsync(bench);
        Assert.That((await bench.SendAsync(signed.Replace("last line", "lost line", StringComparison.Ordinal))).Results,
            Does.Contain("dkim=fail (2048-bit key) reason=\"body hash did not verify\""));
        Assert.That((await bench.SendAsync(signed.Replace("Subject: one", "Subject: two", StringComparison.Ordinal))).Results,
            Does.Contain("dkim=fail (2048-bit key) reason=\"signature did not verify\""));
    });

    [Test]
    public void Results_under_our_name_are_removed_and_those_of_others_stay() => With("", async bench =>
    {
        string forged = "Authentication-Results: mx.test; dmarc=pass\nauthentication-results:\n (c (d)) MX.Test.; spf=pass\n"
            + "Authentication-Results: other.test; spf=pass\nAuthentication-Results: \"mx.test\" 1; dkim=pass\n"
            + "AUTHENTICATION-RESULTS: mx.test\n";
        Outcome outcome = await bench.SendAsync(forged + MailauthBench.Plain);
        List<string> left = outcome.Fields("Authentication-Results");
        Assert.That(left, Has.Count.EqualTo(2));
        Assert.That((left[0], left[1]), Is.EqualTo((left[0], "other.test; spf=pass")));
        Assert.That(left[0], Does.StartWith("mx.test; spf="));
    });

    [TestCase(" mx.test; spf=pass", true), TestCase("mx.test", true), TestCase(" MX.TEST ;none", true), TestCase(" mx.test.;", true)]
    [TestCase(" (a) (b(c)) mx.test;", true), TestCase("\n\tmx.test\n ;", true), TestCase(" \"mx.test\";", true)]
    [TestCase(" \"mx\\.test\";", true), TestCase(" mx.test/1; spf=pass", true), TestCase(" mx.test 1;", true)]
    [TestCase(" amx.test;", false), TestCase(" mx.test.evil;", false)]
    [TestCase(" evil (mx.test);", false), TestCase("", false), TestCase(" (mx.test", false), TestCase(" i=1; mx.test; x", false)]
    public void A_field_claims_to_be_ours(string value, bool isOurs) =>
        Assert.That(ResultsField.IsOf(Encoding.UTF8.GetBytes(value), "mx.test"), Is.EqualTo(isOurs));

    [Test]
    public void A_field_of_results_is_composed_within_its_lines_and_nothing_of_a_stranger_ends_it()
    {
        string odd = "a)b\r\nX-Evil: 1\0\u00e9(;" + new string('y', 300);
        string text = new ResultsField("mx.test").Method("dkim", "fail").Comment(odd).Reason(odd + "\"").Property("header.d", odd)
            .Method("spf", "none").Address("smtp.mailfrom", "x y\"@é.test").ToString();
        Assert.That(text.Split("\r\n").Skip(1), Has.All.StartsWith("\t"));
        Assert.That(text.Split("\r\n").Where(l => !l.Contains("yyyy", StringComparison.Ordinal)), Has.All.Length.LessThanOrEqualTo(78));
        Assert.That(text.Replace("\r\n", "", StringComparison.Ordinal), Does.Not.Contain("\r").And.Not.Contain("\n").And.Not.Contain("\0"));
        Assert.That(text, Does.Contain("(a\\)b").And.Contain("smtp.mailfrom=xn--9ca.test"));
        Assert.That(new ResultsField("mx.test").ToString(), Is.EqualTo("mx.test; none"));
        bool isRead = MimeKit.Cryptography.AuthenticationResults.TryParse(Encoding.ASCII.GetBytes(text), out var read);
        Assert.That(isRead, text);
        Assert.That(read!.Results.Select(r => r.Method), Is.EqualTo(new[] { "dkim", "spf" }), "a second reader agrees");
    }

    [Test]
    public void Without_checks_nothing_is_added() => With("mailauth_verify = no", async bench =>
    {
        Assert.That((await bench.SendAsync(client: Bad)).Message, Is.EqualTo(MailauthBench.Plain));
        Assert.That((await bench.SendAsync("Authentication-Results: mx.test; x\n" + MailauthBench.Plain, Bad)).Message,
            Is.EqualTo(MailauthBench.Plain));
    });

    [TestCase("none", ""), TestCase("quarantine", ""), TestCase("reject", "451 4.7.1 "), TestCase("record", "451 4.7.1 ")]
    public void A_name_server_that_never_answers_costs_a_bounded_time(string action, string reply) =>
        With($"mailauth_dmarc_action = {action}\nmailauth_dns_timeout = 1s", async bench =>
        {
            string signed = await SignedAsync(bench);
            foreach (string name in new[] { "sender.test", "mx.sender.test", "r1._domainkey.sender.test", "e1._domainkey.sender.test",
                "_dmarc.sender.test" }) bench.Dns.Silent(name);
            Outcome outcome = await bench.SendAsync(signed);
            Assert.That((outcome.Reply.Length > 0, outcome.Reply), Is.EqualTo((reply.Length > 0, outcome.Reply)));
            Assert.That(outcome.Reply, Does.StartWith(reply));
            if (reply.Length == 0)
                Assert.That(outcome.Results, Does.Contain("spf=temperror").And.Contain("dkim=temperror").And.Contain("dmarc=temperror"));
        });

    [Test]
    public void An_old_protocol_is_checked_too([Values(2u, 3u, 4u)] uint version) => With("", async bench =>
    {
        string signed = await SignedAsync(bench);
        bench.Version = version;
        Assert.That((await bench.SendAsync(signed)).Results, Does.Contain("dkim=pass").And.Contain("spf=pass").And.Contain("dmarc=pass"));
    });

    [Test]
    public void Too_many_signatures_are_not_all_looked_at() => With("mailauth_signature_limit = 3", async bench =>
    {
        string signature = $"DKIM-Signature: v=1; a=rsa-sha256; d=evil.test; s=x; h=from; bh={new string('A', 43)}=; b=AAAA\n";
        string many = string.Concat(Enumerable.Repeat(signature, 500)) + await SignedAsync(bench);
        Outcome outcome = await bench.SendAsync(many);
        Assert.That(outcome.Results, Does.Contain("499 more signatures were not looked at"));
        Assert.That(outcome.Results, Does.Contain("dkim=pass").And.Contain("dmarc=pass"), "those of the author's domain come first");
        Assert.That(bench.Dns.Count("x._domainkey.evil.test"), Is.LessThanOrEqualTo(1));
    });

    // ---- ARC -------------------------------------------------------------------------------------------------------

    private const string Seal = "mailauth_arc_seal = s1:KEYS/rsa.pem:forwarder.test";

    /// <summary>A message that a forwarder took in, checked, sealed and changed.</summary>
    private static async Task<string> ForwardedAsync(MailauthBench bench, string message, string client = Good)
    {
        bench.AddKey("s1", "forwarder.test", MailauthBench.Rsa.Value);
        Outcome outcome = await bench.SendAsync(message, client);
        Assert.That(outcome.Message, Does.Match(@"\AARC-Seal: i=\d+;[\s\S]*\nARC-Message-Signature: i=\d+;[\s\S]*"
            + @"\nARC-Authentication-Results: i=\d+; mx\.test;[\s\S]*\nAuthentication-Results: mx\.test;"));
        return outcome.Message;
    }

    [Test]
    public void A_sealed_message_passes_at_the_next_hop_and_the_one_behind_it() => With(Seal, async bench =>
    {
        string first = await ForwardedAsync(bench, await SignedAsync(bench));
        string second = await ForwardedAsync(bench, first, Bad);
        Assert.That(second, Does.Contain("arc=pass (1 set)").And.Contain("ARC-Seal: i=2; a=rsa-sha256; cv=pass;"));
        Outcome third = await bench.SendAsync(second, Bad);
        Assert.That(third.Results, Does.Contain("arc=pass (2 sets)"));
        Outcome changed = await bench.SendAsync(second.Replace("last line", "lost line", StringComparison.Ordinal), Bad);
        Assert.That(changed.Results, Does.Contain("arc=fail (2 sets) reason="));
        Assert.That(bench.LogText, Does.Contain("arc=pass, ").And.Contain("sealed=yes"));
    });

    [Test]
    public void A_trusted_sealer_vouches_for_mail_that_passed_there() =>
        With($"{Seal}\nmailauth_dmarc_action = reject\nmailauth_trusted_sealers = forwarder.test", async bench =>
        {
            bench.Dns.Add("_dmarc.unaligned.test TXT v=DMARC1; p=reject");
            string forwarded = await ForwardedAsync(bench, MailauthBench.Plain); // SPF passed there
            Outcome trusted = await bench.SendAsync(forwarded, Bad, "mx.forwarder.test", "srs@forwarder.test");
            Assert.That(trusted.Reply, Is.Empty);
            Assert.That(trusted.Results, Does.Contain("dmarc=fail").And.Contain("reason=\"sealed by forwarder.test, which is trusted\""));
            string other = forwarded.Replace("last", "lost", StringComparison.Ordinal);
            Outcome changed = await bench.SendAsync(other, Bad, "x", "srs@forwarder.test");
            Assert.That(changed.Reply, Does.StartWith("550 5.7.26"), "a broken chain vouches for nothing");
        });

    [Test]
    public void A_sealer_that_is_not_trusted_or_found_no_pass_vouches_for_nothing() =>
        With($"{Seal}\nmailauth_dmarc_action = none\nmailauth_trusted_sealers = another.test", async bench =>
        {
            string forwarded = await ForwardedAsync(bench, MailauthBench.Plain);
            Assert.That((await bench.SendAsync(forwarded, Bad)).Results, Does.Contain("dmarc=fail").And.Not.Contain("sealed by"));
        });

    [TestCase("mx; dmarc=pass header.from=a", true), TestCase("mx; spf=pass; DMARC = pass (p=none)", true)]
    [TestCase("mx; dmarc=fail", false), TestCase("mx; spf=pass", false), TestCase("mx; dmarc=pass; dmarc=fail", false)]
    [TestCase("dmarc=pass", false)]
    [TestCase("mx; spf=fail (; dmarc=pass)", false), TestCase("mx; spf=fail reason=\"; dmarc=pass\"", false), TestCase("", false)]
    [TestCase("mx; spf=fail reason=\"\\\"; dmarc=pass;\"", false)]
    public void Results_of_a_sealer_say_that_the_message_passed(string results, bool passed) =>
        Assert.That(TrustedSealer.HasPassed(results), Is.EqualTo(passed));

    [Test]
    public void A_session_that_is_given_up_or_lost_leaves_nothing_behind() => With("", async bench =>
    {
        for (int i = 0; i < 20; i++)
        {
            MilterSession session = await bench.ConnectAsync(Good);
            await session.MailAsync(["<a@sender.test>"], null);
            await session.DataAsync(null);
            if (i % 2 == 0) await session.HeaderAsync("Subject"u8.ToArray(), " x"u8.ToArray(), null);
            if (i % 3 == 0) session.Abort();
            if (i % 5 == 0) session.Quit();
            session.Dispose();
        }
        Assert.That((await bench.SendAsync()).Results, Does.Contain("spf=pass"));
    });
}
