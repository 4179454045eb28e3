using MtaSuite.Common.Mail;
using MtaSuite.Common.Native;
using MtaSuite.Local;
using MtaSuite.Local.Commands;

namespace MtaSuite.Tests.Unit.Local;

public sealed class CommandTests
{
    private LocalFixture _fix = null!;

    [SetUp]
    public void SetUp()
    {
        _fix = new LocalFixture();
        File.SetUnixFileMode(_fix.Root, (UnixFileMode)FileModes.WorldWritableFolder);
    }

    [TearDown]
    public void TearDown() => _fix.Dispose();

    private Outcome Run(string command, string content = LocalFixture.Message) => RunJob(_fix.Job("c@example.com", content), command);

    private Outcome RunJob(DeliveryJob job, string command)
    {
        _fix.Settings =
            _fix.Settings with { AliasMaps = LocalFixture.Table("c = \"|" + command.Replace("\\", "\\\\").Replace("\"", "\\\"") + "\"") };
        return _fix.Deliver(job).Outcome;
    }

    [Test]
    public void The_message_arrives_with_headers_and_without_quoting()
    {
        Outcome outcome = Run($"cat >{_fix.Root}/out");
        Assert.That(outcome.Text, Is.EqualTo($"delivered to command: cat >{_fix.Root}/out"));
        string text = _fix.Read("out");
        Assert.That(text, Does.StartWith("From sender@example.org  "));
        Assert.That(text, Does.EndWith("Return-Path: <sender@example.org>\nX-Original-To: c@example.com\nDelivered-To: c@example.com\n"
            + LocalFixture.Message));
    }

    [TestCase("exit 67", "5.1.1", "user unknown")]
    [TestCase("exit 75", "4.3.0", "temporary failure")]
    [TestCase("exit 77", "5.7.0", "permission denied")]
    [TestCase("exit 1", "5.3.0", "Command died with status 1: \"exit 1\"")]
    [TestCase("echo full disk; exit 73", "5.2.0", "can't create user output file. Command output: full disk")]
    [TestCase("echo 4.2.2 come back later; exit 1", "4.2.2", "come back later")]
    [TestCase("echo 5.7.1 go away >&2; exit 75", "5.7.1", "go away")]
    [TestCase("kill -9 $$", "4.3.0", "Command died with signal 9: \"kill -9 $$\"")]
    [TestCase("/nonexistent/program", "4.3.0",
        "temporary failure. Command output: cannot execute /nonexistent/program: No such file or directory")]
    [TestCase("printf 'a\\001b\\tc\\n'; exit 64", "5.3.0", "command line usage error. Command output: a_b c")]
    public void Exit_statuses_and_output(string command, string status, string text)
    {
        Outcome outcome = Run(command);
        Assert.That((outcome.Status.ToString(), outcome.Text), Is.EqualTo((status, text)));
    }

    [TestCase("exit 0")]
    [TestCase("echo 5.1.1 not looked at")]
    [TestCase("true")]
    [TestCase("head -c 10 >/dev/null")]
    public void Success(string command) =>
        Assert.That(Run(command, new string('x', 500_000) + "\n").IsOk, "closing the input early is no failure");

    [Test]
    public void Output_beyond_the_limit_is_read_and_dropped()
    {
        Outcome outcome = Run("head -c 300000 /dev/zero | tr '\\000' x; cat >/dev/null; exit 70", new string('y', 300_000) + "\n");
        Assert.That(outcome.Text, Has.Length.EqualTo("internal software error. Command output: ".Length + 4096));
    }

    [Test]
    public void A_command_that_hangs_is_ended_with_its_children(
        [Values("cat >/dev/null; sleep 600 & sleep 600", "exec sleep 600", "while :; do echo x; done")] string command)
    {
        _fix.Settings = _fix.Settings with { CommandTimeLimit = TimeSpan.FromSeconds(2) };
        long start = Environment.TickCount64;
        Outcome outcome = Run($"echo $$ >{_fix.Root}/pid; {command}", new string('x', 300_000));
        Assert.That(Environment.TickCount64 - start, Is.LessThan(500_000));
        Assert.That(outcome.Status.ToString(), Is.EqualTo("5.3.0"));
        Assert.That(outcome.Text, Does.StartWith("Command time limit exceeded: \""));
        int pid = int.Parse(_fix.Read("pid"), System.Globalization.CultureInfo.InvariantCulture);
        for (int i = 0; i < 10_000 && Signals.Kill(-pid, 0) == 0; i++) Poll.Wait([], 20);
        Assert.That(Signals.Kill(-pid, 0), Is.EqualTo(-1), "nothing of its session is left");
    }

    [Test]
    public void A_child_that_stays_behind_with_the_output_open_does_not_hold_us_up()
    {
        long start = Environment.TickCount64;
        Assert.That(Run("sleep 60 & exit 0").IsOk);
        Assert.That(Environment.TickCount64 - start, Is.LessThan(55_000));
    }

    [Test]
    public void The_environment_is_a_list_with_safe_values()
    {
        _fix.Settings = _fix.Settings with
        {
            RecipientDelimiter = new("+"),
            ExportEnvironment = ["HOMER=simpson", "NOTSET_XYZ",
            "{ MARGE = with spaces }"]
        };
        DeliveryJob job = _fix.Job("c+e;x@example.com", sender: "a`id`@x", original: "o@x");
        job.Request.ClientHelo = "$(reboot)";
        RunJob(job, $"env >{_fix.Root}/env");
        string[] lines = [.. _fix.Read("env").Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Where(l => !l.StartsWith("_=") && !l.StartsWith("PWD=") && !l.StartsWith("SHLVL=") && !l.StartsWith("OLDPWD="))
            .Order(StringComparer.Ordinal)];
        Assert.That(lines, Is.EqualTo(new[]
        {
            "CLIENT_ADDRESS=192.0.2.1", "CLIENT_HELO=__reboot_", "CLIENT_HOSTNAME=client.example", "DOMAIN=example.com", "EXTENSION=e_x",
                "HOMER=simpson",
            "LOCAL=c+e_x", "LOGNAME=c", "MARGE=with spaces", "ORIGINAL_RECIPIENT=o@x", "PATH=/usr/bin:/bin", "RECIPIENT=c+e_x@example.com",
                "SENDER=a_id_@x", "USER=c",
        }));
    }

    [Test]
    public void Commands_never_see_root_nor_our_descriptors()
    {
        Assert.That(Run($"id -u >{_fix.Root}/id; id -G >>{_fix.Root}/id; ls -l /proc/self/fd | wc -l >{_fix.Root}/fds; grep Cap[EP] "
            + $"/proc/self/status >{_fix.Root}/caps").IsOk);
        if (LocalFixture.IsRoot)
        {
            Assert.That(_fix.Read("id"), Is.EqualTo($"{_fix.Settings.DefaultRights.Uid}\n{_fix.Settings.DefaultRights.Gid}\n"));
            Assert.That(_fix.Read("caps"), Does.Not.Match("[1-9a-f]\\s"));
        }
        // "total", 0, 1, 2 and the directory that ls reads
        Assert.That(_fix.Read("fds").Trim(), Is.EqualTo("5"));
        Assert.That(Credentials.GetEUid() == 0, Is.EqualTo(LocalFixture.IsRoot), "this process is what it was");
    }

    [Test]
    public void Mailbox_command_and_its_directory_are_the_users()
    {
        string user = LocalFixture.IsRoot ? "nobody" : _fix.Me.Name;
        _fix.Settings = _fix.Settings with
        {
            MailboxCommand = $"echo \"$USER $EXTENSION\" >{_fix.Root}/out; pwd >>{_fix.Root}/out",
            CommandDirectory = _fix.Root,
            RecipientDelimiter = new("+")
        };
        Assert.That(_fix.Deliver($"{user}+ext@example.com").Text, Does.StartWith("delivered to command: echo"));
        Assert.That(_fix.Read("out"), Is.EqualTo($"{user} ext\n{_fix.Root}\n"));
        _fix.Settings = _fix.Settings with { CommandDirectory = "/nonexistent/${user}" };
        Outcome outcome = _fix.Deliver($"{user}@example.com");
        Assert.That((outcome.Status.ToString(), outcome.Text.Contains($"cannot change directory to \"/nonexistent/{user}\"")),
            Is.EqualTo(("4.3.0", true)));
    }

    [TestCase("prog a b", "", "prog a b|/bin/sh -c prog a b")]
    [TestCase("/bin/prog a  b", "", "/bin/prog a b")]
    [TestCase("prog $x", "", "/bin/sh -c prog $x")]
    [TestCase("  ", "", "/bin/sh -c   ")]
    [TestCase("prog", "/bin/csh -f", "/bin/csh -f prog")]
    public void How_a_line_is_run(string line, string shell, string expected) =>
        Assert.That(string.Join("|", ShellCommand.Parse(line, shell).Select(a => string.Join(" ", a))), Is.EqualTo(expected));

    [Test]
    public void A_command_writes_no_file_that_is_larger_than_a_mailbox_may_be()
    {
        _fix.Settings = _fix.Settings with
        {
            AliasMaps = LocalFixture.Table($"c = |exec cat >{_fix.Root}/big", $"d = |head -c 2000 >{_fix.Root}/fits; exec cat >/dev/null"),
            MailboxSizeLimit = 3000
        };
        if (LocalFixture.IsRoot) File.SetUnixFileMode(_fix.Root, (UnixFileMode)FileModes.StickyFolder);
        string message = "\n" + new string('x', 5000);
        Outcome outcome = _fix.Deliver(_fix.Job("c@example.com", message)).Outcome;
        Assert.That((outcome.IsPermanent, outcome.Status.ToString()), Is.EqualTo((true, "5.2.2")), outcome.Text);
        Assert.That(new FileInfo($"{_fix.Root}/big").Length, Is.LessThanOrEqualTo(3000));
        Assert.That(_fix.Deliver(_fix.Job("d@example.com", message)).Outcome.IsOk);
    }

    [Test]
    public void A_list_owner_hears_of_a_failing_command()
    {
        _fix.Settings =
            _fix.Settings with { AliasMaps = LocalFixture.Table("c = |exit 67, x@remote.example", "owner-c = boss@remote.example") };
        DeliveryJob job = _fix.Job("c@example.com");
        Outcome outcome = _fix.Deliver(job).Outcome;
        Assert.That(outcome.Text, Is.EqualTo("forwarded as NEWID"));
        Assert.That(_fix.OwnerNotices.Single().Owner, Is.EqualTo("owner-c@example.com"));
        Assert.That(job.Steps[0], Is.EqualTo(new DeliveryStep("c@example.com", "", _fix.OwnerNotices[0].Outcome, ToOwner: true)));
    }
}
