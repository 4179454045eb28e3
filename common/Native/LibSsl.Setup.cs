using System.Runtime.InteropServices;

namespace MtaSuite.Common.Native;

/// <summary>With which configuration file of its own the library is set up.</summary>
public static unsafe partial class LibSsl
{
    private const string DefaultFile = "default", NoFile = "none";
    // OPENSSL_INIT_NO_LOAD_CONFIG; CONF_MFLAGS_IGNORE_RETURN_CODES, _SILENT, _IGNORE_MISSING_FILE, _DEFAULT_SECTION
    private const ulong InitNoConfig = 0x80;
    private const uint Lenient = 0x2 | 0x4 | 0x10 | 0x20;

    private static string s_file = DefaultFile, s_section = "";

    [LibraryImport(Crypto, EntryPoint = "OPENSSL_INIT_new")]
    private static partial nint SetupNew();

    [LibraryImport(Crypto, EntryPoint = "OPENSSL_INIT_free")]
    private static partial void SetupFree(nint setup);

    [LibraryImport(Crypto, EntryPoint = "OPENSSL_INIT_set_config_filename", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetupFile(nint setup, string file);

    [LibraryImport(Crypto, EntryPoint = "OPENSSL_INIT_set_config_appname", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetupSection(nint setup, string name);

    [LibraryImport(Crypto, EntryPoint = "OPENSSL_INIT_set_config_file_flags")]
    private static partial void SetupFlags(nint setup, nuint flags);

    /// <summary>How <see cref="TryLoad"/> is to set the library up. Once it was loaded it stays as it is.</summary>
    /// <param name="file">"default": the system's file, as far as it can be used; "none": none; else a path: one that cannot be used is an
    /// error.</param>
    /// <param name="section">The name under which the file's settings are looked up; empty: the library's own.</param>
    public static void Choose(string file, string section)
    {
        lock (Gate) (s_file, s_section) = (file, section);
    }

    private static string? LoadAs()
    {
        bool named = s_file is not (DefaultFile or NoFile);
        if (named && !s_file.StartsWith('/')) return $"tls_config_file: {s_file} is no absolute path";
        nint setup = SetupNew();
        if (setup == 0) return TakeError();
        SetupFlags(setup, s_file == DefaultFile ? Lenient : 0);
        if (named) _ = SetupFile(setup, s_file);
        if (s_section.Length > 0) _ = SetupSection(setup, s_section);
        bool ok = InitSsl(s_file == NoFile ? InitNoConfig : 0, setup) == 1;
        SetupFree(setup);
        return ok ? null : $"OpenSSL settings {(s_section.Length > 0 ? s_section : "openssl_conf")} of {s_file}: {TakeError()}";
    }
}
