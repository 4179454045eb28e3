using System.Diagnostics;
using System.Globalization;
using System.Text;
using MtaSuite.Common.Native;

namespace MtaSuite.Common.Hosting;

/// <summary>
/// The result of a reload, left by master for the process that requested it, in a file that only master's user can write. A result counts
/// as the answer to a request when its reload began after the request.
/// <code>
/// file = started SP status LF [ reason LF ]
/// </code>
/// </summary>
/// <param name="Started">When it began, in ticks of the system's monotonic clock: before any file was read.</param>
/// <param name="Status">0 done, 78 the configuration is refused, 1 something else (a socket).</param>
/// <param name="Reason">Lines for people; empty when it was done.</param>
public sealed record ReloadResult(long Started, int Status, string Reason)
{
    public const string FileName = "master.reload";
    private const uint Mode = FileModes.PublicFile;

    public static long Now => Stopwatch.GetTimestamp();

    /// <summary>False with errno set.</summary>
    public bool TryWrite(Folder folder) =>
        folder.TryReplace(FileName,
            Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{Started} {Status}\n{Reason}")), Mode);

    /// <summary>The last result; null: there is none.</summary>
    public static ReloadResult? TryRead(string folder)
    {
        if (!Config.ConfigFile.TryRead($"{folder}/{FileName}", out string text, out _)) return null;
        int line = text.IndexOf('\n');
        string[] head = line < 0 ? [] : text[..line].Split(' ');
        return head.Length == 2 && long.TryParse(head[0], NumberStyles.None, CultureInfo.InvariantCulture, out long started)
            && int.TryParse(head[1], NumberStyles.None, CultureInfo.InvariantCulture, out int status)
                ? new ReloadResult(started, status, text[(line + 1)..]) : null;
    }
}
