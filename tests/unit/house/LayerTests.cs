using System.Text.RegularExpressions;

namespace MtaSuite.Tests.Unit.House;

/// <summary>The source text of the project.</summary>
internal static class Source
{
    public static readonly string Root = Find();
    public static readonly string[] Rooms =
        [.. Directory.GetFiles(Root, "*.csproj", new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = 1 })
        .Select(p => Path.GetFileName(Path.GetDirectoryName(p))!).Where(n => n is not ("common" or "tests"))];

    private static string Find()
    {
        string? folder = AppContext.BaseDirectory;
        while (folder != null && !File.Exists(folder + "/MtaSuite.sln")) folder = Path.GetDirectoryName(folder);
        return folder ?? "";
    }

    /// <summary>The files of a folder, without what the build makes.</summary>
    public static IEnumerable<string> Files(string folder) => !Directory.Exists($"{Root}/{folder}") ? [] :
        Directory.GetFiles($"{Root}/{folder}", "*.cs", SearchOption.AllDirectories)
        .Where(f => !f.Contains("/obj/") && !f.Contains("/bin/"));

    /// <summary>The code of a file: without comments and without what stands in quotes.</summary>
    public static string Code(string file) =>
        Regex.Replace(File.ReadAllText(file), """(\"{3,})[\s\S]*?\1|//[^\n]*|"(\\.|[^"\\\n])*"|'(\\.|[^'\\\n])+'""",
        m => m.Value[0] == '/' ? "" : "\"\"");

    public static void Require()
    {
        if (Root.Length == 0) Assert.Ignore("the source is not here");
    }
}

/// <summary>What may refer to what.</summary>
public sealed class LayerTests
{
    private static readonly Dictionary<string, int> Rank = new()
    {
        ["Native"] = 0,
        ["Net"] = 2,
        ["Config"] = 3,
        ["Log"] = 3,
        ["Ipc"] = 4,
        ["Spool"] = 4,
        ["Mail"] = 4,
        ["Tables"] = 4,
        ["Dns"] = 4,
        ["Http"] = 4,
        ["Tls"] = 4,
        ["Smtp"] = 5,
        ["Milter"] = 5,
        ["Routing"] = 5,
        ["Mime"] = 5,
        ["Sasl"] = 5,
        ["Authentication"] = 5,
        ["Hosting"] = 6,
    };

    private static readonly Dictionary<string, string> Folder = Directory.GetDirectories(Source.Root + "/common")
        .Where(d => Path.GetFileName(d) is not ("obj" or "bin"))
        .SelectMany(Directory.GetDirectories).Where(d => Path.GetFileName(d) is not ("obj" or "bin"))
        .ToDictionary(d => Path.GetFileName(d)!, d => Path.GetRelativePath(Source.Root, d));

    private static HashSet<string> Used(string layer) => [.. Source.Files(Folder[layer])
        .SelectMany(f => Regex.Matches(Source.Code(f), @"MtaSuite\.Common\.([A-Z]\w+)").Select(m => m.Groups[1].Value))
        .Where(l => l != layer)];

    [Test]
    public void Every_layer_is_known() => Assert.That(Folder.Keys, Is.EquivalentTo(Rank.Keys));

    [Test]
    public void Layers_refer_downward_only([ValueSource(nameof(Layers))] string layer)
    {
        Source.Require();
        foreach (string used in Used(layer)) Assert.That(Rank[used], Is.LessThanOrEqualTo(Rank[layer]), $"{layer} uses {used}");
    }

    public static IEnumerable<string> Layers => Rank.Keys;

    [Test]
    public void Layers_side_by_side_do_not_refer_to_each_other_in_circles()
    {
        Source.Require();
        Dictionary<string, HashSet<string>> uses = Rank.Keys.ToDictionary(l => l, Used);
        while (uses.FirstOrDefault(u => u.Value.All(v => !uses.ContainsKey(v))).Key is { } leaf) uses.Remove(leaf);
        Assert.That(uses.Keys, Is.Empty, "these form a circle");
    }

    [Test]
    public void No_room_knows_another()
    {
        Source.Require();
        Assert.That(Source.Rooms, Has.Length.GreaterThan(8));
        foreach (string room in Source.Rooms.Where(r => r != "suite"))
        {
            string project = File.ReadAllText($"{Source.Root}/{room}/{room}.csproj");
            foreach (string other in Source.Rooms.Where(r => r != room))
            {
                Assert.That(project, Does.Not.Contain($"{other}.csproj"), room);
                foreach (string file in Source.Files(room))
                    Assert.That(Regex.IsMatch(Source.Code(file), $@"\bMtaSuite\.{other}\b", RegexOptions.IgnoreCase), Is.False,
                        $"{file} names {other}");
            }
        }
    }

    [Test]
    public void Unsafe_code_and_foreign_calls_stand_in_one_folder()
    {
        Source.Require();
        foreach (string room in Source.Rooms.Append("common"))
            foreach (string file in Source.Files(room).Where(f => !f.Contains("/common/runtime/Native/")))
                Assert.That(Regex.Match(Source.Code(file), @"\bunsafe\b|\b(Library|Dll)Import\b|\bextern\b").Value, Is.Empty, file);
    }

    [Test]
    public void Only_the_frames_of_daemons_and_master_catch_everything()
    {
        Source.Require();
        IEnumerable<string> files = Source.Rooms.Append("common").SelectMany(Source.Files)
            .Where(f => Regex.IsMatch(Source.Code(f), @"catch\s*(\{|\(\s*(System\.)?Exception\b[^)]*\)(?!\s*when))"));
        Assert.That(files.Select(f => Path.GetRelativePath(Source.Root, f)),
            Is.EquivalentTo(new[] { "common/hosting/Hosting/ServiceHost.cs", "master/MasterProgram.cs" }));
    }
}
