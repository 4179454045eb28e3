namespace MtaSuite.Relay.Sessions;

internal sealed partial class Session
{
    /// <summary>A login succeeded: MAIL may have AUTH=.</summary>
    public bool IsLoggedIn { get; private set; }

    /// <summary>After EHLO and TLS: SASL, when there is a login for this server. False: refused.</summary>
    private ValueTask<bool> LogInAsync()
    {
        IsLoggedIn = false;
        return ValueTask.FromResult(true);
    }
}
