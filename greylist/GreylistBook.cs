using System.Security.Cryptography;
using System.Text;
using MtaSuite.Common.Ipc.Messages;

namespace MtaSuite.Greylist;

/// <summary>What is known of one triple of client, sender and recipient, or of one client. Times in seconds since 1970.</summary>
/// <param name="First">The first attempt.</param>
/// <param name="Last">The last message that was let in; 0: none was.</param>
/// <param name="Passed">Of a client: greylisted messages that came again. Of a triple: 1 when it has come again.</param>
internal readonly record struct GreylistEntry(long First, long Last, int Passed)
{
    /// <summary>When it was last written to disk; 0: since the start it was not.</summary>
    public long Saved { get; init; }
}

/// <summary>
/// The greylist in memory. A triple is kept as a hash, so that an entry is small and the file holds no names. A full list drops first what
/// has expired, then the triples that never came again.
/// </summary>
internal sealed class GreylistBook(GreylistSettings settings)
{
    /// <summary>Times of later messages go to disk so often at most, as a part of the lifetime.</summary>
    private const int LifetimeParts = 50;
    private readonly Dictionary<UInt128, GreylistEntry> _entries = [];

    /// <summary>Called with what is to be remembered on disk, or is not any more (null).</summary>
    public Action<UInt128, GreylistEntry?> Changed { get; set; } = (_, _) => { };

    public int Count => _entries.Count;

    public IEnumerable<KeyValuePair<UInt128, GreylistEntry>> Entries => _entries;

    /// <summary>Takes an entry from disk.</summary>
    public void Restore(UInt128 key, GreylistEntry entry) => _entries[key] = entry;

    public void Forget(UInt128 key) => _entries.Remove(key);

    /// <summary>Judges an attempt, and notes it unless it is only a question.</summary>
    public GreylistReply Judge(GreylistQuery query, long now)
    {
        UInt128 client = KeyOf(query.Client), triple = KeyOf(query.Client, SenderKey(query.Sender), query.Recipient.ToLowerInvariant());
        if (settings.AutoAllow > 0 && Find(client, now) is { } known && known.Passed >= settings.AutoAllow)
        {
            if (!query.Report) SetLast(client, known, now);
            return new GreylistReply { Verdict = GreylistVerdict.ClientAllowed };
        }
        GreylistEntry? entry = Find(triple, now);
        if (entry is { Passed: > 0 } passed)
        {
            if (!query.Report) SetLast(triple, passed, now);
            return new GreylistReply { Verdict = GreylistVerdict.Known };
        }
        if (entry is not { } first)
        {
            if (!query.Report && MakeRoom(now)) Set(triple, new GreylistEntry(now, 0, 0), now);
            return new GreylistReply { Verdict = GreylistVerdict.Wait, Seconds = settings.Delay };
        }
        long waited = now - first.First;
        if (waited < settings.Delay) return new GreylistReply { Verdict = GreylistVerdict.Wait, Seconds = settings.Delay - waited };
        if (!query.Report)
        {
            Set(triple, first with { Last = now, Passed = 1 }, now);
            CountClient(client, now);
        }
        return new GreylistReply { Verdict = GreylistVerdict.Retried, Seconds = waited };
    }

    private void CountClient(UInt128 client, long now)
    {
        if (settings.AutoAllow == 0) return;
        GreylistEntry entry = Find(client, now) ?? new GreylistEntry(now, 0, 0);
        if (entry.Passed > 0 || MakeRoom(now)) Set(client, entry with { Last = now, Passed = entry.Passed + 1 }, now);
    }

    /// <summary>An entry that has not expired.</summary>
    private GreylistEntry? Find(UInt128 key, long now) =>
        _entries.TryGetValue(key, out GreylistEntry entry) && !IsExpired(entry, now) ? entry : null;

    private bool IsExpired(in GreylistEntry entry, long now) =>
        entry.Passed > 0 ? now - entry.Last > settings.Lifetime : now - entry.First > settings.RetryWindow;

    private void Set(UInt128 key, in GreylistEntry entry, long now)
    {
        _entries[key] = entry with { Saved = now };
        Changed(key, entry);
    }

    /// <summary>Another message was let in.</summary>
    private void SetLast(UInt128 key, in GreylistEntry entry, long now)
    {
        if (now - entry.Saved >= settings.Lifetime / LifetimeParts) Set(key, entry with { Last = now }, now);
        else _entries[key] = entry with { Last = now };
    }

    /// <summary>Removes what has expired; returns how many.</summary>
    public int Clean(long now) => Drop(entry => IsExpired(entry, now));

    private int Drop(Func<GreylistEntry, bool> chosen)
    {
        UInt128[] keys = [.. _entries.Where(e => chosen(e.Value)).Select(e => e.Key)];
        foreach (UInt128 key in keys)
        {
            _entries.Remove(key);
            Changed(key, null);
        }
        return keys.Length;
    }

    /// <summary>False: full of those who were let in. A newcomer has to wait then, and is not remembered.</summary>
    private bool MakeRoom(long now)
    {
        if (_entries.Count < settings.Capacity) return true;
        return Clean(now) > 0 || Drop(entry => entry.Passed == 0) > 0;
    }

    /// <summary>
    /// A sender as it is compared: without extension, and with # for digits, since mailing lists number their senders.
    /// </summary>
    internal static string SenderKey(string sender)
    {
        string folded = sender.ToLowerInvariant();
        int at = folded.LastIndexOf('@'), plus = folded.IndexOf('+');
        if (at < 0) return folded;
        StringBuilder key = new(folded.Length);
        foreach (char c in folded.AsSpan(0, plus > 0 && plus < at ? plus : at))
            if (!char.IsAsciiDigit(c)) key.Append(c);
            else if (key.Length == 0 || key[^1] != '#') key.Append('#');
        return key.Append(folded, at, folded.Length - at).ToString();
    }

    private static UInt128 KeyOf(params ReadOnlySpan<string> parts)
    {
        // a NUL can be in none of them
        byte[] hash = SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\0', parts)));
        return new UInt128(BitConverter.ToUInt64(hash), BitConverter.ToUInt64(hash, 8));
    }
}
