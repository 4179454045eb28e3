using System.Text.Json;
using MtaSuite.Common.Native;
using MtaSuite.Tests.E2e.Harness;

namespace MtaSuite.Tests.E2e;

/// <summary>
/// A local user against the process that delivers with root's rights: signals and limits while his commands are started, lists that lead
/// elsewhere or have no end. Mail of others arrives meanwhile. MTA_ATTACK_SECONDS sets how long.
/// </summary>
[TestFixture]
public class HostileRecipient : InstanceTest
{
    private const string Other = "news";
    private Account _user = null!;

    private string Forward => $"{Mta.Folder}/forward";

    private string Lists => $"{Mta.Folder}/lists";

    protected override string[] Settings => ["command_time_limit=20s"];

    protected override void Prepare()
    {
        _user = Attacker.Account(User);
        foreach (string folder in (string[])[Forward, Lists])
        {
            Directory.CreateDirectory(folder);
            _ = Paths.ChOwn(folder, _user.Uid, _user.Gid);
        }
        Mta.Configure($"forward_path={Forward}/$user");
        File.WriteAllText($"{Mta.Folder}/secret", "topsecret.line@root.example\n");
        File.SetUnixFileMode($"{Mta.Folder}/secret", (UnixFileMode)FileModes.PrivateFile);
        Mta.AddAliases($"users-list: :include:{Lists}/list\nkernel-list: :include:/proc/self/maps\n");
    }

    private void Own(string path, string text)
    {
        File.WriteAllText(path, text);
        _ = Paths.ChOwn(path, _user.Uid, _user.Gid);
    }

    private void Send(string to, string subject) => Mta.Sendmail($"Subject: {subject}\n\nbody of {subject}\n", to).Succeeded();

    /// <summary>Mail to somebody else arrives.</summary>
    private void ExpectDelivery(string subject)
    {
        Send($"{Other}@{Instance.HostName}", subject);
        Mta.Delivered($"body of {subject}", Other);
    }

    [Test]
    public void Whoever_has_commands_started_cannot_stop_kill_or_limit_the_daemons()
    {
        string name = User;
        Own($"{Forward}/{name}", "\"|exec cat >/dev/null\"\n");
        int[] daemons = [.. Mta.Pids("master"), .. Mta.Pids("qmgr")];
        int local = LocalPid();
        int mark = Mta.LogMark();
        using Attacker attacker = Attacker.Start(_user, """
            etc = arguments[0]
            class Limit(ctypes.Structure): _fields_ = [('soft', ctypes.c_ulong), ('hard', ctypes.c_ulong)]
            zero = Limit(0, 0)
            tried, done, stopped, refused = 0, [], [], {}
            def attempt(what, result, pid):
                global tried
                tried += 1
                if result == 0: done.append(f'{what} {pid}')
                else: refused[ctypes.get_errno()] = refused.get(ctypes.get_errno(), 0) + 1
            def daemons():
                for pid in filter(str.isdigit, os.listdir('/proc')):
                    try: line = open(f'/proc/{pid}/cmdline').read().split('\0')
                    except OSError: continue
                    # master's children; a child of local looks like local until it has become launcher, which the user may disturb
                    if '/libexec/' not in line[0] or etc not in line: continue
                    try:
                        parent = open(f'/proc/{pid}/stat').read().rsplit(')', 1)[1].split()[1]
                        parent = open(f'/proc/{parent}/cmdline').read().split('\0')[0]
                    except OSError: continue
                    if line[0].endswith('/master') or parent.endswith('/master'): yield int(pid), line[0]
            while not over():
                targets = list(daemons())
                for round in range(200):
                    for pid, program in targets:
                        if round % 20 and not program.endswith('/local'): continue
                        try: tids = [int(t) for t in os.listdir(f'/proc/{pid}/task')]
                        except OSError: continue
                        for tid in tids:
                            attempt('prlimit', libc.prlimit(tid, 1, ctypes.byref(zero), None), pid) # RLIMIT_FSIZE
                            for number in (19, 9): attempt('tgkill', libc.syscall(234, pid, tid, number), pid) # SIGSTOP, SIGKILL
                        for number in (19, 9): attempt('kill', libc.kill(pid, number), pid)
                    if over(): break
                    # the start of his own commands may be disturbed, by whom it belongs to
                    for pid in filter(str.isdigit, os.listdir('/proc')) if round % 50 == 0 else ():
                        try:
                            line = open(f'/proc/{pid}/cmdline').read().split('\0')[0]
                            if line.endswith('/launcher') and os.stat(f'/proc/{pid}').st_uid == uid:
                                os.kill(int(pid), 19); stopped.append(int(pid))
                        except OSError: pass
            for pid in stopped: # lets them end, with the test
                try: os.kill(pid, 18)
                except OSError: pass
            print(json.dumps({'tried': tried, 'done': done[:20], 'own': len(stopped), 'refused': sorted(refused)}))
            """, Mta.Etc);
        DateTime end = DateTime.UtcNow + Attacker.Duration;
        int sent = 0;
        do
        {
            for (int i = 0; i < 5; i++) Send($"{name}@{Instance.HostName}", $"command {sent++}");
            ExpectDelivery($"under attack {sent}");
        }
        while (DateTime.UtcNow < end);
        string report = attacker.Finish();
        TestContext.Out.WriteLine($"{sent} messages to commands; {report}");
        using JsonDocument result = JsonDocument.Parse(report);
        Assert.That(result.RootElement.GetProperty("done").GetArrayLength(), Is.Zero, report);
        Assert.That(result.RootElement.GetProperty("tried").GetInt32(), Is.GreaterThan(1000), report);
        // EPERM, or ESRCH where a thread or process had ended
        IEnumerable<int> errors = result.RootElement.GetProperty("refused").EnumerateArray().Select(e => e.GetInt32());
        Assert.That(errors, Is.SubsetOf(new[] { Errno.EPERM, Errno.ESRCH }), report);
        Assert.That((int[])[.. Mta.Pids("master"), .. Mta.Pids("qmgr")], Is.EqualTo(daemons));
        Assert.That(Mta.Pids("local"), Does.Contain(local), "local lives");
        ExpectDelivery("after the attack");
        Assert.That(Mta.CountLog("killed by signal|died|panic", mark), Is.Zero);
        Mta.WaitForLog("delivered to command: exec cat", mark);
        File.Delete($"{Forward}/{name}");
    }

    /// <summary>The process that delivers to local users; it is started on demand.</summary>
    private int LocalPid()
    {
        ExpectDelivery("first");
        return Mta.Pid("local");
    }

    [Test]
    public void A_list_that_a_user_exchanges_for_a_link_never_shows_what_only_root_may_read()
    {
        Own($"{Lists}/list", $"{Other}\n");
        int mark = Mta.LogMark();
        using Attacker attacker = Attacker.Start(_user, """
            lists, secret = arguments
            os.symlink(secret, f'{lists}/other')
            count = 0
            while not over():
                for i in range(500): count += exchange(f'{lists}/list', f'{lists}/other')
            print(count)
            """, Lists, $"{Mta.Folder}/secret");
        DateTime end = DateTime.UtcNow + Attacker.Duration;
        int sent = 0;
        do Send($"users-list@{Instance.HostName}", $"to the list {sent++}");
        while (DateTime.UtcNow < end);
        TestContext.Out.WriteLine($"{sent} messages, {attacker.Finish()} exchanges");
        Send($"kernel-list@{Instance.HostName}", "to the kernel");
        Mta.WaitForLog("to=<kernel-list@.*status=bounced", mark);
        Mta.WaitForLog("shows the state of the kernel", mark);
        Mta.WaitUntilEmpty();
        Assert.That(Mta.CountLog("status=", mark), Is.GreaterThanOrEqualTo(sent));
        Assert.That(Mta.LogText()[mark..], Does.Not.Contain("topsecret").And.Not.Contain("r-xp"));
        string notices = string.Concat(Directory.EnumerateFiles(Mta.MailFolder, "*", SearchOption.AllDirectories).Select(File.ReadAllText));
        Assert.That(notices, Does.Not.Contain("topsecret").And.Not.Contain("r-xp"));
    }

    [Test]
    public void Lists_without_an_end_are_deferred_and_hold_up_nobody()
    {
        string name = User;
        Own($"{Lists}/empty", "");
        Own($"{Lists}/twice", $":include:{Lists}/twice\n:include:{Lists}//twice\n");
        string spellings = string.Concat(Enumerable.Range(1, 1098).Select(i => $":include:{Lists}{new string('/', i)}empty\n"));
        Own($"{Forward}/{name}", $"{spellings}:include:{Lists}/twice\n");
        int mark = Mta.LogMark();
        Send($"{name}@{Instance.HostName}", "without an end");
        ExpectDelivery("beside it");
        Mta.WaitForLog($@"to=<{name}@.*dsn=4\.2\.4, status=deferred \(expansion stopped: more than 500 included files\)", mark);
        Assert.That(Mta.LogMark() - mark, Is.LessThan(100_000), "bytes of log");
        using (FileStream huge = File.OpenWrite($"{Forward}/{name}")) huge.SetLength(1L << 40); // sparse
        Send($"{name}@{Instance.HostName}", "huge");
        Mta.WaitForLog(@"status=deferred \(expansion stopped: more than 16777216 bytes in lists", mark);
        ExpectDelivery("beside the huge one");
        File.Delete($"{Forward}/{name}");
        Instance.Run("postsuper", "-c", Mta.Etc, "-d", "ALL").Succeeded();
    }
}
