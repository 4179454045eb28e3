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
    private const uint FolderMode = FileModes.PublicFolder, FileMode = FileModes.PublicFile;

    private AcceptedConfig(ConfigSnapshot files, MailConfig main, List<ServiceEntry> services, FileDescriptor copy) =>
        (Files, Main, Services, _copy) = (files, main, services, copy);

    private readonly FileDescriptor _copy;

    public ConfigSnapshot Files { get; }

    public MailConfig Main { get; }

    public List<ServiceEntry> Services { get; }

    /// <summary>The files for daemons, sealed.</summary>
    public int Fd => _copy.Fd;

    /// <summary>Null with the reason when main.cf or master.cf is wrong by itself.</summary>
    public static AcceptedConfig? TryMake(string directory, ConfigSnapshot files, out string error)
    {
        ConfigResult main = MailConfig.Load(directory, null, "", "master", files: files);
        List<ConfigProblem> problems = [.. main.Problems];
        List<ServiceEntry> services = MasterCf.Load(directory, problems, files);
        error = problems.Find(p => p.Severity == Severity.Error)?.ToString() ?? "";
        if (error.Length > 0) return null;
        FileDescriptor? copy = AcceptedFiles.TryWrite(files);
        if (copy == null) error = $"keep the configuration in memory: {Errno.Text()}";
        return copy == null ? null : new AcceptedConfig(files, main.Config, services, copy);
    }

    /// <summary>
    /// Leaves a copy in data_directory/accepted for people to look at. It is never read: data_directory belongs to mail_owner, and a
    /// daemon of root's that read its configuration there would do what mail_owner says.
    /// </summary>
    public void LeaveCopy()
    {
        string data = Main.Get(CommonParams.DataDirectory);
        using Folder? parent = Folder.TryOpen(data, follow: true);
        bool isMade = parent != null && (parent.TryMakeFolder(CopyFolder, FolderMode) || Errno.Last == Errno.EEXIST);
        using Folder? folder = isMade ? parent!.TryOpenFolder(CopyFolder) : null;
        int error = folder == null ? Errno.Last : 0;
        if (folder != null)
            foreach (string name in (string[])[MainCf.FileName, MasterCf.FileName])
                foreach ((string path, ReadOnlyMemory<byte> contents) in Files.Files.Where(f => Path.GetFileName(f.Path) == name))
                    if (!folder.TryReplace(name, contents.Span, ModeOf(path))) error = Errno.Last;
        if (error != 0) Log.Warning($"no copy of the accepted configuration is left in {data}/{CopyFolder}: {Errno.Text(error)}");
    }

    /// <summary>A user who may not read a file may not read its copy.</summary>
    private static uint ModeOf(string path) =>
        FileStatus.TryGet(path, out FileStatus status) ? status.Permissions & FileMode : FileModes.PrivateFile;

    public void Dispose() => _copy.Dispose();
}
