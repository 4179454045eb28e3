using MtaSuite.Common.Config;
using MtaSuite.Common.Config.Params;
using MtaSuite.Common.Native;
using MtaSuite.Common.Tables;

namespace MtaSuite.Common.Tls;

/// <summary>How far a server insists on TLS.</summary>
public enum TlsServerLevel : byte { None, May, Encrypt }

/// <summary>The <c>smtpd_tls_*</c> parameters of one service, checked.</summary>
public sealed class TlsServerSettings
{
    private const string NoCertificate = "none";

    public TlsServerSettings(MailConfig c)
    {
        WrapperMode = c.Get(TlsParams.SmtpdTlsWrappermode);
        Level = WrapperMode ? TlsServerLevel.Encrypt : ReadLevel(c);
        Files = ReadFiles(c);
        if (c.Get(TlsParams.SmtpdTlsReqCcert) && Level != TlsServerLevel.Encrypt && Level != TlsServerLevel.None)
            Problems.Add("smtpd_tls_req_ccert is ignored: it needs smtpd_tls_security_level = encrypt");
        RequireCertificate = c.Get(TlsParams.SmtpdTlsReqCcert) && Level == TlsServerLevel.Encrypt;
        AskCertificate = c.Get(TlsParams.SmtpdTlsAskCcert) || RequireCertificate;
        IsAnonymous = Files.IsEmpty && !AskCertificate
            && c.Get(TlsParams.SmtpdTlsCertFile).Equals(NoCertificate, StringComparison.OrdinalIgnoreCase);
        AuthOnly = c.Get(TlsParams.SmtpdTlsAuthOnly) || Level == TlsServerLevel.Encrypt;
        ReceivedHeader = c.Get(TlsParams.SmtpdTlsReceivedHeader);
        FingerprintDigest = c.Get(TlsParams.SmtpdTlsFingerprintDigest);
        LogLevel = int.TryParse(c.Get(TlsParams.SmtpdTlsLoglevel), out int level) ? level : 0;
        SessionLifetime = c.Get(TlsParams.SmtpdTlsSessionCacheTimeout);
        DataDirectory = c.Get(CommonParams.DataDirectory);
        TicketCipher = c.Get(TlsParams.TlsSessionTicketCipher);
        ServerNames = c.Get(TlsParams.TlsServerSniMaps);
        Context = ReadContext(c);
    }

    /// <summary>A handshake that is under way cannot wait for a table.</summary>
    private static readonly TableOptions s_inHandshake = TableOptions.Default with { InPlace = true };

    public TlsServerLevel Level { get; }
    /// <summary>TLS from the first byte (RFC 8314 3.3).</summary>
    public bool WrapperMode { get; }
    public KeyPairFiles Files { get; }
    public bool AskCertificate { get; }
    /// <summary>
    /// smtpd_tls_cert_file = none, and nothing else: TLS without a certificate, by anonymous ciphers alone. Most clients have none of them,
    /// and the server cannot be verified with them; TLS 1.3 has none, and is off.
    /// </summary>
    public bool IsAnonymous { get; }
    public bool RequireCertificate { get; }
    /// <summary>AUTH within TLS alone.</summary>
    public bool AuthOnly { get; }
    public bool ReceivedHeader { get; }
    public string FingerprintDigest { get; }
    public int LogLevel { get; }
    public TimeSpan SessionLifetime { get; }
    public string DataDirectory { get; }
    public string TicketCipher { get; }
    public string ServerNames { get; }
    public TlsContextSettings Context { get; }

    /// <summary>What could not be understood.</summary>
    public List<string> Problems { get; } = [];

    /// <summary>More files than this are not looked after.</summary>
    private const int MaxServerNameFiles = 2000;

    /// <summary>TLS is on. Without a certificate it is not, whatever the level: <see cref="TryStart"/> says so.</summary>
    public bool IsOn => Level != TlsServerLevel.None;

    /// <summary>The files that say which names have which keys, and those keys where a table names files: those there are.</summary>
    public List<string> ServerNameFiles()
    {
        HashSet<string> files = [];
        foreach (string spec in ConfigList.Split(ServerNames))
        {
            files.UnionWith(TableFactory.FilesOf(spec));
            // indexed tables have the keys themselves
            if (!spec.Contains("texthash:", StringComparison.Ordinal) && !spec.Contains("inline:", StringComparison.Ordinal)) continue;
            using Table table = TableFactory.Open(spec, TableOptions.Default with { Warn = null });
            _ = (table as IListable)?.List((_, value) =>
            {
                if (value.StartsWith('/')) files.UnionWith(ConfigList.Split(value));
                return files.Count < MaxServerNameFiles;
            });
        }
        return [.. files.Where(f => Paths.Access(f, Paths.F_OK) == 0)];
    }

    /// <summary>Loads library, keys and ticket keys: null with the reason when TLS cannot be served.</summary>
    public TlsServer? TryStart(TimeProvider clock, out string error)
    {
        if (Files.IsEmpty && !IsAnonymous) error = "no certificate is configured (smtpd_tls_chain_files, smtpd_tls_cert_file)";
        else if (OpenSsl.TryLoad(out error))
        {
            if (!SslCertificate.IsDigest(FingerprintDigest)) error = $"smtpd_tls_fingerprint_digest: no digest {FingerprintDigest}";
            else if (!SslTickets.SetCipher(TicketCipher)) error = $"tls_session_ticket_cipher: no cipher {TicketCipher}";
        }
        if (error.Length > 0) return null;
        TlsServer server = new(Context, Files, Maps.Open(ServerNames, s_inHandshake), clock,
            Maps.Open(ServerNames, s_inHandshake with { ValuesNameFiles = true }));
        if (server.TryLoad(out error))
        {
            new TicketKeys(DataDirectory, SessionLifetime, clock).Install();
            return server;
        }
        server.Dispose();
        return null;
    }

    private TlsServerLevel ReadLevel(MailConfig c)
    {
        switch (c.Get(TlsParams.SmtpdTlsSecurityLevel).ToLowerInvariant())
        {
            case "none": return TlsServerLevel.None;
            case "may": return TlsServerLevel.May;
            case "encrypt": return TlsServerLevel.Encrypt;
            case "":
                return c.Get(TlsParams.SmtpdEnforceTls) ? TlsServerLevel.Encrypt : c.Get(TlsParams.SmtpdUseTls) ? TlsServerLevel.May
                : TlsServerLevel.None;
            case "fingerprint" or "verify" or "secure" or "dane" or "dane-only":
                Problems.Add($"smtpd_tls_security_level: {c.Get(TlsParams.SmtpdTlsSecurityLevel)} is for clients; \"encrypt\" is used");
                return TlsServerLevel.Encrypt;
            default:
                Problems.Add($"smtpd_tls_security_level: unknown level {c.Get(TlsParams.SmtpdTlsSecurityLevel)}; \"encrypt\" is used");
                return TlsServerLevel.Encrypt;
        }
    }

    private static KeyPairFiles ReadFiles(MailConfig c)
    {
        List<string> chain = c.GetList(TlsParams.SmtpdTlsChainFiles);
        List<(string, string)> pairs = [];
        if (chain.Count > 0) return new KeyPairFiles(chain, pairs);
        Add(TlsParams.SmtpdTlsCertFile, TlsParams.SmtpdTlsKeyFile);
        Add(TlsParams.SmtpdTlsDcertFile, TlsParams.SmtpdTlsDkeyFile);
        Add(TlsParams.SmtpdTlsEccertFile, TlsParams.SmtpdTlsEckeyFile);
        return new KeyPairFiles(chain, pairs);

        void Add(TextParam certificate, TextParam key)
        {
            if (c.Get(certificate) is { Length: > 0 } file && !file.Equals(NoCertificate, StringComparison.OrdinalIgnoreCase))
                pairs.Add((file, c.Get(key)));
        }
    }

    private TlsContextSettings ReadContext(MailConfig c)
    {
        bool must = Level == TlsServerLevel.Encrypt;
        TextParam protocols = must ? TlsParams.SmtpdTlsMandatoryProtocols : TlsParams.SmtpdTlsProtocols;
        if (!TlsProtocols.TryParse(c.Get(protocols), out TlsProtocols versions, out string bad))
        {
            Problems.Add($"{protocols.Name}: {bad} is not a protocol; the default is used");
            _ = TlsProtocols.TryParse(">=TLSv1", out versions, out _);
        }
        TextParam grade = must ? TlsParams.SmtpdTlsMandatoryCiphers : TlsParams.SmtpdTlsCiphers;
        if (!TlsLibrary.IsGrade(c.Get(grade))) Problems.Add($"{grade.Name}: no grade {c.Get(grade)}; \"medium\" is used");
        TlsLibrary library = new(c);
        Problems.AddRange(library.Problems);
        // A server that has a certificate always shows it; a client that asks for such ciphers is a scanner.
        List<string> exclude = [.. IsAnonymous ? [] : new[] { "aNULL" }, .. c.GetList(TlsParams.SmtpdTlsExcludeCiphers)];
        if (IsAnonymous) versions = versions with { Excluded = versions.Excluded | SslContext.OpNoTls1_3 };
        if (must) exclude.AddRange(c.GetList(TlsParams.SmtpdTlsMandatoryExcludeCiphers));
        return new TlsContextSettings
        {
            Server = true,
            Protocols = versions,
            Ciphers = library.Ciphers(c.Get(grade), exclude),
            Groups = Groups(c, library),
            Options = library.Options,
            Disabled = library.Disabled,
            AuthorityFile = c.Get(TlsParams.SmtpdTlsCAfile),
            AuthorityPath = c.Get(TlsParams.SmtpdTlsCApath),
            DefaultAuthorities = library.AppendDefaultAuthorities,
            VerifyDepth = c.Get(TlsParams.SmtpdTlsCcertVerifydepth),
            PreemptCiphers = library.PreemptCiphers,
            AskCertificate = AskCertificate,
            SessionLifetime = SessionLifetime,
            IssueSessionIds = c.Get(TlsParams.SmtpdTlsAlwaysIssueSessionIds),
            SessionScope = $"smtpd {(AskCertificate ? 1 : 0)} {c.Get(TlsParams.SmtpdTlsCAfile)} {c.Get(TlsParams.SmtpdTlsCApath)}",
        };
    }

    private static string Groups(MailConfig c, TlsLibrary library) => c.Get(TlsParams.SmtpdTlsEecdhGrade) switch
    {
        "strong" => c.Get(TlsParams.TlsEecdhStrongCurve),
        "ultra" => c.Get(TlsParams.TlsEecdhUltraCurve),
        _ => library.Groups,
    };
}
