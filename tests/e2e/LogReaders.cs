using System.Net;
using System.Text.RegularExpressions;
using MtaSuite.Tests.E2e.Harness;

namespace MtaSuite.Tests.E2e;

/// <summary>Programs that read our log: fail2ban with the filter in share/examples, pflogsumm for mail that went to other hosts.</summary>
[TestFixture]
public class LogReaders : InstanceTest
{
    private readonly SmtpSink _sink = new(IPAddress.Loopback, 0);

    protected override string[] Settings =>
    [
        "mynetworks=192.0.2.0/24", "smtpd_relay_restrictions=permit_mynetworks,reject_unauth_destination",
        "smtpd_sasl_auth_enable=yes", "smtpd_sasl_failure_delay=0",
        "smtpd_sasl_security_options=noanonymous", "smtpd_hard_error_limit=3",
        $"relayhost=[127.0.0.1]:{_sink.Port}", "smtp_log_tls_feature_status=no",
    ];

    protected override void Prepare()
    {
        File.WriteAllText($"{Mta.Etc}/passwd", "");
        Mta.Configure($"smtpd_sasl_path=texthash:{Mta.Etc}/passwd");
    }

    [OneTimeTearDown]
    public void StopSink() => _sink.Dispose();

    [TestCase("auth", 2)]
    [TestCase("more", 3)]
    [TestCase("normal", 3)]
    [TestCase("errors", 1)]
    [TestCase("aggressive", 5)]
    public void Fail2ban_finds_those_who_guess_and_those_who_try_to_relay(string mode, int least)
    {
        string ours = $"{Programs.Build}/share/examples/fail2ban-filter.conf";
        const string theirs = "/etc/fail2ban/filter.d";
        Programs.Require("fail2ban-regex");
        if (!Directory.Exists(theirs)) Assert.Ignore("no filters of fail2ban");
        int mark = Mta.LogMark();
        using (SmtpPeer peer = SmtpPeer.Open(Mta.SmtpPort))
        {
            peer.Say("AUTH PLAIN AGpvZQB3cm9uZw==").Is(535);
            peer.Say("MAIL FROM:<a@client.example>").Is(250);
            peer.Say("RCPT TO:<victim@elsewhere.example>").Is(554);
            Assert.That(peer.Say($"RCPT TO:<there-is-no-such-user@{Instance.HostName}>").Code, Is.EqualTo(550).Or.EqualTo(421));
        }
        using (SmtpPeer peer = SmtpPeer.Open(Mta.SmtpPort)) peer.Say("AUTH SCRAM-SHA-256 biwsbj1qb2Uscj1hYmM=").Is(334);
        using (SmtpPeer peer = SmtpPeer.Open(Mta.SmtpPort)) peer.Say("AUTH LOGIN am9l").Is(334);
        using (SmtpPeer peer = SmtpPeer.Open(Mta.SmtpPort))
        {
            peer.Say("AUTH LOGIN am9l").Is(334);
            peer.Say("d3Jvbmc=").Is(535);
        }
        Mta.WaitForLog("too many errors after RCPT", mark);
        Mta.WaitForLog("SASL LOGIN authentication failed", mark);

        string folder = $"{Mta.Folder}/fail2ban-{mode}", log = $"{folder}/log";
        Directory.CreateDirectory($"{folder}/filter.d");
        foreach (string file in Directory.EnumerateFiles(theirs, "*.conf")) File.Copy(file, $"{folder}/filter.d/{Path.GetFileName(file)}");
        File.Copy(ours, $"{folder}/filter.d/mtasuite.conf");
        File.WriteAllText(log, Mta.LogText()[mark..]);
        string[] arguments = ["-c", folder, "--print-all-matched", log, $"mtasuite[mode={mode}]"];
        string report = Programs.Run("fail2ban-regex", arguments).Succeeded().Output;
        Assert.That(int.Parse(Regex.Match(report, @"(\d+) matched").Groups[1].Value), Is.GreaterThanOrEqualTo(least), report);
    }

    [Test]
    public void Pflogsumm_counts_what_went_to_other_hosts()
    {
        Programs.Require("pflogsumm");
        int mark = Mta.LogMark();
        for (int i = 0; i < 3; i++) Mta.Sendmail("Subject: out\n\nbody\n", "-f", Address, $"friend{i}@elsewhere.example").Succeeded();
        Wait.Until(() => Mta.CountLog("status=sent", mark) == 3 && Mta.CountLog(": removed$", mark) == 3, "three deliveries");
        string log = $"{Mta.Folder}/out.log";
        File.WriteAllText(log, Mta.LogText()[mark..]);
        string report = Programs.Run("pflogsumm", ["--syslog-name=mtasuite", log]).Succeeded().Output;
        Assert.That(report, Does.Match(@"(?m)^ +3 +received$").And.Match(@"(?m)^ +3 +delivered$"));
    }
}
