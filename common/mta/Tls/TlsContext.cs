using MtaSuite.Common.Native;

namespace MtaSuite.Common.Tls;

/// <summary>What the connections of one context have in common, but for keys.</summary>
public sealed record TlsContextSettings
{
    public required bool Server { get; init; }
    public TlsProtocols Protocols { get; init; }
    /// <summary>Ciphers up to TLS 1.2, OpenSSL's syntax.</summary>
    public string Ciphers { get; init; } = "DEFAULT";
    /// <summary>Key exchange groups; those that the library does not have are left out.</summary>
    public string Groups { get; init; } = "";
    public ulong Options { get; init; }
    public ulong Disabled { get; init; }
    /// <summary>0: all that the cipher list allows; 1: nothing below 80 bits.</summary>
    public int SecurityLevel { get; init; }
    public string AuthorityFile { get; init; } = "";
    public string AuthorityPath { get; init; } = "";
    public bool DefaultAuthorities { get; init; }
    public int VerifyDepth { get; init; } = 9;
    // server
    public bool PreemptCiphers { get; init; }
    public bool AskCertificate { get; init; }
    /// <summary>How long a ticket is good; zero: no resumption.</summary>
    public TimeSpan SessionLifetime { get; init; }
    public bool IssueSessionIds { get; init; }
    /// <summary>Sessions of one kind of service are not resumed by another.</summary>
    public string SessionScope { get; init; } = "";
    // client
    /// <summary>Every certificate passes unseen: for tools that only make load.</summary>
    public bool VerifyNothing { get; init; }
    public bool Dane { get; init; }
}

/// <summary>
/// A context of OpenSSL made from settings and keys: as many connections as wanted come from one. It does not change afterwards, but for
/// being freed; connections outlive it.
/// </summary>
public sealed class TlsContext : IDisposable
{
    private TlsContext(nint handle) => Handle = handle;

    /// <summary>The library's handle; 0 after <see cref="Dispose"/>.</summary>
    public nint Handle { get; private set; }

    /// <summary>Makes a context; null with the reason.</summary>
    public static TlsContext? TryCreate(TlsContextSettings settings, IReadOnlyList<KeyPair> keys, out string error)
    {
        if (!OpenSsl.TryLoad(out error)) return null;
        TlsContext context = new(SslContext.Create(settings.Server));
        if (context.Handle != 0 && context.Apply(settings, keys, out error)) return context;
        if (error.Length == 0) error = SslErrors.Take();
        context.Dispose();
        return null;
    }

    private bool Apply(TlsContextSettings s, IReadOnlyList<KeyPair> keys, out string error)
    {
        error = "";
        SslContext.SetSecurityLevel(Handle, s.SecurityLevel);
        _ = SslContext.ClearOptions(Handle, s.Disabled | SslContext.OpNoSslV3);
        _ = SslContext.SetOptions(Handle, s.Options | s.Protocols.Excluded | (s.PreemptCiphers ? SslContext.OpCipherServerPreference : 0));
        if (!SslContext.SetProtocols(Handle, s.Protocols.Lowest, s.Protocols.Highest)) return Fail(out error, "protocol versions");
        if (!SslContext.SetCiphers(Handle, s.Ciphers)) return Fail(out error, $"cipher list \"{s.Ciphers}\"");
        if (s.Groups.Length > 0) TlsGroups.Apply(Handle, s.Groups);
        SslVerification.SetDepth(Handle, s.VerifyDepth);
        if (!SslVerification.TrustAuthorities(Handle, s.AuthorityFile, s.AuthorityPath, s.DefaultAuthorities))
            return Fail(out error, $"authorities {s.AuthorityFile} {s.AuthorityPath}");
        if (s.Server) ApplyServer(s);
        else SslSessions.KeepNone(Handle);
        if (s.VerifyNothing) SslVerification.AcceptAll(Handle);
        if (s.AuthorityFile.Length == 0 && s.AuthorityPath.Length == 0 && !s.DefaultAuthorities) SslContext.SendChainAsGiven(Handle);
        if (s.Dane && !SslDane.Enable(Handle)) return Fail(out error, "DANE");
        for (int i = 0; i < keys.Count; i++)
            if (!SslContext.UseKeyPair(Handle, keys[i].Key, keys[i].Chain)) return Fail(out error, $"key pair {i + 1}");
        return true;
    }

    private void ApplyServer(TlsContextSettings s)
    {
        SslVerification.SetMode(Handle, s.AskCertificate ? SslVerification.VerifyPeer : SslVerification.VerifyNone);
        if (s.AskCertificate && s.AuthorityFile.Length > 0) _ = SslVerification.NameAuthorities(Handle, s.AuthorityFile);
        byte[] scope = System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(s.SessionScope));
        SslSessions.Serve(Handle, scope, s.SessionLifetime, s.IssueSessionIds);
    }

    private static bool Fail(out string error, string what)
    {
        error = $"{what.Trim()}: {SslErrors.Take()}";
        return false;
    }

    public void Dispose()
    {
        if (Handle != 0) SslContext.Free(Handle);
        Handle = 0;
    }
}
