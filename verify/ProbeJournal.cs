using MtaSuite.Common.Hosting;
using MtaSuite.Common.Net;

namespace MtaSuite.Verify;

/// <summary>The cache on disk. After a crash of the machine the last results may be missing, and cost a probe each.</summary>
internal sealed class ProbeJournal(EventLoop loop, string path)
{
    private readonly StateJournal _journal = new(loop, path, "MTASUITE PROBES 1", "results of address probes");

    /// <summary>Reads the file; called once, before anything is written.</summary>
    public void Load(ProbeCache cache)
    {
        foreach (string line in _journal.Load())
        {
            if (!ProbeRecord.TryParse(line, out string address, out ProbeEntry? entry)) continue;
            if (entry is { } known) cache.Restore(address, known);
            else cache.Forget(address);
        }
    }

    public void Append(string address, ProbeEntry? entry) => _journal.Append(ProbeRecord.Format(address, entry));

    /// <summary>More than half of the file is outdated.</summary>
    public bool IsWasteful(int entries) => _journal.IsWasteful(entries);

    /// <summary>Writes the whole cache anew.</summary>
    public Task RewriteAsync(ProbeCache cache) => _journal.RewriteAsync(cache.Results.Select(r => ProbeRecord.Format(r.Key, r.Value)));

    /// <summary>Everything is written.</summary>
    public Task CloseAsync() => _journal.CloseAsync();
}
