using System.Text;
using MtaSuite.Common.Authentication.Dmarc;
using MtaSuite.Common.Config;
using MtaSuite.Common.Dns;
using MtaSuite.Common.Milter;
using MtaSuite.Common.Milter.Client;
using MtaSuite.Common.Net;
using MtaSuite.Tests.E2e.Harness;
using MtaSuite.Tests.Unit.Dns;
using MtaSuite.Tests.Unit.Net;

namespace MtaSuite.Tests.E2e;

/// <summary>
/// DMARC against opendmarc, which reads what SPF and DKIM found from a field of ours. It follows RFC 7489 and has a list of public
/// suffixes; where RFC 9989 says otherwise the difference is named, and ours is what is expected.
/// </summary>
[TestFixture]
public class DmarcSecondOpinion
{
    /// <summary>A message: its From field, what passed ("spf=domain dkim=domain"), and the verdict.</summary>
    private sealed record Case(string From, string Passed, string Verdict, string Differs = "");

    private static readonly string[] s_zone =
    [
        "_dmarc.reject.test v=DMARC1; p=reject", "_dmarc.quarantine.test v=DMARC1; p=quarantine", "_dmarc.watch.test v=DMARC1; p=none",
        "_dmarc.strict.test v=DMARC1; p=reject; adkim=s; aspf=s", "_dmarc.sdkim.test v=DMARC1; p=reject; adkim=s",
        "_dmarc.sspf.test v=DMARC1; p=reject; aspf=s", "_dmarc.sub.test v=DMARC1; p=reject; sp=none",
        "_dmarc.own.reject.test v=DMARC1; p=none", "_dmarc.spaces.test v=DMARC1 ;  p = reject ; pct=100;", "_dmarc.other.test v=spf1 -all",
        "_dmarc.case.test v=DMARC1; p=Reject", "_dmarc.late.test p=reject; v=DMARC1", "_dmarc.ttag.test v=DMARC1; p=reject; xtag=1",
    ];

    private const string Strict = "RFC 9989 4.7: with adkim=s and aspf=s the domains must be the same";

    private static readonly Case[] s_cases =
    [
        new("a@reject.test", "", "fail"), new("a@reject.test", "spf=reject.test", "pass"), new("a@reject.test", "dkim=reject.test", "pass"),
        new("a@reject.test", "spf=mail.reject.test", "pass"), new("a@reject.test", "dkim=mail.reject.test", "pass"),
        new("a@reject.test", "spf=evil.test dkim=evil.test", "fail"), new("a@reject.test", "spf=evil.test dkim=reject.test", "pass"),
        new("a@reject.test", "spf=reject.test dkim=evil.test", "pass"), new("a@mail.reject.test", "spf=reject.test", "pass"),
        new("a@mail.reject.test", "dkim=other.reject.test", "pass"), new("a@mail.reject.test", "", "fail"),
        new("a@a.b.c.reject.test", "dkim=reject.test", "pass"), new("a@reject.test", "dkim=notreject.test", "fail"),
        new("a@reject.test", "dkim=reject.test.evil.test", "fail"), new("A@REJECT.TEST", "dkim=reject.test", "pass"),
        new("\"reject.test\" <a@evil.test>", "spf=evil.test", "none"), new("Name <a@reject.test>", "", "fail"),
        new("\"a@evil.test\" <a@reject.test>", "spf=evil.test", "fail"), new("a@reject.test (comment b@evil.test)", "spf=evil.test",
        "fail"),
        new("a@quarantine.test", "", "fail"), new("a@quarantine.test", "dkim=quarantine.test", "pass"), new("a@watch.test", "", "fail"),
        new("a@watch.test", "spf=watch.test", "pass"), new("a@strict.test", "spf=strict.test", "pass"),
        new("a@strict.test", "spf=mail.strict.test", "fail", Strict), new("a@strict.test", "dkim=strict.test", "pass"),
        new("a@strict.test", "dkim=mail.strict.test", "fail", Strict), new("a@mail.strict.test", "dkim=mail.strict.test", "pass"),
        new("a@mail.strict.test", "dkim=strict.test", "fail"), new("a@sdkim.test", "dkim=x.sdkim.test", "fail", Strict),
        new("a@sdkim.test", "spf=x.sdkim.test", "pass"), new("a@sspf.test", "spf=x.sspf.test", "fail", Strict),
        new("a@sspf.test", "dkim=x.sspf.test", "pass"), new("a@x.sub.test", "", "fail"), new("a@x.sub.test", "spf=sub.test", "pass"),
        new("a@own.reject.test", "", "fail"), new("a@own.reject.test", "dkim=own.reject.test", "pass"), new("a@none.test", "", "none"),
        new("a@none.test", "spf=none.test", "none"), new("a@other.test", "", "none",
        "RFC 9989 4.10: what does not begin with v=DMARC1 is discarded"), new("a@spaces.test", "", "fail"),
        new("a@case.test", "", "fail"), new("a@late.test", "", "none", "RFC 9989 4.7: v= stands first"), new("a@ttag.test",
        "spf=ttag.test", "pass"),
    ];

    [Test]
    public void Ours_and_opendmarc_say_the_same()
    {
        Programs.Require("opendmarc");
        string folder = Directory.CreateTempSubdirectory("mta-dmarc-").FullName;
        int port = Instance.FreePort();
        try
        {
            File.WriteAllText($"{folder}/dns", string.Join('\n', s_zone) + "\n");
            File.WriteAllText($"{folder}/ignored", "192.0.2.255\n"); // else 127.0.0.1 is
            File.WriteAllText($"{folder}/suffixes", "// a list of our own\ntest\n");
            File.WriteAllText($"{folder}/opendmarc.conf", $"AuthservID mx.test\nTrustedAuthservIDs mx.test\nSocket inet:{port}@127.0.0.1\n"
                + $"IgnoreHosts {folder}/ignored\nTestDNSData {folder}/dns\nPublicSuffixList {folder}/suffixes\nSyslog false\n");
            using ForeignDaemon opendmarc = new("opendmarc", ["-f", "-c", $"{folder}/opendmarc.conf"], () => ForeignDaemon.Listens(port));
            Compare(port);
        }
        finally { Directory.Delete(folder, recursive: true); }
    }

    private static void Compare(int port)
    {
        using ScriptedDns dns = new([.. s_zone.Select(l => l.Insert(l.IndexOf(' '), " TXT"))]);
        List<string> ours = [], theirs = [];
        OnLoop.Run(async loop =>
        {
            DnsResolver resolver = dns.Resolver(loop);
            ServiceConnector connector = new(loop, new HostLookup(resolver, new HostLookupOptions { Sources = HostSources.Native }), "/");
            foreach (Case c in s_cases)
            {
                ours.Add(await OursAsync(resolver, c));
                theirs.Add(await TheirsAsync(loop, connector, port, c));
            }
        });
        Assert.Multiple(() =>
        {
            for (int i = 0; i < s_cases.Length; i++)
            {
                Case c = s_cases[i];
                Assert.That(ours[i], Is.EqualTo(c.Verdict), $"{c}");
                Assert.That(theirs[i] == c.Verdict, Is.EqualTo(c.Differs.Length == 0), $"opendmarc says {theirs[i]}: {c}");
            }
        });
    }

    private static IEnumerable<(string Method, string Domain)> Passed(Case c) =>
        c.Passed.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(p => (p.Split('=')[0], p.Split('=')[1]));

    private static async Task<string> OursAsync(DnsResolver resolver, Case c)
    {
        DmarcIdentifier spf = Passed(c).Where(p => p.Method == "spf").Select(p => new DmarcIdentifier(p.Domain, true))
            .FirstOrDefault(new DmarcIdentifier("", false));
        DmarcCheck check = new(resolver, spf,
            [.. Passed(c).Where(p => p.Method == "dkim").Select(p => new DmarcIdentifier(p.Domain, true))], () => 0);
        return DmarcResult.Word(DmarcResult.Worst(await check.RunAsync(AuthorDomains.Of([Encoding.ASCII.GetBytes(c.From)]))).Verdict);
    }

    private static async Task<string> TheirsAsync(EventLoop loop, ServiceConnector connector, int port, Case c)
    {
        using MilterSession session = new(loop, new MilterService
        {
            Name = "opendmarc",
            Address = new ServiceAddress("127.0.0.1", port, ""),
            ConnectTimeout = TestLimits.Answer,
            CommandTimeout = TestLimits.Answer,
            ContentTimeout = TestLimits.Answer,
        }.WithProtocol("6"));
        await session.ConnectAsync(connector, new MilterClient("client.test", MilterFamily.Inet, 25, "192.0.2.1"), _ => ["j", "mx.test"]);
        await session.HeloAsync("client.test", null);
        // it believes a result of SPF for the envelope's own domain alone
        string sender = Passed(c).Where(p => p.Method == "spf").Select(p => p.Domain).FirstOrDefault("envelope.test");
        await session.MailAsync([$"<x@{sender}>"], ["i", "QUEUEID1"]);
        await session.RcptAsync(["<b@mx.test>"], null);
        await session.DataAsync(null);
        string found = string.Concat(Passed(c).Select(p => p.Method == "spf" ? $"; spf=pass smtp.mailfrom={p.Domain}"
            : $"; dkim=pass header.d={p.Domain}"));
        if (found.Length > 0) await FieldAsync(session, "Authentication-Results", $"mx.test{found}");
        await FieldAsync(session, "From", c.From);
        await FieldAsync(session, "Date", "Mon, 30 Nov 2026 10:00:00 +0000");
        await session.EndOfHeaderAsync(null);
        await session.BodyAsync("x\r\n"u8.ToArray(), null);
        Added added = new();
        await session.EndOfMessageAsync(added, ["i", "QUEUEID1"]);
        session.Quit();
        return added.Verdict;
    }

    private static ValueTask<MilterVerdict> FieldAsync(MilterSession session, string name, string value) =>
        session.HeaderAsync(Encoding.ASCII.GetBytes(name), Encoding.ASCII.GetBytes($" {value}"), null);

    /// <summary>Looks for the verdict in the fields that are added.</summary>
    private sealed class Added : IMilterEdits
    {
        public string Verdict { get; private set; } = "nothing";

        public bool IsDamaged => false;

        public bool TryTake(in MilterResponse edit)
        {
            string value = Encoding.ASCII.GetString(edit.Value);
            int at = value.IndexOf("dmarc=", StringComparison.Ordinal);
            if (at >= 0) Verdict = value[(at + 6)..].Split(' ', ';')[0];
            return true;
        }

        public ValueTask ApplyAsync() => default;

        public ValueTask<bool> FinishAsync() => new(true);
    }
}
