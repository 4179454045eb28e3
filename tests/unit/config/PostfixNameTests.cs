using MtaSuite.Common.Config;
using MtaSuite.Tools.Check;

namespace MtaSuite.Tests.Unit.Config;

/// <summary>Every name that Postfix's manual (3.12) has is known: none keeps a site from starting.</summary>
public class PostfixNameTests
{
    private static string[] Names() => File.ReadAllLines(Path.Combine(TestContext.CurrentContext.TestDirectory, "golden", "config",
        "postfix-3.12-names.txt"));

    [Test]
    public void No_name_of_Postfix_is_taken_for_a_mistake()
    {
        string[] names = Names();
        Assert.That(names, Has.Length.EqualTo(958));
        string directory = Directory.CreateTempSubdirectory("names").FullName;
        try
        {
            File.WriteAllText(Path.Combine(directory, "master.cf"), "smtp inet n - n - - smtpd\n");
            IEnumerable<string> lines = names.Where(n => ParamRegistry.Find(n) == null).Select(n => $"{n} = 1\n");
            File.WriteAllText(Path.Combine(directory, "main.cf"), string.Concat(lines));
            IReadOnlyList<ConfigProblem> problems = ConfigCheck.Run(directory, [], new FakeHost());
            Assert.That(problems.Where(p => p.Severity == Severity.Error).Select(p => p.Text), Is.Empty);
            Assert.That(problems.Select(p => p.Text), Has.None.Contains("unused parameter"), "each is known by its name");
        }
        finally { Directory.Delete(directory, true); }
    }
}
