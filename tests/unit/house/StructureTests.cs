using System.Text.RegularExpressions;

namespace MtaSuite.Tests.Unit.House;

/// <summary>How classes are cut.</summary>
public sealed class StructureTests
{
    [TestCase("relay"), TestCase("local"), TestCase("qmgr"), TestCase("bounce"), TestCase("pickup"), TestCase("showq"), TestCase("cleanup")]
    public void A_class_has_three_files_at_most(string room)
    {
        Source.Require();
        Dictionary<string, int> files = [];
        foreach (string file in Source.Files(room))
            foreach (Match declaration in Regex.Matches(Source.Code(file), @"\bpartial (?:class|record|struct) (\w+)"))
                files[declaration.Groups[1].Value] = files.GetValueOrDefault(declaration.Groups[1].Value) + 1;
        Assert.That(files.Where(f => f.Value > 3), Is.Empty);
    }

    /// <summary>A delivery uses sessions; what both need of a message and its recipients lies below them.</summary>
    [TestCase("relay/Sessions", "Deliveries"), TestCase("relay/Messages", "Deliveries|Sessions")]
    [TestCase("relay/Content", "Deliveries|Sessions|Messages"), TestCase("relay/Routing", "Deliveries|Sessions|Messages")]
    public void Parts_of_relay_refer_to_those_below_them_only(string folder, string above)
    {
        Source.Require();
        Regex names = new($@"\bMtaSuite\.Relay\.(?:{above})\b|\bRelay\.(?:{above})\b|(?<!\w)(?:RelayDelivery|HostAttempts|RelayContext)\b");
        Assert.That(Source.Files(folder).Where(f => names.IsMatch(Source.Code(f))), Is.Empty);
        Assert.That(Source.Files(folder), Is.Not.Empty);
    }

    /// <summary>The default of a parameter stands in its line of common/mta/Config/Params alone.</summary>
    [TestCase("relay"), TestCase("local"), TestCase("qmgr"), TestCase("cleanup"), TestCase("bounce"), TestCase("pickup"), TestCase("smtpd")]
    public void Settings_have_no_defaults_of_their_own(string room)
    {
        Source.Require();
        Regex second = new(@"\{ get; (?:init|set); \}\s*=\s*(?:-?\d|true\b|""""|TimeSpan\.From|\[""""|new\(LockMethods)");
        // attributes of pipe services are no parameters: their defaults are nowhere else
        Assert.That(Source.Files(room).Where(f => f.EndsWith("Settings.cs", StringComparison.Ordinal) && !f.EndsWith("/PipeSettings.cs",
            StringComparison.Ordinal) && second.IsMatch(Source.Code(f))), Is.Empty);
    }
}
