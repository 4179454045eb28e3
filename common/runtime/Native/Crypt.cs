using System.Runtime.InteropServices;

namespace MtaSuite.Common.Native;

/// <summary>crypt(3).</summary>
public static unsafe partial class Crypt
{
    // crypt(3): the size of struct crypt_data in libxcrypt, which is in its ABI
    private const int CryptDataSize = 32768;
    private const string CryptLib = "libcrypt.so.1";

    [LibraryImport(CryptLib, EntryPoint = "crypt_rn", StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint CryptRn(string phrase, string setting, byte* data, int size);

    /// <summary>
    /// crypt(3) with a hash as the setting, e.g. "$6$salt$...": the hash of this password. Null when the library is not there or does not
    /// know the form. Takes as long as the form demands: not on an event loop. Safe on several threads.
    /// </summary>
    public static string? Hash(string password, string setting)
    {
        if (password.Contains('\0') || setting.Contains('\0')) return null;
        byte[] data = new byte[CryptDataSize];
        try
        {
            fixed (byte* p = data)
            {
                nint result = CryptRn(password, setting, p, CryptDataSize);
                return result == 0 ? null : Marshal.PtrToStringUTF8(result);
            }
        }
        catch (DllNotFoundException) { return null; }
        catch (EntryPointNotFoundException) { return null; }
        finally { Array.Clear(data); }
    }
}
