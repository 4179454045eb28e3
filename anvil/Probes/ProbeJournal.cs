using System.Text;
using MtaSuite.Common.Config;
using MtaSuite.Common.Log;
using MtaSuite.Common.Native;
using MtaSuite.Common.Net;

namespace MtaSuite.Anvil.Probes;

/// <summary>
/// The cache on disk: a file that results are appended to, and that is written anew when most of it is outdated. A process that is killed loses nothing
/// that was written; after a crash of the machine the last results may be missing and cost a probe each. The disk is touched on a thread of its own.
/// </summary>
internal sealed class ProbeJournal(EventLoop loop, string path)
{
    private const string Magic = "MTASUITE PROBES 1";
    /// <summary>A larger file is none of ours.</summary>
    private const long MaxFile = 512 * 1024 * 1024;
    private readonly WorkerPool _worker = new(loop, "journal", 1);
    private readonly StringBuilder _pending = new();
    private bool _scheduled;
    private long _lines;
    private string _trouble = "";

    /// <summary>Reads the file; called once, before anything is written. A torn last line is passed over.</summary>
    public void Load(ProbeCache cache)
    {
        if (!Libc.TryStat(path, out Libc.FileStatus status)) return;
        string[] lines = status.Size <= MaxFile ? ReadLines() : [];
        if (lines.Length == 0 || lines[0] != Magic)
        {
            Log.Warning($"{path}: not a cache of address probes: written anew");
            _lines = long.MaxValue;
            return;
        }
        for (int i = 1; i < lines.Length - 1; i++)
        {
            if (!ProbeRecord.TryParse(lines[i], out string address, out ProbeEntry? entry)) continue;
            if (entry is { } known) cache.Restore(address, known);
            else cache.Forget(address);
        }
        _lines = lines.Length;
        // what a killed process left half written must not join the next line
        if (lines[^1].Length > 0) _pending.Append('\n');
    }

    private string[] ReadLines()
    {
        if (ConfigFile.TryRead(path, out string text, out string reason)) return text.Split('\n');
        Log.Warning($"{path}: {reason}");
        return [];
    }

    public void Append(string address, ProbeEntry? entry)
    {
        _pending.Append(ProbeRecord.Format(address, entry));
        if (_lines < long.MaxValue) _lines++;
        if (_scheduled) return;
        _scheduled = true;
        loop.Post(Flush);
    }

    /// <summary>More than half of the file is outdated.</summary>
    public bool IsWasteful(int entries) => _lines > 2L * entries + 1000;

    private void Flush()
    {
        _scheduled = false;
        if (_pending.Length == 0) return;
        string text = _pending.ToString();
        _pending.Clear();
        WriteAsync(() => Write(path, text, Libc.O_APPEND)).Detach();
    }

    /// <summary>Writes the whole cache anew; the old file stays until the new one is on stable storage.</summary>
    public async Task RewriteAsync(ProbeCache cache)
    {
        _pending.Clear();
        StringBuilder all = new($"{Magic}\n");
        _lines = 1;
        foreach ((string address, ProbeEntry entry) in cache.Results)
        {
            all.Append(ProbeRecord.Format(address, entry));
            _lines++;
        }
        string text = all.ToString(), temporary = path + ".new";
        await WriteAsync(() => Write(temporary, text, Libc.O_TRUNC, sync: true) is { Length: > 0 } trouble ? trouble : Libc.Rename(temporary, path) == 0 ? "" : Libc.ErrorText());
    }

    /// <summary>Everything is written.</summary>
    public async Task CloseAsync()
    {
        Flush();
        await _worker.Run(() => true);
    }

    private async Task WriteAsync(Func<string> write)
    {
        string trouble = await _worker.Run(write);
        if (trouble.Length > 0 && trouble != _trouble) Log.Warning($"{path}: {trouble}: results of address probes are kept in memory only");
        _trouble = trouble;
    }

    /// <summary>Writes a text; what went wrong, or empty. A new file gets its first line.</summary>
    private static string Write(string file, string text, int mode, bool sync = false)
    {
        int fd = Libc.Open(file, Libc.O_WRONLY | Libc.O_CREAT | Libc.O_CLOEXEC | Libc.O_NOFOLLOW | mode, 0x180 /* 0600 */);
        if (fd < 0) return Libc.ErrorText();
        if (mode == Libc.O_APPEND && Libc.TryStat(fd, out Libc.FileStatus status) && status.Size == 0) text = $"{Magic}\n{text}";
        bool ok = Libc.WriteAll(fd, Encoding.UTF8.GetBytes(text)) && (!sync || Libc.Fsync(fd) == 0);
        string trouble = ok ? "" : Libc.ErrorText();
        _ = Libc.Close(fd);
        return trouble;
    }
}
