using MtaSuite.Common.Config;
using MtaSuite.Tools.Check;

namespace MtaSuite.Tests.Unit.Config;

/// <summary>
/// What protects and does not work yet keeps the suite from starting, wherever it is set, until the administrator accepts that.
/// </summary>
public class ProtectionTests
{
    private const string Services = "smtp inet n - n - - smtpd\n";

    private static List<ConfigProblem> Run(string main, string master = Services)
    {
        string directory = Directory.CreateTempSubdirectory("check").FullName;
        try
        {
            File.WriteAllText(Path.Combine(directory, "main.cf"), main + "\n");
            File.WriteAllText(Path.Combine(directory, "master.cf"), master);
            return [.. ConfigCheck.Run(directory, [], new FakeHost())];
        }
        finally { Directory.Delete(directory, true); }
    }

    private static string Value(string name) => ParamRegistry.Find(name) is BoolParam ? "yes" : "regexp:/nonexistent";

    private static IEnumerable<string> Parameters() => Protections.Parameters.Select(p => p.Name);

    [TestCaseSource(nameof(Parameters))]
    public void A_filter_that_does_not_work_yet_is_refused_unless_it_is_accepted(string name)
    {
        foreach (bool inMaster in new[] { false, true })
        {
            string main = inMaster ? "mydomain = a.example" : $"{name} = {Value(name)}", master = inMaster
                ? $"{Services}x inet n - n - - smtpd -o {name}={Value(name)}\n" : Services;
            ConfigProblem refusal = Run(main, master).Single(p => p.Text.Contains(name, StringComparison.Ordinal)
                && !p.Text.Contains("deprecated", StringComparison.Ordinal));
            Assert.That(refusal.Severity, Is.EqualTo(Severity.Error));
            Assert.That(refusal.Text, Does.Contain("accept_ineffective_parameters"));
            Assert.That(refusal.Line, Is.EqualTo(inMaster ? 2 : 1));
            IEnumerable<ConfigProblem> accepted = Run($"{main}\naccept_ineffective_parameters = something, {name}", master).Where(p =>
                p.Text.StartsWith(name, StringComparison.Ordinal));
            Assert.That(accepted.Select(p => p.Severity), Is.Not.Empty.And.All.EqualTo(Severity.Warning));
        }
        Assert.That(Run($"{name} = {(Value(name) == "yes" ? "no" : "")}").Where(p =>
            p.Severity == Severity.Error), Is.Empty, "set, and not relied on");
    }

    [TestCase("smtpd_recipient_restrictions = permit_mynetworks, check_address_map hash:/etc/addresses, reject")]
    [TestCase("smtpd_end_of_data_restrictions = Check_Address_Map hash:/etc/addresses")]
    [TestCase("smtpd_restriction_classes = asked\nasked = check_address_map hash:/etc/addresses\nsmtpd_client_restrictions = asked")]
    public void A_restriction_without_effect_is_refused_unless_it_is_accepted(string main)
    {
        Assert.That(Run(main).Select(p => p.Severity), Is.EqualTo(new[] { Severity.Error }));
        Assert.That(Run(main + "\naccept_ineffective_parameters = check_address_map").Select(p =>
            p.Severity), Is.EqualTo(new[] { Severity.Warning }));
    }

    [Test]
    public void A_restriction_without_effect_in_an_override_is_refused() => Assert.That(
        Run("mydomain = a.example",
            $"{Services}x inet n - n - - smtpd -o smtpd_client_restrictions=check_address_map,hash:/etc/addresses\n")
            .Select(p => (p.Severity, p.Line)), Is.EqualTo(new[] { (Severity.Error, 2) }));

    [Test]
    public void A_port_at_which_nobody_would_listen_is_refused_unless_that_is_accepted()
    {
        const string master = "smtp inet n - n - 1 postscreen\n";
        ConfigProblem refusal = Run("mydomain = a.example", master).Single();
        Assert.That(refusal.Severity, Is.EqualTo(Severity.Error));
        Assert.That(refusal.Text,
            Is.EqualTo("service smtp: postscreen has no effect yet: nothing would listen there; to start all the same, add it to "
                + "accept_ineffective_parameters"));
        Assert.That(Run("accept_ineffective_parameters = postscreen", master).Select(p =>
            p.Severity), Is.EqualTo(new[] { Severity.Warning }));
    }

    [Test]
    public void The_table_holds_only_what_has_no_effect() => Assert.That(
        Protections.Parameters.Where(p => ParamRegistry.Find(p.Name) is not { Effective: false }).Select(p =>
            p.Name), Is.Empty, "remove the rows");

    [TestCase("ipc_idle = soon")]
    [TestCase("postscreen_greet_wait = -1x")]
    [TestCase("postscreen_dnsbl_threshold = 0")]
    [TestCase("slow_extra_recipient_limit = x")]
    public void A_parameter_without_effect_never_stops_a_start_by_its_value(string main)
    {
        Assert.That(Run(main, Services + "slow unix - - n - - smtp\n").Select(p => p.Severity),
            Is.Not.Empty.And.All.EqualTo(Severity.Warning));
        string name = main.Split(' ')[0], value = main.Split(' ')[^1];
        Assert.That(Run("mydomain = a.example", $"{Services}slow unix - - n - - smtp -o {name}={value}\n").Select(p =>
            p.Severity), Is.Not.Empty.And.All.EqualTo(Severity.Warning));
    }

    /// <summary>The page of the parameters lists what the table holds.</summary>
    [Test]
    public void The_page_of_parameters_is_true()
    {
        string directory = TestContext.CurrentContext.TestDirectory;
        while (!File.Exists(Path.Combine(directory, "MtaSuite.sln"))) directory = Path.GetDirectoryName(directory)!;
        string page = File.ReadAllText(Path.Combine(directory, "docs", "PARAMETERS.md"));
        string section = page[page.IndexOf("## Protections without effect yet", StringComparison.Ordinal)..];
        section = section[..section.IndexOf("\n## ", 3, StringComparison.Ordinal)];
        IEnumerable<string> rows = section.Split('\n').Where(l => l.StartsWith("| `", StringComparison.Ordinal)).Select(l =>
            l.Split('`')[1]);
        Assert.That(rows, Is.EquivalentTo(Protections.All.Select(p => p.Name)));
    }
}
