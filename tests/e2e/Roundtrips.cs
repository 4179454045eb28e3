using System.Text.Json;
using MtaSuite.Common.Native;
using MtaSuite.Tests.E2e.Harness;
using MtaSuite.Tests.Unit.Tls;

namespace MtaSuite.Tests.E2e;

/// <summary>mtasuite roundtrip: by both submission services into a Maildir and an mbox, and what it says when something is in the
/// way.</summary>
[TestFixture]
public class Roundtrips : InstanceTest
{
    private const string Login = "trip@mx.test.example", Password = "round trip";
    private readonly TestCa _ca = new();

    protected override string[] Settings =>
    [
        $"smtpd_tls_chain_files={_ca.Chain("localhost")}", "smtpd_sasl_failure_delay=0", "smtpd_client_connection_count_limit=0",
            "defer_transports=slow",
        "transport_maps=inline:{slow.example=slow:}",
    ];

    private string PasswordFile => $"{Mta.Folder}/password";

    protected override void Prepare()
    {
        Programs.Run($"{Programs.Build}/sbin/postpasswd", ["-c", Mta.Etc, Login], Password + "\n").Succeeded();
        File.WriteAllText(PasswordFile, $"{Password}\nsecond line\n");
        Directory.CreateDirectory($"{Mta.Folder}/out");
        File.SetUnixFileMode($"{Mta.Folder}/out", (UnixFileMode)FileModes.WorldWritableFolder);
        Mta.AddAliases($"boxed: {Box}\n");
        Mta.Configure("smtpd_sender_restrictions=check_sender_access inline:{{later@client.example=451 4.7.1 not now}}");
    }

    private string Box => $"{Mta.Folder}/out/box";

    [OneTimeTearDown]
    public void RemoveAuthority() => _ca.Dispose();

    private ProgramResult Run(params string[] arguments) =>
        Instance.Run("mtasuite", ["roundtrip", "--ca", _ca.RootFile, "--timeout", "600", .. arguments]);

    private string[] Maildir => ["--mailbox", $"{Mta.MailFolder}/{User}/"];

    private string[] Submission => ["--server", $"localhost:{Mta.SubmissionPort}", "--login", Login, "--password-file", PasswordFile,
        "--to", Address];

    private static void Exits(ProgramResult result, int status, string error)
    {
        Assert.That(result.ExitCode, Is.EqualTo(status), result.ToString());
        Assert.That(result.Error, Does.Contain(error), result.ToString());
    }

    [TestCase("starttls")]
    [TestCase("implicit")]
    public void A_message_is_followed_into_a_maildir(string tls)
    {
        int port = tls == "starttls" ? Mta.SubmissionPort : Mta.SubmissionsPort;
        ProgramResult result = Run(["-j", "--tls", tls, .. Submission, "--server", $"localhost:{port}", .. Maildir]).Succeeded();
        JsonElement line = JsonDocument.Parse(result.Output).RootElement;
        Assert.That(line.GetProperty("arrived").GetBoolean());
        Assert.That(line.GetProperty("tls").GetString(), Does.StartWith("Tls1"));
        Assert.That(line.GetProperty("mechanism").GetString(), Is.EqualTo("SCRAM-SHA-256-PLUS"));
        string id = line.GetProperty("reply").GetString()!.Split(' ')[^1];
        JsonElement hop = line.GetProperty("hops")[0];
        Assert.That((hop.GetProperty("by").GetString(), hop.GetProperty("id").GetString(), hop.GetProperty("with").GetString()),
            Is.EqualTo((Instance.HostName, id, "ESMTPSA")));
        Assert.That(hop.GetProperty("delay").GetDouble(), Is.InRange(0, 120));
        Assert.That(line.GetProperty("seconds").GetDouble(), Is.InRange(0, 120));
        foreach (string step in new[] { "connect", "login", "message" }) Assert.That(line.GetProperty(step).GetDouble(),
            Is.GreaterThanOrEqualTo(0));
        Mta.WaitForLog($@"{id}: client=\S+, sasl_method=SCRAM-SHA-256-PLUS, sasl_username={Login}");
    }

    [Test]
    public void People_read_a_table_and_the_message_can_be_removed()
    {
        ProgramResult result = Run([.. Submission, "--mechanism", "PLAIN", "--remove", .. Maildir]).Succeeded();
        Assert.That(result.Output, Does.Match($@"^submitted to localhost:{Mta.SubmissionPort}, Tls1\w* \w+, PLAIN as {Login}\n"
            + @"  connect +\d+\.\d{3} s\n  login "));
        Assert.That(result.Output, Does.Match($@"\n  {Instance.HostName} +\d+\.000 s  with ESMTPSA id \w+\narrived in ")
            .And.Contain("  in all "));
        string id = System.Text.RegularExpressions.Regex.Match(result.Output, "queued as (\\w+)").Groups[1].Value;
        Mta.WaitForLog($"{id}: to=<{Address}>.*status=sent");
        Assert.That(Mta.Mailbox().Select(m => m.Text), Has.None.Contains(id));
    }

    [Test]
    public void A_message_is_followed_into_an_mbox_that_has_others()
    {
        string box = Box;
        File.WriteAllText(box, "From a@b Mon Nov 30 09:00:00 2026\nSubject: before\n"
            + "Received: by nobody; Mon, 30 Nov 2026 09:00:00 +0000\n\nx\n\n");
        File.SetUnixFileMode(box, (UnixFileMode)FileModes.WorldWritableFile);
        ProgramResult result = Run(["-j", .. Submission, "--to", $"boxed@{Instance.HostName}", "--mailbox", box]).Succeeded();
        JsonElement hops = JsonDocument.Parse(result.Output).RootElement.GetProperty("hops");
        Assert.That(hops.EnumerateArray().Select(h => h.GetProperty("by").GetString()), Is.All.EqualTo(Instance.HostName));
    }

    [Test]
    public void A_message_is_found_by_imap_and_removed_there()
    {
        Assert.That(UserDatabase.Find(User, out Account? account), Is.Zero);
        using ImapServer imap = new(_ca.Chain("localhost"), "reader", "other password", account!, $"{Mta.MailFolder}/{User}");
        File.WriteAllText($"{Mta.Folder}/imap-password", "other password\n");
        ProgramResult result = Run(["-j", .. Submission, "--imap", $"localhost:{imap.Port}", "--imap-tls", "implicit", "--imap-login",
            "reader",
            "--imap-password-file", $"{Mta.Folder}/imap-password", "--remove"]);
        Assert.That(result.ExitCode, Is.Zero, $"{result}\n{imap.Log}");
        JsonElement line = JsonDocument.Parse(result.Output).RootElement;
        string id = line.GetProperty("reply").GetString()!.Split(' ')[^1];
        Assert.That(line.GetProperty("hops")[0].GetProperty("id").GetString(), Is.EqualTo(id));
        Assert.That(Mta.Mailbox().Select(m => m.Text), Has.None.Contains(id));
        File.WriteAllText($"{Mta.Folder}/imap-password", "wrong\n");
        Exits(Run([.. Submission, "--imap", $"localhost:{imap.Port}", "--imap-tls", "implicit", "--imap-login", "reader",
            "--imap-password-file",
            $"{Mta.Folder}/imap-password"]), 77, "log in at localhost as reader");
    }

    [Test]
    public void What_does_not_arrive_in_time_is_said() =>
        Exits(Run([.. Submission, "--to", "u@slow.example", "--timeout", "20", "--mailbox", $"{Mta.Folder}/nothing"]), 75,
            "not in the mailbox within 20 seconds");

    [Test]
    public void A_wrong_password_is_said()
    {
        File.WriteAllText($"{Mta.Folder}/wrong", "wrong\n");
        Exits(Run([.. Submission, "--password-file", $"{Mta.Folder}/wrong", .. Maildir]), 77, "SCRAM-SHA-256-PLUS");
    }

    [Test]
    public void A_refused_message_is_said() =>
        Exits(Run(["--server", $"localhost:{Mta.SmtpPort}", "--to", $"there-is-nobody@{Instance.HostName}", .. Maildir]), 1, "550");

    [Test]
    public void A_message_refused_for_now_is_said() =>
        Exits(Run(["--server", $"localhost:{Mta.SmtpPort}", "--to", Address, "--from", "later@client.example", .. Maildir]), 75, "451");

    [Test]
    public void A_certificate_that_cannot_be_verified_is_said() =>
        Exits(Instance.Run("mtasuite", ["roundtrip", .. Submission, .. Maildir]), 69, "TLS");

    [Test]
    public void A_server_that_is_not_there_is_said() =>
        Exits(Run([.. Submission, "--server", "localhost:1", .. Maildir]), 69, "connect to localhost:1");

    [Test]
    public void A_password_file_that_is_not_there_is_said() =>
        Exits(Run([.. Submission, "--password-file", "/nowhere/password", .. Maildir]), 66, "/nowhere/password");

    [TestCase("--to ADDRESS is needed", "--mailbox", "/x")]
    [TestCase("either --mailbox PATH or --imap HOST", "--to", "a@b.example")]
    [TestCase("--login needs --password-file", "--to", "a@b.example", "--mailbox", "/x", "--login", "me")]
    [TestCase("is not an address", "--to", "nobody", "--mailbox", "/x")]
    [TestCase("is not one of starttls, implicit, none", "--to", "a@b.example", "--mailbox", "/x", "--tls", "yes")]
    [TestCase("is not a number of seconds", "--to", "a@b.example", "--mailbox", "/x", "--timeout", "-1")]
    [TestCase("--remove is not for mbox files", "--to", "a@b.example", "--mailbox", "/x", "--remove")]
    [TestCase("unrecognized option '--frobnicate'", "--to", "a@b.example", "--mailbox", "/x", "--frobnicate")]
    public void What_is_asked_wrongly(string text, params string[] arguments) =>
        Exits(Instance.Run("mtasuite", ["roundtrip", .. arguments]), 64, text);

    [Test]
    public void Help_names_every_option()
    {
        string help = Instance.Run("mtasuite", "roundtrip", "--help").Succeeded().Output;
        foreach (string option in new[] { "--to <ADDRESS>", "--imap <HOST[:PORT]>", "--password-file <FILE>", "-j, --json", "--remove",
            "Exit status: 0 it arrived" })
            Assert.That(help, Does.Contain(option));
    }
}
