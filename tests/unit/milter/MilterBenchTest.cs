namespace MtaSuite.Tests.Unit.Milter;

/// <summary>A test on a <see cref="MilterBench"/>, which it makes with <see cref="Make"/>.</summary>
public abstract class MilterBenchTest
{
    private MilterBench? _bench;

    private protected MilterBench Bench => _bench!;

    private protected void Make(string config) => _bench = new MilterBench(config);

    [TearDown]
    public void Remove()
    {
        _bench?.Dispose();
        _bench = null;
    }

    private protected static byte[] P(char code, string data = "") => ScriptedMilter.Packet(code, data);
}
