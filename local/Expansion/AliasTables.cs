using MtaSuite.Common.Mail;
using MtaSuite.Common.Native;
using MtaSuite.Common.Tables;

namespace MtaSuite.Local.Expansion;

/// <summary>The alias tables, and who owns each of them: commands and files in an alias act with the rights of whoever may write it.</summary>
internal sealed class AliasTables(Maps maps)
{
    private static readonly string[] s_suffixes = [".cdb", ".db", ".lmdb", ""];

    public bool IsEmpty => maps.IsEmpty;

    /// <summary>Looks a name up, quoted where RFC 5322 wants that, then as it is.</summary>
    /// <param name="owner">Uid of the owner of the table that had it.</param>
    public LookupResult Find(string name, out uint owner)
    {
        owner = 0;
        string quoted = Address.QuoteLocal(name);
        LookupResult result = maps.Lookup(quoted, out Table? table);
        if (result.IsNotFound && quoted != name) result = maps.Lookup(name, out table);
        if (result.IsFound && table != null) owner = OwnerOf(table.Spec);
        return result;
    }

    public LookupResult Find(string name) => Find(name, out _);

    /// <summary>The owner of a table's file; what is no file is part of the configuration and so root's.</summary>
    private static uint OwnerOf(string spec)
    {
        int slash = spec.IndexOf(":/", StringComparison.Ordinal);
        if (slash < 0) return 0;
        string path = spec[(slash + 1)..];
        foreach (string suffix in s_suffixes)
        {
            if (Libc.TryStat(path + suffix, out Libc.FileStatus status)) return status.Uid;
        }
        return 0;
    }
}
