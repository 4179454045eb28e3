using MtaSuite.Common.Native;
using MtaSuite.Common.Net;
using MtaSuite.Common.Tls;

namespace MtaSuite.Tests.Unit.Tls;

/// <summary>Two connected sockets with a loop, and TLS between them.</summary>
internal sealed class TlsPair : IDisposable
{
    public TlsPair()
    {
        Assert.That(Sockets.TrySocketPair(out int a, out int b));
        foreach (int fd in new[] { a, b }) _ = FileIO.Fcntl(fd, FileIO.F_SETFL, FileIO.O_RDWR | FileIO.O_NONBLOCK);
        Server = new Connection(Loop, a);
        Client = new Connection(Loop, b);
    }

    public EventLoop Loop { get; } = new();
    public Connection Server { get; }
    public Connection Client { get; }
    public TlsSession? ServerTls { get; private set; }
    public TlsSession? ClientTls { get; private set; }

    /// <summary>Runs code on the loop to its end.</summary>
    public void Run(Func<Task> code)
    {
        Task? task = null;
        Loop.Post(() => task = Guard(code));
        LoopTimer limit = Loop.After(TestLimits.Long, Loop.Stop);
        Loop.Run();
        limit.Cancel();
        Assert.That(task!.IsCompleted, "stuck");
        task.GetAwaiter().GetResult();
    }

    private async Task Guard(Func<Task> code)
    {
        try { await code(); }
        finally { Loop.Stop(); }
    }

    /// <summary>Shakes hands; how it ended on both sides.</summary>
    /// <param name="first">What the client says at once when its handshake is done.</param>
    public async Task<(TlsHandshake Server, TlsHandshake Client)> ShakeAsync(TlsContext server, TlsContext client,
        Action<TlsSession>? before = null, string first = "")
    {
        ServerTls = TlsSession.TryCreate(server, Server, server: true, out string error);
        ClientTls = TlsSession.TryCreate(client, Client, server: false, out string clientError);
        Assert.That(error + clientError, Is.Empty);
        before?.Invoke(ClientTls!);
        Task<TlsHandshake> accepting = AcceptAsync();
        TlsHandshake connected = await ClientTls!.HandshakeAsync(TestLimits.Wait);
        if (connected != TlsHandshake.Done) Client.Dispose();
        else if (first.Length > 0) Client.Write(System.Text.Encoding.ASCII.GetBytes(first));
        return (await accepting, connected);
    }

    private async Task<TlsHandshake> AcceptAsync()
    {
        TlsHandshake result = await ServerTls!.HandshakeAsync(TestLimits.Wait);
        if (result != TlsHandshake.Done) Server.Dispose();
        return result;
    }

    /// <summary>Receives until there are so many bytes, or the end.</summary>
    public static async Task<byte[]> ReceiveAsync(Connection c, int count)
    {
        List<byte> all = [];
        while (all.Count < count && await c.FillAsync() == ReadStatus.Data)
        {
            all.AddRange(c.Input);
            c.Consume(c.Input.Length);
        }
        return [.. all];
    }

    public static TlsContext ClientContext(string authorities = "", string protocols = "") => Context(new TlsContextSettings
    {
        Server = false,
        AuthorityFile = authorities,
        Protocols = Protocols(protocols),
    });

    public static TlsContext ServerContext(string protocols, params string[] chains) => Context(new TlsContextSettings
    {
        Server = true,
        Protocols = Protocols(protocols),
        SessionLifetime = TimeSpan.FromHours(1),
        IssueSessionIds = true,
        Groups = "?X25519MLKEM768:DEFAULT",
    }, chains);

    public static TlsContext Context(TlsContextSettings settings, params string[] chains)
    {
        List<KeyPair>? keys = new KeyPairFiles(chains, []).Load(out string error);
        Assert.That(keys, Is.Not.Null, error);
        TlsContext? context = TlsContext.TryCreate(settings, keys!, out error);
        Assert.That(context, Is.Not.Null, error);
        return context!;
    }

    private static TlsProtocols Protocols(string text)
    {
        Assert.That(TlsProtocols.TryParse(text, out TlsProtocols protocols, out _));
        return protocols;
    }

    public void Dispose()
    {
        Server.Dispose();
        Client.Dispose();
        Loop.Dispose();
    }
}
