using MtaSuite.Common.Log;
using MtaSuite.Common.Native;

namespace MtaSuite.Qmgr;

internal sealed partial class QueueFiles
{
    /// <summary>Where finished messages are kept with dont_remove. No queue: nobody delivers from it.</summary>
    private const string Saved = "saved";

    /// <summary>Keeps a finished message's file for people to look at, in place of removing it.</summary>
    public async Task SaveAsync(string folder, string id, bool unsynced)
    {
        int error = await _workers.Run(() =>
        {
            _ = Paths.MkDir($"{spool.Root}/{Saved}", FileModes.PrivateFolder);
            return spool.Move(id, folder, Saved);
        });
        if (error is 0 or Errno.ENOENT) Removed(id, unsynced);
        else Log.Warning($"{id}: move queue file to {Saved}: {Errno.Text(error)}");
    }
}
