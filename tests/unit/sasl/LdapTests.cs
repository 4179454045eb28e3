using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using MtaSuite.Common.Sasl;
using MtaSuite.Smtpd.Auth.BackEnds;
using MtaSuite.Tests.Unit.Tls;

namespace MtaSuite.Tests.Unit.Sasl;

/// <summary>Logins that OpenLDAP's server knows; it runs for the test, with a directory of its own.</summary>
public sealed class LdapTests
{
    private const string Direct = "user_dn = uid=%u,ou=people,dc=example,dc=com", Away = "directory is unavailable";
    private const string Search = "search_base = dc=example,dc=com\nquery_filter = (mail=%s)\nbind_dn = "
        + "cn=admin,dc=example,dc=com\nbind_pw = adminsecret";
    private readonly TestCa _ca = new();
    private Process? _server;
    private int _port;

    [OneTimeSetUp]
    public void Start()
    {
        if (!File.Exists("/usr/sbin/slapd")) Assert.Ignore("no slapd");
        // the library takes "localhost" for this machine's name, and wants that in the certificate
        string chain = _ca.Chain(System.Net.Dns.GetHostName(), cn: System.Net.Dns.GetHostEntry(System.Net.Dns.GetHostName()).HostName),
            folder = _ca.Folder;
        Directory.CreateDirectory($"{folder}/db");
        File.WriteAllText($"{folder}/slapd.conf", $"""
            include /etc/ldap/schema/core.schema
            include /etc/ldap/schema/cosine.schema
            include /etc/ldap/schema/inetorgperson.schema
            modulepath /usr/lib/ldap
            moduleload back_mdb
            TLSCACertificateFile {_ca.RootFile}
            TLSCertificateFile {chain}
            TLSCertificateKeyFile {chain}
            database mdb
            maxsize 10485760
            suffix "dc=example,dc=com"
            rootdn "cn=admin,dc=example,dc=com"
            rootpw adminsecret
            directory {folder}/db

            """);
        string Person(string uid, string mail) =>
            $"dn: uid={uid},ou=people,dc=example,dc=com\nobjectClass: inetOrgPerson\nuid: {uid}\ncn: {uid}\nsn: {uid}\nmail: "
            + $"{mail}\nuserPassword: {uid}secret\n\n";
        File.WriteAllText($"{folder}/data.ldif",
            "dn: dc=example,dc=com\nobjectClass: dcObject\nobjectClass: organization\no: x\ndc: example\n\n"
            + "dn: ou=people,dc=example,dc=com\nobjectClass: organizationalUnit\nou: people\n\n"
            + Person("joe", "joe@example.com") + Person("twin1", "twin@example.com") + Person("twin2", "twin@example.com"));
        Run("/usr/sbin/slapadd", "-f", $"{folder}/slapd.conf", "-l", $"{folder}/data.ldif").WaitForExit();
        using (TcpListener free = new(IPAddress.Loopback, 0))
        {
            free.Start();
            _port = ((IPEndPoint)free.LocalEndpoint).Port;
        }
        _server = Run("/usr/sbin/slapd", "-d", "0", "-f", $"{folder}/slapd.conf", "-h", $"ldap://127.0.0.1:{_port}");
        for (int i = 0; i < 6000 && !IsUp(); i++) Thread.Sleep(50);
    }

    private static Process Run(string program, params string[] arguments) => Process.Start(new ProcessStartInfo(program, arguments))!;

    private bool IsUp()
    {
        try
        {
            using TcpClient client = new("127.0.0.1", _port);
            return true;
        }
        catch (SocketException) { return false; }
    }

    [OneTimeTearDown]
    public void Stop()
    {
        _server?.Kill();
        _server?.WaitForExit();
        _server?.Dispose();
        _ca.Dispose();
    }

    private string LogIn(string config, string login, string password, string realm = "", int port = 0)
    {
        string file = $"{_ca.Folder}/{Guid.NewGuid()}.cf";
        File.WriteAllText(file, $"server_host = ldap://localhost:{(port > 0 ? port : _port)}\ntimeout = 60\n{config}\n");
        List<string> problems = [];
        LdapAuthority authority = new(LdapSettings.Load(file, problems), realm, null);
        Assert.That(problems, Is.Empty);
        SaslResult result = authority.CheckPassword("", login, password);
        Assert.That(result.Status == SaslStatus.Temporary, Is.EqualTo(result.Text == Away), result.Detail);
        return result.Status == SaslStatus.Success ? result.Login : $"{result.Status}: {result.Detail}";
    }

    [TestCase(Direct, "joe@example.com", "joesecret", "joe@example.com")]
    [TestCase(Direct, "Joe", "joesecret", "joe")]
    [TestCase(Search, "Joe@example.com", "joesecret", "joe@example.com")]
    [TestCase(Direct, "joe@example.com", "wrong", "Failure: Invalid credentials")]
    [TestCase(Search, "joe@example.com", "wrong", "Failure: Invalid credentials")]
    [TestCase(Direct, "nobody@example.com", "joesecret", "Failure: Invalid credentials")]
    [TestCase(Search, "nobody@example.com", "joesecret", "Failure: no such login")]
    [TestCase(Search, "twin@example.com", "twin1secret", "Failure: more than one entry")]
    // a bind without a password proves nothing, and the server lets it pass
    [TestCase(Direct, "joe@example.com", "", "Failure: empty login or password")]
    [TestCase(Search, "joe@example.com", "", "Failure: empty login or password")]
    // what a login may not do to names and filters
    [TestCase(Search, "jo*@example.com", "joesecret", "Failure: no such login")]
    [TestCase(Search, "x)(uid=joe", "joesecret", "Failure: no such login")]
    [TestCase(Direct, "joe,ou=people,dc=example,dc=com+uid=joe", "joesecret", "Failure: Invalid credentials")]
    public void A_login(string config, string login, string password, string expected) =>
        Assert.That(LogIn(config, login, password), Is.EqualTo(expected));

    [Test]
    public void A_login_without_domain_gets_the_realm() =>
        Assert.That(LogIn(Search, "joe", "joesecret", realm: "example.com"), Is.EqualTo("joe@example.com"));

    [Test]
    public void A_server_that_proves_who_it_is_is_believed_and_no_other()
    {
        using TestCa other = new("Other CA");
        Assert.That(LogIn($"{Direct}\nstart_tls = yes\ntls_ca_cert_file = {_ca.RootFile}", "joe", "joesecret"), Is.EqualTo("joe"));
        Assert.That(LogIn($"{Direct}\nstart_tls = yes\ntls_ca_cert_file = {other.RootFile}", "joe", "joesecret"),
            Does.StartWith("Temporary: ").And.Contain("STARTTLS"));
        Assert.That(LogIn($"{Direct}\nstart_tls = yes\ntls_require_cert = no", "joe", "joesecret"), Is.EqualTo("joe"));
    }

    [Test]
    public void A_server_that_is_away_is_temporary_trouble()
    {
        Assert.That(LogIn(Direct, "joe", "joesecret", port: 1), Does.StartWith("Temporary: "));
        Assert.That(LogIn(Search.Replace("adminsecret", "x", StringComparison.Ordinal), "joe@example.com", "joesecret"),
            Does.StartWith("Temporary: ").And.Contain("bind as cn=admin"));
        Assert.That(LogIn(Search.Replace("search_base = ", "search_base = dc=nowhere,", StringComparison.Ordinal), "joe@example.com",
            "joesecret"), Is.EqualTo("Failure: no such login"));
    }
}
