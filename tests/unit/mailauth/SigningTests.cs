using MtaSuite.Common.Native;
using MtaSuite.Common.Authentication.Dkim;
using MtaSuite.Mailauth.Signing;

namespace MtaSuite.Tests.Unit.Mailauth;

/// <summary>What is signed with which keys, and what happens when a key cannot be used.</summary>
public sealed class SigningTests
{
    private const string Table = "mailauth_signing_table = inline:{{sender.test=r1:KEYS/rsa.pem,e1:KEYS/ed.pem}}";
    private const string Inside = "127.0.0.1";
    private MailauthBench? _bench;

    private MailauthBench Make(string config) => _bench = new MailauthBench(config);

    [TearDown]
    public void Remove()
    {
        _bench?.Dispose();
        _bench = null;
    }

    private void With(string config, Func<MailauthBench, Task> test)
    {
        MailauthBench bench = Make(config);
        bench.Run(() => test(bench));
    }

    [TestCase("relaxed/relaxed", 6u), TestCase("simple/simple", 6u), TestCase("relaxed/simple", 6u), TestCase("simple/relaxed", 6u)]
    [TestCase("relaxed/relaxed", 4u), TestCase("relaxed/relaxed", 2u)]
    public void Mail_from_inside_gets_a_signature_of_each_key_that_holds_outside(string form, uint version) =>
        With($"{Table}\nmailauth_canonicalization = {form}", async bench =>
        {
            bench.Version = version;
            Outcome signed = await bench.SendAsync(client: Inside);
            List<string> signatures = signed.Fields("DKIM-Signature");
            Assert.That(signatures, Has.Count.EqualTo(2));
            Assert.That(signatures[0], Does.Contain("a=rsa-sha256").And.Contain("s=r1").And.Contain($"c={form}"));
            Assert.That(signatures[1], Does.Contain("a=ed25519-sha256").And.Contain("s=e1"));
            Assert.That(signed.Fields("Authentication-Results"), Is.Empty, "what is signed is not checked");
            Outcome seen = await bench.SendAsync(signed.Message);
            Assert.That(seen.Results, Does.Contain("dkim=pass (2048-bit key) header.d=sender.test header.i=@sender.test header.s=r1")
                .And.Contain("header.s=e1 header.a=ed25519-sha256").And.Not.Contain("dkim=fail"));
            Assert.That(bench.LogText, Does.Match("QUEUEID1: dkim=signed, author=<ann@sender.test>, keys=sender.test/r1 sender.test/e1, "
                + @"client=unknown\[127\.0\.0\.1\]"));
        });

    [TestCase("192.0.2.9", "ann", true), TestCase("127.0.0.1", "", true), TestCase("", "", true), TestCase("192.0.2.9", "", false)]
    [TestCase("2001:db8::1", "", false), TestCase("IPv6:::1", "", false)]
    public void Who_is_inside(string client, string login, bool isSigned) => With(Table, async bench =>
    {
        Outcome outcome = await bench.SendAsync(client: client, login: login);
        Assert.That((outcome.Fields("DKIM-Signature").Count > 0, outcome.Fields("Authentication-Results").Count),
            Is.EqualTo((isSigned, isSigned ? 0 : 1)));
    });

    [Test]
    public void Trusted_networks_are_those_that_the_parameter_names() =>
        With($"{Table}\nmailauth_trusted_networks = 192.0.2.0/24 [2001:db8::]/32", async bench =>
        {
            Assert.That((await bench.SendAsync(client: "192.0.2.77")).Fields("DKIM-Signature"), Is.Not.Empty);
            Assert.That((await bench.SendAsync(client: "2001:db8::5")).Fields("DKIM-Signature"), Is.Not.Empty);
            Assert.That((await bench.SendAsync(client: Inside)).Fields("DKIM-Signature"), Is.Empty);
        });

    [TestCase("ann@sender.test", "ann@sender.test", "", "sender.test")]
    [TestCase("the-login", "ann@sender.test", "the-login", "sender.test")]
    [TestCase("sender.test", "Ann <ANN@Sender.TEST>", "", "sender.test")]
    [TestCase(".sender.test", "ann@a.b.sender.test", "", "sender.test")]
    [TestCase(".b.sender.test", "ann@a.b.sender.test", "", "b.sender.test")]
    [TestCase("127.0.0.1", "ann@other.test", "", "other.test")]
    [TestCase(".sender.test", "ann@sender.test", "", null)]
    [TestCase("other.test", "ann@sender.test", "", null)]
    [TestCase("sender.test", "Sender-less", "", "sender.test", Description = "without an address in From the envelope sender counts")]
    public void The_table_is_asked_for(string key, string from, string login, string? domain) =>
        With($"mailauth_signing_table = inline:{{{{{key}=r1:KEYS/rsa.pem}}}}", async bench =>
        {
            Outcome outcome = await bench.SendAsync($"From: {from}\nSubject: x\n\nx\n", Inside, login: login);
            Assert.That(outcome.Verdict.IsContinue, outcome.Reply);
            string[] domains = [.. outcome.Fields("DKIM-Signature").Select(f => f.Split(" d=")[1].Split(';')[0])];
            Assert.That(domains, Is.EqualTo(domain == null ? [] : new[] { domain }));
        });

    [Test]
    public void The_first_name_that_is_found_counts() => With(
        "mailauth_signing_table = inline:{{ann@sender.test=address:KEYS/rsa.pem}, {login=login:KEYS/rsa.pem}, "
            + "{sender.test=domain:KEYS/rsa.pem}, {.sender.test=parent:KEYS/rsa.pem}}", async bench =>
        {
            foreach ((string from, string login, string selector) in new[]
            {
                ("ann@sender.test", "login", "address"), ("bob@sender.test", "login", "login"), ("bob@sender.test", "", "domain"),
                ("bob@sub.sender.test", "", "parent"),
            })
                Assert.That((await bench.SendAsync($"From: {from}\n\nx\n", Inside, login: login)).Fields("DKIM-Signature").Single(),
                    Does.Contain($" s={selector};"), $"{from} {login}");
        });

    [Test]
    public void Another_signing_domain_and_dates_are_honoured() => With(
        "mailauth_signing_table = inline:{{sender.test=old:KEYS/rsa.pem:until=2020-01-01, now:KEYS/rsa.pem:provider.test:from=2020-01-01, "
            + "later:KEYS/ed.pem:from=2999-12-31}, {late.test=x:KEYS/rsa.pem:from=2999-01-01}}", async bench =>
        {
            Assert.That((await bench.SendAsync(client: Inside)).Fields("DKIM-Signature").Single(),
                Does.Contain(" d=provider.test; s=now;"));
            Assert.That((await bench.SendAsync("From: a@late.test\n\nx\n", Inside)).Reply, Does.StartWith("451 4.7.5"));
            Assert.That(bench.LogText, Does.Contain("none of its keys is in use today"));
        });

    [TestCase("sender.test=nonsense"), TestCase("sender.test=r1:KEYS/none.pem"), TestCase("sender.test=r1:KEYS/open.pem")]
    [TestCase("sender.test=r1:KEYS/text.pem"), TestCase("sender.test=r1:/dev/null"), TestCase("sender.test=r1:KEYS")]
    public void What_is_to_be_signed_and_cannot_be_comes_again(string entry)
    {
        MailauthBench bench = Make($"mailauth_signing_table = inline:{{{{{entry}}}}}");
        File.Copy($"{bench.Folder}/rsa.pem", $"{bench.Folder}/open.pem");
        File.SetUnixFileMode($"{bench.Folder}/open.pem", (UnixFileMode)FileModes.GroupReadableFile);
        File.WriteAllText($"{bench.Folder}/text.pem", "no key");
        File.SetUnixFileMode($"{bench.Folder}/text.pem", (UnixFileMode)FileModes.PrivateFile);
        bench.Run(async () =>
        {
            Outcome outcome = await bench.SendAsync(client: Inside);
            Assert.That(outcome.Reply, Is.EqualTo("451 4.7.5 Mail of this sender must be signed and cannot be now, try again later"));
            Assert.That(bench.LogText, Does.Contain("warning: QUEUEID1: not signed: "));
            Assert.That((await bench.SendAsync("From: a@other.test\n\nx\n", Inside)).Reply, Is.Empty, "other mail passes");
        });
    }

    [Test]
    public void A_table_that_cannot_be_asked_lets_nothing_go_unsigned() => With("mailauth_signing_table = fail:broken", async bench =>
        Assert.That((await bench.SendAsync(client: Inside)).Reply, Does.StartWith("451 4.7.5")));

    [Test]
    public void Without_the_demand_mail_goes_unsigned() =>
        With("mailauth_signing_table = inline:{{sender.test=r1:KEYS/none.pem}}\nmailauth_sign_required = no", async bench =>
        {
            Outcome outcome = await bench.SendAsync(client: Inside);
            Assert.That((outcome.Reply, outcome.Message), Is.EqualTo(("", MailauthBench.Plain)));
        });

    [Test]
    public void One_key_that_signs_is_enough() =>
        With("mailauth_signing_table = inline:{{sender.test=r1:KEYS/rsa.pem, e1:KEYS/none.pem}}", async bench =>
            Assert.That((await bench.SendAsync(client: Inside)).Fields("DKIM-Signature"), Has.Count.EqualTo(1)));

    [Test]
    public void A_header_that_is_too_large_is_refused_for_good() => With($"{Table}\nmailauth_header_size_limit = 5000", async bench =>
    {
        string large = $"X-Large: {new string('x', 6000)}\n{MailauthBench.Plain}";
        Assert.That((await bench.SendAsync(large, Inside)).Reply, Does.StartWith("552 5.3.4"));
        Assert.That((await bench.SendAsync(large)).Results, Does.Contain("dkim=none"), "from outside it is let in");
    });

    [Test]
    public void Lifetime_and_chosen_fields_are_in_the_signature() => With(
        $"{Table}\nmailauth_signature_lifetime = 7d\nmailauth_signed_fields = From, Subject, X-Own\nmailauth_oversigned_fields = X-Own",
        async bench =>
        {
            string signature = (await bench.SendAsync($"X-Own: 1\n{MailauthBench.Plain}", Inside)).Fields("DKIM-Signature")[0];
            long Tag(string name) => long.Parse(signature.Split($" {name}=")[1].Split(';')[0], null);
            Assert.That(Tag("x") - Tag("t"), Is.EqualTo(7 * 86400));
            Assert.That(signature.Replace(" ", "", StringComparison.Ordinal), Does.Contain("h=from:subject:x-own:x-own;"));
        });

    [Test]
    public void Results_that_users_claim_under_our_name_are_removed_and_those_of_our_other_servers_stay() => With(Table, async bench =>
    {
        string claimed = "Authentication-Results: mx.test; dmarc=pass\nAuthentication-Results: elsewhere.test; spf=pass\n"
            + MailauthBench.Plain;
        Assert.That((await bench.SendAsync(claimed, "192.0.2.9", login: "ann")).Fields("Authentication-Results"),
            Is.EqualTo(new[] { "elsewhere.test; spf=pass" }));
        Assert.That((await bench.SendAsync(claimed, Inside)).Fields("Authentication-Results"), Has.Count.EqualTo(2));
    });

    [Test]
    public void Several_messages_of_a_session_are_signed_each_by_itself() => With(Table, async bench =>
    {
        using Common.Milter.Client.MilterSession session = await bench.ConnectAsync(Inside);
        Outcome first = await MailauthBench.SendAsync(session, MailauthBench.Plain);
        Outcome other = await MailauthBench.SendAsync(session, "From: a@other.test\n\nother\n");
        Outcome second = await MailauthBench.SendAsync(session, MailauthBench.Plain.Replace("first", "second", StringComparison.Ordinal));
        session.Quit();
        Assert.That(other.Fields("DKIM-Signature"), Is.Empty);
        foreach (Outcome signed in new[] { first, second })
            Assert.That((await bench.SendAsync(signed.Message)).Results.Split("dkim=pass"), Has.Length.EqualTo(3), signed.Message);
    });

    [TestCase("s1:/k.pem", "s1 /k.pem  "), TestCase(" s1 : /k.pem : Example.ORG ", "s1 /k.pem example.org "),
        TestCase("a.b:/k.pem:from=2026-12-01:until=2027-01-01", "a.b /k.pem  20261201-20270101")]
    public void A_key_is_read(string text, string expected)
    {
        SigningKey key = SigningKey.Parse(text, out string problem)!;
        Assert.That(problem, Is.Empty);
        string dates = key.From > DateTimeOffset.MinValue ? $"{key.From:yyyyMMdd}-{key.Until:yyyyMMdd}" : "";
        Assert.That($"{key.Selector} {key.Path} {key.Domain} {dates}", Is.EqualTo(expected));
    }

    [TestCase(""), TestCase("s1"), TestCase("/k.pem"), TestCase("s1:k.pem"), TestCase("s 1:/k.pem"), TestCase("-s:/k.pem"),
        TestCase("s1:/k.pem:from=tomorrow"), TestCase("s1:/k.pem:a b"), TestCase("s1:/k.pem:until=2026-02-30")]
    public void What_names_no_key_is_none(string text)
    {
        Assert.That(SigningKey.ParseAll(text, out string problem), Is.Null);
        Assert.That(problem, Is.Not.Empty);
    }
}
