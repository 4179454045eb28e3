using System.Runtime.InteropServices;
using System.Text;

namespace MtaSuite.Common.Native;

/// <summary>
/// OpenSSL 3, bound by soname and looked for at run time: <see cref="TryLoad"/> comes before everything else. The types of this folder
/// whose names begin with Ssl are its parts. Handles are the library's; pointers stay in this folder. No call throws for what a peer does:
/// a failure is a result, and its text is <see cref="SslErrors.Take"/>.
/// </summary>
public static unsafe partial class OpenSsl
{
    internal const string Ssl = "libssl.so.3";
    internal const string Crypto = "libcrypto.so.3";
    private const string DefaultFile = "default", NoFile = "none";
    // OPENSSL_INIT_NO_LOAD_CONFIG; CONF_MFLAGS_IGNORE_RETURN_CODES, _SILENT, _IGNORE_MISSING_FILE, _DEFAULT_SECTION
    private const ulong InitNoConfig = 0x80;
    private const uint Lenient = 0x2 | 0x4 | 0x10 | 0x20;

    private static readonly Lock Gate = new();
    private static bool s_loaded;
    private static string? s_problem;
    private static string s_file = DefaultFile, s_section = "";

    [LibraryImport(Ssl, EntryPoint = "OPENSSL_init_ssl")]
    private static partial int InitSsl(ulong options, nint settings);

    [LibraryImport(Crypto, EntryPoint = "OPENSSL_version_major")]
    private static partial uint VersionMajor();

    [LibraryImport(Crypto, EntryPoint = "OPENSSL_version_minor")]
    private static partial uint VersionMinor();

    [LibraryImport(Crypto, EntryPoint = "OBJ_nid2sn")]
    internal static partial nint ShortName(int nid);

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

    /// <summary>Loads the library, once. False, with the reason, where it is not installed or not version 3.</summary>
    public static bool TryLoad(out string error)
    {
        lock (Gate)
        {
            if (!s_loaded) s_problem = Load();
            s_loaded = true;
            error = s_problem ?? "";
            return s_problem == null;
        }
    }

    private static string? Load()
    {
        try
        {
            if (VersionMajor() != 3) return $"OpenSSL 3 is needed, found {Version()}";
            if (s_file != DefaultFile || s_section.Length > 0) return LoadAs();
            return InitSsl(0, 0) == 1 ? null : SslErrors.Take();
        }
        catch (DllNotFoundException) { return $"OpenSSL 3 is not installed ({Ssl}, {Crypto})"; }
        catch (EntryPointNotFoundException e) { return e.Message; }
    }

    [LibraryImport(Crypto, EntryPoint = "OpenSSL_version")]
    private static partial nint VersionText(int type);

    /// <summary>The version of the library in use, as <c>openssl version</c> prints it; empty where there is none.</summary>
    public static string Version()
    {
        try { return Text(VersionText(0)); }
        catch (DllNotFoundException) { return ""; }
        catch (EntryPointNotFoundException) { return ""; }
    }

    /// <summary>The minor version of the library in use.</summary>
    public static int MinorVersion => (int)VersionMinor();

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
        if (setup == 0) return SslErrors.Take();
        SetupFlags(setup, s_file == DefaultFile ? Lenient : 0);
        if (named) _ = SetupFile(setup, s_file);
        if (s_section.Length > 0) _ = SetupSection(setup, s_section);
        bool ok = InitSsl(s_file == NoFile ? InitNoConfig : 0, setup) == 1;
        SetupFree(setup);
        return ok ? null : $"OpenSSL settings {(s_section.Length > 0 ? s_section : "openssl_conf")} of {s_file}: {SslErrors.Take()}";
    }

    internal static string Text(byte* text) => text == null ? "" : Marshal.PtrToStringUTF8((nint)text) ?? "";

    internal static string Text(nint text) => Text((byte*)text);

    internal static byte[] Terminated(string text) => Encoding.UTF8.GetBytes(text + "\0");
}
