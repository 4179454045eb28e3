using MtaSuite.Common.Ipc.Messages;
using MtaSuite.Common.Mail;

namespace MtaSuite.Verify;

/// <summary>What is known of one address. Times in seconds since 1970; 0: never.</summary>
/// <param name="Probed">When the probe was sent that is under way.</param>
/// <param name="Updated">When the last result came.</param>
internal readonly record struct ProbeEntry(ProbeStatus Status, long Probed, long Updated, string Text);

/// <summary>
/// The results of probes. A result counts until it expires, and is asked for anew before that, so that an address in use is always known. A
/// failed probe does not replace a success that still counts.
/// </summary>
internal sealed class ProbeCache(ProbeSettings settings)
{
    public const string InProgress = "Address verification in progress";
    public const string TooMany = "Too many address verification requests";
    private readonly Dictionary<string, ProbeEntry> _entries = new(StringComparer.Ordinal);

    /// <summary>Called with what is to be remembered on disk, or is not any more (null).</summary>
    public Action<string, ProbeEntry?> Changed { get; set; } = (_, _) => { };

    /// <summary>Addresses known or being probed.</summary>
    public int Count => _entries.Count;

    /// <summary>Probes that have not come back.</summary>
    public int Pending { get; private set; }

    /// <summary>All results.</summary>
    public IEnumerable<KeyValuePair<string, ProbeEntry>> Results => _entries.Where(p => p.Value.Updated > 0 && IsKept(p.Value));

    /// <summary>Case may matter in the local part, never in the domain.</summary>
    public static string KeyOf(string address) => Address.FoldDomain(address);

    /// <summary>Takes a result from disk.</summary>
    public void Restore(string key, ProbeEntry entry) => _entries[key] = entry;

    public void Forget(string key) => Remove(key);

    /// <summary>What is known of an address, and whether a probe has to be sent now; then it counts as under way.</summary>
    public VerifyReply Ask(string key, long now, out bool probe)
    {
        bool known = _entries.TryGetValue(key, out ProbeEntry entry);
        bool underWay = now - entry.Probed <= settings.ProbeTime;
        if (!known || (!underWay && IsExpired(entry, now))) entry = new ProbeEntry(ProbeStatus.Unknown, 0, 0, InProgress);
        probe = now - entry.Probed > settings.ProbeTime && IsStale(entry, now);
        if (probe && (Pending >= settings.PendingLimit || (!known && !MakeRoom(now))))
        {
            probe = false;
            if (entry.Status == ProbeStatus.Unknown) return new VerifyReply { Text = TooMany };
        }
        if (probe) Set(key, entry with { Probed = now });
        return new VerifyReply { Status = entry.Status, Text = entry.Text };
    }

    /// <summary>A probe came back.</summary>
    public void Update(string key, ProbeStatus status, string text, long now)
    {
        bool known = _entries.TryGetValue(key, out ProbeEntry old);
        if (!known && !MakeRoom(now)) return;
        ProbeEntry entry = new(status, 0, now, text);
        if (status != ProbeStatus.Deliverable && old.Updated > 0 && old.Status == ProbeStatus.Deliverable && !IsExpired(old, now))
        {
            Set(key, old with { Probed = 0 });
            return;
        }
        Set(key, entry);
        if (IsKept(entry)) Changed(key, entry);
    }

    /// <summary>A probe could not be sent.</summary>
    public void Failed(string key)
    {
        if (!_entries.TryGetValue(key, out ProbeEntry entry)) return;
        if (entry.Updated > 0) Set(key, entry with { Probed = 0 });
        else Remove(key);
    }

    /// <summary>Removes what has expired; returns how many.</summary>
    public int Clean(long now)
    {
        int dropped = 0;
        foreach ((string key, ProbeEntry entry) in _entries)
        {
            if (now - entry.Probed <= settings.ProbeTime || !IsExpired(entry, now)) continue;
            Remove(key);
            dropped++;
        }
        return dropped;
    }

    private bool IsExpired(in ProbeEntry entry, long now) =>
        now - entry.Updated > (entry.Status == ProbeStatus.Deliverable ? settings.PositiveExpire : settings.NegativeExpire);

    private bool IsStale(in ProbeEntry entry, long now) =>
        now - entry.Updated > (entry.Status == ProbeStatus.Deliverable ? settings.PositiveRefresh : settings.NegativeRefresh);

    private bool IsKept(in ProbeEntry entry) => entry.Status == ProbeStatus.Deliverable || settings.NegativeCache;

    private void Set(string key, in ProbeEntry entry)
    {
        if (_entries.TryGetValue(key, out ProbeEntry old) && old.Probed > 0) Pending--;
        if (entry.Probed > 0) Pending++;
        _entries[key] = entry;
    }

    private void Remove(string key)
    {
        if (!_entries.Remove(key, out ProbeEntry old)) return;
        if (old.Probed > 0) Pending--;
        if (old.Updated > 0) Changed(key, null);
    }

    /// <summary>
    /// A full cache drops what has expired, then a tenth: the results that are oldest. False: all of it is probes under way.
    /// </summary>
    private bool MakeRoom(long now)
    {
        if (_entries.Count < settings.Capacity) return true;
        Clean(now);
        if (_entries.Count < settings.Capacity) return true;
        List<string> oldest = [.. _entries.Where(p => p.Value.Probed == 0).OrderBy(p => p.Value.Updated)
            .Take(Math.Max(1, settings.Capacity / 10)).Select(p => p.Key)];
        foreach (string key in oldest) Remove(key);
        return _entries.Count < settings.Capacity;
    }
}
