using MtaSuite.Common.Native;

namespace MtaSuite.Common.Tables;

/// <summary>unix:passwd.byname and unix:group.byname: the system's account databases, as a line of passwd(5) or group(5).</summary>
internal sealed class UnixTable : BlockingTable
{
    private const int Threads = 4;
    private readonly bool _groups;

    private UnixTable(string spec, bool groups, TableOptions options) : base(spec, options, Threads)
    {
        _groups = groups;
        AnswersAtOnce = !UsesNetwork(groups ? "group:" : "passwd:");
    }

    public static Table Open(string spec, string name, TableOptions options) => name switch
    {
        "passwd.byname" => new UnixTable(spec, false, options),
        "group.byname" => new UnixTable(spec, true, options),
        _ => new ErrorTable(spec, options, $"unknown table: {spec}"),
    };

    protected override LookupResult Find(string key)
    {
        if (key.Length == 0 || key.Contains('\0', StringComparison.Ordinal)) return LookupResult.NotFound;
        int error = _groups ? FindGroup(key, out string? line) : FindAccount(key, out line);
        if (error != 0) return Unavailable(Errno.Text(error));
        return line == null ? LookupResult.NotFound : LookupResult.Found(line);
    }

    private static int FindAccount(string name, out string? line)
    {
        int error = UserDatabase.Find(name, out Account? account);
        line = account == null ? null : $"{account.Name}:x:{account.Uid}:{account.Gid}:{account.Gecos}:{account.Home}:{account.Shell}";
        return error;
    }

    private static int FindGroup(string name, out string? line)
    {
        int error = UserDatabase.FindGroup(name, out GroupAccount? group);
        line = group == null ? null : $"{group.Name}:x:{group.Gid}:{string.Join(',', group.Members)}";
        return error;
    }

    /// <summary>The name service switch names a source beyond this machine's files for a database.</summary>
    private static bool UsesNetwork(string database)
    {
        try
        {
            foreach (string line in File.ReadLines("/etc/nsswitch.conf"))
            {
                if (!line.StartsWith(database, StringComparison.Ordinal)) continue;
                string[] sources = line[database.Length..].Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
                return sources.Any(source => source is not ("files" or "compat" or "systemd" or "db") && !source.StartsWith('['));
            }
            return false;
        }
        catch (IOException) { return false; }
        catch (UnauthorizedAccessException) { return true; }
    }
}
