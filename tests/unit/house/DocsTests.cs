using System.Text.RegularExpressions;

namespace MtaSuite.Tests.Unit.House;

/// <summary>
/// What the pages refer to exists: linked pages and headings, files and folders of the source, and types. Code is renamed and moved more
/// often than pages are read.
/// </summary>
public sealed class DocsTests
{
    private static readonly string[] s_built = ["obj", "bin", "build", "run"];

    /// <summary>A file of the queue, which looks like one of the source.</summary>
    private static readonly string[] s_notSource = ["bounce/ID"];

    public static IEnumerable<string> Pages => !File.Exists(Source.Root + "/README.md") ? [] : Directory
        .GetFiles(Source.Root + "/docs", "*.md", SearchOption.AllDirectories).Append(Source.Root + "/README.md")
        .Select(p => Path.GetRelativePath(Source.Root, p)).Order(StringComparer.Ordinal);

    [Test]
    public void A_page_begins_with_what_it_is_about([ValueSource(nameof(Pages))] string page)
    {
        string[] lines = [.. Text(page).Split('\n').Where(l => l.Length > 0).Take(2)];
        Assert.That(lines[0], Does.Match("^# [A-Za-z`]"), page);
        Assert.That(lines[1], Does.Match("^[A-Z`*]"), $"{page}: a paragraph behind the title");
    }

    [Test]
    public void Links_lead_to_a_page_and_a_heading([ValueSource(nameof(Pages))] string page)
    {
        foreach (Match link in Regex.Matches(Text(page), @"\]\((?!https?:|mailto:)([^)#\s]*)(#[^)\s]*)?\)"))
        {
            string folder = Path.GetDirectoryName($"{Source.Root}/{page}")!;
            string target = link.Groups[1].Length == 0 ? $"{Source.Root}/{page}" : Path.Combine(folder, link.Groups[1].Value);
            Assert.That(File.Exists(target) || Directory.Exists(target), Is.True, $"{page}: {link.Value}");
            if (link.Groups[2].Length > 1) Assert.That(Headings(target), Does.Contain(link.Groups[2].Value[1..]), $"{page}: {link.Value}");
        }
    }

    [Test]
    public void Pages_named_without_a_link_exist([ValueSource(nameof(Pages))] string page)
    {
        string[] names = [.. Pages.Select(p => Path.GetFileName(p))];
        foreach (Match name in Regex.Matches(Text(page), @"(?<![\w/.])(?:docs/(?:filters/)?)?([A-Z][A-Z_0-9]+\.md)\b"))
            Assert.That(names, Does.Contain(name.Groups[1].Value), page);
    }

    [Test]
    public void Files_and_folders_of_the_source_exist([ValueSource(nameof(Pages))] string page)
    {
        foreach (string name in Quoted(page).Except(s_notSource))
        {
            if (Regex.IsMatch(name, @"^[\w./]*\w+\.cs$"))
                Assert.That(s_files.Value.Any(f => f.EndsWith("/" + name, StringComparison.Ordinal)), Is.True, $"{page}: {name}");
            else if (Regex.Match(name, @"^(\w+)/[A-Za-z][\w/.]*$") is { Success: true } m && s_folders.Value.Contains(m.Groups[1].Value))
                Assert.That(Present($"{Source.Root}/{name}"), Is.True, $"{page}: {name}");
        }
    }

    [Test]
    public void Types_and_members_of_the_code_exist([ValueSource(nameof(Pages))] string page)
    {
        if (page == "docs/HISTORY.md") return;                      // it may name what is gone
        foreach (string name in Quoted(page).Where(n => Regex.IsMatch(n, @"^([A-Z][a-z0-9]+){2,}(\.[A-Z]\w*)?$")))
            foreach (string part in name.Split('.')) Assert.That(s_words.Value, Does.Contain(part), $"{page}: {name}");
    }

    private static string Text(string page)
    {
        Source.Require();
        return File.ReadAllText($"{Source.Root}/{page}");
    }

    /// <summary>What stands between backquotes, outside of examples.</summary>
    private static IEnumerable<string> Quoted(string page) =>
        Regex.Matches(Regex.Replace(Text(page), "(?m)^(    .*|```[\\s\\S]*?^```)$", ""), "`([^`\n]+)`")
        .Select(m => m.Groups[1].Value.TrimEnd('/'));

    private static bool Present(string path) => File.Exists(path) || Directory.Exists(path) || File.Exists(path + ".cs");

    /// <summary>The names that a forge gives to the headings of a page.</summary>
    private static IEnumerable<string> Headings(string page) =>
        File.ReadLines(page).Where(l => l.StartsWith('#'))
        .Select(l => Regex.Replace(l.TrimStart('#').Trim().ToLowerInvariant(), @"[^\w\- ]", "").Replace(' ', '-'));

    private static readonly Lazy<HashSet<string>> s_folders = new(() => [.. Directory.GetDirectories(Source.Root)
        .Select(d => Path.GetFileName(d)).Where(d => d[0] != '.' && !s_built.Contains(d))]);

    private static readonly Lazy<string[]> s_files = new(() => [.. s_folders.Value.SelectMany(f => Source.Files(f))]);

    private static readonly Lazy<HashSet<string>> s_words = new(() =>
        [.. s_files.Value.SelectMany(f => Regex.Matches(File.ReadAllText(f), @"[A-Z]\w+").Select(m => m.Value))]);
}
