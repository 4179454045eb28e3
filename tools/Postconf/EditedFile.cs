using System.Text;
using MtaSuite.Common.Native;

namespace MtaSuite.Tools.Postconf;

/// <summary>
/// A configuration file that is replaced as a whole: the new text goes to <c>FILE.tmp</c>, which is locked, synced and renamed, so that
/// readers see the old file or the new one, and two editors wait for each other. Owner and mode stay. Text is held as bytes in Latin-1, so
/// that whatever stands in the file survives.
/// </summary>
internal sealed class EditedFile : IDisposable
{
    private const uint PrivateMode = FileModes.PrivateFile; // until the text is complete
    private const uint PublicMode = FileModes.PublicFile;

    private readonly string path;
    private readonly string temporary;
    private FileDescriptor? file;

    public EditedFile(string path)
    {
        this.path = path;
        temporary = path + ".tmp";
        OpenLocked();
        if (TryRead(path, out byte[] bytes))
        {
            Lines = Split(Encoding.Latin1.GetString(bytes));
            return;
        }
        string reason = Errno.Text();
        _ = Paths.Unlink(temporary);
        Dispose();
        throw new PostconfFatalException($"open {path} for reading: {reason}");
    }

    /// <summary>Reads a file without the lock that .NET may take, which another editor's lock would refuse.</summary>
    private static bool TryRead(string path, out byte[] bytes)
    {
        bytes = [];
        using FileDescriptor? source = FileDescriptor.TryOpen(path, FileIO.O_RDONLY);
        if (source == null) return false;
        using var all = new MemoryStream();
        byte[] buffer = new byte[16384];
        int count;
        while ((count = FileIO.ReadRetry(source.Fd, buffer)) > 0) all.Write(buffer, 0, count);
        bytes = all.ToArray();
        return count == 0;
    }

    /// <summary>The physical lines, each with its line feed, the last one too.</summary>
    public List<string> Lines { get; }

    /// <summary>The new text.</summary>
    public StringBuilder Result { get; } = new();

    /// <summary>Turns an argument of the command line into the form of the file's text.</summary>
    public static string ToFileText(string argument) => Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(argument));

    /// <summary>Turns text of the file into a form for messages.</summary>
    public static string ToMessage(string text) => Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(text));

    /// <summary>Waits for the lock, and opens again where the file was renamed away meanwhile.</summary>
    private void OpenLocked()
    {
        while (true)
        {
            file = FileDescriptor.TryOpen(temporary, FileIO.O_WRONLY | FileIO.O_CREAT | FileIO.O_NOFOLLOW, PrivateMode);
            if (file == null) throw new PostconfFatalException($"open {temporary}: {Errno.Text()}");
            if (FileLocks.Flock(file.Fd, FileLocks.LOCK_EX) < 0) throw new PostconfFatalException($"lock {temporary}: {Errno.Text()}");
            if (FileStatus.TryGet(file.Fd, out FileStatus mine) && FileStatus.TryGet(temporary, out FileStatus current)
                && mine.Inode == current.Inode) return;
            file.Dispose();
        }
    }

    /// <summary>Writes the new text and puts it in the file's place.</summary>
    public void Replace()
    {
        // where the owner cannot be kept, a mode made for that owner would lock readers out
        bool keep = FileStatus.TryGet(path, out FileStatus old) && FileIO.FChOwn(file!.Fd, old.Uid, old.Gid) == 0;
        bool ok = FileIO.FTruncate(file!.Fd, 0) == 0
            && FileIO.WriteAll(file.Fd, Encoding.Latin1.GetBytes(Result.ToString()))
            && FileIO.FChMod(file.Fd, keep ? old.Permissions : PublicMode) == 0
            && FileIO.Fsync(file.Fd) == 0
            && Paths.Rename(temporary, path) == 0;
        if (ok) return;
        string reason = Errno.Text();
        _ = Paths.Unlink(temporary);
        throw new PostconfFatalException($"close {temporary}: {reason}");
    }

    public void Dispose()
    {
        file?.Dispose();
        file = null;
    }

    private static List<string> Split(string text)
    {
        var lines = new List<string>();
        for (int at = 0; at < text.Length;)
        {
            int end = text.IndexOf('\n', at);
            lines.Add(end < 0 ? text[at..] + "\n" : text[at..(end + 1)]);
            at = end < 0 ? text.Length : end + 1;
        }
        return lines;
    }

    /// <summary>A comment, or a line of white space alone.</summary>
    public static bool IsEmpty(string line) =>
        line.AsSpan().TrimStart(Common.Config.LogicalLines.Space) is var rest && (rest.IsEmpty || rest[0] == '#');

    /// <summary>A line that begins with white space and goes on with the one before it.</summary>
    public static bool IsContinuation(string line) => Common.Config.LogicalLines.Space.Contains(line[0]);
}
