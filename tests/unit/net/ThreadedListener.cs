using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;

namespace MtaSuite.Tests.Unit.Net;

/// <summary>
/// A server on threads, by .NET's own sockets: one for each connection. What a client breaks off ends its connection and nothing else.
/// </summary>
internal sealed class ThreadedListener : IDisposable
{
    private readonly TcpListener _listener;
    private readonly Action<Stream> _serve;

    /// <param name="serve">Called for each connection on its thread; the stream is closed behind it.</param>
    public ThreadedListener(Action<Stream> serve, IPEndPoint? at = null)
    {
        _serve = serve;
        _listener = new TcpListener(at ?? new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Start();
        EndPoint = (IPEndPoint)_listener.LocalEndpoint;
        new Thread(AcceptAll) { IsBackground = true }.Start();
    }

    public IPEndPoint EndPoint { get; }

    private void AcceptAll()
    {
        try
        {
            while (true)
            {
                TcpClient client = _listener.AcceptTcpClient();
                new Thread(() => Serve(client)) { IsBackground = true }.Start();
            }
        }
        catch (SocketException) { }
        catch (InvalidOperationException) { } // stopped between two connections: ObjectDisposedException, or "not listening"
    }

    private void Serve(TcpClient client)
    {
        try
        {
            using (client) _serve(client.GetStream());
        }
        catch (IOException) { }
        catch (InvalidOperationException) { } // the client left before its thread began
        catch (AuthenticationException) { }
    }

    public void Dispose() => _listener.Dispose();
}
