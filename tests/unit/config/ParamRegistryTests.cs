using System.Text.RegularExpressions;
using MtaSuite.Common.Config;
using MtaSuite.Tests.Unit.House;

namespace MtaSuite.Tests.Unit.Config;

public partial class ParamRegistryTests
{
    [Test]
    public void Every_parameter_is_described_and_named_once()
    {
        Assert.Multiple(() =>
        {
            foreach (Param param in ParamRegistry.All) Assert.That(param.Doc, Does.EndWith("."), param.Name);
            foreach (ParamFamily family in ParamRegistry.Families) Assert.That(family.Doc, Does.EndWith("."), family.Pattern);
            Assert.That(ParamRegistry.All.Select(p => p.Name), Is.Unique);
        });
    }

    [Test]
    public void Every_declared_parameter_is_in_its_list()
    {
        var missing = new List<string>();
        foreach (string file in Directory.GetFiles(Path.Combine(Root(), "common", "mta", "Config", "Params"), "*.cs"))
            foreach (Match match in Declaration().Matches(File.ReadAllText(file)))
                if (ParamRegistry.Find(match.Groups["name"].Value) == null
                    && !ParamRegistry.Families.Any(f => f.Pattern == match.Groups["name"].Value))
                    missing.Add(match.Groups["name"].Value);
        Assert.That(missing, Is.Empty);
    }

    [Test]
    public void What_a_room_reads_is_declared_to_have_effect()
    {
        string sources = string.Concat(Sources());
        var wrong = new List<string>();
        foreach (string file in Directory.GetFiles(Path.Combine(Root(), "common", "mta", "Config", "Params"), "*.cs"))
            foreach (Match match in Declaration().Matches(File.ReadAllText(file)))
                if (sources.Contains($"{Path.GetFileNameWithoutExtension(file)}.{match.Groups["field"].Value}", StringComparison.Ordinal)
                    && Regex.IsMatch(sources, $@"\b{Path.GetFileNameWithoutExtension(file)}\.{match.Groups["field"].Value}\b")
                    && match.Value.Contains("effective: false", StringComparison.Ordinal))
                    wrong.Add(match.Groups["name"].Value);
        Assert.That(wrong, Is.Empty, "remove \"effective: false\" from their declarations");
    }

    [TestCase("slow_destination_recipient_limit", "slow", "_destination_recipient_limit")]
    [TestCase("a_b_recipient_limit", "a_b", "_recipient_limit")]
    [TestCase("x_time_limit", "x", "_time_limit")]
    [TestCase("_time_limit", "", null)]
    [TestCase("myhostname", "", null)]
    public void A_family_is_found_by_the_longest_suffix(string name, string transport, string? suffix)
    {
        Assert.That(ParamRegistry.FindFamily(name, out string found)?.Suffix, Is.EqualTo(suffix));
        Assert.That(found, Is.EqualTo(transport));
    }

    // where the manual of Postfix and its programs differ the programs count: postconf -d
    [TestCase("lmtp_cname_overrides_servername")]
    [TestCase("lmtp_tls_enable_rpk")]
    public void Defaults_are_those_of_the_programs(string name) => Assert.That(ParamRegistry.Find(name)!.Default, Is.EqualTo("no"));

    private static IEnumerable<string> Sources()
    {
        foreach (string file in Source.Rooms.Append("common").SelectMany(Source.Files))
            if (!file.Contains("/Config/Params/", StringComparison.Ordinal))
                yield return File.ReadAllText(file);
    }

    private static string Root()
    {
        string directory = TestContext.CurrentContext.TestDirectory;
        while (!File.Exists(Path.Combine(directory, "MtaSuite.sln"))) directory = Path.GetDirectoryName(directory)!;
        return directory;
    }

    [GeneratedRegex("""public static readonly \w+(Param|Family) (?<field>\w+) = new\("(?<name>[^"]+)".*?;\s*$""",
        RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex Declaration();
}
