using MtaSuite.Common.Config;
using MtaSuite.Common.Native;
using Microsoft.Win32.SafeHandles;

namespace MtaSuite.Common.Tables;

/// <summary>
/// Values that name files (postmap -F, tls_server_sni_maps): the value of an entry is the content of the files, a newline between two of
/// them, in base64.
/// Indexed tables hold it as such; tables that are kept in memory read the files when their text is read.
/// </summary>
public static class FileValues
{
    /// <summary>Largest file, in bytes: keys and certificates are far smaller.</summary>
    private const long MaxFileSize = 16 * 1024 * 1024;

    /// <summary>Reads the files of a list; false with the reason when there is none or one cannot be read.</summary>
    public static bool TryRead(string paths, out string base64, out string error)
    {
        base64 = "";
        List<string> files = ConfigList.Split(paths);
        error = files.Count == 0 ? "empty pathname list" : "";
        using MemoryStream content = new();
        foreach (string path in files)
        {
            if (content.Length > 0) content.WriteByte((byte)'\n');
            if (!TryAppend(path, content, out error)) return false;
        }
        if (error.Length > 0) return false;
        base64 = Convert.ToBase64String(content.GetBuffer(), 0, (int)content.Length);
        return true;
    }

    private static bool TryAppend(string path, MemoryStream content, out string error)
    {
        error = "";
        int fd = FileIO.Open(path, FileIO.O_RDONLY | FileIO.O_CLOEXEC, 0);
        if (fd < 0)
        {
            error = $"open {path}: {Errno.Text()}";
            return false;
        }
        using FileStream stream = new(new SafeFileHandle(fd, true), FileAccess.Read, 0);
        byte[] buffer = new byte[16 * 1024];
        try
        {
            for (int read; error.Length == 0 && (read = stream.Read(buffer)) > 0; content.Write(buffer, 0, read))
                if (content.Length > MaxFileSize) error = $"open {path}: larger than {MaxFileSize >> 20} MiB";
        }
        catch (IOException trouble) { error = $"read {path}: {trouble.Message}"; }
        catch (UnauthorizedAccessException trouble) { error = $"read {path}: {trouble.Message}"; }
        return error.Length == 0;
    }
}
