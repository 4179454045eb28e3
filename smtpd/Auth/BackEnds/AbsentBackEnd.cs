using MtaSuite.Common.Net;
using MtaSuite.Common.Sasl;
using MtaSuite.Smtpd.Auth.Mechanisms;

namespace MtaSuite.Smtpd.Auth.BackEnds;

/// <summary>
/// Stands in for a back end that the configuration names and that does not exist here: logins are refused for now, never let in.
/// </summary>
public sealed class AbsentBackEnd(string reason) : ISaslBackEnd, ISaslExchange
{
    public IEnumerable<SaslMechanism> Mechanisms(SaslContext context) => SaslMechanism.Known.Where(m => m.Name is "PLAIN" or "LOGIN");

    public Promise<bool> ReadyAsync()
    {
        Promise<bool> promise = new();
        promise.TrySet(false);
        return promise;
    }

    public ISaslExchange Begin(SaslMechanism mechanism, SaslContext context) => this;

    public Promise<SaslResult> StartAsync(byte[]? initial)
    {
        Promise<SaslResult> promise = new();
        promise.TrySet(SaslResult.Temporary("authentication is not set up", "", reason));
        return promise;
    }

    public Promise<SaslResult> NextAsync(byte[] response) => StartAsync(null);

    public void Abandon() { }
}
