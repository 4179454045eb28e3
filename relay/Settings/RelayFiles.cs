using MtaSuite.Common.Config;
using MtaSuite.Common.Log;
using MtaSuite.Common.Tls;
using MtaSuite.Common.Tls.Client;
using MtaSuite.Relay.Sessions;

namespace MtaSuite.Relay.Settings;

/// <summary>What is read while the process has its rights: tables (logins may be readable by root alone), TLS settings, keys.</summary>
internal sealed record RelayFiles(RelaySettings Settings, TlsClientSettings Tls, List<KeyPair> Keys)
{
    /// <summary>Reads and opens everything; what is wrong is logged.</summary>
    public static RelayFiles Open(MailConfig config, bool lmtp)
    {
        List<string> problems = [];
        RelaySettings settings = new(config, lmtp, problems);
        foreach (string problem in problems) Log.Warning($"{problem}");
        (TlsClientSettings tls, List<KeyPair> keys) = TlsPolicies.Load(config, lmtp);
        return new RelayFiles(settings, tls, keys);
    }
}
