using System.Text;
using Microsoft.Win32.SafeHandles;
using MtaSuite.Common.Config;
using MtaSuite.Common.Native;
using MtaSuite.Common.Tables.Text;

namespace MtaSuite.Common.Tables.Patterns;

/// <summary>A logical line, and where it stands: "FILE, line N".</summary>
internal readonly record struct SourceLine(string Where, string Text);

/// <summary>The text of a table of patterns: a file, or "{ {line}, {line} ... }".</summary>
internal static class PatternSource
{
    /// <summary>Largest file, in bytes.</summary>
    private const long MaxFileSize = 16 * 1024 * 1024;

    public static bool TryRead(string name, string title, TableOptions options, out List<SourceLine> lines, out FileStatus status,
        out string error)
    {
        lines = [];
        status = default;
        if (name.StartsWith('{')) return TryReadInline(name, title, lines, out error);
        int fd = FileIO.Open(name, FileIO.O_RDONLY | FileIO.O_CLOEXEC | FileIO.O_NONBLOCK, 0);
        if (fd < 0)
        {
            error = $"open {name}: {Errno.Text()}";
            return false;
        }
        using FileStream stream = new(new SafeFileHandle(fd, true), FileAccess.Read, 0);
        error = !FileStatus.TryGet(fd, out status) ? $"open {name}: {Errno.Text()}"
            : !status.IsRegular ? $"open {name}: not a regular file"
            : status.Size > MaxFileSize ? $"open {name}: larger than {MaxFileSize >> 20} MiB"
            : "";
        if (error.Length > 0) return false;
        Action<string> warn = options.Warn ?? (static _ => { });
        LogicalLineReader reader = new(stream, name, warn);
        while (reader.TryRead(out ReadOnlySpan<byte> line))
        {
            string where = $"{name}, line {reader.LineNumber}";
            if (TextCoding.Decode(LogicalLineReader.TrimEnd(line), options.Utf8) is { } text) lines.Add(new SourceLine(where, text));
            else warn($"{where}: non-UTF-8 input \"{Log.Printable.Text(line)}\" -- ignoring this line");
        }
        error = reader.Error ?? "";
        return reader.Error == null;
    }

    private static bool TryReadInline(string name, string title, List<SourceLine> lines, out string error)
    {
        error = $"{title}: bad syntax: \"{name}\"; need \"{{ {{rule}}, {{rule}} ... }}\"";
        if (!ConfigList.TryUnbrace(name, out string body)) return false;
        foreach (string item in ConfigList.Split(body))
        {
            if (!item.StartsWith('{') || !ConfigList.TryUnbrace(item, out string text)) return false;
            if (text.Length > 0 && text[0] != '#') lines.Add(new SourceLine($"{name}, line {lines.Count + 1}", text));
        }
        return true;
    }
}
