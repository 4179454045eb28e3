using MtaSuite.Common.Net;
using MtaSuite.Common.Sasl.Server;

namespace MtaSuite.Common.Sasl.BackEnds;

/// <summary>Our own logins. Steps run on a few worker threads, because hashing passwords is slow on purpose; a crowd is sent away.</summary>
/// <param name="tokens">Bearer tokens can be checked.</param>
public sealed class BuiltinBackEnd(EventLoop loop, IAuthority authority, bool tokens) : ISaslBackEnd
{
    // at most two threads of hashing, and about a second's work before them
    private const int Threads = 2, MaxWaiting = 200;
    private readonly WorkerPool _workers = new(loop, "sasl", Threads);
    private static readonly string[] s_names = ["EXTERNAL", "SCRAM-SHA-256-PLUS", "SCRAM-SHA-1-PLUS", "SCRAM-SHA-256", "SCRAM-SHA-1", "OAUTHBEARER", "XOAUTH2", "PLAIN", "LOGIN"];

    public IEnumerable<SaslMechanism> Mechanisms(SaslContext context) => SaslMechanism.Known.Where(m => s_names.Contains(m.Name) && m.Name switch
    {
        "EXTERNAL" => context.ExternalIdentity is not null,
        "OAUTHBEARER" or "XOAUTH2" => tokens,
        _ => context.ChannelBinding is not null || !m.Name.EndsWith("-PLUS", StringComparison.Ordinal),
    });

    public Promise<bool> ReadyAsync() => Done(true);

    public ISaslExchange Begin(SaslMechanism mechanism, SaslContext context) => new Exchange(_workers, Make(mechanism.Name, context));

    private SaslServer Make(string name, SaslContext context) => name switch
    {
        "PLAIN" => new PlainServer(authority),
        "LOGIN" => new LoginServer(authority),
        "EXTERNAL" => new ExternalServer(context.ExternalIdentity!),
        "OAUTHBEARER" => new BearerServer(authority, xoauth2: false),
        "XOAUTH2" => new BearerServer(authority, xoauth2: true),
        _ => new ScramServer(ScramHash.Of(name)!, name.EndsWith("-PLUS", StringComparison.Ordinal), authority, context.ChannelBinding),
    };

    private static Promise<T> Done<T>(T value)
    {
        Promise<T> promise = new();
        promise.TrySet(value);
        return promise;
    }

    private sealed class Exchange(WorkerPool workers, SaslServer server) : ISaslExchange
    {
        public Promise<SaslResult> StartAsync(byte[]? initial) => initial is null ? Done(server.Start(null)) : NextAsync(initial);

        public Promise<SaslResult> NextAsync(byte[] response) => workers.Pending >= MaxWaiting
            ? Done(SaslResult.Temporary("too many logins at once"))
            : workers.Run(() => server.Next(response));

        public void Abandon() { }
    }
}
