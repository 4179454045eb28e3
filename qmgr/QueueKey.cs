namespace MtaSuite.Qmgr;

/// <summary>A queue id in 16 bytes: what the index of a million deferred messages keeps instead of a string.</summary>
internal readonly record struct QueueKey(long High, long Low)
{
    private const int Half = 7;

    /// <summary>The id must be valid (fourteen ASCII characters).</summary>
    public static QueueKey Of(string id) => new(Pack(id.AsSpan(0, Half)), Pack(id.AsSpan(Half)));

    private static long Pack(ReadOnlySpan<char> text)
    {
        long value = 0;
        foreach (char c in text) value = (value << 8) | c;
        return value;
    }

    public override string ToString() => string.Create(2 * Half, this, static (span, key) =>
    {
        Unpack(key.High, span[..Half]);
        Unpack(key.Low, span[Half..]);
    });

    private static void Unpack(long value, Span<char> text)
    {
        for (int i = text.Length - 1; i >= 0; i--, value >>= 8) text[i] = (char)(value & 0xff);
    }
}
