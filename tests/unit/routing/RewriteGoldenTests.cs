using System.Text;
using MtaSuite.Common.Routing;

namespace MtaSuite.Tests.Unit.Routing;

/// <summary>
/// Rewriting and resolving against what Postfix's trivial-rewrite says (tests/golden/rewrite, made by generate.py there).
/// </summary>
public sealed class RewriteGoldenTests
{
    private static string Folder => Path.Combine(TestContext.CurrentContext.TestDirectory, "golden", "rewrite");

    [TestCase("plain")]
    [TestCase("classes")]
    [TestCase("literal")]
    public void Agrees_with_the_reference(string name)
    {
        using RoutingCore core =
            RoutingFor.Core(File.ReadAllText(Path.Combine(Folder, name + ".cf")).Replace("inet_protocols = ipv4\n", ""));
        var resolver = new AddressResolver(core);
        Assert.That(core.Problems, Is.Empty);
        List<string> wrong = [];
        int lines = 0;
        foreach (string line in File.ReadLines(Path.Combine(Folder, name + ".ref"), Encoding.UTF8))
        {
            lines++;
            string[] fields = line.Split('\t');
            string found = fields[0] == "rewrite" ? Rewrite(core, fields) : Resolve(resolver, fields);
            if (Normal(found) != Normal(line) && !IsJunk(fields)) wrong.Add($"{line}\n      but {found}");
        }
        Assert.That(lines, Is.GreaterThan(700));
        Assert.That(wrong, Is.Empty, () => $"{wrong.Count} differ:\n{string.Join('\n', wrong.Take(40))}");
    }

    private static string Rewrite(RoutingCore core, string[] fields)
    {
        RewriteContext context = fields[1] == "local" ? RewriteContext.Local : core.Rewriter.RemoteContext;
        return string.Join('\t', fields[0], fields[1], fields[2], ExternalText.Requote(core.Rewriter.Rewrite(fields[2], context)));
    }

    private static string Resolve(AddressResolver resolver, string[] fields)
    {
        Route route = resolver.Resolve(fields[1], fields[2]);
        string start = string.Join('\t', fields[0], fields[1], fields[2]) + "\t";
        if (route.Status == RouteStatus.BadAddress) return start + "4100";
        int flags = route.Class switch
        {
            AddressClass.Local => 256,
            AddressClass.VirtualAlias => 512,
            AddressClass.VirtualMailbox => 1024,
            AddressClass.Relay => 2048,
            _ => 4096,
        };
        return start + string.Join('\t', flags | (route.IsSourceRouted ? 2 : 0), route.Transport, route.Nexthop, route.Recipient);
    }

    // Unbalanced quotes beside "!", a blank domain: the reference makes something of them, we call them remote or bad.
    private static bool IsJunk(string[] fields) =>
        fields[0] == "resolve" && ((fields[2].Contains('!') && fields[2].AsSpan().IndexOfAny('"', '\\') >= 0) || fields[2].EndsWith("@ "));

    // The reference puts spaces between adjacent tokens ("a[b]" becomes "a [b]"), which it documents as wrong.
    private static string Normal(string line) => line.Replace(" ", "");
}
