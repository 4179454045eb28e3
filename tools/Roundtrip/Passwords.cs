namespace MtaSuite.Tools.Roundtrip;

/// <summary>Passwords from files, each file read once: standard input can serve two logins.</summary>
internal static class Passwords
{
    private static readonly Dictionary<string, string> s_read = [];

    /// <summary>The first line of a file; "-" is standard input.</summary>
    public static bool TryRead(string file, out string password, out string problem)
    {
        problem = "";
        if (s_read.TryGetValue(file, out password!)) return true;
        try
        {
            password = (file == "-" ? Console.In.ReadLine() : File.ReadLines(file).FirstOrDefault()) ?? "";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            (password, problem) = ("", $"password file {file}: {e.Message}");
            return false;
        }
        problem = password.Length == 0 ? $"password file {file}: the first line is empty" : "";
        if (password.Length > 0) s_read[file] = password;
        return password.Length > 0;
    }
}
