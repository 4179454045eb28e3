using System.Text.RegularExpressions;

namespace MtaSuite.Tests.Unit.House;

/// <summary>A class that wants many files is several types.</summary>
public sealed class ClassFileTests
{
    private const int MostFiles = 3;

    // Each is one library of C, whose functions are in a file by subject.
    private static readonly string[] s_libraries = ["Libc", "LibSsl"];

    // Still to be split.
    private static readonly string[] s_large = ["Session", "DeliveryRun", "ActiveQueue"];

    [Test]
    public void A_class_has_at_most_three_files()
    {
        Source.Require();
        IEnumerable<(string Class, string File)> parts = Source.Rooms.Append("common").SelectMany(Source.Files).SelectMany(file =>
            Regex.Matches(Source.Code(file), @"^[^;{}\n]*\bpartial (?:class|struct|record|interface|record struct) (\w+)",
                RegexOptions.Multiline).Select(m => ($"{Path.GetDirectoryName(file)}/{m.Groups[1].Value}", file)));
        string[] tooMany = [.. parts.Distinct().GroupBy(p => p.Class).Where(g => g.Count() > MostFiles)
            .Select(g => Path.GetFileName(g.Key)).Except(s_libraries).Except(s_large)];
        Assert.That(tooMany, Is.Empty);
    }
}
