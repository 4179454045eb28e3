using MtaSuite.Tests.E2e.Harness;

namespace MtaSuite.Tests.E2e;

/// <summary>
/// The load generator of Debian's postfix package, in its modes. It puts numbers in front of recipients: unknown users go to one who
/// exists.
/// </summary>
[TestFixture]
public class SmtpSource : InstanceTest
{
    protected override string[] Settings => ["local_recipient_maps=", $"luser_relay={User}"];

    protected override void Prepare() =>
        File.WriteAllText($"{Mta.Folder}/prepared", "Subject: prepared\nFrom: x@client.example\n\nfrom a file\n.dot\n");

    [TestCase("one message", 1, "")]
    [TestCase("many sessions", 60, "-s 20 -m 60")]
    [TestCase("many messages a session", 60, "-d -s 3 -m 60")]
    [TestCase("large", 4, "-s 2 -m 4 -l 300000")]
    [TestCase("tiny", 4, "-m 4 -l 1")]
    [TestCase("counter", 5, "-c -m 5 -C 3")]
    [TestCase("numbered recipients", 12, "-N -m 12 -s 3")]
    [TestCase("several recipients", 20, "-r 5 -m 4 -d")]
    [TestCase("named host", 2, "-M sender.example -m 2")]
    [TestCase("address literal", 2, "-M [192.0.2.1] -m 2")]
    [TestCase("positive replies not needed", 2, "-A -m 2")]
    [TestCase("random pauses", 3, "-R 1 -m 3 -s 3")]
    [TestCase("small window", 2, "-T 1024 -m 2 -l 20000")]
    public void A_mode_of_smtp_source(string name, int expected, string options)
    {
        Programs.Require("smtp-source");
        string subject = $"smtp-source {name}";
        Programs.Run("smtp-source", [.. options.Split(' ', StringSplitOptions.RemoveEmptyEntries), "-S", subject, "-f",
            "source@client.example", "-t", Address,
            $"127.0.0.1:{Mta.SmtpPort}"]).Succeeded();
        Wait.Until(() => Count($"Subject: {subject}\n") >= expected,
            () => $"{expected} messages; there are {Count($"Subject: {subject}\n")}");
        Mta.WaitUntilEmpty();
        Assert.That(Count($"Subject: {subject}\n"), Is.EqualTo(expected));
    }

    [Test]
    public void A_prepared_message()
    {
        Programs.Require("smtp-source");
        Programs.Run("smtp-source", ["-F", $"{Mta.Folder}/prepared", "-m", "3", "-s", "3", "-f", "source@client.example", "-t", Address,
            $"127.0.0.1:{Mta.SmtpPort}"]).Succeeded();
        Wait.Until(() => Count("Subject: prepared\n") == 3, "three copies");
        Assert.That(Mta.Mailbox().First(m => m.Text.Contains("Subject: prepared\n", StringComparison.Ordinal)).Body,
            Does.StartWith("from a file\n.dot\n"));
    }

    [Test]
    public void Without_greeting_and_headers()
    {
        Programs.Require("smtp-source");
        int before = Mta.Mailbox().Count;
        Programs.Run("smtp-source", ["-o", "-m", "3", "-f", "old@client.example", "-t", Address, $"127.0.0.1:{Mta.SmtpPort}"]).Succeeded();
        Wait.Until(() => Mta.Mailbox().Count == before + 3, "three messages");
        Assert.That(Mta.Mailbox().Count(m => m.Header("Return-Path") == "<old@client.example>"
            && m.Header("Received")!.Contains("with SMTP", StringComparison.Ordinal)),
            Is.EqualTo(3));
    }

    private int Count(string text) => Mta.Mailbox().Count(m => m.Text.Contains(text, StringComparison.Ordinal));
}
