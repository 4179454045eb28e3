using System.Net;
using MtaSuite.Common.Authentication;
using MtaSuite.Tests.E2e.Harness;
using MtaSuite.Tests.Unit.Dns;
using MtaSuite.Tests.Unit.Net;

namespace MtaSuite.Tests.E2e;

/// <summary>
/// SPF against pyspf, which policyd-spf uses, with records of our own for each part of RFC 7208. Where the two differ the RFC's sentence
/// is named, and ours is what is expected.
/// </summary>
[TestFixture]
public class SpfSecondOpinion
{
    /// <summary>A check: client, envelope sender ("-": none), HELO, and the result.</summary>
    private sealed record Case(string Client, string Sender, string Result, string Helo = "helo.test", string Differs = "");

    private static readonly string[] s_zone =
    [
        "host.test A 192.0.2.1", "host.test AAAA 2001:db8::1", "helo.test A 192.0.2.1", "mx1.test A 192.0.2.10", "mx2.test A 192.0.2.11",
        "mx2.test AAAA 2001:db8::11",
        // 4.3, 4.5: which record counts
        "none.test A 192.0.2.1", "other.test TXT just a text", "two.test TXT v=spf1 -all", "two.test TXT v=spf1 +all",
        "longer.test TXT v=spf10 -all", "longer.test TXT v=spf1 +all", "empty.test TXT v=spf1", "upper.test TXT V=SPF1 +ALL",
        "spaces.test TXT v=spf1    +all   ", "alias.test CNAME upper.test", "nospace.test TXT v=spf1-all",
        // 4.6: syntax
        "unknown.test TXT v=spf1 what -all", "late.test TXT v=spf1 +all what:", "modifier.test TXT v=spf1 x-own=%{d} -all",
        "badmacro.test TXT v=spf1 x-own=%{z} -all", "percent.test TXT v=spf1 exists:100% -all",
        "twice.test TXT v=spf1 redirect=a.test redirect=b.test",
        "exptwice.test TXT v=spf1 exp=a.test exp=b.test -all", "noarg.test TXT v=spf1 include -all", "allarg.test TXT v=spf1 all:x",
        "emptyarg.test TXT v=spf1 a: -all", "qualifier.test TXT v=spf1 ~-all", "q.test TXT v=spf1 ?all", "soft.test TXT v=spf1 ~all",
        // 5.1, 6.1: all and redirect
        "first.test TXT v=spf1 ip4:192.0.2.1 -all ip4:192.0.2.2", "behindall.test TXT v=spf1 -all redirect=upper.test",
        "redirect.test TXT v=spf1 redirect=first.test", "redirectnone.test TXT v=spf1 redirect=none.test",
        "redirectmacro.test TXT v=spf1 redirect=first.%{d1r}",
        // 5.2: include
        "include.test TXT v=spf1 include:first.test -all", "includesoft.test TXT v=spf1 include:soft.test ip4:192.0.2.9 -all",
        "includenone.test TXT v=spf1 include:none.test -all", "includeerror.test TXT v=spf1 include:unknown.test -all",
        "includefails.test TXT v=spf1 include:fails.test -all", "includeempty.test TXT v=spf1 include:empty.test +all",
        // 5.3, 5.4: a and mx
        "a.test TXT v=spf1 a:host.test -all", "acidr.test TXT v=spf1 a:host.test/24//64 -all",
        "acidr6.test TXT v=spf1 a:host.test//64 -all",
        "aown.test TXT v=spf1 a -all", "aown.test A 192.0.2.5", "azero.test TXT v=spf1 a:host.test/0 -all",
        "abad.test TXT v=spf1 a:host.test/33 -all",
        "aleading.test TXT v=spf1 a:host.test/024 -all", "anumber.test TXT v=spf1 a:111.222.33.44 -all", "mx.test TXT v=spf1 mx -all",
        "mx.test MX 10 mx1.test", "mx.test MX 20 mx2.test", "mxcidr.test TXT v=spf1 mx:mx.test/28 -all", "nomx.test TXT v=spf1 mx -all",
        "nomx.test A 192.0.2.20", "many.test TXT v=spf1 mx -all", "atop.test TXT v=spf1 a:nodots -all",
        // 5.5: ptr
        "ptr.test TXT v=spf1 ptr -all", "x.ptr.test A 192.0.2.31", "31.2.0.192.in-addr.arpa PTR x.ptr.test",
        "32.2.0.192.in-addr.arpa PTR forged.ptr.test", "forged.ptr.test A 192.0.2.99", "33.2.0.192.in-addr.arpa PTR xptr.test",
        "xptr.test A 192.0.2.33",
        // 5.6: ip4, ip6
        "ip4.test TXT v=spf1 ip4:192.0.2.0/25 -all", "ip4bad.test TXT v=spf1 ip4:192.0.2 -all",
        "ip4port.test TXT v=spf1 ip4:192.0.2.1:25 -all",
        "ip4none.test TXT v=spf1 ip4 -all", "ip4wide.test TXT v=spf1 ip4:192.0.2.1/99 -all", "ip6.test TXT v=spf1 ip6:2001:db8::/32 -all",
        "ip6bad.test TXT v=spf1 ip6:2001:db8:: -all ip6:x", "ip6all.test TXT v=spf1 ip6:::1/0 -all",
        "ip6mapped.test TXT v=spf1 ip6:::ffff:192.0.2.1 -all",
        // 5.7, 7: exists and macros
        "exists.test TXT v=spf1 exists:%{ir}.%{v}.list.test -all", "1.2.0.192.in-addr.list.test A 127.0.0.2",
        "local.test TXT v=spf1 exists:%{l}.%{o}.users.test -all", "ann.local.test.users.test A 127.0.0.2",
        "parts.test TXT v=spf1 exists:%{l1r-}.parts.users.test -all", "one.parts.users.test A 127.0.0.2",
        "heloed.test TXT v=spf1 exists:%{h}.helos.test -all", "helo.test.helos.test A 127.0.0.2",
        "escape.test TXT v=spf1 exists:%%.%_.%-.escapes.test -all",
        "domainparts.test TXT v=spf1 exists:%{d2}.dp.test -all", "domainparts.test.dp.test A 127.0.0.2",
        "zeroparts.test TXT v=spf1 exists:%{d0}.dp.test -all", "notinmechanism.test TXT v=spf1 exists:%{c}.x.test -all",
        // 4.6.4, 11.1: limits
        "loop.test TXT v=spf1 include:loop.test -all", "redirectloop.test TXT v=spf1 redirect=redirectloop.test",
        $"ten.test TXT v=spf1 {string.Join(' ', Enumerable.Repeat("a:mx1.test", 10))} ip4:192.0.2.1 -all",
        $"eleven.test TXT v=spf1 {string.Join(' ', Enumerable.Repeat("a:mx1.test", 11))} ip4:192.0.2.1 -all",
        "voids.test TXT v=spf1 a:v1.test a:v2.test ip4:192.0.2.1 -all",
        "voids3.test TXT v=spf1 a:v1.test a:v2.test a:v3.test ip4:192.0.2.1 -all",
        .. Enumerable.Range(0, 11).Select(i => $"many.test MX {i} m{i}.many.test"),
        .. Enumerable.Range(0, 11).Select(i => $"m{i}.many.test A 192.0.2.{100 + i}"),
        "x_y.test TXT v=spf1 +all", "postmaster.test TXT v=spf1 exists:%{l}.pm.test -all", "postmaster.pm.test A 127.0.0.2",
    ];

    private static readonly string[] s_failing = ["fails.test", "mxfails.test"];

    private static readonly Case[] s_cases =
    [
        new("192.0.2.1", "a@none.test", "none"), new("192.0.2.1", "a@nowhere.test", "none"), new("192.0.2.1", "a@other.test", "none"),
        new("192.0.2.1", "a@two.test", "permerror"), new("192.0.2.1", "a@longer.test", "pass"), new("192.0.2.1", "a@empty.test", "neutral"),
        new("192.0.2.1", "a@upper.test", "pass"), new("192.0.2.1", "a@spaces.test", "pass"), new("192.0.2.1", "a@alias.test", "pass"),
        new("192.0.2.1", "a@nospace.test", "none"), new("192.0.2.1", "a@fails.test", "temperror"),
        new("192.0.2.1", "a@unknown.test", "permerror"), new("192.0.2.1", "a@late.test", "permerror"),
        new("192.0.2.1", "a@modifier.test", "fail"), new("192.0.2.1", "a@badmacro.test", "permerror"),
        new("192.0.2.1", "a@percent.test", "permerror"), new("192.0.2.1", "a@twice.test", "permerror"),
        new("192.0.2.1", "a@exptwice.test", "permerror"), new("192.0.2.1", "a@noarg.test", "permerror"),
        new("192.0.2.1", "a@allarg.test", "permerror"), new("192.0.2.1", "a@emptyarg.test", "permerror"),
        new("192.0.2.1", "a@qualifier.test", "permerror"), new("192.0.2.1", "a@q.test", "neutral"), new("192.0.2.1", "a@soft.test",
        "softfail"),
        new("192.0.2.1", "a@first.test", "pass"), new("192.0.2.2", "a@first.test", "fail"), new("192.0.2.2", "a@behindall.test", "fail"),
        new("192.0.2.1", "a@redirect.test", "pass"), new("192.0.2.2", "a@redirect.test", "fail"),
        new("192.0.2.1", "a@redirectnone.test", "permerror"), new("192.0.2.1", "a@redirectmacro.test", "permerror"),
        new("192.0.2.1", "a@include.test", "pass"), new("192.0.2.2", "a@include.test", "fail"), new("192.0.2.9", "a@includesoft.test",
        "pass"),
        new("192.0.2.1", "a@includenone.test", "permerror"), new("192.0.2.1", "a@includeerror.test", "permerror"),
        new("192.0.2.1", "a@includefails.test", "temperror"), new("192.0.2.1", "a@includeempty.test", "pass"),
        new("192.0.2.1", "a@a.test", "pass"), new("192.0.2.2", "a@a.test", "fail"), new("2001:db8::1", "a@a.test", "pass"),
        new("192.0.2.200", "a@acidr.test", "pass"), new("2001:db8::ffff", "a@acidr.test", "pass"), new("2001:db8:1::1", "a@acidr.test",
        "fail"),
        new("192.0.2.2", "a@acidr6.test", "fail"), new("2001:db8::2", "a@acidr6.test", "pass"), new("192.0.2.5", "a@aown.test", "pass"),
        new("198.51.100.1", "a@azero.test", "pass"), new("192.0.2.1", "a@abad.test", "permerror"),
        new("192.0.2.1", "a@aleading.test", "permerror"),
        new("192.0.2.1", "a@anumber.test", "permerror"), new("192.0.2.1", "a@atop.test", "permerror"), new("192.0.2.10", "a@mx.test",
        "pass"),
        new("192.0.2.11", "a@mx.test", "pass"), new("2001:db8::11", "a@mx.test", "pass"), new("192.0.2.12", "a@mx.test", "fail"),
        new("192.0.2.12", "a@mxcidr.test", "pass"), new("192.0.2.20", "a@nomx.test", "fail"), new("192.0.2.105", "a@many.test",
        "permerror"),
        new("192.0.2.31", "a@ptr.test", "pass"), new("192.0.2.32", "a@ptr.test", "fail"), new("192.0.2.33", "a@ptr.test", "fail"),
        new("192.0.2.34", "a@ptr.test", "fail"), new("192.0.2.127", "a@ip4.test", "pass"), new("192.0.2.128", "a@ip4.test", "fail"),
        new("192.0.2.1", "a@ip4bad.test", "permerror"), new("192.0.2.1", "a@ip4port.test", "permerror"),
        new("192.0.2.1", "a@ip4none.test", "permerror"), new("192.0.2.1", "a@ip4wide.test", "permerror"), new("2001:db8:9::1",
        "a@ip6.test", "pass"),
        new("2001:db9::1", "a@ip6.test", "fail"), new("192.0.2.1", "a@ip6.test", "fail"), new("192.0.2.1", "a@ip6bad.test", "permerror"),
        new("192.0.2.1", "a@ip6all.test", "fail"), new("2001:db8::1", "a@ip6all.test", "pass"), new("192.0.2.1", "a@ip6mapped.test",
        "fail"),
        new("192.0.2.1", "a@exists.test", "pass"), new("192.0.2.2", "a@exists.test", "fail"), new("192.0.2.1", "ann@local.test", "pass"),
        new("192.0.2.1", "bob@local.test", "fail"), new("192.0.2.1", "one-two@parts.test", "pass"), new("192.0.2.1", "two-one@parts.test",
        "fail"),
        new("192.0.2.1", "a@heloed.test", "pass"), new("192.0.2.1", "a@heloed.test", "fail", "other.test"),
        new("192.0.2.1", "a@escape.test", "fail"), new("192.0.2.1", "a@domainparts.test",
        "pass"),
        new("192.0.2.1", "a@zeroparts.test", "permerror", Differs: "7.3: the number of parts MUST be nonzero"), new("192.0.2.1",
        "a@notinmechanism.test", "permerror"),
        new("192.0.2.1", "a@loop.test", "permerror"), new("192.0.2.1", "a@redirectloop.test", "permerror"), new("192.0.2.1", "a@ten.test",
        "pass"),
        new("192.0.2.1", "a@eleven.test", "permerror"), new("192.0.2.1", "a@voids.test", "pass"), new("192.0.2.1", "a@voids3.test",
        "permerror"),
        new("192.0.2.1", "a@x_y.test", "pass"), new("192.0.2.1", "-", "pass", "upper.test"), new("192.0.2.1", "-", "pass",
        "postmaster.test"),
        new("192.0.2.1", "@postmaster.test", "pass"), new("192.0.2.1", "a@nodots", "none"), new("192.0.2.1", "a@a..test", "none"),
        new("192.0.2.1", $"a@{new string('x', 64)}.test", "none"), new("192.0.2.1", "a@[192.0.2.1]", "none"),
    ];

    [Test]
    public void Ours_and_pyspf_say_the_same()
    {
        const string python = "/usr/bin/python3";
        if (!File.Exists("/usr/lib/python3/dist-packages/spf.py")) Assert.Ignore("not installed: python3-spf");
        string input = string.Concat(s_zone.Select(l => $"Z {l}\n")) + string.Concat(s_failing.Select(n => $"F {n}\n"))
            + string.Concat(s_cases.Select(c => $"Q {c.Client} {c.Sender} {c.Helo}\n"));
        string[] theirs = Programs.Run(python, [$"{Programs.Root}/tests/lib/spf_opinion.py"], input).Succeeded().Output
            .Split('\n', StringSplitOptions.RemoveEmptyEntries);
        string[] ours = Ours();
        Assert.Multiple(() =>
        {
            Assert.That(theirs, Has.Length.EqualTo(s_cases.Length));
            for (int i = 0; i < s_cases.Length; i++)
            {
                Case c = s_cases[i];
                Assert.That(ours[i], Does.StartWith($"{c.Result} "), $"{c}");
                if (c.Differs.Length == 0) Assert.That(theirs[i], Is.EqualTo(c.Result), $"pyspf: {c}");
                else Assert.That(theirs[i], Is.Not.EqualTo(c.Result), $"no difference any more: {c}");
            }
        });
    }

    private static string[] Ours()
    {
        using ScriptedDns dns = new(s_zone);
        foreach (string name in s_failing) dns.Rcode(name, 2);
        List<string> results = [];
        OnLoop.Run(async loop =>
        {
            Common.Dns.DnsResolver resolver = dns.Resolver(loop);
            foreach (Case c in s_cases)
            {
                string sender = c.Sender == "-" ? $"postmaster@{c.Helo}" : c.Sender.StartsWith('@') ? $"postmaster{c.Sender}" : c.Sender;
                SpfOutcome outcome = await new SpfCheck(resolver, new SpfFacts(IPAddress.Parse(c.Client), sender, c.Helo))
                    .RunAsync(sender[(sender.LastIndexOf('@') + 1)..]);
                results.Add($"{outcome.Result.ToString().ToLowerInvariant()} {outcome.Reason}");
            }
        });
        return [.. results];
    }
}
