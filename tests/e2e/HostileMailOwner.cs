using System.Globalization;
using MtaSuite.Common.Native;
using MtaSuite.Tests.E2e.Harness;

namespace MtaSuite.Tests.E2e;

/// <summary>
/// mail_owner, whom a daemon that was taken over would be, writes the folders of the spool. Root's commands work there meanwhile, and
/// must not reach what lies elsewhere. MTA_ATTACK_SECONDS sets how long.
/// </summary>
[TestFixture]
public class HostileMailOwner : InstanceTest
{
    private const int MessagesKept = 20;
    private Account _owner = null!;
    private string _victim = "";

    protected override string[] Settings => ["defer_transports=local"];

    protected override void Prepare()
    {
        _owner = Attacker.Account("mtasuite");
        _victim = $"{Mta.Folder}/victim";
        Directory.CreateDirectory($"{_victim}/below");
        File.WriteAllText($"{_victim}/secret", "root's\n");
        File.WriteAllText($"{_victim}/below/secret", "root's\n");
        foreach (string file in (string[])[$"{_victim}/secret", $"{_victim}/below/secret"])
            File.SetUnixFileMode(file, (UnixFileMode)FileModes.PrivateFile);
        foreach (string folder in (string[])[_victim, $"{_victim}/below"]) File.SetUnixFileMode(folder,
            (UnixFileMode)FileModes.PrivateFolder);
    }

    /// <summary>Everything about root's folder that an attack could change.</summary>
    private string Snapshot() => string.Join('\n', Directory.EnumerateFileSystemEntries(_victim, "*", SearchOption.AllDirectories)
        .Append(_victim).Order(StringComparer.Ordinal).Select(Describe));

    private static string Describe(string path) => !FileStatus.TryGet(path, out FileStatus s, follow: false) ? path
        : string.Create(CultureInfo.InvariantCulture, $"{path} {s.Uid}:{s.Gid} {s.Mode:x} {(s.IsRegular ? File.ReadAllText(path) : "")}");

    private void QueueMessages()
    {
        for (int i = 0; i < MessagesKept; i++) Mta.Sendmail($"Subject: kept {i}\n\nkept\n", Address).Succeeded();
        Wait.Until(() => Mta.Queued("deferred").Length >= MessagesKept, "deferred messages");
    }

    [Test]
    public void Roots_commands_change_nothing_outside_while_folders_and_links_are_exchanged()
    {
        QueueMessages();
        string before = Snapshot();
        using Attacker attacker = Attacker.Start(_owner, """
            spool, victim = arguments
            pairs = []
            for folder, target in (('deferred', victim), ('hold', victim), ('defer', victim), ('journal', victim + '/below')):
                real, link = f'{spool}/{folder}/real', f'{spool}/{folder}/link'
                os.mkdir(real, 0o700); os.mkdir(real + '/deep', 0o700); os.symlink(target, link); pairs.append((real, link))
                open(f'{real}/secret', 'w').close()
            real, link = f'{spool}/hold/one', f'{spool}/hold/two'
            open(real, 'w').close(); os.symlink(victim + '/secret', link); pairs.append((real, link))
            count = 0
            while not over():
                for i in range(200):
                    for a, b in pairs: count += exchange(a, b)
            print(count)
            """, Mta.Spool, _victim);
        DateTime end = DateTime.UtcNow + Attacker.Duration;
        int rounds = 0;
        do
        {
            foreach (string[] command in (string[][])[["mtasuite", "-c", Mta.Etc, "set-permissions"], ["postsuper", "-c", Mta.Etc, "-s"],
                ["postsuper", "-c", Mta.Etc, "-h", "ALL"], ["postsuper", "-c", Mta.Etc, "-H", "ALL"], ["postsuper", "-c", Mta.Etc, "-p"]])
                _ = Instance.Run(command[0], command[1..]);
            rounds++;
        }
        while (DateTime.UtcNow < end);
        int exchanges = int.Parse(attacker.Finish(), CultureInfo.InvariantCulture);
        TestContext.Out.WriteLine($"{exchanges} exchanges, {rounds} rounds of commands");
        Assert.That(exchanges, Is.GreaterThan(1000));
        Assert.That(Snapshot(), Is.EqualTo(before));
        int kept = Mta.Queued("deferred", "hold").Count(id => id.Length > 10);
        Assert.That(kept, Is.GreaterThanOrEqualTo(MessagesKept), "no message is lost");
    }

    [Test]
    public void Without_any_race_a_link_in_the_place_of_a_folder_leads_nowhere()
    {
        QueueMessages();
        string before = Snapshot();
        // every subfolder of deferred is a link to root's folder
        using (Attacker attacker = Attacker.Start(_owner, """
            spool, victim = arguments
            os.mkdir(f'{spool}/deferred/wrong')
            for name in [n for n in os.listdir(f'{spool}/deferred') if len(n) == 1]:
                os.rename(f'{spool}/deferred/{name}', f'{spool}/hold/was{name}'); os.symlink(victim, f'{spool}/deferred/{name}')
                # postsuper -s would move these to their place, which is root's folder now
                for file in os.listdir(f'{spool}/hold/was{name}'):
                    os.rename(f'{spool}/hold/was{name}/{file}', f'{spool}/deferred/wrong/{file}')
            print(len(os.listdir(f'{spool}/deferred/wrong')))
            """, Mta.Spool, _victim))
            Assert.That(int.Parse(attacker.Finish(), CultureInfo.InvariantCulture), Is.GreaterThanOrEqualTo(MessagesKept));
        foreach (string option in (string[])["-s", "-p"]) _ = Instance.Run("postsuper", "-c", Mta.Etc, option);
        foreach (string option in (string[])["-r", "-h", "-H", "-e", "-d"]) _ = Instance.Run("postsuper", "-c", Mta.Etc, option, "ALL");
        _ = Instance.Run("mtasuite", "-c", Mta.Etc, "set-permissions");
        Assert.That(Snapshot(), Is.EqualTo(before));
    }

    [Test]
    public void A_log_in_mail_owners_folder_is_not_written_through_a_link()
    {
        string logs = $"{Mta.Folder}/ownlog", target = $"{_victim}/created";
        Directory.CreateDirectory(logs);
        _ = Paths.ChOwn(logs, _owner.Uid, _owner.Gid);
        File.CreateSymbolicLink($"{logs}/mail.log", target);
        string before = Snapshot();
        Directory.CreateDirectory($"{Mta.Folder}/otheretc");
        foreach (string name in (string[])["main.cf", "master.cf"]) File.Copy($"{Mta.Etc}/{name}", $"{Mta.Folder}/otheretc/{name}");
        Instance.Run("postconf", "-c", $"{Mta.Folder}/otheretc", "-e", $"maillog_file={logs}/mail.log").Succeeded();
        _ = Instance.Run("postlog", "-c", $"{Mta.Folder}/otheretc", "a line");
        _ = Instance.Run("mtasuite", "-c", $"{Mta.Folder}/otheretc", "set-permissions");
        Assert.That(Snapshot(), Is.EqualTo(before));
    }
}
