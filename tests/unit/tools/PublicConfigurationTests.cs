using MtaSuite.Common.Config;
using MtaSuite.Tests.Unit.Config;
using MtaSuite.Tests.Unit.Tls;
using MtaSuite.Tools.Check;
using MtaSuite.Tools.Mtasuite;

namespace MtaSuite.Tests.Unit.Tools;

/// <summary>
/// Configurations as real sites have them, written after public ones. What check says about each stands beside it in check.ref; an error
/// there is one that protects: a
/// filter, a policy server or a table that would not do its work.
/// </summary>
public sealed class PublicConfigurationTests
{
    private static string Golden => Path.Combine(TestContext.CurrentContext.TestDirectory, "golden", "config", "public");

    private static readonly string[] Sites = ["docker-mailserver", "iredmail", "isp", "mailcow", "modoboa"];

    [TestCaseSource(nameof(Sites))]
    public void What_is_refused_protects(string site)
    {
        List<string> problems = Check(Path.Combine(Golden, site), "");
        TestContext.Out.WriteLine(string.Join('\n', problems));
        Assert.That(problems, Is.EqualTo(File.ReadAllLines(Path.Combine(Golden, site, "check.ref"))));
        foreach (string error in problems.Where(p => p.StartsWith("Error", StringComparison.Ordinal)))
            Assert.That(error, Does.Contain("accept_ineffective_parameters").Or.Contain("unsupported dictionary type"));
    }

    [TestCase("isp", "")]
    [TestCase("docker-mailserver", "postscreen")]
    public void A_site_that_accepts_that_starts(string site, string accepted) =>
        Assert.That(Check(Path.Combine(Golden, site), accepted).Where(p => p.StartsWith("Error", StringComparison.Ordinal)), Is.Empty);

    [Test]
    public void Debians_default_files_pass()
    {
        const string share = "/usr/share/postfix";
        if (!File.Exists($"{share}/master.cf.dist")) Assert.Ignore("needs Debian's postfix package");
        string folder = Directory.CreateTempSubdirectory("debian").FullName;
        try
        {
            File.WriteAllText($"{folder}/main.cf", "myhostname = mx.example.com\nalias_maps =\nmyorigin = /etc/hostname\n"
                + File.ReadAllText($"{share}/main.cf.debian") + File.ReadAllText($"{share}/main.cf.tls"));
            File.Copy($"{share}/master.cf.dist", $"{folder}/master.cf");
            IEnumerable<ConfigProblem> problems = ConfigCheck.Run(folder, [.. SuiteCheck.OfSettings.Where(c =>
                c != (Action<CheckContext>)TlsCheck.Run)], new FakeHost());
            Assert.That(problems.Where(p => p.Severity == Severity.Error).Select(p => p.ToString()), Is.Empty);
        }
        finally { Directory.Delete(folder, true); }
    }

    private static List<string> Check(string site, string accepted)
    {
        string folder = Directory.CreateTempSubdirectory("site").FullName;
        using TestCa ca = new();
        try
        {
            foreach (string file in Directory.GetFiles(site)) File.WriteAllText(Path.Combine(folder, Path.GetFileName(file)),
                File.ReadAllText(file).Replace("CONFIG/", folder + "/", StringComparison.Ordinal));
            if (accepted.Length > 0) File.AppendAllText($"{folder}/main.cf", $"accept_ineffective_parameters = {accepted}\n");
            Directory.CreateDirectory($"{folder}/tls");
            ca.Chain("mx.example.com", file: $"{folder}/tls/chain.pem");
            return [.. ConfigCheck.Run(folder, SuiteCheck.OfSettings, new FakeHost()).Select(p =>
                $"{p.Severity}: {p}".Replace(folder + "/", "", StringComparison.Ordinal))];
        }
        finally { Directory.Delete(folder, true); }
    }
}
