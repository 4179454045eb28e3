namespace MtaSuite.Common.Tables.Cdb;

/// <summary>
/// The constant database format (D. J. Bernstein, https://cr.yp.to/cdb/cdb.txt), 32 bits, all numbers little-endian:
/// <code>
/// header  256 x { position u32, slots u32 }           of hash table h mod 256
/// record  { key length u32, data length u32, key, data }, one behind the other from 2048 on
/// table   slots x { hash u32, position u32 }           position 0: free; twice as many slots as entries
/// </code>
/// A key is looked for in table (h mod 256), from slot (h / 256 mod slots) on, until a free slot or once around.
/// </summary>
public static class CdbFormat
{
    public const int Tables = 256;
    public const int HeaderSize = Tables * 8;
    public const int SlotSize = 8;
    public const int RecordHeaderSize = 8;
    public const long MaxFileSize = uint.MaxValue;

    public static uint Hash(ReadOnlySpan<byte> key)
    {
        uint hash = 5381;
        foreach (byte b in key) hash = ((hash << 5) + hash) ^ b;
        return hash;
    }
}
