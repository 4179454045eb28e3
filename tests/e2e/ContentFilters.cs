using System.Globalization;
using MtaSuite.Common.Native;
using MtaSuite.Tests.E2e.Harness;

namespace MtaSuite.Tests.E2e;

/// <summary>
/// Filters behind the queue as sites have them: a command that gives mail back by sendmail (bogofilter), and a server that takes and gives
/// back mail by SMTP (amavisd), with what receive_override_options leaves out on the way back.
/// </summary>
[TestFixture]
public class ContentFilters : InstanceTest
{
    private const string Eicar = @"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*";
    private readonly int _back = Instance.FreePort(), _amavis = Instance.FreePort();
    private string Words => $"{Mta.Folder}/words";

    protected override string[] Settings =>
        ["virtual_alias_domains=team.example", "amavis_destination_recipient_limit=10", "command_time_limit=300s"];

    protected override void Prepare()
    {
        Directory.CreateDirectory(Words);
        string filter = $"{Mta.Folder}/filter.sh";
        File.WriteAllText(filter, $"""
            #!/bin/sh
            # what bogofilter cannot judge now is tried again later
            bogofilter -d {Words} -e -p | {Programs.Build}/sbin/sendmail -C {Mta.Etc} -G -i "$@"
            """ + "\n");
        File.SetUnixFileMode(filter, (UnixFileMode)FileModes.PublicFolder);
        string user = Programs.IsRoot ? "nobody" : User;
        File.WriteAllText($"{Mta.Etc}/valias", $"all@team.example {User}@{Instance.HostName}, root@{Instance.HostName}\n");
        Mta.Configure($"virtual_alias_maps=texthash:{Mta.Etc}/valias");
        File.WriteAllText($"{Mta.Etc}/master.cf", File.ReadAllText($"{Mta.Etc}/master.cf") + $$"""

            127.0.0.1:{{Bayes}} inet n - n - - smtpd
              -o content_filter=bogofilter:
            127.0.0.1:{{Scanned}} inet n - n - - smtpd
              -o content_filter=amavis:[127.0.0.1]:{{_amavis}}
            127.0.0.1:{{_back}} inet n - n - - smtpd
              -o content_filter= -o receive_override_options=no_unknown_recipient_checks,no_address_mappings
              -o smtpd_recipient_restrictions=permit_mynetworks,reject
              -o smtpd_authorized_xforward_hosts=127.0.0.0/8
            bogofilter unix - n n - 10 pipe flags=Rq user={{user}} argv={{filter}} -f ${sender} -- ${recipient}
            amavis unix - - n - 2 smtp
              -o smtp_send_xforward_command=yes

            """);
    }

    private int Bayes { get; } = Instance.FreePort();

    private int Scanned { get; } = Instance.FreePort();

    private static void Send(int port, string to, string message)
    {
        using SmtpPeer peer = SmtpPeer.Open(port);
        peer.Deliver(Address, to, message).Is(250);
        peer.Quit();
    }

    /// <summary>Made-up mail: each kind has words of its own among common ones.</summary>
    private static string Letter(bool spam, int number)
    {
        string[] common = ["the", "and", "you", "with", "today", "please", "letter", "from", "our", "house"];
        string[] own = spam ? ["winner", "pills", "casino", "credit", "cheap", "urgent", "lottery"]
            : ["meeting", "garden", "library", "timetable", "compiler", "violin", "receipt"];
        Random random = new(number + (spam ? 10_000 : 0));
        IEnumerable<string> words = Enumerable.Range(0, 60)
            .Select(i => i % 3 == 0 ? own[random.Next(own.Length)] : common[random.Next(common.Length)]);
        return $"From: a{number}@example.org\nSubject: {own[random.Next(own.Length)]} {number.ToString(CultureInfo.InvariantCulture)}\n\n"
            + $"{string.Join(' ', words)}\n";
    }

    [Test]
    public void Bogofilter_marks_mail_by_what_its_user_taught_it()
    {
        Programs.Require("bogofilter");
        for (int i = 0; i < 100; i++)
            foreach (bool spam in new[] { true, false })
                Programs.Run("bogofilter", ["-d", Words, spam ? "-s" : "-n"], Letter(spam, i)).Succeeded();
        if (Programs.IsRoot) Programs.Run("chown", ["-R", "nobody", Words]).Succeeded();
        for (int i = 200; i < 210; i++)
        {
            Send(Bayes, Address, Letter(spam: true, i).Replace("Subject:", "X-Kind: spam\nSubject:", StringComparison.Ordinal));
            Send(Bayes, Address, Letter(spam: false, i).Replace("Subject:", "X-Kind: ham\nSubject:", StringComparison.Ordinal));
        }
        Wait.Until(() => Mta.Mailbox().Count(m => m.Header("X-Kind") != null) == 20, "twenty messages");
        string[] judged = [.. Mta.Mailbox().Where(m => m.Header("X-Kind") != null)
            .Select(m => $"{m.Header("X-Kind")} {m.Header("X-Bogosity")?.Split(',')[0]}").Distinct().Order()];
        Assert.That(judged, Is.EqualTo(new[] { "ham Ham", "spam Spam" }));
        Mta.WaitForLog(@"to=<\S+>, relay=bogofilter, .*status=sent \(delivered via bogofilter service\)");
    }

    [Test]
    public void Amavis_takes_mail_and_gives_it_back_and_keeps_a_virus()
    {
        if (!Programs.IsRoot) Assert.Ignore("amavisd takes the rights of its user as root");
        Programs.Require("amavisd");
        using AmavisServer amavis = new(Mta, _amavis, _back, "D_DISCARD");
        Send(Scanned, Address, "Subject: clean\n\na clean letter\n.\n..\n");
        Mail clean = Mta.Delivered("a clean letter");
        Assert.That(clean.Header("X-Virus-Scanned"), Does.Contain("amavis"));
        Assert.That(clean.Text, Does.EndWith("a clean letter\n.\n..\n"));
        Mta.WaitForLog(@"relay=127\.0\.0\.1\[127\.0\.0\.1\]:\d+, .*status=sent \(250 2\.0\.0 from MTA");
        // expanded once, before the filter
        Send(Scanned, "all@team.example", "Subject: to a team\n\nto the whole team\n");
        Mta.Delivered("to the whole team");
        Mta.Delivered("to the whole team", "root");
        int mark = Mta.LogMark();
        Send(Scanned, Address, $"Subject: virus\n\n{Eicar}\n");
        Mta.WaitForLog(@"status=sent \(250 2\.7\.0 .*discarded", mark);
        Mta.WaitUntilEmpty();
        Assert.That(Mta.Mailbox().Where(m => m.Text.Contains("EICAR", StringComparison.Ordinal)), Is.Empty);
    }
}
