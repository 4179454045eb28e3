using System.Text;
using MtaSuite.Common.Config;
using MtaSuite.Common.Native;
using MtaSuite.Common.Net;

namespace MtaSuite.Common.Hosting;

/// <summary>
/// What a service keeps on disk: a file of lines that new ones are appended to, and that is rewritten when most of it is outdated. A
/// process that is killed loses nothing that was written; after a crash of the machine the last lines may be missing. The disk is touched
/// on a thread of its own.
/// </summary>
/// <param name="magic">The first line.</param>
/// <param name="noun">What is in it, for the log: "results of address probes".</param>
public sealed class StateJournal(EventLoop loop, string path, string magic, string noun)
{
    /// <summary>A larger file is none of ours.</summary>
    private const long MaxFile = 512 * 1024 * 1024;
    private readonly WorkerPool _worker = new(loop, "journal", 1);
    private readonly StringBuilder _pending = new();
    private bool _scheduled;
    private long _lines;
    private string _trouble = "";

    /// <summary>The lines of the file but the first; called once, before anything is written. A torn last line is passed over.</summary>
    public IEnumerable<string> Load()
    {
        if (!FileStatus.TryGet(path, out FileStatus status)) return [];
        string[] lines = status.Size <= MaxFile ? ReadLines() : [];
        if (lines.Length == 0 || lines[0] != magic)
        {
            Log.Log.Warning($"{path}: not a journal of {noun}: written anew");
            _lines = long.MaxValue;
            return [];
        }
        _lines = lines.Length;
        // what a killed process left half written must not join the next line
        if (lines[^1].Length > 0) _pending.Append('\n');
        return lines[1..^1];
    }

    private string[] ReadLines()
    {
        if (ConfigFile.TryRead(path, out string text, out string reason)) return text.Split('\n');
        Log.Log.Warning($"{path}: {reason}");
        return [];
    }

    /// <summary>Appends a line, which has its LF; many of them go out together.</summary>
    public void Append(string line)
    {
        _pending.Append(line);
        if (_lines < long.MaxValue) _lines++;
        if (_scheduled) return;
        _scheduled = true;
        loop.Post(Flush);
    }

    /// <summary>More than half of the file is outdated.</summary>
    /// <param name="needed">Lines that a new one would have.</param>
    public bool IsWasteful(int needed) => _lines > 2L * needed + 1000;

    private void Flush()
    {
        _scheduled = false;
        if (_pending.Length == 0) return;
        string text = Take();
        WriteAsync(() => Write(text, path, FileIO.O_APPEND)).Detach();
    }

    /// <summary>Everything appended so far is on stable storage; false, logged, when it cannot be.</summary>
    public async Task<bool> SyncAsync()
    {
        string text = Take();
        return await WriteAsync(() => Write(text, path, FileIO.O_APPEND, sync: true));
    }

    /// <summary>What was appended since the last write.</summary>
    private string Take()
    {
        string text = _pending.ToString();
        _pending.Clear();
        return text;
    }

    /// <summary>Writes the file anew; the old one stays until the new one is on stable storage.</summary>
    public async Task RewriteAsync(IEnumerable<string> lines)
    {
        _pending.Clear();
        StringBuilder all = new($"{magic}\n");
        _lines = 1;
        foreach (string line in lines)
        {
            all.Append(line);
            _lines++;
        }
        string text = all.ToString(), temporary = path + ".new";
        await WriteAsync(() => Write(text, temporary, FileIO.O_TRUNC, sync: true) is { Length: > 0 } trouble ? trouble
            : Paths.Rename(temporary, path) == 0 ? "" : Errno.Text());
    }

    /// <summary>Everything is written.</summary>
    public async Task CloseAsync()
    {
        Flush();
        await _worker.Run(() => true);
    }

    private async Task<bool> WriteAsync(Func<string> write)
    {
        string trouble = await _worker.Run(write);
        if (trouble.Length > 0 && trouble != _trouble) Log.Log.Warning($"{path}: {trouble}: {noun} are kept in memory only");
        _trouble = trouble;
        return trouble.Length == 0;
    }

    /// <summary>Writes a text; what went wrong, or empty. A new file gets its first line.</summary>
    private string Write(string text, string file, int mode, bool sync = false)
    {
        const int flags = FileIO.O_WRONLY | FileIO.O_CREAT | FileIO.O_NOFOLLOW;
        using FileDescriptor? opened = FileDescriptor.TryOpen(file, flags | mode, FileModes.PrivateFile);
        if (opened == null) return Errno.Text();
        if (mode == FileIO.O_APPEND && FileStatus.TryGet(opened.Fd, out FileStatus status) && status.Size == 0) text = $"{magic}\n{text}";
        bool ok = FileIO.WriteAll(opened.Fd, Encoding.UTF8.GetBytes(text)) && (!sync || FileIO.Fsync(opened.Fd) == 0);
        return ok ? "" : Errno.Text();
    }
}
