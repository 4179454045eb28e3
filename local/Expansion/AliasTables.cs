using MtaSuite.Common.Mail;
using MtaSuite.Common.Native;
using MtaSuite.Common.Tables;

namespace MtaSuite.Local.Expansion;

/// <summary>The alias tables, and who owns each of them: commands and files in an alias act with the rights of whoever may write it.</summary>
internal sealed class AliasTables(Maps maps)
{
    public bool IsEmpty => maps.IsEmpty;

    /// <summary>Looks a name up, quoted where RFC 5322 wants that, then as it is.</summary>
    /// <param name="owner">Uid of the owner of the table that had it; null: several share it, and nobody can be trusted for the others, or a file of it is gone.</param>
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
        foreach (string file in TableFactory.FilesOf(spec))
        {
            if (!Libc.TryStat(file, out Libc.FileStatus status) || (status.Uid != 0 && owner != 0 && status.Uid != owner)) return null;
            if (status.Uid != 0) owner = status.Uid;
        }
        return owner;
    }
}
