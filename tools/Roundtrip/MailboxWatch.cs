using System.Text;
using MimeKit;

namespace MtaSuite.Tools.Roundtrip;

/// <summary>A place where the message is to arrive.</summary>
internal interface IArrivals : IDisposable
{
    /// <summary>Prepares; called before the message is sent. What went wrong, or null.</summary>
    Failure? Open();

    /// <summary>The header of the message once it is there; null: not yet.</summary>
    Failure? Look(string messageId, out HeaderList? header);

    /// <summary>Removes the message that was found.</summary>
    Failure? Remove();
}

/// <summary>A mailbox in the file system: what comes after <see cref="Open"/> is looked at, what was there before is not.</summary>
internal sealed class MailboxWatch(string path) : IArrivals
{
    private const int MaxHeader = 256 * 1024;
    private readonly HashSet<string> _known = [];
    private long _length;
    private string _found = "";

    public static bool IsMaildir(string path) => path.EndsWith('/') || Directory.Exists(path);

    public Failure? Open() => Try(() =>
    {
        if (IsMaildir(path)) foreach (string file in Files()) _known.Add(Path.GetFileName(file));
        else _length = File.Exists(path) ? new FileInfo(path).Length : 0;
    });

    public Failure? Look(string messageId, out HeaderList? header)
    {
        HeaderList? found = null;
        Failure? failure = Try(() => found = IsMaildir(path) ? LookInFolder(messageId) : LookInFile(messageId));
        header = found;
        return failure;
    }

    public Failure? Remove() => Try(() => File.Delete(_found));

    public void Dispose() { }

    private IEnumerable<string> Files() => new[] { "new", "cur" }.Select(f => Path.Combine(path, f))
        .Where(Directory.Exists).SelectMany(Directory.EnumerateFiles);

    private HeaderList? LookInFolder(string messageId)
    {
        foreach (string file in Files())
        {
            // "cur" has the same name with flags behind it
            if (!_known.Add(Path.GetFileName(file))) continue;
            using FileStream stream = new(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            if (FindHeader(Start(stream, MaxHeader), messageId) is not { } header) continue;
            _found = file;
            return header;
        }
        return null;
    }

    private HeaderList? LookInFile(string messageId)
    {
        if (!File.Exists(path)) return null;
        using FileStream stream = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        // a shorter file is another one: its owner has read his mail
        if (stream.Length < _length) _length = 0;
        stream.Position = _length;
        return FindHeader(Start(stream, (int)Math.Min(stream.Length - _length, int.MaxValue / 2)), messageId);
    }

    private static byte[] Start(FileStream stream, int limit)
    {
        byte[] bytes = new byte[(int)Math.Min(limit, stream.Length - stream.Position)];
        return bytes[..stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false)];
    }

    /// <summary>The complete header with this Message-ID among messages that follow each other; null: there is none, or it is still
    /// being written.</summary>
    internal static HeaderList? FindHeader(ReadOnlySpan<byte> text, string messageId)
    {
        byte[] id = Encoding.ASCII.GetBytes($"<{messageId}>");
        for (int from = 0; ;)
        {
            int at = text[from..].IndexOf(id) + from;
            if (at < from) return null;
            int end = text[at..].IndexOf("\n\n"u8), start = text[..at].LastIndexOf("\nFrom "u8) + 1;
            if (end < 0) return null;
            // a message may also speak of it, as a notice does
            if (Parse(text[start..(at + end + 2)]) is { } fields
                && fields[HeaderId.MessageId]?.Contains(messageId, StringComparison.Ordinal) == true) return fields;
            from = at + 1;
        }
    }

    private static HeaderList? Parse(ReadOnlySpan<byte> header)
    {
        // the separator of mbox is no field
        if (header.StartsWith("From "u8)) header = header[(header.IndexOf((byte)'\n') + 1)..];
        try { return HeaderList.Load(new MemoryStream(header.ToArray())); }
        catch (FormatException) { return null; } // no header
    }

    private Failure? Try(Action action)
    {
        try
        {
            action();
            return null;
        }
        catch (FileNotFoundException) { return null; } // renamed meanwhile: seen the next time
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new Failure(Failure.NoInput,
            $"mailbox {path}: {e.Message}");
        }
    }
}
