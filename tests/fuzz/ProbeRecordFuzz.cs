using System.Text;
using MtaSuite.Verify;

namespace MtaSuite.Tests.Fuzz;

/// <summary>
/// Lines of the journal of address probes: whatever is in one, it is refused or means something that is written and read as the same again.
/// </summary>
public static class ProbeRecordFuzz
{
    public static void One(ReadOnlySpan<byte> input)
    {
        string line = Encoding.Latin1.GetString(input).Replace("\n", "");
        if (!ProbeRecord.TryParse(line, out string address, out ProbeEntry? entry)) return;
        string written = ProbeRecord.Format(address, entry);
        if (!written.EndsWith('\n') || written.IndexOf('\n') != written.Length - 1)
            throw new InvalidOperationException($"not one line: {written}");
        if (!ProbeRecord.TryParse(written[..^1], out string again, out ProbeEntry? same) || again != address || same != entry)
            throw new InvalidOperationException($"{address} {entry} was read again as {again} {same}");
    }
}

[TestFixture]
public class ProbeRecordFuzzTests
{
    [Test]
    public void Random_and_mutated_lines() => FuzzRunner.Run(ProbeRecordFuzz.One, 7, "012- 9\t\\tnr0ab@\r"u8);
}
