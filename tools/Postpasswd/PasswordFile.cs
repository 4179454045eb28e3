using System.Text;
using MtaSuite.Common.Config;
using MtaSuite.Common.Native;

namespace MtaSuite.Tools.Postpasswd;

/// <summary>
/// A file of logins, "login verifier" a line, comments and blank lines kept as they are. It is replaced as a whole, so that a daemon sees
/// the old or the new one; one writer at a time, by a lock on its folder. Readable by its owner and mail_owner's group alone.
/// </summary>
internal sealed class PasswordFile(string path)
{
    private const uint Mode = FileModes.GroupReadableFile;

    /// <summary>Sets (or with null removes) a login's verifiers; what failed, or null.</summary>
    /// <param name="group">Who may read the file beside its owner; null: as it is.</param>
    /// <param name="found">The login was there before.</param>
    public string? Set(string login, string? verifiers, uint? group, out bool found)
    {
        found = false;
        string folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        using Folder? directory = Folder.TryOpen(folder, follow: true);
        if (directory == null) return $"open {folder}: {Errno.Text()}";
        if (FileLocks.Flock(directory.Fd, FileLocks.LOCK_EX) != 0) return $"lock {folder}: {Errno.Text()}";
        string old = "";
        if (File.Exists(path) && !ConfigFile.TryRead(path, out old, out string reason)) return $"open {path}: {reason}";
        string text = Edit(old, login, verifiers, out found);
        return verifiers is null && !found ? null : Replace(directory, text, group);
    }

    internal static string Edit(string old, string login, string? verifiers, out bool found)
    {
        StringBuilder text = new(old.Length + 200);
        found = false;
        bool skipping = false;
        foreach (string line in old.Split('\n', StringSplitOptions.None))
        {
            // a line that begins with white space belongs to the one before
            bool continues = line.Length > 0 && line[0] is ' ' or '\t' && line.AsSpan().ContainsAnyExcept(" \t");
            if (!continues) skipping = line.Split([' ', '\t'], 2)[0].Equals(login, StringComparison.OrdinalIgnoreCase);
            if (!skipping) text.Append(line).Append('\n');
            else if (!found && verifiers is not null) text.Append(login).Append('\t').Append(verifiers).Append('\n');
            found |= skipping;
        }
        // the split leaves one empty line behind the last line end
        if (text.Length > 0 && (old.Length == 0 || old.EndsWith('\n'))) text.Length--;
        if (!found && verifiers is not null) text.Append(login).Append('\t').Append(verifiers).Append('\n');
        return text.ToString();
    }

    private string? Replace(Folder directory, string text, uint? group)
    {
        string temporary = $"{path}.new.{Environment.ProcessId}";
        const int flags = FileIO.O_WRONLY | FileIO.O_CREAT | FileIO.O_EXCL | FileIO.O_NOFOLLOW;
        using FileDescriptor? file = FileDescriptor.TryOpen(temporary, flags, FileModes.PrivateFile);
        if (file == null) return $"create {temporary}: {Errno.Text()}";
        string? error = null;
        bool known = FileStatus.TryGet(path, out FileStatus before);
        if (!FileIO.WriteAll(file.Fd, Encoding.UTF8.GetBytes(text))) error = $"write {temporary}: {Errno.Text()}";
        else if (Credentials.GetEUid() == 0 && FileIO.FChOwn(file.Fd, known ? before.Uid : 0, known ? before.Gid : group ?? 0) != 0)
            error = $"chown {temporary}: {Errno.Text()}";
        else if (FileIO.FChMod(file.Fd, known ? before.Permissions & Mode : Mode) != 0) error = $"chmod {temporary}: {Errno.Text()}";
        else if (FileIO.Fsync(file.Fd) != 0) error = $"fsync {temporary}: {Errno.Text()}";
        if (error is null && Paths.Rename(temporary, path) != 0) error = $"rename {temporary}: {Errno.Text()}";
        if (error is not null) _ = Paths.Unlink(temporary);
        else _ = directory.TrySync();
        return error;
    }
}
