using System.Text;
using MtaSuite.Common.Authentication;
using MtaSuite.Common.Authentication.Dmarc;
using MtaSuite.Tests.Unit.Dns;
using MtaSuite.Tests.Unit.Net;

namespace MtaSuite.Tests.Unit.Authentication;

/// <summary>DMARC's verdict and what is left of the policy, for records, alignments and authors of every kind.</summary>
[TestFixture]
public class DmarcCheckTests
{
    private readonly ScriptedDns _dns = new(
        "_dmarc.strict.test TXT v=DMARC1; p=reject; adkim=s; aspf=s", "_dmarc.relaxed.test TXT v=DMARC1; p=quarantine",
        "_dmarc.none.test TXT v=DMARC1; p=none", "_dmarc.subs.test TXT v=DMARC1; p=reject; sp=quarantine; np=none",
        "sub.subs.test A 192.0.2.1", "mx.subs.test MX 10 mx.test",
        "_dmarc.own.subs.test TXT v=DMARC1; p=none", "_dmarc.np.test TXT v=DMARC1; p=none; np=reject",
        "there.np.test TXT something", "there6.np.test AAAA 2001:db8::1", "_dmarc.trial.test TXT v=DMARC1; p=reject; t=y",
        "_dmarc.trialq.test TXT v=DMARC1; p=quarantine; t=y", "_dmarc.half.test TXT v=DMARC1; p=reject; pct=50",
        "_dmarc.zero.test TXT v=DMARC1; p=quarantine; pct=0", "_dmarc.two.test TXT v=DMARC1; p=reject",
        "_dmarc.two.test TXT v=DMARC1; p=none",
        "_dmarc.broken.test TXT v=DMARC1; p=what", "_dmarc.reported.test TXT v=DMARC1; p=what; rua=mailto:a@reported.test",
        "_dmarc.psd TXT v=DMARC1; p=reject; psd=y; sp=quarantine", "_dmarc.org.psd TXT v=DMARC1; p=none",
        "_dmarc.unit.parts.test TXT v=DMARC1; p=reject; psd=n", "_dmarc.parts.test TXT v=DMARC1; p=quarantine",
        "_dmarc.xn--bcher-kva.test TXT v=DMARC1; p=reject");

    [OneTimeSetUp]
    public void Break()
    {
        _dns.Rcode("_dmarc.away.test", 2);
        _dns.Rcode("_dmarc.other.away2.test", 2);
        _dns.Add("_dmarc.away2.test TXT v=DMARC1; p=reject");
        _dns.Rcode("unsure.np.test", 2);
    }

    [OneTimeTearDown]
    public void Stop() => _dns.Dispose();

    /// <summary>Words such as "spf=a.test dkim=b.test": what passed; "spf?" what could not be found out.</summary>
    private DmarcResult[] Check(string authenticated, int draw, params string[] from)
    {
        DmarcIdentifier spf = default;
        List<DmarcIdentifier> dkim = [];
        foreach (string word in authenticated.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            int at = word.IndexOfAny(['=', '?', '!']);
            DmarcIdentifier identifier = new(word[(at + 1)..], word[at] == '=', word[at] == '?');
            if (word.StartsWith("spf", StringComparison.Ordinal)) spf = identifier;
            else dkim.Add(identifier);
        }
        if (spf.Domain == null) spf = new DmarcIdentifier("", false);
        AuthorDomains authors = AuthorDomains.Of(from.Select(f => (ReadOnlyMemory<byte>)Encoding.UTF8.GetBytes(f)));
        IReadOnlyList<DmarcResult> results = [];
        OnLoop.Run(async loop => results = await new DmarcCheck(_dns.Resolver(loop), spf, dkim, () => draw).RunAsync(authors));
        return [.. results];
    }

    private void Expect(string from, string authenticated, DmarcVerdict verdict, DmarcPolicy applied, int draw = 99)
    {
        DmarcResult result = DmarcResult.Worst(Check(authenticated, draw, from));
        Assert.That((result.Verdict, result.Applied), Is.EqualTo((verdict, applied)), $"{result}");
    }

    [TestCase("a@strict.test", "dkim=strict.test", DmarcVerdict.Pass)]
    [TestCase("a@strict.test", "spf=strict.test", DmarcVerdict.Pass)]
    [TestCase("a@STRICT.Test", "dkim=Strict.TEST", DmarcVerdict.Pass)]
    [TestCase("a@strict.test", "dkim=mail.strict.test", DmarcVerdict.Fail)]
    [TestCase("a@strict.test", "spf=mail.strict.test", DmarcVerdict.Fail)]
    [TestCase("a@strict.test", "dkim!strict.test spf!strict.test", DmarcVerdict.Fail)]
    [TestCase("a@strict.test", "", DmarcVerdict.Fail)]
    [TestCase("a@strict.test", "spf=relaxed.test dkim=relaxed.test dkim=strict.test", DmarcVerdict.Pass)]
    [TestCase("a@relaxed.test", "dkim=mail.relaxed.test", DmarcVerdict.Pass)]
    [TestCase("a@news.relaxed.test", "dkim=relaxed.test", DmarcVerdict.Pass)]
    [TestCase("a@news.relaxed.test", "spf=bounces.relaxed.test", DmarcVerdict.Pass)]
    [TestCase("a@relaxed.test", "dkim=notrelaxed.test spf=relaxed.test.evil.test", DmarcVerdict.Fail)]
    [TestCase("a@relaxed.test", "dkim=test", DmarcVerdict.Fail)]
    [TestCase("Name <a@relaxed.test>", "dkim=relaxed.test", DmarcVerdict.Pass)]
    [TestCase("a@nothing.test", "dkim=nothing.test", DmarcVerdict.None)]
    [TestCase("a@nothing.test", "", DmarcVerdict.None)]
    [TestCase("a@two.test", "", DmarcVerdict.None)]
    [TestCase("a@broken.test", "", DmarcVerdict.None)]
    [TestCase("a@reported.test", "", DmarcVerdict.Fail)]
    [TestCase("a@bücher.test", "dkim=xn--bcher-kva.test", DmarcVerdict.Pass)]
    [TestCase("a@bücher.test", "spf=evil.test", DmarcVerdict.Fail)]
    [TestCase("a@unit.parts.test", "dkim=parts.test", DmarcVerdict.Fail)]
    [TestCase("a@x.unit.parts.test", "dkim=y.unit.parts.test", DmarcVerdict.Pass)]
    [TestCase("a@org.psd", "dkim=other.psd", DmarcVerdict.Fail)]
    [TestCase("a@x.org.psd", "dkim=org.psd", DmarcVerdict.Pass)]
    public void Alignment(string from, string authenticated, DmarcVerdict verdict)
    {
        DmarcResult result = DmarcResult.Worst(Check(authenticated, 0, from));
        Assert.That(result.Verdict, Is.EqualTo(verdict), $"{result}");
    }

    [TestCase("a@strict.test", DmarcPolicy.Reject)]
    [TestCase("a@relaxed.test", DmarcPolicy.Quarantine)]
    [TestCase("a@none.test", DmarcPolicy.None)]
    [TestCase("a@subs.test", DmarcPolicy.Reject)]
    [TestCase("a@sub.subs.test", DmarcPolicy.Quarantine)]
    [TestCase("a@mx.subs.test", DmarcPolicy.Quarantine)]
    [TestCase("a@nowhere.subs.test", DmarcPolicy.None)]
    [TestCase("a@own.subs.test", DmarcPolicy.None)]
    [TestCase("a@np.test", DmarcPolicy.None)]
    [TestCase("a@nowhere.np.test", DmarcPolicy.Reject)]
    [TestCase("a@there6.np.test", DmarcPolicy.None)]
    [TestCase("a@there.np.test", DmarcPolicy.Reject, Description = "a name that has neither addresses nor MX counts as none (RFC 9091)")]
    [TestCase("a@trial.test", DmarcPolicy.Quarantine)]
    [TestCase("a@trialq.test", DmarcPolicy.None)]
    [TestCase("a@zero.test", DmarcPolicy.None)]
    [TestCase("a@somebody.psd", DmarcPolicy.Quarantine)]
    [TestCase("a@org.psd", DmarcPolicy.None)]
    [TestCase("a@psd", DmarcPolicy.Reject)]
    [TestCase("a@reported.test", DmarcPolicy.None)]
    public void A_failure_is_met_with_the_policy(string from, DmarcPolicy applied) => Expect(from, "", DmarcVerdict.Fail, applied);

    [TestCase(49, DmarcPolicy.Reject), TestCase(50, DmarcPolicy.Quarantine)]
    public void Only_the_share_of_pct_gets_the_whole_policy(int draw, DmarcPolicy applied) =>
        Expect("a@half.test", "", DmarcVerdict.Fail, applied, draw);

    [TestCase("a@away.test", "dkim=evil.test", DmarcVerdict.TempError)]
    [TestCase("a@strict.test", "dkim?strict.test", DmarcVerdict.TempError)]
    [TestCase("a@strict.test", "spf?strict.test", DmarcVerdict.TempError)]
    [TestCase("a@strict.test", "spf?evil.test", DmarcVerdict.Fail)]
    [TestCase("a@strict.test", "spf?strict.test dkim=strict.test", DmarcVerdict.Pass)]
    [TestCase("a@away2.test", "dkim=other.away2.test", DmarcVerdict.TempError)]
    [TestCase("a@unsure.np.test", "", DmarcVerdict.TempError)]
    public void What_the_DNS_does_not_say_now_is_no_failure(string from, string authenticated, DmarcVerdict verdict) =>
        Assert.That(DmarcResult.Worst(Check(authenticated, 0, from)).Verdict, Is.EqualTo(verdict));

    [Test]
    public void Of_several_authors_the_worst_counts()
    {
        Expect("a@strict.test, b@relaxed.test", "dkim=strict.test", DmarcVerdict.Fail, DmarcPolicy.Quarantine);
        Expect("a@strict.test, b@relaxed.test", "dkim=relaxed.test", DmarcVerdict.Fail, DmarcPolicy.Reject);
        Expect("a@strict.test, b@relaxed.test", "dkim=relaxed.test dkim=strict.test", DmarcVerdict.Pass, DmarcPolicy.None);
        Expect("a@nothing.test, b@relaxed.test", "dkim=nothing.test", DmarcVerdict.Fail, DmarcPolicy.Quarantine);
        Expect("group: a@strict.test, b@strict.test;", "dkim=strict.test", DmarcVerdict.Pass, DmarcPolicy.None);
        string many = string.Join(", ", Enumerable.Range(0, 500).Select(i => $"a@d{i}.test").Append("a@strict.test"));
        Assert.That(DmarcResult.Worst(Check("dkim=d0.test", 0, many)).Verdict, Is.EqualTo(DmarcVerdict.PermError));
        Assert.That(_dns.Requests.Count(r => r.Name.StartsWith("_dmarc.d", StringComparison.Ordinal)), Is.LessThan(20));
    }

    [TestCase("no From field")]
    [TestCase("no address in From", "undisclosed:;")]
    [TestCase("no address in From", "")]
    [TestCase("an address in From has no domain", "root, a@strict.test")]
    [TestCase("2 From fields", "a@strict.test", "a@strict.test")]
    [TestCase("2 From fields", "a@evil.test", "a@strict.test")]
    public void Without_one_certain_author_nothing_passes(string reason, params string[] from)
    {
        DmarcResult result = DmarcResult.Worst(Check("dkim=strict.test spf=strict.test", 0, from));
        bool hasStrict = from.Any(f => f.Contains("strict", StringComparison.Ordinal));
        Assert.That((result.Verdict, result.Reason, result.Applied),
            Is.EqualTo((DmarcVerdict.PermError, reason, hasStrict ? DmarcPolicy.Reject : DmarcPolicy.None)));
    }

    [Test]
    public void A_domain_that_shares_nothing_with_the_author_is_not_asked_about()
    {
        int before = _dns.Count("_dmarc.stranger.example");
        Check("dkim=stranger.example dkim=a.b.c.d.stranger.example", 0, "a@relaxed.test");
        Assert.That(_dns.Count("_dmarc.stranger.example"), Is.EqualTo(before));
    }
}
