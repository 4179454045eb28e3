using MtaSuite.Tests.E2e.Harness;

namespace MtaSuite.Tests.E2e;

/// <summary>
/// Settings take effect where they are made: for one service in master.cf, for all by a reload, and not at all when they are wrong.
/// </summary>
[TestFixture]
public class Configuration : InstanceTest
{
    protected override void Prepare()
    {
        Instance.Run("postconf", "-c", Mta.Etc, "-P", $"127.0.0.1:{Mta.SubmissionPort}/inet/message_size_limit=4321",
            $"127.0.0.1:{Mta.SubmissionPort}/inet/smtpd_banner=submission.example").Succeeded();
    }

    private string Greeting(int port)
    {
        using SmtpPeer peer = new(port);
        return peer.Read().Is(220).Text;
    }

    private string Size(int port)
    {
        using SmtpPeer peer = new(port);
        peer.Read();
        return peer.Say("EHLO here").Is(250).Lines.Single(l => l.StartsWith("SIZE", StringComparison.Ordinal));
    }

    [Test]
    public void An_override_in_master_cf_is_for_one_service()
    {
        Assert.That(Greeting(Mta.SubmissionPort), Is.EqualTo("submission.example"));
        Assert.That(Size(Mta.SubmissionPort), Is.EqualTo("SIZE 4321"));
        Assert.That(Greeting(Mta.SmtpPort), Does.StartWith("mx.test.example ESMTP"));
        Assert.That(Size(Mta.SmtpPort), Is.Not.EqualTo("SIZE 4321"));
    }

    [Test]
    public void A_reload_changes_a_parameter_and_an_open_session_goes_on()
    {
        using SmtpPeer open = SmtpPeer.Open(Mta.SmtpPort);
        open.Say($"MAIL FROM:<{Address}>").Is(250);
        Mta.Configure("message_size_limit=54321");
        int mark = Mta.LogMark();
        Mta.Reload();
        Assert.That(Mta.CountLog("master.* reload -- version", mark), Is.EqualTo(1), "the command waits until it is done");
        Wait.Until(() => Size(Mta.SmtpPort) == "SIZE 54321", "the new limit");
        open.Say($"RCPT TO:<{Address}>").Is(250);
        open.Say("DATA").Is(354);
        open.SendContent("Subject: across a reload\n\nbody\n").Is(250);
        open.Quit();
        Mta.Delivered("Subject: across a reload");
    }

    [Test]
    public void A_wrong_configuration_is_refused_and_the_old_one_goes_on()
    {
        string main = File.ReadAllText($"{Mta.Etc}/main.cf");
        try
        {
            File.AppendAllText($"{Mta.Etc}/main.cf", "\nmessage_size_limit = much\n");
            Assert.That(Instance.Run("mtasuite", "-c", Mta.Etc, "check").ExitCode, Is.Not.Zero);
            ProgramResult reload = Instance.Run("mtasuite", "-c", Mta.Etc, "reload");
            Assert.That(reload.ExitCode, Is.Not.Zero);
            Assert.That(reload.Error, Does.Contain("message_size_limit"));
            Assert.That(Greeting(Mta.SmtpPort), Does.StartWith(Instance.HostName));
        }
        finally { File.WriteAllText($"{Mta.Etc}/main.cf", main); }
    }

    [Test]
    public void Status_start_and_stop_say_what_is()
    {
        Assert.That(Instance.Run("mtasuite", "-c", Mta.Etc, "status").ExitCode, Is.Zero);
        Assert.That(Instance.Run("mtasuite", "-c", Mta.Etc, "start").ExitCode, Is.Not.Zero, "it runs already");
        using Instance other = Instance.Create();
        Assert.That(Instance.Run("mtasuite", "-c", other.Etc, "status").ExitCode, Is.Not.Zero);
        Assert.That(Instance.Run("mtasuite", "-c", other.Etc, "stop").ExitCode, Is.Not.Zero);
    }

    [Test]
    public void Bounce_templates_are_shown_as_they_are_and_expanded()
    {
        ProgramResult Postconf(params string[] arguments) => Mta.Command("postconf", "", ["-c", Mta.Etc, .. arguments]);
        string plain = Postconf("-t", "").Succeeded().Output, file = $"{Mta.Folder}/bounce.cf";
        foreach (string name in (string[])["failure", "delay", "success", "verify"])
            Assert.That(plain, Does.Contain($"{name}_template = <<"));
        Assert.That(plain, Does.Contain("$myhostname").Or.Contain("$mail_name"));
        string expanded = Postconf("-b", "").Succeeded().Output;
        Assert.That(expanded, Does.Contain(Instance.HostName).And.Not.Contain("$my"));
        // what is shown is a template file, and means the same
        File.WriteAllText(file, plain);
        Assert.That(Postconf("-t", file).Succeeded().Output, Is.EqualTo(plain));
        Assert.That(Postconf("-b", file).Succeeded().Output, Is.EqualTo(expanded));
        // the parameter is the default, and a template of one's own takes the place of the built-in one
        File.WriteAllText(file, "failure_template = <<EOF\nSubject: Returned\nFrom: robot\n\nfrom $myhostname within "
            + "$maximal_queue_lifetime_days days\nEOF\n");
        Mta.Configure($"bounce_template_file={file}");
        Assert.That(Postconf("-b").Succeeded().Output,
            Does.Contain($"from {Instance.HostName} within 5 days").And.Contain("expanded_delay_text"));
        Assert.That(Postconf("-t").Succeeded().Output, Does.Contain("from $myhostname within"));
        Mta.Configure("bounce_template_file=");
        Assert.That(Postconf("-b", "-t").ExitCode, Is.Not.Zero);
    }

    [Test]
    public void An_instance_knows_where_its_programs_are()
    {
        string Value(string name) => Mta.Command("postconf", "", "-c", Mta.Etc, "-h", name).Succeeded().Output.Trim();
        Assert.That(File.Exists($"{Value("command_directory")}/sendmail") && File.Exists($"{Value("daemon_directory")}/master"));
        string folder = $"{Mta.Folder}/second";
        Instance.Run("mtasuite", "init", folder, "--command-directory", "/usr/sbin/../sbin", "--daemon-directory",
            Value("daemon_directory")).Succeeded();
        Assert.That(Mta.Command("postconf", "", "-c", $"{folder}/etc", "-h", "command_directory").Output.Trim(), Is.EqualTo("/usr/sbin"));
    }
}
