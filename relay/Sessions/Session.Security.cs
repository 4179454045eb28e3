namespace MtaSuite.Relay.Sessions;

internal sealed partial class Session
{
    /// <summary>What the log says of TLS with each delivery; empty without.</summary>
    public string SecurityText { get; private set; } = "";

    /// <summary>After the first EHLO: TLS, when wanted or demanded, and then EHLO again. False: refused.</summary>
    private ValueTask<bool> SecureAsync()
    {
        SecurityText = "";
        return ValueTask.FromResult(true);
    }
}
