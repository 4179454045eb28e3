using MtaSuite.Common.Mail;

namespace MtaSuite.Local.Commands;

/// <summary>What the exit status of a delivery command means: the conventions of sysexits.h as enhanced status codes.</summary>
public static class SysExits
{
    public const int TempFail = 75;

    private static readonly (string Status, string Text)[] s_table =
    [
        ("5.3.0", "command line usage error"), // 64 EX_USAGE
        ("5.6.0", "data format error"),
        ("5.3.0", "cannot open input"),
        ("5.1.1", "user unknown"), // 67 EX_NOUSER
        ("5.1.2", "host name unknown"),
        ("5.3.0", "service unavailable"),
        ("5.3.0", "internal software error"), // 70 EX_SOFTWARE
        ("4.3.0", "system resource problem"),
        ("5.3.0", "critical OS file missing"),
        ("5.2.0", "can't create user output file"),
        ("5.3.0", "input/output error"),
        ("4.3.0", "temporary failure"), // 75 EX_TEMPFAIL
        ("5.5.0", "remote error in protocol"),
        ("5.7.0", "permission denied"),
        ("5.3.5", "local configuration error"), // 78 EX_CONFIG
    ];

    /// <summary>Looks an exit status up; false for one that sysexits.h does not name.</summary>
    public static bool TryFind(int exitCode, out DsnStatus status, out string text)
    {
        bool known = exitCode >= 64 && exitCode < 64 + s_table.Length;
        (string code, text) = known ? s_table[exitCode - 64] : ("5.3.0", $"unknown mail system error {exitCode}");
        status = DsnStatus.Parse(code);
        return known;
    }
}
