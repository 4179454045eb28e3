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
    /// <param name="owner">Uid of the owner of the table that had it; null: several share it, and nobody can be trusted for the others.</param>
    public LookupResult Find(string name, out uint? owner)
    {
        owner = 0;
        string quoted = Address.QuoteLocal(name);
        LookupResult result = maps.Lookup(quoted, out Table? table);
        if (result.IsNotFound && quoted != name) result = maps.Lookup(name, out table);
        if (result.IsFound && table != null) owner = OwnerOf(table.Spec);
        return result;
    }

    public LookupResult Find(string name) => Find(name, out _);

    /// <summary>
    /// The owner of a table's file; what is no file is part of the configuration and so root's. A table made of others (unionmap:{hash:/a, hash:/b}) has the rights of
    /// the least of them: anybody who may write one of the files decides what it answers.
    /// </summary>
    internal static uint? OwnerOf(string spec)
    {
        uint owner = 0;
        bool composed = spec.Contains('{');
        for (int slash = spec.IndexOf(":/", StringComparison.Ordinal); slash >= 0; slash = spec.IndexOf(":/", slash + 1, StringComparison.Ordinal))
        {
            if (composed && spec.AsSpan(0, slash).EndsWith(":include", StringComparison.OrdinalIgnoreCase)) continue; // an entry of an inline table
            ReadOnlySpan<char> path = spec.AsSpan(slash + 1);
            int end = composed ? path.IndexOfAny(',', ' ', '}') : -1;
            int type = spec.AsSpan(0, slash).LastIndexOfAny(":{, ") + 1;
            bool indexed = spec[type..slash] is "hash" or "btree" or "cdb" or "lmdb" or "dbm" or "sdbm";
            uint one = FileOwner((end < 0 ? path : path[..end]).ToString(), indexed);
            if (one == 0 || one == owner) continue;
            if (owner != 0) return null;
            owner = one;
        }
        return owner;
    }

    private static uint FileOwner(string path, bool indexed)
    {
        foreach (string suffix in s_suffixes)
        {
            if (suffix.Length > 0 && !indexed) continue; // a text table beside the index of another
            if (Libc.TryStat(path + suffix, out Libc.FileStatus status)) return status.Uid;
        }
        return 0;
    }
}
