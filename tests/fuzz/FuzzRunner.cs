namespace MtaSuite.Tests.Fuzz;

public delegate void FuzzTarget(ReadOnlySpan<byte> input);

/// <summary>
/// Feeds a target random inputs drawn from a topic's alphabet and mutations of earlier ones; the seed is fixed, the count is FUZZ_COUNT.
/// </summary>
internal static class FuzzRunner
{
    public static void Run(FuzzTarget target, int seed, ReadOnlySpan<byte> alphabet, int maxLength = 120)
    {
        int count = int.TryParse(Environment.GetEnvironmentVariable("FUZZ_COUNT"), out int n) ? n : 5000;
        var random = new Random(seed);
        byte[] letters = alphabet.ToArray();
        byte[] previous = [];
        for (int i = 0; i < count; i++)
        {
            byte[] input = i % 3 == 0 || previous.Length == 0 ? Fresh(random, letters, maxLength) : Mutate(random, previous, letters);
            try
            {
                target(input);
            }
            catch (Exception e)
            {
                throw new InvalidOperationException(
                    $"input {i}: {Convert.ToHexString(input)} \"{System.Text.Encoding.Latin1.GetString(input)}\"", e);
            }
            previous = input;
        }
    }

    private static byte[] Fresh(Random random, byte[] letters, int maxLength)
    {
        byte[] input = new byte[random.Next(maxLength)];
        for (int i = 0; i < input.Length; i++) input[i] = Pick(random, letters);
        return input;
    }

    private static byte[] Mutate(Random random, byte[] input, byte[] letters)
    {
        List<byte> result = [.. input];
        for (int k = random.Next(1, 4); k > 0; k--)
        {
            int at = random.Next(result.Count + 1);
            switch (random.Next(3))
            {
                case 0 when result.Count < 400: result.Insert(at, Pick(random, letters)); break;
                case 1 when at < result.Count: result.RemoveAt(at); break;
                default: if (at < result.Count) result[at] = Pick(random, letters); break;
            }
        }
        return [.. result];
    }

    private static byte Pick(Random random, byte[] letters) =>
        random.Next(20) == 0 ? (byte)random.Next(256) : letters[random.Next(letters.Length)];
}
