using System.Text;
using MtaSuite.Local.Expansion;

namespace MtaSuite.Tests.Fuzz;

/// <summary>
/// Lists of destinations, as users write them into .forward files: whatever the text, items come out that can be written down again (in
/// quotes) and then read as the same items.
/// </summary>
public static class ForwardFileFuzz
{
    public static void One(ReadOnlySpan<byte> input)
    {
        string text = Encoding.Latin1.GetString(input);
        List<AliasDestination> items = DestinationList.Parse(text);
        if (items.Count > text.Length) throw new InvalidOperationException("more items than characters");
        foreach (AliasDestination item in items)
        {
            if (item.Text.Length > text.Length) throw new InvalidOperationException($"an item grew: {item}");
            if (item.Kind == DestinationKind.Address && (item.Text.Length == 0 || item.Text[0] is '/' or '|' or '~'))
                throw new InvalidOperationException($"an address that is something else: {item}");
        }
        List<AliasDestination> again = DestinationList.Parse(string.Join(", ", items.Select(Write)));
        if (!again.SequenceEqual(items))
            throw new InvalidOperationException($"read again as {string.Join(";", again)} instead of {string.Join(";", items)}");
        // a comma that is not inside anything separates, so two lists are the items of both
        List<AliasDestination> twice = DestinationList.Parse(string.Join(",", items.Concat(items).Select(Write)));
        if (twice.Count != 2 * items.Count) throw new InvalidOperationException("two lists are not the items of both");
    }

    private static string Write(AliasDestination item)
    {
        string quoted = item.Text.Replace("\\", "\\\\").Replace("\"", "\\\"");
        return item.Kind switch
        {
            DestinationKind.Mailbox => $"\\\"{quoted}\"",
            DestinationKind.Command => $"\"|{quoted}\"",
            DestinationKind.HomeFile => $"\"~{quoted}\"",
            DestinationKind.Include => $"\":include:{quoted}\"",
            _ => $"\"{quoted}\"",
        };
    }
}

[TestFixture]
public class ForwardFileFuzzTests
{
    [Test]
    public void Random_and_mutated_lists() => FuzzRunner.Run(ForwardFileFuzz.One, 42, "ab@.,\"\\|/~:()<> \t\n:include:"u8);
}
