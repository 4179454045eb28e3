using System.Text.Json;
using MtaSuite.Common.Native;
using MtaSuite.Tests.E2e.Harness;
using MtaSuite.Tests.Unit.Tls;

namespace MtaSuite.Tests.E2e;

/// <summary>
/// What testssl.sh finds on the ports of an instance as "mtasuite init" makes it, but for the certificates: nothing above LOW.
/// </summary>
[TestFixture]
public class TestSsl : InstanceTest
{
    /// <summary>What cannot hold here, and why.</summary>
    private static readonly HashSet<string> s_excluded =
    [
        "cert_revocation", // the test's authority publishes no revocation lists
        "DNS_CAArecord", // nor is its host in the name service
        "engine_problem", // of the machine's OpenSSL, which knows no GOST
        // s_client with an empty standard input may be gone before TLS 1.3's tickets come; TlsServer looks at resumption
        "sessionresumption_ticket",
    ];

    private readonly TestCa _ca = new();

    protected override string[] Settings
    {
        get
        {
            // testssl warns of certificates that are good for less than 60 days
            TimeSpan life = TimeSpan.FromDays(90);
            return [$"smtpd_tls_chain_files={_ca.Chain(Instance.HostName, ecdsa: false, life: life)}, "
                + $"{_ca.Chain(Instance.HostName, life: life)}"];
        }
    }

    protected override void Prepare()
    {
        Programs.Require("testssl", "openssl", "dig");
        foreach (string file in Directory.GetFiles(_ca.Folder)) File.SetUnixFileMode(file, (UnixFileMode)FileModes.PublicFile);
    }

    [OneTimeTearDown]
    public void RemoveAuthority() => _ca.Dispose();

    /// <summary>
    /// All that testssl.sh looks at, in three runs at once: minutes for each port. All ports have the same TLS server, so that one is
    /// enough unless MTA_TESTSSL=all asks for more.
    /// </summary>
    [TestCase("smtp"), TestCase("submission"), TestCase("submissions")]
    public void Nothing_above_low(string service)
    {
        if (service != "smtp" && Environment.GetEnvironmentVariable("MTA_TESTSSL") != "all") Assert.Ignore("only with MTA_TESTSSL=all");
        bool starttls = service != "submissions";
        int port = service == "smtp" ? Mta.SmtpPort : starttls ? Mta.SubmissionPort : Mta.SubmissionsPort;
        Task<string[]> ciphers = Start(port, starttls, "-p", "-s", "-f", "-P"), defaults = Start(port, starttls, "-S", "-c"),
            holes = Start(port, starttls, "-U", "-g");
        Check(ciphers, "SSLv3", "TLS1", "TLS1_1", "TLS1_2", "TLS1_3", "cipherlist_AVERAGE", "PFS", "cipher_order");
        Check(defaults, "cert_chain_of_trust", "cert_trust", "cert_expirationStatus", "TLS_session_ticket");
        Check(holes, "heartbleed", "CCS", "ROBOT", "secure_renego", "secure_client_renego", "CRIME_TLS", "SWEET32", "FREAK", "DROWN",
            "LOGJAM", "BEAST", "LUCKY13", "RC4", "GREASE");
    }

    /// <summary>One run; its findings as "SEVERITY id: text".</summary>
    private Task<string[]> Start(int port, bool starttls, params string[] parts) => Task.Run(() =>
    {
        string file = $"{_ca.Folder}/{port}{string.Concat(parts)}.json";
        ProgramResult result = Programs.Run("testssl",
            ["--quiet", "--color", "0", "--warnings", "batch", "--nodns", "none", "--add-ca", _ca.RootFile, "--jsonfile", file, .. parts,
            .. starttls ? (string[])["-t", "smtp"] : [], "--ip", "127.0.0.1", $"{Instance.HostName}:{port}"], "", ("TERM", "dumb"));
        if (!File.Exists(file)) throw new AssertionException(result.ToString());
        using JsonDocument findings = JsonDocument.Parse(File.ReadAllText(file));
        return (string[])[.. findings.RootElement.EnumerateArray()
            .Select(f => (Severity: f.GetProperty("severity").GetString()!, Id: f.GetProperty("id").GetString()!, f))
            .Where(f => !s_excluded.Contains(f.Id.Split(' ')[0]))
            .Select(f => $"{f.Severity} {f.Id}: {f.f.GetProperty("finding").GetString()}")];
    });

    /// <summary>Nothing is worse than LOW, and it did look at these things.</summary>
    private static void Check(Task<string[]> run, params string[] looked)
    {
        string[] findings = run.Result;
        TestContext.Out.WriteLine(string.Join('\n', findings));
        Assert.That(findings.Where(f => f.Split(' ')[0] is not ("OK" or "INFO" or "LOW" or "DEBUG")), Is.Empty);
        foreach (string id in looked) Assert.That(findings, Has.Some.Match($"^[A-Z]+ {id}(:| )"));
    }
}
