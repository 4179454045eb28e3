using System.Buffers;
using System.Diagnostics;
using System.Globalization;
using MtaSuite.Common.Ipc;
using MtaSuite.Common.Ipc.Messages;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Native;
using MtaSuite.Tests.E2e.Harness;

namespace MtaSuite.Tests.E2e;

/// <summary>
/// A local user without rights attacks the sockets that every user may connect to, while root and another user work. An attack takes some
/// seconds, or as many as
/// MTASUITE_ATTACK_SECONDS says.
/// </summary>
[TestFixture]
public class HostileUser : InstanceTest
{
    private const string Attacker = "nobody";

    /// <summary>What a service may take under attack, KiB: a runtime that compiles just in time, some thousand connections, one user's
    /// requests.</summary>
    private const long MostKib = 150 * 1024;

    private static int Seconds { get; } =
        int.TryParse(Environment.GetEnvironmentVariable("MTASUITE_ATTACK_SECONDS"),
            NumberStyles.None, CultureInfo.InvariantCulture, out int n) ? n : 4;

    /// <summary>
    /// python3 - MODE SECONDS COUNT FILE PATH...: "idle" keeps COUNT connections at each path; "ask" sends FILE on each and says no more;
    /// "trickle" sends FILE and
    /// then a byte of content now and then; "flood" sends FILE as datagrams. Lost connections are made again. The last line says how often.
    /// </summary>
    private const string Attack = """
        import resource, socket, struct, sys, time
        mode, seconds, count, file = sys.argv[1], float(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
        paths = sys.argv[5:]
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        count = max(1, min(count, (min(hard, 100000) - 50) // len(paths)))
        data = open(file, 'rb').read()
        end, done, held, left = time.time() + seconds, 0, {}, {}
        print('attacking', flush=True)
        if mode == 'flood':
            s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
            while time.time() < end:
                try:
                    s.sendto(data, socket.MSG_DONTWAIT, paths[0])
                    done += 1
                except OSError: time.sleep(0.0005)
        while time.time() < end:
            for path in paths:
                for i in range(count):
                    if time.time() > end: break
                    s = held.get((path, i))
                    try:
                        if s is None:
                            s = socket.socket(socket.AF_UNIX)
                            s.setblocking(False)
                            s.connect(path)
                            held[path, i] = s
                            left[path, i] = b'' if mode == 'idle' else data
                            done += 1
                        rest = left[path, i]
                        if rest: left[path, i] = rest[s.send(rest):]
                        elif mode == 'trickle': s.send(struct.pack('<IIB', 1, 1, 2) + b'x')
                        elif not s.recv(65536): raise ConnectionError
                    except BlockingIOError: pass
                    except OSError:
                        if s is not None: s.close()
                        held.pop((path, i), None)
            time.sleep(0.01)
        print('done', done, 'held', len(held), flush=True)
        """;

    protected override string[] Settings => ["local_user_idle_timeout=1s", "local_user_progress_timeout=2s",
        "local_user_drain_timeout=3s", "max_idle=2s", "postlog_user_rate_limit=1"];

    private string Public(string service) => $"{Mta.Spool}/public/{service}";

    private Process Start(string mode, int count, byte[] data, params string[] services)
    {
        if (!Programs.IsRoot) Assert.Ignore("not root: there is no second user");
        Programs.Require("runuser", "python3");
        string file = $"{Mta.Folder}/attack-{mode}";
        File.WriteAllBytes(file, data);
        File.SetUnixFileMode(file, (UnixFileMode)FileModes.PublicFile);
        Process process = Programs.Start("runuser", ["-u", Attacker, "--", "python3", "-c", Attack,
            mode, $"{Seconds}", $"{count}", file, .. services.Select(Public)]);
        Assert.That(process.StandardOutput.ReadLine(), Is.EqualTo("attacking"), () => process.StandardError.ReadToEnd());
        return process;
    }

    private static void Finish(Process process)
    {
        string said = process.StandardOutput.ReadToEnd() + process.StandardError.ReadToEnd();
        process.WaitForExit();
        TestContext.Out.WriteLine(said);
        Assert.That(said, Does.Contain("done ").And.Not.Contain("done 0"), "the attack took place");
        process.Dispose();
    }

    private ProgramResult AsUser(string command, string input, params string[] arguments) =>
        Programs.Run("runuser", ["-u", User, "--", $"{Programs.Build}/sbin/{command}", "-C", Mta.Etc, .. arguments], input);

    /// <summary>Root and another user submit, list and reload; each command has the harness's two minutes.</summary>
    private void OthersWork(Process attack, bool reload)
    {
        int round = 0;
        do
        {
            string mark = $"{TestContext.CurrentContext.Test.Name}-{round++}";
            Mta.Sendmail($"Subject: root {mark}\n\nbody\n", Address).Succeeded();
            AsUser("sendmail", $"Subject: user {mark}\n\nbody\n", Address).Succeeded();
            AsUser("mailq", "").Succeeded();
            if (reload) Mta.Reload();
            Mta.Delivered($"Subject: root {mark}");
            Mta.Delivered($"Subject: user {mark}");
            foreach (string program in (string[])["pickup", "showq", "qmgr"])
                Assert.That(Mta.Pids(program).Select(Anonymous).DefaultIfEmpty().Max(), Is.LessThan(MostKib), $"memory of {program}, KiB");
        }
        while (!attack.HasExited);
        Finish(attack);
        AsUser("mailq", "").Succeeded();
    }

    private static long Anonymous(int pid)
    {
        try { return Instance.Kib(pid, "Anonymous"); }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidOperationException) { return 0; }
    }

    /// <summary>A submission as it goes over the socket.</summary>
    private static byte[] Submission(int recipients)
    {
        SubmitRequest request = new() { Envelope = new Envelope { Sender = Attacker } };
        for (int i = 0; i < recipients; i++)
            request.Envelope.Recipients.Add(new EnvelopeRecipient { Address = $"recipient-{i}@{Instance.HostName}" });
        ArrayBufferWriter<byte> payload = new();
        AttributeEncoder.Encode(payload, request);
        return [.. BitConverter.GetBytes(payload.WrittenCount), .. BitConverter.GetBytes(1), (byte)FrameType.Open, .. payload.WrittenSpan];
    }

    [Test]
    public void Thousands_of_silent_connections_hold_up_nobody() =>
        OthersWork(Start("idle", 3000, [], "pickup", "showq", "qmgr", "cleanup"), reload: false);

    [Test]
    public void Silent_connections_hold_up_no_reload() => OthersWork(Start("idle", 500, [], "pickup", "showq", "qmgr"), reload: true);

    [Test]
    public void Submissions_that_trickle_hold_up_nobody() => OthersWork(Start("trickle", 500, Submission(1), "pickup"), reload: true);

    [Test]
    public void Huge_envelopes_take_no_memory_without_end() => OthersWork(Start("ask", 100, Submission(30_000), "pickup"), reload: false);

    [Test]
    public void Requests_that_are_broken_hold_up_nobody()
    {
        byte[] announced = [.. BitConverter.GetBytes(Link.MaxMessage), .. BitConverter.GetBytes(1),
            (byte)FrameType.Open, .. new byte[200_000]];
        OthersWork(Start("ask", 500, announced, "pickup", "showq", "qmgr"), reload: false);
    }

    [Test]
    public void A_flood_of_log_lines_is_counted_and_summed_up()
    {
        long before = new FileInfo($"{Mta.Folder}/log/mail.log").Length;
        Process attack = Start("flood", 1, new byte[4000], "postlog");
        int lines = 0;
        do
        {
            Programs.Run("runuser", ["-u", "mtasuite", "--", $"{Programs.Build}/sbin/postlog", "-c", Mta.Etc,
                "-t", "trusted", $"line {++lines}"]).Succeeded();
            Mta.Sendmail($"Subject: during the flood {lines}\n\nbody\n", Address).Succeeded();
        }
        while (!attack.HasExited);
        Finish(attack);
        Mta.Delivered($"Subject: during the flood {lines}");
        long grown = new FileInfo($"{Mta.Folder}/log/mail.log").Length - before;
        Assert.That(grown, Is.LessThan(1_000_000 + 20_000L * Seconds), "bytes of log");
        // postlogd leaves (max_idle), and says before what it left out
        Mta.WaitForLog(@"uid=\d+: \d+ lines left out: more than postlog_user_rate_limit");
        for (int i = 1; i <= lines; i++) Mta.WaitForLog($@"trusted\[\d+\]: line {i}$");
    }

    [Test]
    public void A_slow_program_in_front_of_sendmail_survives_a_reload()
    {
        using Process slow = Programs.Start($"{Programs.Build}/sbin/sendmail", ["-C", Mta.Etc, "-i", Address]);
        slow.StandardInput.Write("Subject: slow\n\n" + new string('x', 500) + "\n");
        slow.StandardInput.Flush();
        Mta.Reload();
        Thread.Sleep(TimeSpan.FromSeconds(4)); // longer than every time limit of a local user here
        slow.StandardInput.Write(string.Concat(Enumerable.Repeat(new string('y', 70) + "\n", 10_000)));
        Mta.Reload();
        slow.StandardInput.Close();
        string said = slow.StandardError.ReadToEnd();
        slow.WaitForExit();
        Assert.That((slow.ExitCode, said), Is.EqualTo((0, "")));
        Assert.That(Mta.Delivered("Subject: slow").Body, Has.Length.EqualTo(501 + 710_000));
    }
}

/// <summary>Many submissions of one user at once: each waits for its turn.</summary>
[TestFixture]
public class SubmissionStorm : InstanceTest
{
    private const int Messages = 40;

    protected override string[] Settings => ["local_user_connection_limit=2"];

    [Test]
    public void Every_one_of_many_submissions_of_one_user_is_taken_in_the_end()
    {
        if (!Programs.IsRoot) Assert.Ignore("not root: the limit does not hold for the user of the daemons");
        Programs.Require("runuser");
        using Process storm = Programs.Start("runuser", ["-u", User, "--", "/bin/sh", "-c",
            $"for i in $(seq {Messages}); do (echo 'Subject: storm'; echo; head -c 300000 /dev/zero | tr '\\0' x; echo) | "
                + $"{Programs.Build}/sbin/sendmail -C {Mta.Etc} {Address} || echo failed $i & done; wait"]);
        storm.StandardInput.Close();
        string said = storm.StandardOutput.ReadToEnd() + storm.StandardError.ReadToEnd();
        storm.WaitForExit();
        Assert.That(said, Is.Empty);
        Wait.Until(() => Mta.Mailbox().Count(m => m.Text.Contains("Subject: storm", StringComparison.Ordinal)) == Messages, "all of them");
    }
}
