using System.Net;
using System.Net.Sockets;
using System.Text;

namespace MtaSuite.Tests.Unit.Smtpd;

/// <summary>
/// A policy server that answers by script: a function of the request's attributes and of the number of the request (from 1) gives the bytes
/// of the answer. "drop" closes the connection instead, "silent" says nothing for ever.
/// </summary>
internal sealed class ScriptedPolicyServer : IDisposable
{
    private readonly Socket _listener;
    private readonly Func<Dictionary<string, string>, int, string> _answer;
    private readonly List<Socket> _sockets = [];
    private int _connections, _requests;

    public ScriptedPolicyServer(Func<Dictionary<string, string>, int, string> answer, string? path = null)
    {
        _answer = answer;
        _listener = path == null ? new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp)
            : new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        _listener.Bind(path == null ? new IPEndPoint(IPAddress.Loopback, 0) : new UnixDomainSocketEndPoint(path));
        _listener.Listen(500);
        Address = path == null ? $"inet:127.0.0.1:{((IPEndPoint)_listener.LocalEndPoint!).Port}" : $"unix:{path}";
        new Thread(AcceptAll) { IsBackground = true }.Start();
    }

    /// <summary>As check_policy_service names it.</summary>
    public string Address { get; }

    public int Connections => Volatile.Read(ref _connections);

    /// <summary>The attributes of each request, and behind "connection" the number of its connection.</summary>
    public List<Dictionary<string, string>> Requests { get; } = [];

    /// <summary>An answer with one attribute.</summary>
    public static string Action(string action) => $"action={action}\n\n";

    private void AcceptAll()
    {
        try
        {
            while (true)
            {
                Socket socket = _listener.Accept();
                lock (_sockets) _sockets.Add(socket);
                int number = Interlocked.Increment(ref _connections);
                new Thread(() => Serve(socket, number)) { IsBackground = true }.Start();
            }
        }
        catch (SocketException) { } // disposed: whichever of the two comes of it
        catch (ObjectDisposedException) { }
    }

    private void Serve(Socket socket, int number)
    {
        try
        {
            using NetworkStream stream = new(socket, ownsSocket: true);
            using StreamReader reader = new(stream, Encoding.UTF8);
            while (Read(reader) is { } request)
            {
                request["connection"] = $"{number}";
                int serial;
                lock (Requests)
                {
                    Requests.Add(request);
                    serial = ++_requests;
                }
                string answer = _answer(request, serial);
                if (answer == "drop") return;
                if (answer != "silent") stream.Write(Encoding.Latin1.GetBytes(answer));
            }
        }
        catch (IOException) { }
        catch (ObjectDisposedException) { }
    }

    private static Dictionary<string, string>? Read(StreamReader reader)
    {
        Dictionary<string, string> request = [];
        while (reader.ReadLine() is { } line)
        {
            if (line.Length == 0) return request;
            int equals = line.IndexOf('=', StringComparison.Ordinal);
            request.Add(line[..equals], line[(equals + 1)..]); // a name that stands twice is an error of ours
        }
        return null;
    }

    public void Dispose()
    {
        _listener.Dispose();
        lock (_sockets) _sockets.ForEach(s => s.Dispose());
    }
}
