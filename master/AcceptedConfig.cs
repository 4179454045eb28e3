using MtaSuite.Common.Config;
using MtaSuite.Common.Config.Params;
using MtaSuite.Common.Hosting;
using MtaSuite.Common.Log;
using MtaSuite.Common.Native;

namespace MtaSuite.Master;

/// <summary>
/// A configuration as a whole: its files, what they say, and the descriptor from which daemons read them. One is in force; a reload makes
/// another, which takes its place or is dropped. Owns the descriptor.
/// </summary>
internal sealed class AcceptedConfig : IDisposable
{
    private const string CopyFolder = "accepted";
    private const uint FolderMode = 0x1ED, FileMode = 0x1A4; // 0755, 0644

    private AcceptedConfig(ConfigSnapshot files, MailConfig main, List<ServiceEntry> services, int fd) =>
        (Files, Main, Services, Fd) = (files, main, services, fd);

    public ConfigSnapshot Files { get; }

    public MailConfig Main { get; }

    public List<ServiceEntry> Services { get; }

    /// <summary>The files for daemons, sealed.</summary>
    public int Fd { get; }

    /// <summary>Null with the reason when main.cf or master.cf is wrong by itself.</summary>
    public static AcceptedConfig? TryMake(string directory, ConfigSnapshot files, out string error)
    {
        ConfigResult main = MailConfig.Load(directory, null, "", "master", files: files);
        List<ConfigProblem> problems = [.. main.Problems];
        List<ServiceEntry> services = MasterCf.Load(directory, problems, files);
        error = problems.Find(p => p.Severity == Severity.Error)?.ToString() ?? "";
        if (error.Length > 0) return null;
        int fd = AcceptedFiles.Write(files);
        if (fd < 0) error = $"keep the configuration in memory: {Libc.ErrorText()}";
        return fd < 0 ? null : new AcceptedConfig(files, main.Config, services, fd);
    }

    /// <summary>
    /// Leaves a copy in data_directory/accepted for people to look at. It is never read: data_directory belongs to mail_owner, and a
    /// daemon of root's that read its configuration there would do what mail_owner says.
    /// </summary>
    public void LeaveCopy()
    {
        string data = Main.Get(CommonParams.DataDirectory);
        using FolderHandle? parent = FolderHandle.TryOpen(data, follow: true);
        int error = parent == null ? Libc.Errno : parent.MakeFolder(CopyFolder, FolderMode);
        using FolderHandle? folder = error is 0 or Libc.EEXIST ? parent!.TryOpenFolder(CopyFolder) : null;
        if (folder != null) error = 0;
        else if (error is 0 or Libc.EEXIST) error = Libc.Errno;
        if (folder != null)
            foreach (string name in (string[])[MainCf.FileName, MasterCf.FileName])
                foreach ((string path, ReadOnlyMemory<byte> contents) in Files.Files.Where(f => Path.GetFileName(f.Path) == name))
                    error = Math.Max(error, folder.Replace(name, contents.Span, ModeOf(path)));
        if (error != 0) Log.Warning($"no copy of the accepted configuration is left in {data}/{CopyFolder}: {Libc.ErrorText(error)}");
    }

    /// <summary>A user who may not read a file may not read its copy.</summary>
    private static uint ModeOf(string path) =>
        Libc.TryStat(path, out Libc.FileStatus status) ? status.Permissions & FileMode : FileMode & 0x180;

    public void Dispose() => _ = Libc.Close(Fd);
}
