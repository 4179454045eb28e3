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
        if (!FileIdentity.IsPrivileged && account!.Uid != Credentials.GetEUid()) return false;
        branch = Thaw(branch).Deeper() with { Rights = UserRights.Of(account!), Source = ExpansionSource.Forward };
        switch (FindForwardFile(branch, out string path, out FileStatus status, out bool usedExtension))
        {
            case FileSearch.None:
                if (plain) _delivery.ForwardFiles.NoteNone(branch.User);
                return false;
            case FileSearch.Failed:
                retry = Report(branch, Outcome.Defer("4.3.0", "cannot look for the user's forwarding file"));
                return true;
        }
        // Mail for others goes out as a new message; an address of his own means his mailbox.
        branch = branch with
        {
            Owner = branch.User,
            ExpandedFrom = branch.Local,
            Unmatched = usedExtension || (_settings.PropagateExtensions & ExpansionSource.Forward) == 0 ? null : branch.Unmatched,
        };
        if (_done.Seen("forward " + path)) return _done.Has("forward-done " + path) || _budget.Exceeded != null;
        FileDescriptor? file = OpenForwardFile(branch, path, status, out bool passes);
        if (passes) retry = Report(branch, Outcome.Defer("4.3.0", "cannot read the user's forwarding file"));
        if (passes || _budget.Exceeded != null) return true;
        if (file == null) return false;
        retry = DeliverLines(branch with { Notify = WithoutSuccess(branch.Notify) }, file, out int count);
        if (count == 0 && _budget.Exceeded == null) return retry;
        _ = _done.Seen("forward-done " + path);
        NoteExpansion(branch, isList: false);
        return true;
    }

    private enum FileSearch { None, Found, Failed }

    /// <summary>The first file of forward_path that is there. An error that may pass does not mean that there is none.</summary>
    private FileSearch FindForwardFile(Branch branch, out string path, out FileStatus status, out bool usedExtension)
    {
        path = "";
        status = default;
        usedExtension = false;
        if (!FileIdentity.TryAssume(branch.Rights.Uid, branch.Rights.Gid, out FileIdentity identity)) return FileSearch.Failed;
        using (identity)
        {
            foreach (string pattern in _settings.ForwardPath)
            {
                LocalMacros.Result expanded = LocalMacros.Expand(pattern, branch, _settings.RecipientDelimiter, _settings.ForwardFilter);
                if (expanded.Problem != null || expanded.Undefined) continue;
                if (!FileStatus.TryGet(expanded.Text, out status, follow: false))
                {
                    if (OpenedList.MayPass(Errno.Last)) return FileSearch.Failed;
                    continue;
                }
                path = expanded.Text;
                usedExtension = expanded.UsedExtension;
                return FileSearch.Found;
            }
        }
        return FileSearch.None;
    }

    /// <summary>Opens a .forward file that nobody else could have written; null otherwise.</summary>
    private FileDescriptor? OpenForwardFile(Branch branch, string path, FileStatus status, out bool passes)
    {
        OpenedList list = status.IsRegular ? ListFile.Open(path, branch.Rights, _settings.DefaultRights)
            : OpenedList.Refused("is not a regular file");
        bool isOwn = list.Status.Uid == 0 || list.Status.Uid == branch.Rights.Uid;
        string? problem = list.Problem ?? (isOwn ? null : $"has bad owner uid {list.Status.Uid}");
        passes = list.Passes;
        if (problem == null && _budget.Fits(list.Status.Size)) return list.File;
        if (problem != null) Warn($"file {path} {problem}");
        list.File?.Dispose();
        return null;
    }

    /// <summary>:include:/path: a list of destinations in a file of its own.</summary>
    private bool DeliverInclude(Branch branch, string path)
    {
        branch = branch.Deeper() with { ExpandedFrom = branch.Local };
        if (branch.Level > MaxLevel)
        {
            Warn($":include: nesting limit exceeded for {path}");
            return Report(branch, Outcome.Bounce("5.4.6", ":include: nesting limit exceeded"));
        }
        if (_done.Seen($"include {branch.Rights.Uid} {path}") || !_budget.TakeInclude()) return false;
        if (!path.StartsWith('/')) return Misconfigured(branch, $":include: file {path} is a relative path");
        OpenedList list = ListFile.Open(path, branch.Rights, _settings.DefaultRights);
        if (list.Passes)
        {
            Warn($":include: file {path} {list.Problem}");
            return Report(branch, Outcome.Defer("4.3.0", "cannot read an included file"));
        }
        if (list.File == null) return Misconfigured(branch, $":include: file {path} {list.Problem}");
        if (!TryIncludeRights(branch, list.Owner, out UserRights rights) || !_budget.Fits(list.Status.Size))
        {
            list.File.Dispose();
            if (_budget.Exceeded != null) return false;
            Warn($"{path}: cannot find :include: file owner username for uid {list.Owner}");
            return Report(branch, Outcome.Defer("4.3.5", "mail system configuration error"));
        }
        branch = branch with { Rights = rights, Source = ExpansionSource.Include, Owner = branch.Owner ?? branch.Address };
        if ((_settings.PropagateExtensions & ExpansionSource.Include) == 0) branch = branch with { Unmatched = null };
        return DeliverLines(branch, list.File, out _);
    }

    /// <summary>
    /// Root's alias that includes a user's file acts with that user's rights: else he would command the default account. What a user
    /// includes leaves the rights as they are: else he would act with the rights of whoever owns the file.
    /// </summary>
    private static bool TryIncludeRights(Branch branch, uint owner, out UserRights rights)
    {
        rights = branch.Rights;
        if (branch.Rights.Uid != 0 || owner == 0) return true;
        if (Accounts.Find(owner, out Account? account) != AccountStatus.Found) return false;
        rights = UserRights.Of(account!);
        return true;
    }

    private bool Misconfigured(Branch branch, string warning)
    {
        Warn(warning);
        return Report(branch, Outcome.Bounce("5.3.5", "mail system configuration error"));
    }

    /// <summary>Delivers to each line's destinations, up to the first that has to be tried again by itself. Closes the file.</summary>
    private bool DeliverLines(Branch branch, FileDescriptor file, out int count)
    {
        count = 0;
        bool retry = false;
        using DestinationLines lines = new(file, _settings.LineLengthLimit);
        while (!(retry && HasPassingTrouble) && lines.TryNext(out string line))
        {
            if (!_budget.TakeLine(lines.Length)) return retry;
            if (line.StartsWith('#')) continue;
            foreach (Destination destination in DestinationList.Parse(line))
            {
                count++;
                retry |= DeliverDestination(branch, destination);
            }
        }
        return lines.Error == 0 ? retry
            : Report(branch, Outcome.Defer("4.3.0", $"error reading forwarding file: {Errno.Text(lines.Error)}"));
    }
}

/// <summary>
/// Reads lines of a file, a longer one in pieces of the given length, each up to a NUL if it has one: no address does. Closes the
/// descriptor.
/// </summary>
internal sealed class DestinationLines(FileDescriptor file, int limit) : IDisposable
{
    private readonly byte[] _buffer = new byte[limit];
    private int _start, _end;

    /// <summary>Why reading failed; 0 when it did not.</summary>
    public int Error { get; private set; }

    /// <summary>Bytes that the last line took in the file.</summary>
    public int Length { get; private set; }

    public bool TryNext(out string line)
    {
        while (true)
        {
            int newline = _buffer.AsSpan(_start, _end - _start).IndexOf((byte)'\n');
            if (newline < 0 && (_start > 0 || _end < limit) && Fill()) continue;
            int length = newline >= 0 ? newline : _end - _start;
            int nul = _buffer.AsSpan(_start, length).IndexOf((byte)0);
            line = Encoding.UTF8.GetString(_buffer, _start, nul < 0 ? length : nul);
            Length = newline >= 0 ? length + 1 : length;
            _start += Length;
            return newline >= 0 || length > 0;
        }
    }

    /// <summary>Makes room and reads on; false at the end.</summary>
    private bool Fill()
    {
        _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
        _end -= _start;
        _start = 0;
        int n = Error != 0 || _end == limit ? 0 : FileIO.ReadRetry(file.Fd, _buffer.AsSpan(_end));
        if (n < 0) Error = Errno.Last;
        if (n <= 0) return false;
        _end += n;
        return true;
    }

    public void Dispose() => file.Dispose();
}
