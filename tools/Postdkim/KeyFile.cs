using System.Text;
using MtaSuite.Common.Authentication.Dkim;
using MtaSuite.Common.Hosting;
using MtaSuite.Common.Native;
using MtaSuite.Tools.Shared;

namespace MtaSuite.Tools.Postdkim;

/// <summary>A new private key in a file of its own, and the record that goes with it.</summary>
internal static class KeyFile
{
    /// <summary>Bytes in one string of a TXT record (RFC 1035 3.3.14).</summary>
    private const int MaxString = 255;

    public static DkimPrivateKey Make(string? algorithm, string? bits) => algorithm == "ed25519" ? DkimPrivateKey.GenerateEd25519()
        : DkimPrivateKey.GenerateRsa(bits == null ? PostdkimSyntax.DefaultBits : int.Parse(bits, null));

    /// <summary>Writes a key with mode 0600 into a file that is not there yet; the exit status, 0: done.</summary>
    public static int Write(string path, DkimPrivateKey key)
    {
        // no umask takes away what the owner needs, and nobody else ever sees the file
        using FileDescriptor? file = FileDescriptor.TryOpen(path, FileIO.O_WRONLY | FileIO.O_CREAT | FileIO.O_EXCL, FileModes.PrivateFile);
        if (file == null)
            return Tool.Fatal(ExitCode.CannotCreate, Errno.Last == Errno.EEXIST ? $"{path} exists; a key is never overwritten"
                : $"create {path}: {Errno.Text()}");
        byte[] bytes = Encoding.ASCII.GetBytes(key.ToPem());
        try
        {
            using FileStream stream = new(new Microsoft.Win32.SafeHandles.SafeFileHandle(file.Release(), ownsHandle: true),
                FileAccess.Write);
            stream.Write(bytes);
            stream.Flush(flushToDisk: true);
            return 0;
        }
        catch (IOException e)
        {
            return Tool.Fatal(ExitCode.IoError, $"write {path}: {e.Message}");
        }
    }

    public static string Describe(DkimPrivateKey key) => key.Algorithm.StartsWith("rsa", StringComparison.Ordinal) ? $"RSA, {key.Bits} bits"
        : "Ed25519";

    /// <summary>The record in the form of a zone file: "name. IN TXT ( "..." "..." )".</summary>
    public static string ZoneText(string name, string record)
    {
        List<string> strings = [];
        for (int at = 0; at < record.Length; at += MaxString)
            strings.Add($"\"{record.Substring(at, Math.Min(MaxString, record.Length - at))}\"");
        return strings.Count == 1 ? $"{name}. IN TXT {strings[0]}" : $"{name}. IN TXT ( {string.Join("\n    ", strings)} )";
    }

    /// <summary>What is printed of a new key.</summary>
    public static string Report(string path, DkimPrivateKey key, string name) => $"""
        The private key is in {path} ({Describe(key)}, mode 0600).

        The DNS record (TXT), name and value on one line:
        {name} {key.RecordText}

        The same for a zone file, in strings of at most {MaxString} bytes:
        {ZoneText(name, key.RecordText)}

        """;

    public static JsonLine Json(string path, DkimPrivateKey key, string selector, string domain)
    {
        string name = DnsDkimKeys.NameOf(selector, domain);
        return new JsonLine().Text("domain", domain).Text("selector", selector).Text("algorithm", key.Algorithm).Number("bits", key.Bits)
            .Text("file", path).Text("name", name).Text("record", key.RecordText).Text("zone", ZoneText(name, key.RecordText));
    }
}
