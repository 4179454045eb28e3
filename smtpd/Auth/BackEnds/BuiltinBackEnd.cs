using MtaSuite.Common.Net;
using MtaSuite.Common.Sasl;
using MtaSuite.Smtpd.Auth.Mechanisms;

namespace MtaSuite.Smtpd.Auth.BackEnds;

/// <summary>
/// Our own logins. Steps run on a few worker threads, because hashing passwords is slow on purpose; a crowd is sent away.
/// </summary>
/// <param name="tokens">The authority can check bearer tokens.</param>
/// <param name="introspection">Is asked about tokens that are not signed, or all where the authority cannot check any; null: nobody
/// is.</param>
/// <param name="verifiers">The authority has verifiers, so that SCRAM is possible; otherwise it asks others, and waits for them.</param>
public sealed class BuiltinBackEnd(EventLoop loop, IAuthority authority, bool tokens, TokenIntrospection? introspection = null,
    bool verifiers = true) : ISaslBackEnd
{
    // at most two threads of hashing, and about a second's work before them
    private const int HashingThreads = 2, AskingThreads = 8, MaxWaiting = 200;
    private readonly WorkerPool _workers = new(loop, "sasl", verifiers ? HashingThreads : AskingThreads);
    private static readonly string[] s_names =
        ["EXTERNAL", "SCRAM-SHA-256-PLUS", "SCRAM-SHA-1-PLUS", "SCRAM-SHA-256", "SCRAM-SHA-1", "OAUTHBEARER", "XOAUTH2", "PLAIN", "LOGIN"];

    public IEnumerable<SaslMechanism> Mechanisms(SaslContext context) =>
        SaslMechanism.Known.Where(m => s_names.Contains(m.Name) && m.Name switch
        {
            "EXTERNAL" => context.ExternalIdentity is not null,
            "OAUTHBEARER" or "XOAUTH2" => tokens || introspection is not null,
            _ when !verifiers && m.Name.StartsWith("SCRAM-", StringComparison.Ordinal) => false,
            _ => context.ChannelBinding is not null || !m.Name.EndsWith("-PLUS", StringComparison.Ordinal),
        });

    public Promise<bool> ReadyAsync() => Done(true);

    public ISaslExchange Begin(SaslMechanism mechanism, SaslContext context)
    {
        SaslServer server = Make(mechanism.Name, context);
        Exchange local = new(_workers, server);
        return introspection is null || server is not BearerServer bearer ? local
            : new AskingExchange(introspection, bearer, local, mechanism.Name == "XOAUTH2", tokens);
    }

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

    /// <summary>A login by bearer token that its issuer is asked about.</summary>
    /// <param name="local">Takes signed tokens where <paramref name="keys"/> says so.</param>
    private sealed class AskingExchange(TokenIntrospection issuer, BearerServer server, Exchange local, bool xoauth2, bool keys)
        : ISaslExchange
    {
        public Promise<SaslResult> StartAsync(byte[]? initial) => initial is null ? Done(server.Start(null)) : NextAsync(initial);

        public Promise<SaslResult> NextAsync(byte[] response)
        {
            if (server.HasRefused || !BearerServer.TryParse(response, xoauth2, out string login, out string token)
                || (keys && TokenChecker.IsSigned(token))) return local.NextAsync(response);
            Promise<SaslResult> promise = new();
            AskAsync(login, token, promise).Detach();
            return promise;
        }

        private async Task AskAsync(string login, string token, Promise<SaslResult> promise) =>
            promise.TrySet(server.Answer(await issuer.CheckAsync(login, token)));

        public void Abandon() { }
    }
}
