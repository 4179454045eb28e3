using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using MtaSuite.Common.Config;
using MtaSuite.Common.Native;

namespace MtaSuite.Common.Tls;

/// <summary>
/// The keys of session tickets, common to all processes of the suite: the file <c>tls_ticket_keys</c> in data_directory, mode 0600, one key
/// a line: <c>created(unix seconds) SP base64(name 16, cipher key 32, MAC key 32)</c>, the newest first. Whoever finds the newest
/// too old writes a new file under a lock; a ticket under a key that a process does not know makes it read the file again. Where the file
/// cannot be kept, the process has a key of its own, and tickets are good in this process only.
/// </summary>
public sealed class TicketKeys
{
    private const string FileName = "tls_ticket_keys";
    private const int KeyBytes = 80;
    private static readonly TimeSpan s_lookInterval = TimeSpan.FromSeconds(30), s_missInterval = TimeSpan.FromSeconds(1);
    private static TicketKeys? s_current;

    private readonly record struct DatedKey(long Created, TicketKey Key);

    private readonly string _directory;
    private readonly long _lifetime;
    private readonly TimeProvider _clock;
    private List<DatedKey> _keys = [];
    private long _looked;

    /// <param name="directory">data_directory; empty: the keys are this process's own.</param>
    /// <param name="lifetime">A key makes tickets for this long and is accepted for twice as long.</param>
    public TicketKeys(string directory, TimeSpan lifetime, TimeProvider clock)
    {
        _directory = directory;
        _lifetime = Math.Max(60, (long)lifetime.TotalSeconds);
        _clock = clock;
    }

    /// <summary>Makes this process's servers use these keys.</summary>
    public void Install()
    {
        s_current = this;
        SslTickets.NewKey = static () => s_current!.Newest();
        SslTickets.FindKey = static name => s_current!.Find(name);
    }

    /// <summary>The key for a new ticket.</summary>
    public TicketKey Newest()
    {
        long now = Now;
        if (_keys.Count == 0 || IsOld(_keys[0], now) || now - _looked >= s_lookInterval.TotalSeconds) Refresh(now);
        return _keys[0].Key;
    }

    /// <summary>The key of a ticket; null when it is not ours or too old.</summary>
    public TicketKey? Find(ReadOnlySpan<byte> name)
    {
        long now = Now;
        TicketKey? key = Search(name, now);
        if (key != null || now - _looked < s_missInterval.TotalSeconds) return key;
        Refresh(now);
        return Search(name, now);
    }

    private TicketKey? Search(ReadOnlySpan<byte> name, long now)
    {
        foreach (DatedKey k in _keys)
            if (now - k.Created < 2 * _lifetime && name.SequenceEqual(k.Key.Name)) return k.Key;
        return null;
    }

    private long Now => _clock.GetUtcNow().ToUnixTimeSeconds();

    // A key from the future was made before the clock was set back.
    private bool IsOld(DatedKey key, long now) => now - key.Created >= _lifetime || key.Created - now > _lifetime;

    private void Refresh(long now)
    {
        _looked = now;
        List<DatedKey> read = Read(now);
        if (read.Count == 0 || IsOld(read[0], now)) read = Rotate(now);
        _keys = read;
    }

    private string PathOf(string name) => Path.Combine(_directory, name);

    private List<DatedKey> Read(long now)
    {
        List<DatedKey> keys = [];
        if (_directory.Length == 0 || !FileStatus.TryGet(PathOf(FileName), out FileStatus status) || status.Size > 64 * 1024) return keys;
        // Keys that others may have seen are no secret.
        if ((status.Permissions & FileModes.GroupAndOthers) != 0) return keys;
        if (!ConfigFile.TryRead(PathOf(FileName), out string text, out _)) return keys;
        foreach (string line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
            if (TryParse(line, out DatedKey key) && now - key.Created < 2 * _lifetime) keys.Add(key);
        keys.Sort((a, b) => b.Created.CompareTo(a.Created));
        return keys;
    }

    private static bool TryParse(string line, out DatedKey key)
    {
        key = default;
        int space = line.IndexOf(' ');
        byte[] bytes = new byte[KeyBytes];
        if (space <= 0 || !long.TryParse(line.AsSpan(0, space), NumberStyles.None, CultureInfo.InvariantCulture, out long created)
            || !Convert.TryFromBase64String(line[(space + 1)..], bytes, out int length) || length != KeyBytes) return false;
        key = new DatedKey(created, new TicketKey(bytes[..16], bytes[16..48], bytes[48..]));
        return true;
    }

    /// <summary>A new key in front; another process may have been faster.</summary>
    private List<DatedKey> Rotate(long now)
    {
        using FileDescriptor? lockFile = _directory.Length == 0 ? null
            : FileDescriptor.TryOpen(PathOf(FileName + ".lock"), FileIO.O_RDWR | FileIO.O_CREAT, FileModes.PrivateFile);
        if (lockFile == null || FileLocks.Flock(lockFile.Fd, FileLocks.LOCK_EX) != 0) return OwnKeys(now, _keys);
        List<DatedKey> keys = Read(now);
        if (keys.Count > 0 && !IsOld(keys[0], now)) return keys;
        keys = OwnKeys(now, keys);
        return Write(keys) ? keys : OwnKeys(now, _keys);
    }

    private List<DatedKey> OwnKeys(long now, List<DatedKey> before) =>
        before.Count > 0
        && !IsOld(before[0], now) ? before : [Make(now), .. before.Where(k => k.Created <= now && now - k.Created < 2 * _lifetime)];

    private static DatedKey Make(long now) => new(now,
        new TicketKey(RandomNumberGenerator.GetBytes(16), RandomNumberGenerator.GetBytes(32), RandomNumberGenerator.GetBytes(32)));

    private bool Write(List<DatedKey> keys)
    {
        StringBuilder text = new();
        foreach (DatedKey k in keys)
            text.Append(CultureInfo.InvariantCulture,
                $"{k.Created} {Convert.ToBase64String([.. k.Key.Name, .. k.Key.CipherKey, .. k.Key.MacKey])}\n");
        string temporary = PathOf(FileName + ".new");
        _ = Paths.Unlink(temporary);
        const int flags = FileIO.O_WRONLY | FileIO.O_CREAT | FileIO.O_EXCL;
        using FileDescriptor? file = FileDescriptor.TryOpen(temporary, flags, FileModes.PrivateFile);
        if (file == null) return false;
        byte[] bytes = Encoding.ASCII.GetBytes(text.ToString());
        return FileIO.Write(file.Fd, bytes) == bytes.Length && Paths.Rename(temporary, PathOf(FileName)) == 0;
    }
}
