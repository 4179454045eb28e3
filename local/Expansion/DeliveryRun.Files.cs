using System.Text;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Native;
using MtaSuite.Local.Rights;

namespace MtaSuite.Local.Expansion;

/// <summary>Lists of destinations in files: .forward and :include:.</summary>
internal sealed partial class DeliveryRun
{
    /// <summary>Follows a user's .forward file. False: there is none, or none that counts, and the mailbox is next.</summary>
    private bool DeliverForwardFile(Branch branch, out bool retry)
    {
        retry = false;
        bool plain = branch.Extension == null;
        if (_settings.ForwardPath.Count == 0 || (plain && _delivery.ForwardFiles.HasNone(branch.User))) return false;
        switch (_delivery.Accounts.Find(branch.User, out Account? account))
        {
            case AccountStatus.Unknown: return false;
            case AccountStatus.Unavailable:
                retry = Report(branch, UserLookupError(branch));
                return true;
        }
        // without root a stranger's file would act with our rights
        if (!FileIdentity.IsPrivileged && account!.Uid != Libc.GetEUid()) return false;
        branch = Thaw(branch).Deeper() with { Rights = UserRights.Of(account!), Source = ExpansionSource.Forward };
        if (!FindForwardFile(branch, out string path, out Libc.FileStatus status, out bool usedExtension))
        {
            if (plain) _delivery.ForwardFiles.NoteNone(branch.User);
            return false;
        }
        // Mail for others goes out as a new message; an address of his own means his mailbox.
        branch = branch with
        {
            Owner = branch.User,
            ExpandedFrom = branch.Local,
            Unmatched = usedExtension || (_settings.PropagateExtensions & ExpansionSource.Forward) == 0 ? null : branch.Unmatched,
        };
        if (_done.Seen("forward " + path)) return _done.Has("forward-done " + path);
        int fd = OpenForwardFile(branch, path, status);
        if (fd < 0) return false;
        retry = DeliverLines(branch with { Notify = WithoutSuccess(branch.Notify) }, fd, out int count);
        if (count == 0) return retry;
        _ = _done.Seen("forward-done " + path);
        NoteExpansion(branch, isList: false);
        return true;
    }

    private bool FindForwardFile(Branch branch, out string path, out Libc.FileStatus status, out bool usedExtension)
    {
        path = "";
        status = default;
        usedExtension = false;
        if (!FileIdentity.TryAssume(branch.Rights.Uid, branch.Rights.Gid, out FileIdentity identity)) return false;
        using (identity)
        {
            foreach (string pattern in _settings.ForwardPath)
            {
                LocalMacros.Result expanded = LocalMacros.Expand(pattern, branch, _settings.RecipientDelimiter, _settings.ForwardFilter);
                if (expanded.Problem != null || expanded.Undefined || !Libc.TryStat(expanded.Text, out status, follow: false)) continue;
                path = expanded.Text;
                usedExtension = expanded.UsedExtension;
                return true;
            }
        }
        return false;
    }

    /// <summary>Opens a .forward file that nobody else could have written; -1 otherwise.</summary>
    private int OpenForwardFile(Branch branch, string path, Libc.FileStatus status)
    {
        string? problem = !status.IsRegular ? "is not a regular file"
            : status.Uid != 0 && status.Uid != branch.Rights.Uid ? $"has bad owner uid {status.Uid}"
            : (status.Permissions & 2) != 0 ? "is world writable"
            : null;
        int fd = problem != null ? -1 : OpenAs(branch.Rights, path, out problem);
        if (fd < 0) _services.Warn($"file {path} {problem}");
        return fd;
    }

    private static int OpenAs(UserRights rights, string path, out string? problem)
    {
        problem = "cannot be opened with its user's rights";
        if (!FileIdentity.TryAssume(rights.Uid, rights.Gid, out FileIdentity identity)) return -1;
        using (identity)
        {
            int fd = Libc.Open(path, Libc.O_RDONLY | Libc.O_NONBLOCK | Libc.O_CLOEXEC, 0);
            if (fd < 0) problem = $"cannot be opened: {Libc.ErrorText()}";
            return fd;
        }
    }

    /// <summary>:include:/path: a list of destinations in a file of its own.</summary>
    private bool DeliverInclude(Branch branch, string path)
    {
        branch = branch.Deeper() with { ExpandedFrom = branch.Local };
        if (branch.Level > MaxLevel)
        {
            _services.Warn($":include: nesting limit exceeded for {path}");
            return Report(branch, Outcome.Bounce("5.4.6", ":include: nesting limit exceeded"));
        }
        if (_done.Seen($"include {branch.Rights.Uid} {path}")) return false;
        if (CheckInclude(branch, path, out Libc.FileStatus status) is { } problem) return Misconfigured(branch, $":include: file {path} {problem}");
        // Root's alias that includes a user's file acts with that user's rights: else he would command the default account. What a user includes leaves the
        // rights as they are: else he would act with the rights of whoever owns the file.
        if (branch.Rights.Uid == 0 && status.Uid != 0)
        {
            if (Accounts.Find(status.Uid, out Account? owner) != AccountStatus.Found)
            {
                _services.Warn($"{path}: cannot find :include: file owner username for uid {status.Uid}");
                return Report(branch, Outcome.Defer("4.3.5", "mail system configuration error"));
            }
            branch = branch with { Rights = UserRights.Of(owner!) };
        }
        branch = branch with { Source = ExpansionSource.Include, Owner = branch.Owner ?? branch.Address };
        int fd = OpenAs(branch.Rights, path, out string? trouble);
        if (fd < 0) return Misconfigured(branch, $":include: file {path} {trouble}");
        if ((_settings.PropagateExtensions & ExpansionSource.Include) == 0) branch = branch with { Unmatched = null };
        return DeliverLines(branch, fd, out _);
    }

    private static string? CheckInclude(Branch branch, string path, out Libc.FileStatus status)
    {
        status = default;
        if (!path.StartsWith('/')) return "is a relative path";
        if (!FileIdentity.TryAssume(branch.Rights.Uid, branch.Rights.Gid, out FileIdentity identity)) return "cannot be looked up";
        using (identity)
        {
            if (!Libc.TryStat(path, out status)) return $"cannot be looked up: {Libc.ErrorText()}";
        }
        if (!status.IsRegular) return "is not a regular file";
        return (status.Permissions & 2) != 0 ? "is world writable" : null;
    }

    private bool Misconfigured(Branch branch, string warning)
    {
        _services.Warn(warning);
        return Report(branch, Outcome.Bounce("5.3.5", "mail system configuration error"));
    }

    /// <summary>Delivers to each line's destinations, up to the first that has to be tried again by itself. Closes the file.</summary>
    private bool DeliverLines(Branch branch, int fd, out int count)
    {
        count = 0;
        bool retry = false;
        using DestinationLines lines = new(fd, _settings.LineLengthLimit);
        while (!(retry && HasPassingTrouble) && lines.TryNext(out string line))
        {
            if (line.StartsWith('#')) continue;
            foreach (Destination destination in DestinationList.Parse(line))
            {
                count++;
                retry |= DeliverDestination(branch, destination);
            }
        }
        return lines.Errno == 0 ? retry : Report(branch, Outcome.Defer("4.3.0", $"error reading forwarding file: {Libc.ErrorText(lines.Errno)}"));
    }
}

/// <summary>Reads lines of a file, a longer one in pieces of the given length, each up to a NUL if it has one: no address does. Closes the descriptor.</summary>
internal sealed class DestinationLines(int fd, int limit) : IDisposable
{
    private readonly byte[] _buffer = new byte[limit];
    private int _start, _end;

    /// <summary>Why reading failed; 0 when it did not.</summary>
    public int Errno { get; private set; }

    public bool TryNext(out string line)
    {
        while (true)
        {
            int newline = _buffer.AsSpan(_start, _end - _start).IndexOf((byte)'\n');
            if (newline < 0 && (_start > 0 || _end < limit) && Fill()) continue;
            int length = newline >= 0 ? newline : _end - _start;
            int nul = _buffer.AsSpan(_start, length).IndexOf((byte)0);
            line = Encoding.UTF8.GetString(_buffer, _start, nul < 0 ? length : nul);
            _start += newline >= 0 ? length + 1 : length;
            return newline >= 0 || length > 0;
        }
    }

    /// <summary>Makes room and reads on; false at the end.</summary>
    private bool Fill()
    {
        _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
        _end -= _start;
        _start = 0;
        int n = Errno != 0 || _end == limit ? 0 : Libc.ReadRetry(fd, _buffer.AsSpan(_end));
        if (n < 0) Errno = Libc.Errno;
        if (n <= 0) return false;
        _end += n;
        return true;
    }

    public void Dispose() => _ = Libc.Close(fd);
}
