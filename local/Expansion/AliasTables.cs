using MtaSuite.Common.Mail;
using MtaSuite.Common.Native;
using MtaSuite.Common.Tables;

namespace MtaSuite.Local.Expansion;

/// <summary>
/// The alias tables, and who owns each of them: commands and files in an alias act with the rights of whoever may write it. For worker
/// threads, where a delivery may wait: it must not change its thread, whose file access is a user's now and then.
/// </summary>
internal sealed class AliasTables(Maps maps)
{
    public bool IsEmpty => maps.IsEmpty;

    /// <summary>Looks a name up, quoted where RFC 5322 wants that, then as it is.</summary>
    /// <param name="owner">Uid of the owner of the table that had it; null: several share it, and nobody can be trusted for the others, or
    /// a file of it is gone.</param>
    public LookupResult Find(string name, out uint? owner)
    {
        string quoted = Address.QuoteLocal(name);
        (LookupResult result, Table? table) = maps.FindAsync(quoted).Completed();
        if (result.IsNotFound && quoted != name) (result, table) = maps.FindAsync(name).Completed();
        owner = result.IsFound && table != null ? OwnerOf(table.Spec) : 0;
        return result;
    }

    public LookupResult Find(string name) => Find(name, out _);

    /// <summary>
    /// The owner of a table's file; what is no file is part of the configuration and so root's. A table made of others (unionmap:{hash:/a,
    /// hash:/b}) has the rights of the least of them: anybody who may write one of the files decides what it answers.
    /// </summary>
    internal static uint? OwnerOf(string spec)
    {
        uint owner = 0;
        foreach (string file in TableFactory.FilesOf(spec))
        {
            if (OwnerOfFile(file) is not { } uid || (uid != 0 && owner != 0 && uid != owner)) return null;
            if (uid != 0) owner = uid;
        }
        return owner;
    }

    /// <summary>
    /// A file of root's in a user's folder counts as that user's: the table may have been opened when another file was there. A link of a
    /// user's leads to a file of that file's owner, never to one of root's.
    /// </summary>
    private static uint? OwnerOfFile(string file)
    {
        using PathWalk? walk = PathWalk.To(file, 0, out _);
        if (walk?.Status is { } status) return status.Uid != 0 ? status.Uid : walk.OtherOwner;
        return FileStatus.TryGet(file, out FileStatus followed) && followed.Uid != 0 ? followed.Uid : null;
    }
}
