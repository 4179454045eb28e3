using MtaSuite.Common.Config;
using MtaSuite.Tests.Unit.Config;
using MtaSuite.Tools.Mtasuite;

namespace MtaSuite.Tests.Unit.Tools;

/// <summary>What <c>mtasuite check</c> finds beyond names and single values: tables, lists, settings that do not go together.</summary>
public sealed class CheckTests
{
    private const string Services = "smtp inet n - n - - smtpd\nlocal unix - n n - - local\nvirtual unix - n n - - virtual\nsmtp unix - - n - - smtp\nrelay unix - - n - - smtp\n";

    private static List<string> Run(string main, string more = "")
    {
        string directory = Directory.CreateTempSubdirectory("check").FullName;
        try
        {
            File.WriteAllText(Path.Combine(directory, "main.cf"), $"myhostname = a.example\nalias_maps =\n{main}\n");
            File.WriteAllText(Path.Combine(directory, "master.cf"), Services + more);
            return [.. ConfigCheck.Run(directory, [TableCheck.Run, ListCheck.Run, SettingCheck.Run], new FakeHost())
                .Select(p => $"{p.Severity}: {p}".Replace(directory + "/", "", StringComparison.Ordinal))];
        }
        finally { Directory.Delete(directory, true); }
    }

    [Test]
    public void A_plain_configuration_has_no_problems() => Assert.That(Run("mynetworks = 127.0.0.0/8 [::1]/128 !192.0.2.1 static:x\nmydestination = a.example, inline:{b=x}\nrelay_domains = $mydestination"), Is.Empty);

    [TestCase("transport_maps = foo:/x", "transport_maps: foo:/x: unsupported dictionary type: foo")]
    [TestCase("transport_maps = /etc/transport", "transport_maps: /etc/transport: open dictionary: expecting \"type:name\" form instead of \"/etc/transport\"")]
    [TestCase("smtpd_client_restrictions = check_client_access foo:/x", "smtpd_client_restrictions: foo:/x: unsupported dictionary type: foo")]
    [TestCase("strict = check_client_access foo:/x\nsmtpd_restriction_classes = strict", "strict: foo:/x: unsupported dictionary type: foo")]
    [TestCase("mynetworks = 127.0.0.1 foo:/x", "mynetworks: foo:/x: unsupported dictionary type: foo")]
    [TestCase("mynetworks = 1.2.3.4.5", "mynetworks: bad net/mask pattern: \"1.2.3.4.5\"")]
    [TestCase("mynetworks = /nonexistent/networks", "mynetworks: open file /nonexistent/networks: No such file or directory")]
    [TestCase("debug_peer_list = foo:/x", "debug_peer_list: foo:/x: unsupported dictionary type: foo")]
    [TestCase("inet_interfaces = 1.2.3.400", "inet_interfaces: host not found: 1.2.3.400")]
    public void What_a_daemon_could_not_use_is_an_error(string main, string text) => Assert.That(Run(main), Is.EqualTo(new[] { $"Error: main.cf, line 3: {text}" }));

    [TestCase("virtual_alias_domains = A.example", "do not list domain A.example in both mydestination and virtual_alias_domains")]
    [TestCase("virtual_mailbox_domains = a.example", "do not list domain a.example in both mydestination and virtual_mailbox_domains")]
    [TestCase("default_transport = smpt:[x]", "default_transport: master.cf has no service smpt (did you mean smtp?); mail for it waits")]
    [TestCase("mailbox_size_limit = 100", "mailbox_size_limit is smaller than message_size_limit: messages are accepted that fit into no mailbox")]
    [TestCase("bounce_template_file = /nonexistent", "bounce_template_file: open /nonexistent: No such file or directory; the built-in texts are used")]
    public void What_does_not_go_together_is_a_warning(string main, string text) => Assert.That(Run(main), Is.EqualTo(new[] { $"Warning: main.cf, line 3: {text}" }));

    [Test]
    public void A_service_is_checked_with_what_it_overrides() => Assert.That(
        Run("", "sub inet n - n - - smtpd -o mynetworks=foo:/x -o smtpd_sasl_auth_enable=yes -o smtpd_sasl_type=cyrus\n"), Is.EqualTo(new[]
        {
            "Error: master.cf, line 6: mynetworks: foo:/x: unsupported dictionary type: foo",
            "Warning: master.cf, line 6: smtpd_sasl_type: there is no cyrus here, only builtin, dovecot and ldap; logins are refused for now",
        }));
}
