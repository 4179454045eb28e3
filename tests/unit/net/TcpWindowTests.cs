using System.Net;
using System.Net.Sockets;
using MtaSuite.Common.Net;

namespace MtaSuite.Tests.Unit.Net;

/// <summary>tcp_windowsize.</summary>
[NonParallelizable]
public sealed class TcpWindowTests
{
    [Test]
    public void Connections_have_the_buffers_that_are_asked_for()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        int usual = 0, small = 0;
        OnLoop.Run(async loop =>
        {
            async Task<int> ConnectAsync()
            {
                ConnectResult result = await Connector.Connect(loop, (IPEndPoint)listener.LocalEndpoint, null, TestLimits.Wait);
                using Socket socket = new(new SafeSocketHandle(result.Release(), ownsHandle: true));
                return socket.ReceiveBufferSize;
            }
            usual = await ConnectAsync();
            TcpWindow.Bytes = 8192;
            try { small = await ConnectAsync(); }
            finally { TcpWindow.Bytes = 0; }
        });
        // Linux doubles what is asked for
        Assert.That(small, Is.EqualTo(2 * 8192).And.LessThan(usual));
    }
}
