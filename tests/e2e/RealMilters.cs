using MtaSuite.Common.Native;
using MtaSuite.Tests.E2e.Harness;

namespace MtaSuite.Tests.E2e;

/// <summary>The milters that sites run, each with a port of its own: rspamd, clamav-milter, spamass-milter with spamd.</summary>
[TestFixture]
public class RealMilters : InstanceTest
{
    private const string Gtube = "XJS*C4JDBQADN1.NSBN3*2IDNEN*GTUBE-STANDARD-ANTI-UBE-TEST-EMAIL*C.34X";
    private const string Eicar = @"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*";

    private readonly Dictionary<string, (int Smtp, int Milter)> _ports = new()
    {
        ["rspamd"] = (Instance.FreePort(), Instance.FreePort()),
        ["clamav"] = (Instance.FreePort(), Instance.FreePort()),
        ["spamass"] = (Instance.FreePort(), Instance.FreePort()),
    };

    protected override string[] Settings => ["milter_default_action=tempfail", "milter_content_timeout=600s"];

    protected override void Prepare()
    {
        if (!Programs.IsRoot) Assert.Ignore("these programs take the rights of their users as root");
        foreach ((string name, (int smtp, int milter)) in _ports)
        {
            string address = name == "spamass" ? $"unix:{Folder(name)}/socket" : $"inet:127.0.0.1:{milter}";
            File.AppendAllText($"{Mta.Etc}/master.cf", $"\n127.0.0.1:{smtp} inet n - n - - smtpd\n  -o smtpd_milters={address}\n");
        }
    }

    /// <summary>A folder for a program and its user.</summary>
    private string Folder(string name, string? owner = null)
    {
        string folder = Directory.CreateDirectory($"{Mta.Folder}/{name}").FullName;
        File.SetUnixFileMode(folder, (UnixFileMode)FileModes.PublicFolder);
        if (owner != null) Programs.Run("chown", ["-R", owner, folder]).Succeeded();
        return folder;
    }

    private string Send(string milter, string message)
    {
        using SmtpPeer peer = SmtpPeer.Open(_ports[milter].Smtp);
        return peer.Deliver("a@client.example", Address, message).ToString();
    }

    [Test]
    public void Rspamd_refuses_its_test_message_and_lets_others_in()
    {
        Programs.Require("rspamd");
        using (SmtpPeer early = SmtpPeer.Open(_ports["rspamd"].Smtp)) // while it is away
            Assert.That(early.Say("MAIL FROM:<a@client.example>").ToString(), Does.StartWith("451 4.7.1 Service unavailable"));
        string folder = Folder("rspamd");
        Directory.CreateDirectory($"{folder}/local.d");
        int port = _ports["rspamd"].Milter;
        File.WriteAllText($"{folder}/tld", "com\norg\nexample\n"); // the whole list takes long to compile
        File.WriteAllText($"{folder}/local.d/options.inc", $"url_tld = \"{folder}/tld\";\ndisable_hyperscan = true;\n"
            + "dns { nameserver = [\"127.0.0.1:1\"]; timeout = 100ms; retransmits = 1; }\n");
        File.WriteAllText($"{folder}/local.d/worker-proxy.inc", $"milter = yes;\nbind_socket = \"127.0.0.1:{port}\";\ncount = 1;\n"
            + "timeout = 600s;\nupstream \"local\" { default = yes; self_scan = yes; }\n");
        File.WriteAllText($"{folder}/local.d/logging.inc", "type = \"console\";\n");
        foreach (string worker in new[] { "normal", "controller", "fuzzy" })
            File.WriteAllText($"{folder}/local.d/worker-{worker}.inc", "enabled = false;\n");
        foreach (string module in new[] { "rbl", "spf", "dkim", "dmarc", "arc", "surbl", "greylist", "ratelimit", "history_redis", "neural",
            "fuzzy_check", "mx_check", "phishing", "asn", "hfilter" })
            File.WriteAllText($"{folder}/local.d/{module}.conf", "enabled = false;\n");
        Folder("rspamd", "_rspamd");
        using ForeignDaemon rspamd = new("rspamd", ["-f", "-u", "_rspamd", "-g", "_rspamd", $"--var=LOCAL_CONFDIR={folder}",
            $"--var=DBDIR={folder}", $"--var=RUNDIR={folder}", $"--var=LOGDIR={folder}", "-c", "/etc/rspamd/rspamd.conf"],
            () => ForeignDaemon.Listens(port));
        Assert.That(Send("rspamd", $"Subject: gtube\nFrom: a@client.example\nDate: Mon, 30 Nov 2026 10:00:00 +0000\n\n{Gtube}\n"),
            Does.StartWith("554 5.7.1 Gtube pattern"));
        Mta.WaitForLog(@"milter-reject: END-OF-MESSAGE from localhost\[127\.0\.0\.1\]: 5\.7\.1 Gtube pattern; from=<a@client\.example>");
        Assert.That(Send("rspamd", "Subject: plain\nFrom: a@client.example\nDate: Mon, 30 Nov 2026 10:00:00 +0000\n\nby way of rspamd\n"),
            Does.StartWith("250"));
        Mta.Delivered("by way of rspamd");
    }

    [Test]
    public void Clamav_refuses_a_virus_and_marks_what_is_clean()
    {
        Programs.Require("clamd", "clamav-milter");
        string folder = Folder("clamav");
        File.WriteAllText($"{folder}/test.ndb", $"Test.Eicar:0:*:{Convert.ToHexStringLower(System.Text.Encoding.ASCII.GetBytes(Eicar))}\n");
        File.WriteAllText($"{folder}/clamd.conf",
            $"DatabaseDirectory {folder}\nLocalSocket {folder}/clamd\nForeground yes\nUser clamav\n");
        File.WriteAllText($"{folder}/milter.conf", $"MilterSocket inet:{_ports["clamav"].Milter}@127.0.0.1\n"
            + $"ClamdSocket unix:{folder}/clamd\n"
            + "Foreground yes\nUser clamav\nOnInfected Reject\nRejectMsg \"Infected: %v\"\nAddHeader Replace\n");
        Folder("clamav", "clamav");
        using ForeignDaemon clamd = new("clamd", ["-c", $"{folder}/clamd.conf"], () => File.Exists($"{folder}/clamd"));
        using ForeignDaemon milter = new("clamav-milter", ["-c", $"{folder}/milter.conf"],
            () => ForeignDaemon.Listens(_ports["clamav"].Milter));
        Assert.That(Send("clamav", $"Subject: virus\n\n{Eicar}\n"), Does.StartWith("550 5.7.1 Infected: Test.Eicar"));
        Mta.WaitForLog(@"milter-reject: END-OF-MESSAGE from \S+: 5\.7\.1 Infected: Test\.Eicar");
        Assert.That(Send("clamav", "Subject: clean\n\nby way of clamav\n"), Does.StartWith("250"));
        Assert.That(Mta.Delivered("by way of clamav").Text, Does.Contain("X-Virus-Status: Clean"));
    }

    [Test]
    public void Spamassassin_refuses_its_test_message_and_marks_others()
    {
        Programs.Require("spamd", "spamass-milter");
        string folder = Folder("spamass");
        int port = _ports["spamass"].Milter;
        using ForeignDaemon spamd = new("spamd", ["-L", "-p", $"{port}", "-i", "127.0.0.1", "-m", "1", "--min-children", "1",
            "-s", "stderr", "-x", "-u", "nobody"], () => ForeignDaemon.Listens(port));
        using ForeignDaemon milter = new("spamass-milter", ["-p", $"{folder}/socket", "-r", "15", "--", "-d", "127.0.0.1", "-p", $"{port}"],
            () => File.Exists($"{folder}/socket"));
        Programs.Run("chmod", ["666", $"{folder}/socket"]).Succeeded();
        Assert.That(Send("spamass", $"Subject: gtube\n\n{Gtube}\n"), Does.StartWith("550 5.7.1 Blocked by SpamAssassin"));
        Assert.That(Send("spamass", "Subject: plain\n\nby way of spamassassin\n"), Does.StartWith("250"));
        Assert.That(Mta.Delivered("by way of spamassassin").Header("X-Spam-Status"), Does.StartWith("No"));
    }
}
