using MtaSuite.Common.Native;
using MtaSuite.Tests.E2e.Harness;
using MtaSuite.Tools.Check;

namespace MtaSuite.Tests.E2e;

/// <summary>
/// A configuration that relies on what does not work yet, or that Postfix would not start with, is refused by check, start and reload
/// alike, with exit status 78.
/// </summary>
[TestFixture]
public class Protection : InstanceTest
{
    private const int Configuration = 78;

    private string Main => $"{Mta.Etc}/main.cf";

    private string Master => $"{Mta.Etc}/master.cf";

    private static IEnumerable<TestCaseData> Refused()
    {
        yield return new("smtp_tls_per_site = hash:/etc/sites", "", "smtp_tls_per_site");
        yield return new("lmtp_tls_per_site = hash:/etc/sites", "", "lmtp_tls_per_site");
        yield return new("smtpd_recipient_restrictions = permit_mynetworks, check_address_map hash:/etc/addresses, reject", "",
            "check_address_map");
        yield return new("", "127.0.0.1:PORT inet n - n - 1 postscreen", "postscreen");
        yield return new("", "other unix - - n - - smtp -o smtp_tls_per_site=hash:/etc/sites", "smtp_tls_per_site");
        yield return new("myorigin = /nonexistent/mailname", "", "/nonexistent/mailname");
        yield return new("smtp_bind_address = 999.1.1.1", "", "smtp_bind_address");
        yield return new("mydestination = $myhostnam", "", "$myhostnam");
        yield return new("default_privs = root", "", "default_privs");
        yield return new("smtpd_milters = inet:nowhere", "", "inet:nowhere");
        yield return new("non_smtpd_milters = { unix:m, default_action=maybe }", "", "bad value of default_action: \"maybe\"");
        yield return new("smtpd_milter_maps = inline:{192.0.2.1=m}", "", "Milter service needs transport:endpoint");
        yield return new("", "127.0.0.1:PORT inet n - n - - smtpd -o smtpd_milters=tcp:host:1", "invalid transport name: tcp");
    }

    [TestCaseSource(nameof(Refused))]
    public void Check_start_and_reload_refuse_alike(string main, string master, string named)
    {
        using Instance other = Instance.Create();
        string line = master.Replace("PORT", $"{other.SmtpPort + 1}", StringComparison.Ordinal);
        File.AppendAllText($"{other.Etc}/main.cf", $"\n{main}\n");
        File.AppendAllText($"{other.Etc}/master.cf", $"\n{line}\n");
        Refuses(other, "check");
        Refuses(other, "start");
        Assert.That(Instance.Run("mtasuite", "-c", other.Etc, "status").ExitCode, Is.Not.Zero, "nothing was started");
        string mainBefore = File.ReadAllText(Main), masterBefore = File.ReadAllText(Master);
        try
        {
            File.AppendAllText(Main, $"\n{main}\n");
            File.AppendAllText(Master, $"\n{line}\n");
            Refuses(Mta, "reload");
        }
        finally
        {
            File.WriteAllText(Main, mainBefore);
            File.WriteAllText(Master, masterBefore);
        }

        void Refuses(Instance instance, string command)
        {
            ProgramResult result = Instance.Run("mtasuite", "-c", instance.Etc, command);
            Assert.That(result.ExitCode, Is.EqualTo(Configuration), $"{command}: {result.Error}");
            Assert.That(result.Error, Does.Contain(named));
        }
    }

    [Test]
    public void What_is_accepted_starts_and_mail_flows()
    {
        using Instance other = Instance.Create("smtp_tls_per_site=hash:/etc/none",
            "smtpd_recipient_restrictions=check_address_map static:none",
            "accept_ineffective_parameters=smtp_tls_per_site, check_address_map");
        other.Start();
        using (SmtpPeer peer = SmtpPeer.Open(other.SmtpPort))
        {
            peer.Say($"MAIL FROM:<{Address}>").Is(250);
            peer.Say($"RCPT TO:<{Address}>").Is(250);
            peer.Say("DATA").Is(354);
            peer.SendContent("Subject: accepted\n\nbody\n").Is(250);
            peer.Quit();
        }
        other.Delivered("Subject: accepted");
        Assert.That(Instance.Run("mtasuite", "-c", other.Etc, "check").Error, Does.Contain("smtp_tls_per_site has no effect yet"));
        other.Stop();
    }

    [Test]
    public void Assignments_of_import_environment_reach_daemons_and_their_commands()
    {
        string seen = $"{Mta.MailFolder}/environment";
        Mta.AddAliases($"seen: \"|env >{seen}; chmod 644 {seen}\"\n");
        Mta.Configure("import_environment=MAIL_CONFIG TZ=Pacific/Apia { NOTE = kept for scripts }",
            "export_environment=TZ NOTE { OTHER = of its own }");
        Mta.Reload();
        Mta.Sendmail("Subject: environment\n\nbody\n", $"seen@{Instance.HostName}").Succeeded();
        Wait.Until(() => File.Exists(seen) && File.ReadAllText(seen).Contains("NOTE", StringComparison.Ordinal),
            "the command's environment");
        Assert.That(File.ReadAllLines(seen),
            Does.Contain("TZ=Pacific/Apia").And.Contain("NOTE=kept for scripts").And.Contain("OTHER=of its own"));
    }

    [Test]
    public void A_configuration_that_users_cannot_read_is_a_warning_and_sendmail_tells_them_to_try_again()
    {
        if (!Programs.IsRoot) Assert.Ignore("needs root");
        File.SetUnixFileMode(Main, (UnixFileMode)FileModes.PrivateFile);
        try
        {
            ProgramResult check = Instance.Run("mtasuite", "-c", Mta.Etc, "check");
            Assert.That(check.ExitCode, Is.Zero);
            Assert.That(check.Error, Does.Contain("main.cf cannot be read by everybody"));
            ProgramResult sent = Programs.Run("setpriv",
                ["--reuid", "games", "--regid", "games", "--clear-groups", $"{Programs.Build}/sbin/sendmail", "-C", Mta.Etc, Address]);
            Assert.That(sent.ExitCode, Is.EqualTo(75), sent.Error);
        }
        finally { File.SetUnixFileMode(Main, (UnixFileMode)FileModes.PublicFile); }
    }

    [Test]
    public void A_daemon_that_is_missing_is_named()
    {
        using Instance other = Instance.Create();
        string empty = Directory.CreateDirectory($"{other.Folder}/empty").FullName;
        other.Configure($"daemon_directory={empty}");
        ProgramResult check = Instance.Run("mtasuite", "-c", other.Etc, "check");
        Assert.That(check.ExitCode, Is.EqualTo(Configuration));
        Assert.That(check.Error, Does.Contain($"{empty}/smtpd: No such file or directory"));
    }
}
