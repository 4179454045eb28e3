namespace MtaSuite.Common.Hosting;

/// <summary>Exit statuses of daemons and commands (sysexits.h).</summary>
public static class ExitCode
{
    public const int Ok = 0, Usage = 64, DataError = 65, NoUser = 67, Unavailable = 69, Software = 70, OsError = 71, CannotCreate = 73,
        IoError = 74,
        TryLater = 75, NoPermission = 77, Configuration = 78;
}
