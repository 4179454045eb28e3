using MtaSuite.Common.Config;
using MtaSuite.Tools.Check;

namespace MtaSuite.Tests.Unit.Config;

public class ConfigCheckTests
{
    private const string Services = "smtp inet n - n - - smtpd\nlocal unix - n n - - local\n";

    private static List<string> Run(string main, string master = Services, params Action<CheckContext>[] further)
    {
        string directory = Directory.CreateTempSubdirectory("check").FullName;
        try
        {
            File.WriteAllText(Path.Combine(directory, "main.cf"), main);
            File.WriteAllText(Path.Combine(directory, "master.cf"), master);
            return [.. ConfigCheck.Run(directory, further, new FakeHost())
                .Select(p => $"{p.Severity}: {p}".Replace(directory + "/", "", StringComparison.Ordinal))];
        }
        finally { Directory.Delete(directory, true); }
    }

    [Test]
    public void A_plain_configuration_is_good() => Assert.That(Run("myhostname = mx.example.com\n"), Is.Empty);

    [TestCase("mydestinaton = x", "Error: main.cf, line 1: unknown parameter mydestinaton (did you mean mydestination?)")]
    [TestCase("smtpd_recipeint_restrictions = reject",
        "Error: main.cf, line 1: unknown parameter smtpd_recipeint_restrictions (did you mean smtpd_recipient_restrictions?)")]
    [TestCase("local_destination_recipent_limit = 1",
        "Error: main.cf, line 1: unknown parameter local_destination_recipent_limit (did you mean local_destination_recipient_limit?)")]
    [TestCase("quite_something_else = x",
        "Warning: main.cf, line 1: unused parameter quite_something_else: no parameter has that name, and nothing refers to it")]
    [TestCase("smtp_skip_4xx_greeting = maybe",
        "Warning: main.cf, line 1: smtp_skip_4xx_greeting is accepted, but has no effect: Postfix has not had it since 2.1")]
    [TestCase("smtp_tls_cipherlist = x",
        "Warning: main.cf, line 1: smtp_tls_cipherlist is accepted, but has no effect: Postfix has not had it since 2.3; instead, "
            + "specify \"smtp_tls_mandatory_ciphers\"")]
    [TestCase("tls_trace_rate_limit = x",
        "Warning: main.cf, line 1: tls_trace_rate_limit is accepted, but has no effect: it is new in Postfix 3.12 and has no effect here "
            + "yet")]
    [TestCase("postscreen_tls_loglevel_maps = x",
        "Warning: main.cf, line 1: postscreen_tls_loglevel_maps is accepted, but has no effect: it is new in Postfix 3.12 and has no "
            + "effect here yet")]
    [TestCase("virtual_mailbox_limit_maps = x",
        "Warning: main.cf, line 1: virtual_mailbox_limit_maps is accepted, but has no effect: it belongs to a patch of Postfix (virtual "
            + "quotas) and has no effect here")]
    [TestCase("mydestination = $myhostnam",
        "Error: main.cf, line 1: mydestination: undefined parameter $myhostnam (did you mean $myhostname?)")]
    [TestCase("mydestination = $my_own_list", "Warning: main.cf, line 1: mydestination: undefined parameter $my_own_list")]
    [TestCase("accept_ineffective_parameters = myhostname",
        "Warning: main.cf, line 1: accept_ineffective_parameters: myhostname needs no permission (it has effect)")]
    [TestCase("accept_ineffective_parameters = smtp_tls_per_sitte",
        "Warning: main.cf, line 1: accept_ineffective_parameters: smtp_tls_per_sitte needs no permission (did you mean "
        + "smtp_tls_per_site?)")]
    [TestCase("import_environment = TZ =UTC",
        "Error: main.cf, line 1: bad value of import_environment: \"TZ =UTC\" is not a list of NAME, NAME=VALUE and { NAME = text with "
            + "spaces }")]
    [TestCase("slow_destination_concurrency_limit = 1",
        "Warning: main.cf, line 1: slow_destination_concurrency_limit: master.cf has no service slow")]
    [TestCase("locl_destination_concurrency_limit = 1",
        "Warning: main.cf, line 1: locl_destination_concurrency_limit: master.cf has no service locl (did you mean local?)")]
    [TestCase("virtual_maps = x", "Warning: main.cf, line 1: virtual_maps is deprecated; instead, specify \"virtual_alias_maps\"")]
    [TestCase("smtpd_per_record_deadline = yes",
        "Warning: main.cf, line 1: smtpd_per_record_deadline is deprecated; instead, specify \"smtpd_per_request_deadline\"")]
    [TestCase("setgid_group = postdrop", "Warning: main.cf, line 1: setgid_group is accepted, but has no effect yet")]
    [TestCase("message_size_limit = 1g", "Error: main.cf, line 1: bad value of message_size_limit: \"1g\" is not a number")]
    [TestCase("mydomain = $mydomain",
        "Error: main.cf, line 1: bad value of mydomain: names refer to each other without end: \"$mydomain\"")]
    [TestCase("smtpd_helo_restrictions = reject_invalid_helo_hostnam",
        "Error: main.cf, line 1: smtpd_helo_restrictions: unknown restriction \"reject_invalid_helo_hostnam\" (did you mean "
            + "reject_invalid_helo_hostname?)")]
    [TestCase("smtpd_helo_restrictions = check_helo_access",
        "Error: main.cf, line 1: smtpd_helo_restrictions: check_helo_access needs a table (type:name) behind it")]
    [TestCase("smtpd_helo_restrictions = check_helo_access permit",
        "Error: main.cf, line 1: smtpd_helo_restrictions: check_helo_access needs a table (type:name) behind it, not \"permit\"")]
    [TestCase("smtpd_helo_restrictions = reject_rbl_client, permit",
        "Error: main.cf, line 1: smtpd_helo_restrictions: reject_rbl_client needs a DNS domain behind it, not \"permit\"")]
    [TestCase("smtpd_helo_restrictions = sleep x",
        "Error: main.cf, line 1: smtpd_helo_restrictions: sleep needs a time behind it, not \"x\"")]
    [TestCase("smtpd_client_restrictions = permit_naked_ip_address",
        "Error: main.cf, line 1: smtpd_client_restrictions: restriction permit_naked_ip_address no longer exists; use permit_mynetworks or "
            + "permit_sasl_authenticated")]
    [TestCase("smtpd_restriction_classes = strict", "Error: main.cf, line 1: restriction class strict has no value")]
    [TestCase("smtpd_relay_restrictions = permit_mynetworks",
        "Error: main.cf, line 1: neither smtpd_relay_restrictions nor smtpd_recipient_restrictions prevents this host from "
            + "being an open relay: add reject_unauth_destination")]
    [TestCase("mydestination = $myhostname # my own",
        "Warning: main.cf, line 1: mydestination: \"#\" looks like a comment; a comment must have a line of its own")]
    [TestCase("relay_domains = a\nrelay_domains = b", "Warning: main.cf, line 2: overriding earlier entry: relay_domains=a")]
    [TestCase("smtp_tls_security_level = mandatory",
        "Error: main.cf, line 1: bad value of smtp_tls_security_level: \"mandatory\" is not one of none, may, encrypt, fingerprint, "
            + "verify, secure, dane, dane-only")]
    [TestCase("notify_classes = bounce resourse",
        "Error: main.cf, line 1: bad value of notify_classes: \"resourse\" is not one of bounce, 2bounce, data, delay, policy, protocol, "
            + "resource, software")]
    [TestCase("reject_code = 250", "Error: main.cf, line 1: bad value of reject_code: \"250\" is not a number from 400 to 599")]
    [TestCase("no equal sign", "Error: main.cf, line 1: missing '=' after attribute name: \"no equal sign\"")]
    public void A_mistake_in_main_cf_is_named(string main, string problem) => Assert.That(Run(main + "\n"), Is.EqualTo(new[] { problem }));

    [Test]
    public void Names_that_something_refers_to_are_fine() => Assert.That(Run("""
        mine = example.com
        mydestination = $mine, ${other?{$third}}
        other = y
        third = x
        smtpd_restriction_classes = strict loose
        strict = check_recipient_access inline:{a=OK}, reject_unauth_destination
        loose = permit
        smtpd_recipient_restrictions = warn_if_reject reject_unlisted_recipient,
            check_sender_access hash:/x, hash:/y, strict, loose, Reject_Unauth_Destination, sleep 1,
            reject_rbl_client zone.example=127.0.0.[1..9]
        alias_maps = proxy:ldap:people
        people_server_host = ldap.example.com
        local_destination_concurrency_limit = 5
        for_master = permit
        """, Services + "sub inet n - n - - smtpd -o smtpd_client_restrictions=$for_master -o mua = -o smtpd_helo_restrictions=$mua\n"
        .Replace("-o mua = ", "-o mua= ", StringComparison.Ordinal)), Is.Empty);

    [Test]
    public void Every_command_that_is_served_is_known() => Assert.That(
        Run("mydomain = example.com\n",
        Services + string.Concat("smtp lmtp pickup cleanup qmgr virtual pipe bounce error discard showq anvil verify sts tlsrpt".Split(' ')
            .Select(c => $"x{c} unix - n n - - {c}\n"))), Is.Empty);

    [TestCase("x unix - - - -", "Error: master.cf, line 3: bad field count: 6 columns instead of 8")]
    [TestCase("x unix - n n - - locla", "Error: master.cf, line 3: service x: unknown command \"locla\" (did you mean local?)")]
    [TestCase("rewrite unix - - n - - trivial-rewrite",
        "Warning: master.cf, line 3: service rewrite: trivial-rewrite is part of other daemons here, the line is not needed")]
    [TestCase("smtp inet n - n - 1 smtpd", "Error: master.cf, line 3: service smtp/inet is already defined in line 1")]
    [TestCase("x unix - n n - - local -o nosuch=1",
        "Warning: master.cf, line 3: unused parameter nosuch: no parameter has that name, and nothing refers to it")]
    [TestCase("x unix - n n - - local -o mesage_size_limit=1",
        "Error: master.cf, line 3: unknown parameter mesage_size_limit (did you mean message_size_limit?)")]
    [TestCase("x unix - n n - - local -o mydestination=$myhostnam",
        "Error: master.cf, line 3: mydestination: undefined parameter $myhostnam (did you mean $myhostname?)")]
    [TestCase("w unix - - n - - trivial-rewrite -o local_transport=discard -o syslog_name=x",
        "Warning: master.cf, line 3: service w: trivial-rewrite is part of other daemons here, which do not use the settings of this "
            + "line (local_transport, syslog_name): set them in main.cf if they are needed")]
    [TestCase("x unix - n n - - local -o message_size_limit=x",
        "Error: master.cf, line 3: bad value of message_size_limit: \"x\" is not a number")]
    [TestCase("x inet n - n - - smtpd -o smtpd_client_restrictions=permitt",
        "Error: master.cf, line 3: smtpd_client_restrictions: unknown restriction \"permitt\" (did you mean permit?)")]
    [TestCase("x inet n - n - - smtpd -o smtpd_relay_restrictions=permit",
        "Error: master.cf, line 3: neither smtpd_relay_restrictions nor smtpd_recipient_restrictions prevents this host from "
            + "being an open relay: add reject_unauth_destination")]
    public void A_mistake_in_master_cf_is_named(string line, string problem) =>
        Assert.That(Run("mydomain = example.com\n", Services + line + "\n"), Is.EqualTo(new[] { problem }));

    [Test]
    public void Further_checks_report_into_the_same_list()
    {
        List<string> problems =
            Run("mydomain = example.com\n", Services, c => c.ReportSetting(Severity.Error, c.Config, "mydomain", 0, "too quiet"),
            c => c.Report(Severity.Warning, c.MasterFile, c.Services[0].Entry.Line, "seen"));
        Assert.That(problems, Is.EqualTo(new[] { "Error: main.cf, line 1: too quiet", "Warning: master.cf, line 1: seen" }));
    }

    [Test]
    public void Missing_files_are_errors()
    {
        IReadOnlyList<ConfigProblem> problems = ConfigCheck.Run("/nonexistent", host: new FakeHost());
        Assert.That(problems.Select(p => p.ToString()),
            Is.EqualTo(new[] { "open /nonexistent/main.cf: No such file or directory",
                "open /nonexistent/master.cf: No such file or directory" }));
    }

    [Test]
    public void Debians_files_have_no_errors()
    {
        if (!File.Exists("/usr/share/postfix/master.cf.dist")) Assert.Ignore("needs Debian's postfix package");
        string main = File.ReadAllText("/usr/share/postfix/main.cf.debian") + File.ReadAllText("/usr/share/postfix/main.cf.tls");
        List<string> problems = Run(main, File.ReadAllText("/usr/share/postfix/master.cf.dist"));
        Assert.That(problems.Where(p => p.StartsWith("Error", StringComparison.Ordinal)), Is.Empty);
        Assert.That(problems, Has.Some.Contains("trivial-rewrite is part of other daemons here"));
    }

    [TestCase("abc", "abc", 0)]
    [TestCase("abc", "acb", 1)]
    [TestCase("abc", "", 3)]
    [TestCase("kitten", "sitting", 3)]
    public void Distances_count_letters(string a, string b, int distance)
    {
        Assert.That(NearName.Distance(a, b), Is.EqualTo(distance));
        Assert.That(NearName.Distance(b, a), Is.EqualTo(distance));
    }
}
