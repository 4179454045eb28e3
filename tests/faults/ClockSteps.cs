using System.Runtime.InteropServices;
using MtaSuite.Tests.E2e.Harness;

namespace MtaSuite.Tests.Faults;

/// <summary>
/// The daemons' wall clock is set ahead and back while mail flows: nothing is lost, doubled, returned or kept waiting. The machine's clock
/// stays as it is: a small library that is loaded into the daemons adds what a file says. Times that the kernel gives to files are not
/// shifted by it.
/// </summary>
[TestFixture]
public class ClockSteps : InstanceTest
{
    private const int Day = 86_400;
    private const string Shim = """
        #define _GNU_SOURCE
        #include <dlfcn.h>
        #include <fcntl.h>
        #include <stdlib.h>
        #include <sys/mman.h>
        #include <sys/time.h>
        #include <time.h>
        static volatile long none;
        static volatile long *ahead = &none;
        static int (*real)(clockid_t, struct timespec *);
        __attribute__((constructor)) static void start(void)
        {
            const char *path = getenv("CLOCK_AHEAD");
            int fd = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
            void *p = fd < 0 ? MAP_FAILED : mmap(0, sizeof(long), PROT_READ, MAP_SHARED, fd, 0);
            if (p != MAP_FAILED) ahead = p;
            real = (int (*)(clockid_t, struct timespec *))dlsym(RTLD_NEXT, "clock_gettime");
        }
        int clock_gettime(clockid_t id, struct timespec *t)
        {
            if (!real) start();
            int result = real(id, t);
            if (result == 0 && (id == CLOCK_REALTIME || id == CLOCK_REALTIME_COARSE)) t->tv_sec += *ahead;
            return result;
        }
        int gettimeofday(struct timeval *t, void *zone)
        {
            struct timespec s;
            clock_gettime(CLOCK_REALTIME, &s);
            t->tv_sec = s.tv_sec;
            t->tv_usec = s.tv_nsec / 1000;
            return 0;
        }
        """;

    private string Library => $"{Mta.Folder}/clock.so";

    private string AheadFile => $"{Mta.Folder}/ahead";

    private string Gate => $"{Mta.Folder}/gate";

    protected override string[] Settings => ["queue_run_delay=2s", "minimal_backoff_time=2s", "maximal_backoff_time=4s"];

    protected override void Prepare()
    {
        Programs.Require("gcc");
        File.WriteAllText(Library + ".c", Shim);
        Programs.Run("gcc", ["-shared", "-fPIC", "-O1", "-o", Library, Library + ".c", "-ldl"]).Succeeded();
        File.WriteAllBytes(AheadFile, new byte[8]);
        Mta.Configure($"import_environment=LD_PRELOAD={Library} CLOCK_AHEAD={AheadFile}");
        Mta.AddAliases($"gate: \"|test -e {Gate} || exit 75; cat >> {Gate}\"\n");
    }

    /// <summary>Sets the daemons' clock ahead by so many seconds of the true time. In place: it is mapped.</summary>
    private void SetAhead(long seconds)
    {
        using FileStream file = new(AheadFile, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
        file.Write(MemoryMarshal.AsBytes([seconds]));
    }

    [SetUp]
    public void Reset()
    {
        SetAhead(0);
        File.Delete(Gate);
    }

    [Test, Order(1)]
    public void The_daemons_see_the_step()
    {
        SetAhead(40 * Day);
        DateTimeOffset then = DateTimeOffset.Now.AddDays(40);
        using SmtpPeer peer = SmtpPeer.Open(Mta.SmtpPort);
        peer.Deliver(Address, Address, "Subject: from the future\n\nx\n").Is(250);
        Assert.That(Mta.Delivered("from the future").Header("Received"),
            Does.Contain(then.ToString("MMM yyyy", System.Globalization.CultureInfo.InvariantCulture)));
    }

    [Test, Order(2)]
    public void Steps_while_mail_flows_lose_nothing()
    {
        using SteadyClients clients = SteadyClients.OverSmtp(Mta, 6);
        clients.WaitForMore(10);
        foreach (long step in (long[])[Day, 0, -Day, 0, 3 * Day, -3 * Day, 1, -1, 0])
        {
            SetAhead(step);
            clients.WaitForMore(15);
            Thread.Sleep(300);
        }
        clients.FinishAndCheck();
        Assert.That(clients.Broken, Is.Zero, clients.Troubles);
        Assert.That(Mta.LogText(), Does.Not.Contain("status=bounced").And.Not.Contain("status=expired"));
        Assert.That(Mta.LogText(), Does.Not.Match("delays?=-|/-"));
    }

    [TestCase(Day, 0, Description = "deferred in the future, then set back")]
    [TestCase(0, -Day, Description = "set back by a day")]
    [TestCase(0, Day, Description = "set ahead by a day")]
    [Order(3)]
    public void What_is_deferred_is_tried_again_in_time(long before, long after)
    {
        SetAhead(before);
        using SmtpPeer peer = SmtpPeer.Open(Mta.SmtpPort);
        string id = peer.Deliver(Address, $"gate@{Instance.HostName}", "Subject: waits\n\nwaits\n").Is(250).QueueId;
        Mta.WaitForLog($"{id}: to=<gate@mx.test.example>, .*status=deferred");
        Wait.Until(() => Mta.Queued("deferred").Contains(id), "it is deferred");
        SetAhead(after);
        File.WriteAllText(Gate, "");
        File.SetUnixFileMode(Gate, (UnixFileMode)0x1B6);
        Mta.WaitForLog($"{id}: removed"); // within the time limit of the test, not after a day
        Assert.That(File.ReadAllText(Gate), Does.Contain("waits"));
    }

    [Test, Order(4)]
    public void A_message_that_is_being_written_does_not_become_old()
    {
        using SmtpPeer peer = SmtpPeer.Open(Mta.SmtpPort);
        peer.Say($"MAIL FROM:<{Address}>").Is(250);
        peer.Say($"RCPT TO:<{Address}>").Is(250);
        peer.Say("DATA").Is(354);
        string line = new string('y', 70) + "\r\n";
        peer.Send("Subject: slow\r\n\r\n" + string.Concat(Enumerable.Repeat(line, 10_000)));
        Wait.Until(() => Mta.Queued("incoming").Length > 0, "a part of it in incoming");
        SetAhead(3 * Day);
        Thread.Sleep(5000); // two scans
        Assert.That(Mta.Queued("incoming"), Is.Not.Empty);
        peer.Send("end\r\n.\r\n");
        peer.Read().Is(250);
        Mta.Delivered("Subject: slow");
    }
}
