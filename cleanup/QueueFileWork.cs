using MtaSuite.Common.Native;
using MtaSuite.Common.Net;
using MtaSuite.Common.Spool;
using MtaSuite.Common.Spool.Journal;

namespace MtaSuite.Cleanup;

/// <summary>
/// Writes one queue file on a worker thread, in pieces for a large message, in one go for a small one. The last piece makes the file
/// durable: data and name, by one sync after the file has its final name, or by a copy in the journal. Owns the descriptor. After a failed
/// sync nothing is tried again on the same descriptor: the file is given up.
/// </summary>
/// <param name="journal">For a file that was written in one go; null: there is none.</param>
internal sealed class QueueFileWork(string path, string id, SyncStage syncs, QueueJournal? journal, Action<QueueFileWork> done)
    : DurableWork(syncs)
{
    private string _path = path;
    private FileDescriptor? _file;
    private long _offset;

    /// <summary>What to write next.</summary>
    public ReadOnlyMemory<byte> Piece { get; set; }

    /// <summary>What goes behind the head instead of what was written there; else empty.</summary>
    public ReadOnlyMemory<byte> Start { get; set; }

    /// <summary>The head with the final sizes, where pieces were written before they were known; else empty.</summary>
    public ReadOnlyMemory<byte> Head { get; set; }

    /// <summary>The name that the file gets when it is complete, where that is another than it began with.</summary>
    public string? FinalPath { get; set; }

    /// <summary>The file lies in hold in the end.</summary>
    public bool IsHeld { get; set; }

    /// <summary>This piece is the last one.</summary>
    public bool IsLast { get; set; }

    /// <summary>The message is given up: close and remove the file.</summary>
    public bool IsAbandoned { get; set; }

    /// <summary>Where the journal has a copy of the file, if it has.</summary>
    public JournalPlace Place { get; private set; }

    /// <summary>errno of what failed, or 0.</summary>
    public int Error { get; private set; }

    /// <summary>What failed, for the log.</summary>
    public string Step { get; private set; } = "";

    public override void Execute()
    {
        if (!IsAbandoned && Error == 0 && !Write()) Error = Errno.Last;
        if (IsAbandoned || Error != 0) Finish();
        else if (IsLast) Hand();
    }

    /// <summary>All is written: chooses who makes it durable.</summary>
    private void Hand()
    {
        Unsynced = _file!.Fd;
        bool inOneGo = _offset == Piece.Length && Head.IsEmpty;
        if (journal == null || !inOneGo) return;
        Place = journal.TryAppend(id, IsHeld, Piece.Span);
        if (!Place.IsNone) Stage = journal;
    }

    private bool Write()
    {
        // before the file says that it is whole: in its old place qmgr would take it
        if (IsLast && FinalPath != null)
        {
            Step = "rename";
            if (_file != null && Paths.Rename(_path, FinalPath) != 0) return false;
            _path = FinalPath;
        }
        if (_file == null)
        {
            Step = "create";
            const int flags = FileIO.O_RDWR | FileIO.O_CREAT | FileIO.O_EXCL | FileIO.O_NOFOLLOW;
            _file = FileDescriptor.TryOpen(_path, flags, FileModes.PrivateFile);
            if (_file == null) return false;
        }
        Step = "write";
        if (!FileIO.PWriteAll(_file.Fd, Piece.Span, _offset)) return false;
        _offset += Piece.Length;
        if (!IsLast) return true;
        // the head comes last: until it is there the file is an unfinished one
        return (Start.IsEmpty || FileIO.PWriteAll(_file.Fd, Start.Span, QueueFileHead.Size))
            && (Head.IsEmpty || FileIO.PWriteAll(_file.Fd, Head.Span, 0));
    }

    /// <summary>Reads what was written before; -1 when it cannot be read.</summary>
    public int Read(Span<byte> target, long offset) => FileIO.PRead(_file?.Fd ?? -1, target, offset);

    private void Finish()
    {
        if (_file == null) return;
        if (Error != 0 || IsAbandoned) _ = Paths.Unlink(_path);
        _file.Dispose();
        _file = null;
    }

    protected override void OnDone()
    {
        if (Unsynced >= 0 && SyncError != 0) (Error, Step) = (SyncError, "sync");
        done(this);
        if (Unsynced < 0) return;
        Finish();
        Unsynced = -1;
    }
}
