using MtaSuite.Common.Config;
using MtaSuite.Common.Config.Params;

namespace MtaSuite.Tests.Unit.Config;

public class MailConfigTests
{
    private static ConfigResult Parse(string text, params (string, string)[] overrides) =>
        MailConfig.Parse(text, "main.cf", [.. overrides.Select(o => KeyValuePair.Create(o.Item1, o.Item2))], "smtp", "smtpd",
        new FakeHost());

    private static MailConfig Good(string text, params (string, string)[] overrides)
    {
        ConfigResult result = Parse(text, overrides);
        Assert.That(result.Problems, Is.Empty);
        return result.Config;
    }

    [Test]
    public void Every_default_is_a_good_value()
    {
        MailConfig config = Good("");
        Assert.Multiple(() =>
        {
            foreach (Param param in ParamRegistry.All)
                Assert.That(config.CheckValue(param.Name, param.DefaultText(config)), Is.Null, param.Name);
        });
    }

    [Test]
    public void Defaults_come_from_the_host()
    {
        MailConfig config = Good("");
        Assert.That(config.Get(CommonParams.Myhostname), Is.EqualTo("mx.localdomain"));
        Assert.That(config.Get(CommonParams.Mydomain), Is.EqualTo("localdomain"));
        Assert.That(config.Get(CommonParams.Mynetworks), Is.EqualTo("127.0.0.1/32 192.0.2.7/32 [::1]/128"));
        Assert.That(Good("mynetworks_style=subnet").Get(CommonParams.Mynetworks), Is.EqualTo("127.0.0.0/8 192.0.2.0/26 [::1]/128"));
        Assert.That(Good("mynetworks_style=class\ninet_protocols=ipv4").Get(CommonParams.Mynetworks),
            Is.EqualTo("127.0.0.0/8 192.0.2.0/24"));
        Assert.That(Good("inet_interfaces=loopback-only").Get(CommonParams.Mynetworks), Is.EqualTo("127.0.0.1/32 [::1]/128"));
        Assert.That(Good("mydomain=example.com").Get(CommonParams.Myhostname), Is.EqualTo("mx.example.com"));
        Assert.That(Good("myhostname=a.b.example").Get(RewriteParams.Mydestination),
            Is.EqualTo("a.b.example, localhost.b.example, localhost"));
    }

    [Test]
    public void An_override_beats_main_cf_and_main_cf_the_default()
    {
        Assert.That(Good("").Get(QmgrParams.QueueRunDelay), Is.EqualTo(TimeSpan.FromMinutes(5)));
        Assert.That(Good("queue_run_delay = 10").Get(QmgrParams.QueueRunDelay), Is.EqualTo(TimeSpan.FromSeconds(10)));
        Assert.That(Good("queue_run_delay = 10", ("queue_run_delay", "2h")).Get(QmgrParams.QueueRunDelay),
            Is.EqualTo(TimeSpan.FromHours(2)));
        Assert.That(Good("maximal_queue_lifetime = 2").Get(QmgrParams.MaximalQueueLifetime), Is.EqualTo(TimeSpan.FromDays(2)));
        Assert.That(Good("", ("stress", "yes")).Get(SmtpdParams.SmtpdTimeout), Is.EqualTo(TimeSpan.FromSeconds(10)));
        Assert.That(Good("").Get(SmtpdParams.SmtpdTimeout), Is.EqualTo(TimeSpan.FromSeconds(300)));
    }

    [Test]
    public void A_bad_value_is_an_error_with_its_line_and_the_default_holds()
    {
        ConfigResult result = Parse("\nmessage_size_limit = big\nsmtpd_helo_required = "
            + "maybe\nqueue_run_delay=0s\nsmtpd_forbid_bare_newline=x");
        Assert.That(result.Ok, Is.False);
        Assert.That(result.Problems.Select(p => p.ToString()), Is.EqualTo(new[]
        {
            "main.cf, line 2: bad value of message_size_limit: \"big\" is not a number",
            "main.cf, line 3: bad value of smtpd_helo_required: \"maybe\" is neither yes nor no",
            "main.cf, line 4: bad value of queue_run_delay: 0s is below 1s",
            "main.cf, line 5: bad value of smtpd_forbid_bare_newline: \"x\" is not one of normalize, reject, note, yes, no",
        }));
        Assert.That(result.Config.Get(CleanupParams.MessageSizeLimit), Is.EqualTo(10240000));
        Assert.That(result.Config.Get(SmtpdParams.SmtpdHeloRequired), Is.False);
        Assert.That(result.Config.Get(SmtpdParams.SmtpdForbidBareNewline), Is.EqualTo("normalize"));
    }

    [Test]
    public void A_transport_has_its_own_value_its_own_default_or_the_fallback()
    {
        MailConfig config = Good("slow_destination_rate_delay = "
            + "2s\nslow_destination_concurrency_limit=1\ndefault_destination_concurrency_limit=7");
        Assert.That(config.Get(QmgrParams.DestinationConcurrencyLimit, "slow"), Is.EqualTo(1));
        Assert.That(config.Get(QmgrParams.DestinationConcurrencyLimit, "local"), Is.EqualTo(20));
        Assert.That(config.Get(QmgrParams.DestinationConcurrencyLimit, "smtp"), Is.EqualTo(7));
        Assert.That(config.Get(QmgrParams.DestinationRateDelay, "slow"), Is.EqualTo(TimeSpan.FromSeconds(2)));
        Assert.That(config.Get(QmgrParams.DestinationRateDelay, "smtp"), Is.EqualTo(TimeSpan.Zero));
        Assert.That(config.Get(QmgrParams.DestinationConcurrencyPositiveFeedback, "smtp"), Is.EqualTo("1"));
        Assert.That(Parse("slow_destination_concurrency_limit=x").Problems.Single().Text,
            Is.EqualTo("bad value of slow_destination_concurrency_limit: \"x\" is not a number"));
    }

    [TestCase("10min", 600)]
    [TestCase("1day", 86400)]
    [TestCase("300sec", 300)]
    [TestCase("5mh", 300)]
    [TestCase("2w!", 1209600)]
    [TestCase("+7", 7)]
    public void Times_have_letters_behind_the_unit_as_in_Postfix(string text, int seconds) =>
        Assert.That(Good($"queue_run_delay = {text}").Get(QmgrParams.QueueRunDelay), Is.EqualTo(TimeSpan.FromSeconds(seconds)));

    [TestCase("5M")]
    [TestCase("min")]
    [TestCase("5x")]
    [TestCase("5 min")]
    [TestCase("-5s")]
    [TestCase("99999w")]
    public void Other_times_are_refused_as_in_Postfix(string text) =>
        Assert.That(Parse($"queue_run_delay = {text}").Problems.Single().Text,
            Is.EqualTo($"bad value of queue_run_delay: \"{text}\" is not a time"));

    [Test]
    public void Less_than_nothing_is_no_limit_where_Postfix_has_no_lower_bound()
    {
        MailConfig config = Good("smtpd_client_connection_count_limit = -1\nmessage_size_limit = -1\nqueue_minfree = "
            + "-5\ndefault_destination_concurrency_limit = -1\ndont_remove = -1");
        Assert.That((config.Get(SmtpdParams.SmtpdClientConnectionCountLimit), config.Get(CleanupParams.MessageSizeLimit),
            config.Get(CommonParams.QueueMinfree),
            config.Get(QmgrParams.DefaultDestinationConcurrencyLimit), config.Get(CommonParams.DontRemove)), Is.EqualTo((0, 0L, 0L, 0,
                -1)));
        Assert.That(Parse("line_length_limit = -1").Problems.Single().Severity, Is.EqualTo(Severity.Error), "its range begins at 1");
    }

    [Test]
    public void A_value_in_a_file_that_is_not_there_or_empty_is_an_error_and_never_the_files_name()
    {
        string folder = Directory.CreateTempSubdirectory("mailname").FullName, file = $"{folder}/mailname";
        try
        {
            File.WriteAllText(file, "  mail.example.net  \nsecond\n");
            Assert.That(Good($"myorigin = {file}").Get(CommonParams.Myorigin), Is.EqualTo("mail.example.net"));
            File.WriteAllText(file, "\n");
            foreach ((string path, string reason) in new[] { (file, "the file is empty"), (folder, "Permission denied"), ($"{folder}/none",
                "No such file or directory") })
            {
                ConfigResult result = Parse($"myhostname = mx.example.com\nmyorigin = {path}");
                Assert.That(result.Problems.Single().ToString(),
                    Is.EqualTo($"main.cf, line 2: bad value of myorigin: open {path}: {reason}"));
                Assert.That(result.Ok, Is.False);
                Assert.That(result.Config.Get(CommonParams.Myorigin), Is.EqualTo("mx.example.com"));
                Assert.That(result.Config.Expand("$myorigin"), Is.EqualTo("mx.example.com"));
            }
        }
        finally { Directory.Delete(folder, true); }
    }

    [Test]
    public void Names_that_are_expanded_later_stay()
    {
        MailConfig config = Good("mailbox_command = /bin/x -a \"$EXTENSION\" $mydomain");
        Assert.That(config.Get(LocalParams.MailboxCommand), Is.EqualTo("/bin/x -a \"$EXTENSION\" $mydomain"));
        Assert.That(config.Expand("${user}@$mydomain ${extension?+$extension}", n => n == "user" ? "joe$mydomain" : null),
            Is.EqualTo("joe$mydomain@localdomain "));
    }

    [Test]
    public void Read_only_names_are_not_assigned()
    {
        ConfigResult result = Parse("process_name = x");
        Assert.That(result.Problems.Single().ToString(), Is.EqualTo("main.cf, line 1: read-only parameter assignment: process_name=x"));
        Assert.That(result.Config.Expand("$process_name $service_name"), Is.EqualTo("smtpd smtp"));
    }

    [TestCase("smtp_per_record_deadline = yes", true, false, false)]
    [TestCase("lmtp_per_record_deadline = yes", false, true, false)]
    [TestCase("smtpd_per_record_deadline = yes", false, false, true)]
    [TestCase("smtpd_per_record_deadline = yes\nsmtpd_per_request_deadline = no", false, false, false)]
    public void An_old_name_works_as_long_as_the_new_one_is_not_set(string main, bool smtp, bool lmtp, bool smtpd)
    {
        MailConfig config = MailConfig.Parse("compatibility_level = 3.11\n" + main + "\n").Config;
        Assert.That((config.Get(SmtpClientParams.SmtpPerRequestDeadline), config.Get(LmtpClientParams.LmtpPerRequestDeadline),
            config.Get(SmtpdParams.SmtpdPerRequestDeadline)),
            Is.EqualTo((smtp, lmtp, smtpd)));
    }

    [Test]
    public void The_name_of_the_instance_is_the_name_in_the_log() =>
        Assert.That(MailConfig.Parse("multi_instance_name = mta-out\n").Config.Get(LogParams.SyslogName), Is.EqualTo("mta-out"));
}
