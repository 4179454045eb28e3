using System.Runtime.InteropServices;
using System.Text;

namespace MtaSuite.Common.Native;

/// <summary>
/// A connection with a directory server by OpenLDAP's library, which is looked for at run time, when the first one is opened. Calls block;
/// one thread at a time. Results are the protocol's codes (RFC 4511 4.1.9), negative where the library itself failed; <see cref="Text"/>
/// has the words.
/// </summary>
public sealed unsafe class LdapConnection : IDisposable
{
    public const int Success = 0, NoSuchObject = 32, InappropriateAuthentication = 48, InvalidCredentials = 49;
    /// <summary>A search found more than one entry; a code of ours, which the protocol does not have.</summary>
    public const int Ambiguous = 0x10000;
    private const int LocalError = -2, SizeLimitExceeded = 4;
    private const int OptReferrals = 0x08, OptVersion = 0x11, OptTimeout = 0x5002, OptNetworkTimeout = 0x5005, OptAuthorityFile = 0x6002,
        OptRequireCertificate = 0x6006,
        OptNewContext = 0x600F;

    [StructLayout(LayoutKind.Sequential)]
    private struct Time
    {
        public nint Seconds, Microseconds;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct Value
    {
        public nuint Length;
        public byte* Data;
    }

    private static readonly Lazy<nint> s_library = new(Load);
    private nint _handle;

    private LdapConnection(nint handle) => _handle = handle;

    // the newer soname first
    private static nint Load()
    {
        foreach (string name in (ReadOnlySpan<string>)["libldap.so.2", "libldap-2.5.so.0"])
            if (NativeLibrary.TryLoad(name, out nint found)) return found;
        return 0;
    }

    private static nint Function(string name) => NativeLibrary.GetExport(s_library.Value, name);

    /// <summary>The library is installed.</summary>
    public static bool IsInstalled => s_library.Value != 0;

    /// <summary>Prepares a connection; nothing is sent before the first request.</summary>
    /// <param name="servers">URLs, separated by spaces, tried in order.</param>
    /// <param name="authorityFile">Whom certificates must come from; empty: as the library's own configuration says.</param>
    /// <param name="verify">Servers must prove who they are.</param>
    public static LdapConnection? TryOpen(string servers, string authorityFile, bool verify, TimeSpan timeout, out string error)
    {
        error = "";
        nint handle = 0;
        if (!IsInstalled) error = "OpenLDAP's library is not installed (libldap)";
        else
        {
            int code;
            fixed (byte* text = Terminated(servers))
                code = ((delegate* unmanaged<nint*, byte*, int>)Function("ldap_initialize"))(&handle, text);
            if (code != Success) error = Text(code);
        }
        if (error.Length > 0) return null;
        LdapConnection connection = new(handle);
        if (connection.Configure(authorityFile, verify, timeout)) return connection;
        error = $"the library takes no such options{(authorityFile.Length > 0 ? $" or cannot read {authorityFile}" : "")}";
        connection.Dispose();
        return null;
    }

    private bool Configure(string authorityFile, bool verify, TimeSpan timeout)
    {
        int version = 3, demand = verify ? 2 : 0, client = 0;
        Time time = TimeOf(timeout);
        bool ok = Set(OptVersion, &version) && Set(OptReferrals, null) && Set(OptTimeout, &time) && Set(OptNetworkTimeout, &time)
            && Set(OptRequireCertificate, &demand);
        if (authorityFile.Length > 0)
            fixed (byte* file = Terminated(authorityFile)) ok = ok && Set(OptAuthorityFile, file);
        return ok && Set(OptNewContext, &client);
    }

    private bool Set(int option, void* value) =>
        ((delegate* unmanaged<nint, int, void*, int>)Function("ldap_set_option"))(_handle, option, value) == Success;

    /// <summary>Begins TLS on a connection without it (RFC 4511 4.14).</summary>
    public int StartTls() => ((delegate* unmanaged<nint, nint, nint, int>)Function("ldap_start_tls_s"))(_handle, 0, 0);

    /// <summary>
    /// Simple bind (RFC 4513 5.1): proves a name by its password. An empty password would prove nothing and succeed, so it is not sent.
    /// </summary>
    public int Bind(string name, string password)
    {
        if (name.Length > 0 && password.Length == 0) return InvalidCredentials;
        byte[] secret = Encoding.UTF8.GetBytes(password + "\0");
        fixed (byte* dn = Terminated(name), data = secret)
        {
            Value credentials = new() { Length = (nuint)(secret.Length - 1), Data = data };
            return ((delegate* unmanaged<nint, byte*, byte*, Value*, nint, nint, Value**, int>)Function("ldap_sasl_bind_s"))(_handle, dn,
                null, &credentials, 0, 0, null);
        }
    }

    /// <summary>
    /// Finds the one entry that matches a filter below a base, by name: <see cref="NoSuchObject"/> when there is none, <see
    /// cref="Ambiguous"/> for several.
    /// </summary>
    public int FindOne(string searchBase, string filter, TimeSpan timeout, out string name)
    {
        const int Subtree = 2;
        name = "";
        nint result = 0;
        Time time = TimeOf(timeout);
        int code;
        fixed (byte* root = Terminated(searchBase), text = Terminated(filter), noAttributes = "1.1\0"u8)
        {
            byte** attributes = stackalloc byte*[] { noAttributes, null };
            code = ((delegate* unmanaged<nint, byte*, int, byte*, byte**, int, nint, nint, Time*, int, nint*,
                int>)Function("ldap_search_ext_s"))(
                _handle, root, Subtree, text, attributes, 0, 0, 0, &time, 2, &result);
        }
        if (code is Success or SizeLimitExceeded)
        {
            int count = ((delegate* unmanaged<nint, nint, int>)Function("ldap_count_entries"))(_handle, result);
            code = count == 0 ? NoSuchObject : count > 1 || code == SizeLimitExceeded ? Ambiguous : TakeName(result, out name);
        }
        if (result != 0) _ = ((delegate* unmanaged<nint, int>)Function("ldap_msgfree"))(result);
        return code;
    }

    private int TakeName(nint result, out string name)
    {
        nint entry = ((delegate* unmanaged<nint, nint, nint>)Function("ldap_first_entry"))(_handle, result);
        nint dn = entry == 0 ? 0 : ((delegate* unmanaged<nint, nint, nint>)Function("ldap_get_dn"))(_handle, entry);
        name = Marshal.PtrToStringUTF8(dn) ?? "";
        if (dn != 0) ((delegate* unmanaged<nint, void>)Function("ldap_memfree"))(dn);
        return name.Length > 0 ? Success : LocalError;
    }

    /// <summary>A code in words.</summary>
    public static string Text(int code) => code == Ambiguous ? "more than one entry"
        : Marshal.PtrToStringUTF8(((delegate* unmanaged<int, nint>)Function("ldap_err2string"))(code)) ?? $"error {code}";

    private static Time TimeOf(TimeSpan time) => new() { Seconds = (nint)time.TotalSeconds, Microseconds = time.Milliseconds * 1000 };

    private static byte[] Terminated(string text) => Encoding.UTF8.GetBytes(text + "\0");

    public void Dispose()
    {
        if (_handle != 0) _ = ((delegate* unmanaged<nint, nint, nint, int>)Function("ldap_unbind_ext_s"))(_handle, 0, 0);
        _handle = 0;
    }
}
