using System.Globalization;
using System.Net;
using MtaSuite.Common.Config;
using MtaSuite.Common.Native;

namespace MtaSuite.Master;

/// <summary>
/// The listening sockets of all services (a fifo of old configurations is a Unix socket here, as in every newer one), bound here or taken
/// over from the service manager (LISTEN_FDS). They change in one step: a <see cref="ListenChange"/> binds what is new, and then takes
/// effect as a whole or leaves everything as it was.
/// </summary>
internal sealed class ListenSockets
{
    private readonly List<int> _inherited = [];
    private Dictionary<string, ListenSocket> _open = new(StringComparer.Ordinal);

    /// <summary>Notes the descriptors that systemd passed to this very process.</summary>
    public void TakeInherited()
    {
        if (Environment.GetEnvironmentVariable("LISTEN_PID") != Processes.GetPid().ToString(CultureInfo.InvariantCulture)) return;
        if (!int.TryParse(Environment.GetEnvironmentVariable("LISTEN_FDS"), NumberStyles.None, CultureInfo.InvariantCulture, out int count))
            return;
        for (int fd = 3; fd < 3 + Math.Min(count, 100); fd++)
        {
            _ = FileIO.Fcntl(fd, FileIO.F_SETFD, FileIO.FD_CLOEXEC);
            if (Sockets.GetSocketOption(fd, Sockets.SOL_SOCKET, Sockets.SO_ACCEPTCONN) == 1) _inherited.Add(fd);
        }
    }

    public ListenChange Begin() => new(this);

    /// <summary>All sockets.</summary>
    internal IReadOnlyDictionary<string, ListenSocket> Open => _open;

    /// <summary>What the service manager gave us for an address; 0: nothing.</summary>
    internal int InheritedFor(string address) =>
        IPEndPoint.TryParse(address, out IPEndPoint? endPoint) ? _inherited.Find(fd => endPoint.Equals(Sockets.LocalEndPoint(fd))) : 0;

    internal void Become(Dictionary<string, ListenSocket> wanted)
    {
        foreach (ListenSocket socket in _open.Values)
            if (!wanted.ContainsValue(socket)) socket.Retire();
        _open = wanted;
    }
}

/// <summary>The sockets for another configuration. Ends in <see cref="Commit"/> or <see cref="Cancel"/>.</summary>
internal sealed class ListenChange(ListenSockets sockets)
{
    private readonly Dictionary<string, ListenSocket> _wanted = new(StringComparer.Ordinal);
    private readonly List<ListenSocket> _new = [];

    /// <summary>
    /// The sockets of services, in their order: those that are open already, and new ones for the rest. Null with an error text, which
    /// begins with the file's line.
    /// </summary>
    /// <param name="file">master.cf, for the text.</param>
    public List<List<ListenSocket>>? Open(IReadOnlyList<ServiceEntry> entries, MailConfig config, string file, out string error)
    {
        List<List<string>> addresses = [];
        foreach (ServiceEntry entry in entries)
        {
            addresses.Add(ListenAddresses.Of(entry, config, out error));
            if (error.Length == 0) continue;
            error = At(file, entry, error);
            return null;
        }
        HashSet<string> all = [.. addresses.SelectMany(a => a)];
        ListenSocket[] leaving = [.. sockets.Open.Values.Where(s => !all.Contains(s.Address))];
        List<List<ListenSocket>> result = [];
        error = "";
        for (int i = 0; i < entries.Count; i++)
        {
            result.Add([]);
            foreach (string address in addresses[i])
            {
                if (Find(entries[i], address, leaving, out string trouble) is { } socket) result[i].Add(socket);
                else error = At(file, entries[i], trouble);
                if (error.Length > 0) return null;
            }
        }
        return result;
    }

    private static string At(string file, ServiceEntry entry, string text) =>
        new ConfigProblem(Severity.Error, file, entry.Line, text).ToString();

    private ListenSocket? Find(ServiceEntry entry, string address, ListenSocket[] leaving, out string error)
    {
        error = "";
        if (_wanted.TryGetValue(address, out ListenSocket? socket)) return socket;
        if (!sockets.Open.TryGetValue(address, out socket) || !socket.IsReachable || !IsOfKind(socket, entry))
        {
            int errno = 0;
            socket = sockets.InheritedFor(address) is > 0 and int fd ? ListenSocket.Inherited(address, fd)
                : ListenSocket.TryBind(entry, address, leaving, out errno);
            if (socket == null)
            {
                error = $"bind {address}: {Errno.Text(errno)}{(errno == Errno.EADDRINUSE ? PortHolder.Describe(address) : "")}";
                return null;
            }
            _new.Add(socket);
        }
        return _wanted[address] = socket;
    }

    /// <summary>Datagrams and streams do not mix.</summary>
    private static bool IsOfKind(ListenSocket socket, ServiceEntry entry) =>
        Sockets.GetSocketOption(socket.Fd, Sockets.SOL_SOCKET, Sockets.SO_TYPE)
            == (entry.Type == ServiceType.UnixDgram ? Sockets.SOCK_DGRAM : Sockets.SOCK_STREAM);

    /// <summary>What was opened is in use; what is no longer needed is closed.</summary>
    public void Commit() => sockets.Become(_wanted);

    /// <summary>Nothing has changed.</summary>
    public void Cancel()
    {
        foreach (ListenSocket socket in _new) socket.Retire();
    }
}
