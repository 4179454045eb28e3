using MtaSuite.Common.Config;
using MtaSuite.Tests.Unit.Config;
using MtaSuite.Tools.Check;
using MtaSuite.Tools.Mtasuite;

namespace MtaSuite.Tests.Unit.Tools;

/// <summary>A milter or policy server that can never be asked, or a setting of it that means nothing, is an error of check.</summary>
public sealed class MilterCheckTests
{
    private const string Services = "smtp inet n - n - - smtpd\ncleanup unix n - n - 0 cleanup\n";

    private static List<ConfigProblem> Run(string main, string more = "")
    {
        string directory = Directory.CreateTempSubdirectory("check").FullName;
        try
        {
            File.WriteAllText($"{directory}/main.cf", main.Replace("DIR", directory) + "\nmyhostname = a.example\nalias_maps =\n");
            File.WriteAllText($"{directory}/master.cf", Services + more);
            File.WriteAllText($"{directory}/networks", "192.0.2.0/24 inet:localhost:8891\n198.51.100.0/24 DISABLE\n203.0.113.0/24 bad:1\n");
            File.WriteAllText($"{directory}/pattern", "/^192/ inet:$0:8891\n/^198/ unix:\n");
            return [.. ConfigCheck.Run(directory, [TableCheck.Run, MilterCheck.Run], new FakeHost())];
        }
        finally { Directory.Delete(directory, true); }
    }

    [TestCase("smtpd_milters = inet:localhost:8891, inet:[::1]:8891, inet6:localhost:8891, inet:8891, local:run/m, unix:/run/m")]
    [TestCase("non_smtpd_milters = { inet:127.0.0.1:25, connect_timeout=5s, command_timeout=1h, default_action=accept, { protocol = 6 } }")]
    [TestCase("smtpd_milter_maps = inline:{192.0.2.1=DISABLE, { 192.0.2.2 = { unix:m, content_timeout=9s }, unix:n }}")]
    [TestCase("smtpd_client_restrictions = check_policy_service { inet:127.0.0.1:10023, timeout=9s }")]
    public void What_can_work_is_no_problem(string main) => Assert.That(Run(main), Is.Empty);

    [TestCase("smtpd_milters = localhost", "smtpd_milters: Milter service needs transport:endpoint instead of \"localhost\"")]
    [TestCase("smtpd_milters = tcp:localhost:25", "smtpd_milters: invalid transport name: tcp in Milter service: tcp:localhost:25")]
    [TestCase("smtpd_milters = inet:localhost:none", "smtpd_milters: Milter service inet:localhost:none: unknown port \"none\": must be "
        + "inet:host:port or unix:path")]
    [TestCase("non_smtpd_milters = unix:m, unix:", "non_smtpd_milters: Milter service unix:: a path of 1 to 107 characters must follow "
        + "the colon")]
    [TestCase("smtpd_milters = inet:2001:db8::1::25", "smtpd_milters: Milter service inet:2001:db8::1::25: the host is neither a name nor "
        + "an address: must be inet:host:port or unix:path")]
    [TestCase("smtpd_milters = inet:localhost:0", "smtpd_milters: Milter service inet:localhost:0: unknown port \"0\": must be "
        + "inet:host:port or unix:path")]
    [TestCase("smtpd_milters = { unix:m, timeout=5s }", "smtpd_milters: milter unix:m: unknown setting \"timeout\"")]
    [TestCase("smtpd_milters = { unix:m, connect_timeout=soon }",
        "smtpd_milters: milter unix:m: bad value of connect_timeout: \"soon\"")]
    [TestCase("smtpd_milters = { unix:m, content_timeout=0 }", "smtpd_milters: milter unix:m: bad value of content_timeout: \"0\"")]
    [TestCase("smtpd_milters = { unix:m, default_action=bounce }",
        "smtpd_milters: milter unix:m: bad value of default_action: \"bounce\"")]
    [TestCase("smtpd_milters = { unix:m, protocol=5 }", "smtpd_milters: milter unix:m: bad protocol information: 5")]
    [TestCase("smtpd_milters = { unix:m, default_action }", "smtpd_milters: milter unix:m: bad value of default_action: \"\"")]
    [TestCase("smtpd_milters = { }", "smtpd_milters: Milter service needs transport:endpoint instead of \"\"")]
    [TestCase("milter_default_action = bounce", "milter_default_action: unknown action bounce")]
    [TestCase("milter_protocol = 7", "milter_protocol: bad protocol information: 7")]
    [TestCase("milter_macro_defaults = novalue", "milter_macro_defaults: need name=value: novalue")]
    [TestCase("smtpd_milter_maps = cidr:DIR/networks",
        "smtpd_milter_maps: cidr:DIR/networks: invalid transport name: bad in Milter service: bad:1")]
    [TestCase("smtpd_milter_maps = regexp:DIR/pattern",
        "smtpd_milter_maps: regexp:DIR/pattern: Milter service unix:: a path of 1 to 107 characters must follow the colon")]
    [TestCase("smtpd_milter_maps = inline:{192.0.2.1=nowhere}", "smtpd_milter_maps: inline:{192.0.2.1=nowhere}: Milter service needs "
        + "transport:endpoint instead of \"nowhere\"")]
    [TestCase("smtpd_milter_maps = static:unix:", "smtpd_milter_maps: static:unix:: Milter service unix:: a path of 1 to 107 characters "
        + "must follow the colon")]
    [TestCase("smtpd_client_restrictions = check_policy_service { inet:127.0.0.1:10023, timeout=x }", "smtpd_client_restrictions: "
        + "check_policy_service { inet:127.0.0.1:10023, timeout=x }: bad value of timeout: \"x\"")]
    public void What_can_never_work_is_refused_at_its_line(string main, string expected)
    {
        ConfigProblem problem = Run($"mydomain = a.example\n{main}").Single();
        string folder = Path.GetDirectoryName(problem.File)!;
        Assert.That(problem.Text, Is.EqualTo(expected.Replace("DIR", folder)));
        Assert.That((problem.Severity, problem.Line), Is.EqualTo((Severity.Error, 2)));
    }

    [TestCase("smtpd_milters=unix:", "smtpd_milters: Milter service unix:: ")]
    [TestCase("smtpd_milter_maps=static:nowhere", "smtpd_milter_maps: static:nowhere: Milter service needs ")]
    [TestCase("milter_default_action=maybe", "milter_default_action: unknown action maybe")]
    public void An_override_is_refused_at_its_line_of_master_cf(string setting, string expected)
    {
        ConfigProblem problem = Run("mydomain = a.example", $"x inet n - n - - smtpd -o {setting}\n").Single();
        Assert.That(problem.Text, Does.StartWith(expected));
        Assert.That((problem.Severity, Path.GetFileName(problem.File), problem.Line), Is.EqualTo((Severity.Error, "master.cf", 3)));
    }
}
