using MtaSuite.Common.Config;
using MtaSuite.Common.Config.Params;
using MtaSuite.Smtpd;
using MtaSuite.Tests.Unit.Config;
using MtaSuite.Tools.Check;
using MtaSuite.Tools.Mtasuite;

namespace MtaSuite.Tests.Unit.Tools;

/// <summary>What <c>mtasuite check</c> finds beyond names and single values: tables, lists, settings that do not go together.</summary>
public sealed class CheckTests
{
    private const string Services =
        "smtp inet n - n - - smtpd\nlocal unix - n n - - local\nvirtual unix - n n - - virtual\nsmtp unix - - n - - smtp\nrelay unix - - "
        + "n - - smtp\n";

    private static List<string> Run(string main, string more = "", Action<CheckContext>? check = null)
    {
        string directory = Directory.CreateTempSubdirectory("check").FullName;
        try
        {
            File.WriteAllText(Path.Combine(directory, "main.cf"), $"myhostname = a.example\nalias_maps =\n{main}\n");
            File.WriteAllText(Path.Combine(directory, "master.cf"), Services + more);
            return [.. ConfigCheck.Run(directory, check != null ? [check] : [TableCheck.Run, ListCheck.Run, IdentityCheck.Run,
                SettingCheck.Run, PipeCheck.Run], new FakeHost())
                .Select(p => $"{p.Severity}: {p}".Replace(directory + "/", "", StringComparison.Ordinal))];
        }
        finally { Directory.Delete(directory, true); }
    }

    [Test]
    public void A_plain_configuration_has_no_problems() =>
        Assert.That(Run("mynetworks = 127.0.0.0/8 [::1]/128 !192.0.2.1 static:x\nmydestination = a.example, inline:{b=x}\nrelay_domains "
        + "= $mydestination"), Is.Empty);

    [TestCase("transport_maps = foo:/x", "transport_maps: foo:/x: unsupported dictionary type: foo")]
    [TestCase("transport_maps = /etc/transport",
        "transport_maps: /etc/transport: open dictionary: expecting \"type:name\" form instead of \"/etc/transport\"")]
    [TestCase("smtpd_client_restrictions = check_client_access foo:/x",
        "smtpd_client_restrictions: foo:/x: unsupported dictionary type: foo")]
    [TestCase("strict = check_client_access foo:/x\nsmtpd_restriction_classes = strict",
        "strict: foo:/x: unsupported dictionary type: foo")]
    [TestCase("mynetworks = 127.0.0.1 foo:/x", "mynetworks: foo:/x: unsupported dictionary type: foo")]
    [TestCase("mynetworks = 1.2.3.4.5", "mynetworks: bad net/mask pattern: \"1.2.3.4.5\"")]
    [TestCase("mynetworks = /nonexistent/networks", "mynetworks: open file /nonexistent/networks: No such file or directory")]
    [TestCase("debug_peer_list = foo:/x", "debug_peer_list: foo:/x: unsupported dictionary type: foo")]
    [TestCase("relayhost = smtp:[mx.a.example]",
        "relayhost: bad syntax: \"smtp:[mx.a.example]\"; expecting \"host\", \"host:port\", \"[host]\" or \"[host]:port\"")]
    [TestCase("relayhost = [mx.a.example",
        "relayhost: bad syntax: \"[mx.a.example\"; expecting \"host\", \"host:port\", \"[host]\" or \"[host]:port\"")]
    [TestCase("relayhost = [mx.a.example]587",
        "relayhost: bad syntax: \"[mx.a.example]587\"; expecting \"host\", \"host:port\", \"[host]\" or \"[host]:port\"")]
    [TestCase("relayhost = mx:70000",
        "relayhost: bad syntax: \"mx:70000\"; expecting \"host\", \"host:port\", \"[host]\" or \"[host]:port\"")]
    [TestCase("relayhost = 2001:db8::1",
        "relayhost: bad syntax: \"2001:db8::1\"; expecting \"host\", \"host:port\", \"[host]\" or \"[host]:port\"")]
    [TestCase("relayhost = mx:nosuchservice",
        "relayhost: bad syntax: \"mx:nosuchservice\"; expecting \"host\", \"host:port\", \"[host]\" or \"[host]:port\"")]
    [TestCase("smtp_fallback_relay = a.example, b..example",
        "smtp_fallback_relay: bad syntax: \"b..example\"; expecting \"host\", \"host:port\", \"[host]\" or \"[host]:port\"")]
    [TestCase("inet_interfaces = 1.2.3.400", "inet_interfaces: host not found: 1.2.3.400")]
    [TestCase("inet_interfaces = 127.0.0.1 203.0.113.5", "inet_interfaces: no local interface found for 203.0.113.5")]
    [TestCase("inet_interfaces = 127.0.0.1 [2001:db8::5]", "inet_interfaces: no local interface found for 2001:db8::5")]
    [TestCase("mynetworks = be/be", "mynetworks: bad net/mask pattern: \"be/be\"")]
    [TestCase("mydomain = .x", "bad value of mydomain: \".x\" is not a host name")]
    [TestCase("mydomain = a..b", "bad value of mydomain: \"a..b\" is not a host name")]
    [TestCase("mydomain = 1.2.3.4", "bad value of mydomain: \"1.2.3.4\" is not a host name")]
    [TestCase("myorigin = a.example, b.example", "myorigin must not contain multiple values: a.example, b.example")]
    [TestCase("relayhost = A.Example", "myhostname and relayhost must not be identical: A.Example")]
    [TestCase("default_privs = root", "default_privs: user root has privileged user ID")]
    [TestCase("default_privs = no-such-user-here", "default_privs: unknown user name value: no-such-user-here")]
    [TestCase("smtp_bind_address = 999.1.1.1", "smtp_bind_address: bad address \"999.1.1.1\"")]
    [TestCase("smtp_bind_address = 2001:db8::1", "smtp_bind_address: bad address \"2001:db8::1\"")]
    [TestCase("smtp_bind_address6 = [2001:db8::1", "smtp_bind_address6: bad address \"[2001:db8::1\"")]
    [TestCase("lmtp_bind_address = localhost", "lmtp_bind_address: bad address \"localhost\"")]
    [TestCase("dns_servers = 192.0.2.1 foo [2001:db8::1]:53", "dns_servers: \"foo\" is neither an address nor address:port")]
    [TestCase("default_sender_rate = 10", "bad value of default_sender_rate: \"10\" is not a number, a slash and a time, as 100/1h")]
    [TestCase("smtp_destination_rate = 2/x", "bad value of smtp_destination_rate: \"2/x\" is not a number, a slash and a time, as 100/1h")]
    [TestCase("smtp_destination_concurrency_negative_feedback = 1/foo",
        "bad value of smtp_destination_concurrency_negative_feedback: \"1/foo\" is not a number from 0 to 1, or one divided by a number, "
            + "by concurrency or by sqrt_concurrency")]
    public void What_a_daemon_could_not_use_is_an_error(string main, string text) =>
        Assert.That(Run(main), Is.EqualTo(new[] { $"Error: main.cf, line 3: {text}" }));

    [TestCase("virtual_alias_domains = A.example", "do not list domain A.example in both mydestination and virtual_alias_domains")]
    [TestCase("virtual_mailbox_domains = a.example", "do not list domain a.example in both mydestination and virtual_mailbox_domains")]
    [TestCase("default_transport = smpt:[x]", "default_transport: master.cf has no service smpt (did you mean smtp?); mail for it waits")]
    [TestCase("mailbox_size_limit = 100",
        "mailbox_size_limit is smaller than message_size_limit: messages are accepted that fit into no mailbox")]
    [TestCase("smtpd_discard_ehlo_keywords = silent-discard, DSN, starttsl",
        "smtpd_discard_ehlo_keywords: unknown keyword starttsl (did you mean starttls?)")]
    [TestCase("smtp_discard_ehlo_keywords = pipelining foo", "smtp_discard_ehlo_keywords: unknown keyword foo")]
    [TestCase("bounce_template_file = /nonexistent",
        "bounce_template_file: open /nonexistent: No such file or directory; the built-in texts are used")]
    public void What_does_not_go_together_is_a_warning(string main, string text) =>
        Assert.That(Run(main), Is.EqualTo(new[] { $"Warning: main.cf, line 3: {text}" }));

    [TestCase("mynetworks = 127.0.0.0/8 0.0.0.0/0", "mynetworks: 0.0.0.0/0 trusts every client: this is an open relay")]
    [TestCase("mynetworks = [::/0]", "mynetworks: [::/0] trusts every client: this is an open relay")]
    public void What_is_hardly_meant_is_a_warning(string main, string text) => What_does_not_go_together_is_a_warning(main, text);

    [TestCase("x unix - n n - - smtp -o smtp_bind_address=999.1.1.1",
        "Error: master.cf, line 6: smtp_bind_address: bad address \"999.1.1.1\"")]
    [TestCase("x inet n - n - - smtpd -o myhostname=-", "Error: master.cf, line 6: bad value of myhostname: \"-\" is not a host name")]
    [TestCase("x unix - n n - - pipe argv=/nonexistent/program",
        "Warning: master.cf, line 6: service x: /nonexistent/program: No such file or directory; mail for it waits")]
    [TestCase("x unix - n n - - pipe flags=F user=nobody",
        "Warning: master.cf, line 6: service x: missing argv= command-line attribute; mail for it waits")]
    public void What_is_wrong_with_a_service_is_named(string line, string problem) =>
        Assert.That(Run("", line + "\n"), Has.Some.EqualTo(problem));

    [TestCase("user=no-such-user-here", "unknown username: no-such-user-here")]
    [TestCase("user=nobody:no-such-group-here", "unknown group: no-such-group-here")]
    [TestCase("user=root", "user= specifies root privileges")]
    [TestCase("flags=F", "missing user= command-line attribute")]
    public void Users_of_pipe_services_are_looked_up(string attribute, string problem)
    {
        if (!Environment.IsPrivilegedProcess) Assert.Ignore("an ordinary user runs all commands as itself");
        Assert.That(Run("", $"x unix - n n - - pipe {attribute} argv=/bin/cat\n"),
            Is.EqualTo(new[] { $"Warning: master.cf, line 6: service x: {problem}; mail for it waits" }));
    }

    [TestCase("inet_interfaces = 127.0.0.1, 127.8.8.8, [::1]")]
    [TestCase("inet_interfaces = 203.0.113.5\ninet_protocols = ipv6")]
    [TestCase("smtp_bind_address = 192.0.2.7\nsmtp_bind_address6 = [2001:db8::1]\nlmtp_bind_address =")]
    [TestCase("mynetworks = 127.0.0.0/8 bee/x static:x")]
    public void What_Postfix_takes_is_taken(string main) => Assert.That(Run(main).Where(p =>
        p.StartsWith("Error", StringComparison.Ordinal)), Is.Empty);

    [TestCase("relayhost = b.example")]
    [TestCase("relayhost = [a.example]:submission, inet:b.example:25")]
    [TestCase("relayhost = [192.0.2.1]:25 [IPv6:2001:db8::1] [2001:db8::1]:587 192.0.2.1 2001:db8::1:25 a.example:")]
    [TestCase("relayhost = $mydomain\nsmtp_fallback_relay = [$mydomain]")]
    public void Hosts_to_send_to_may_be_written_in_many_ways(string main) => Assert.That(Run(main), Is.Empty);

    [TestCase("tls_medium_cipherlist = nothing", "smtp_tls_ciphers: cipher list \"nothing\"")]
    [TestCase("smtp_tls_mandatory_ciphers = high\nsmtp_tls_mandatory_exclude_ciphers = ALL", "smtp_tls_mandatory_ciphers: cipher list")]
    [TestCase("smtp_tls_ciphers = hihg", "smtp_tls_ciphers: no grade hihg; \"medium\" is used")]
    [TestCase("tls_medium_cipherlist = nothing\nsmtp_tls_security_level = none", "")]
    [TestCase("smtp_tls_security_level = dane", "TLS security level dane needs smtp_dns_support_level = dnssec")]
    [TestCase("smtp_tls_security_level = dane\nsmtp_dns_support_level = dnssec", "")]
    public void Ciphers_of_the_client_are_tried(string main, string text)
    {
        List<string> problems = Run($"smtpd_tls_security_level = none\n{main}", check: TlsCheck.Run);
        if (text.Length == 0) Assert.That(problems, Is.Empty);
        else Assert.That(problems, Has.Some.Contains(text));
    }

    [Test]
    public void Smtpd_has_all_keywords_that_may_be_left_out() =>
        Assert.That(Ehlo.Format(Ehlo.ParseKeywords(WordLists.EhloKeywords.Replace('|', ' '))).Split(' ').Order(),
        Is.EqualTo(WordLists.EhloKeywords.Split('|')));

    [Test]
    public void A_service_is_checked_with_what_it_overrides() => Assert.That(
        Run("", "sub inet n - n - - smtpd -o mynetworks=foo:/x -o smtpd_sasl_auth_enable=yes -o smtpd_sasl_type=cyrus\n"), Is.EqualTo(new[]
        {
            "Error: master.cf, line 6: mynetworks: foo:/x: unsupported dictionary type: foo",
            "Warning: master.cf, line 6: smtpd_sasl_type: cyrus is not supported, only builtin, dovecot and ldap; logins are refused "
                + "temporarily",
        }));
}
