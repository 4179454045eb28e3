using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using MtaSuite.Common.Native;
using MtaSuite.Tests.E2e.Harness;

namespace MtaSuite.Tests.E2e;

/// <summary>
/// Reloads while a delivery hangs for as long as the test wants: everything else goes on at once, and the message that hangs is delivered
/// once.
/// </summary>
[TestFixture]
public class ReloadWhileDelivering : InstanceTest
{
    private readonly int _port = FreePort();
    private SmtpSink _sink = null!;
    private int _number;

    protected override string[] Settings =>
    [
        $"transport_maps=inline:{{hang.example=smtp:[127.0.0.1]:{_port}, single.example=single:[127.0.0.1]:{_port}}}",
            "inet_protocols=ipv4",
        "smtp_connection_cache_on_demand=no", "minimal_backoff_time=1h", "maximal_backoff_time=1h",
    ];

    protected override void Prepare() => File.AppendAllText($"{Mta.Etc}/master.cf", "single unix - - n - 1 smtp\n");

    private static int FreePort()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    [SetUp]
    public void OpenSink() => _sink = new SmtpSink(IPAddress.Loopback, _port, SinkMode.Waits);

    [TearDown]
    public void CloseSink()
    {
        foreach (int pid in Mta.Pids("qmgr")) _ = Signals.Kill(pid, Instance.SIGCONT);
        _sink.LetGo();
        Wait.IsSoon(() => Mta.Pids("qmgr").Length == 1 && Mta.Waiting().Length == 0, TimeSpan.FromSeconds(30));
        _sink.Dispose();
    }

    /// <summary>Sends a message to a server that says nothing and waits until its delivery has begun.</summary>
    private string SendToHang(string domain = "hang.example")
    {
        int before = _sink.Connections;
        string id = Send($"user@{domain}", $"hangs {++_number}");
        Wait.Until(() => _sink.Connections > before, "a connection to the server that hangs");
        return id;
    }

    private string Send(string recipient, string text)
    {
        int mark = Mta.LogMark();
        Mta.Sendmail($"Subject: test\n\n{text}\n", "-f", Address, recipient).Succeeded();
        return Mta.WaitForLog(@"qmgr\[\d+\]: ([0-9A-Za-z]+): from=<[^>]*>, size=\d+, nrcpt=\d+ \(queue active\)", mark).Groups[1].Value;
    }

    private void LocalMailIsDelivered()
    {
        string text = $"local {++_number}";
        Mta.Sendmail($"Subject: test\n\n{text}\n", Address).Succeeded();
        Mta.Delivered(text);
    }

    private string[] Active() =>
    [
        .. Mta.Command("postqueue", "", "-j").Succeeded().Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
        .Select(l => JsonDocument.Parse(l).RootElement)
            .Where(e => e.GetProperty("queue_name").GetString() == "active").Select(e => e.GetProperty("queue_id").GetString()!)
    ];

    /// <summary>Reloads and waits for the new process.</summary>
    private int Reload()
    {
        int[] old = Mta.Pids("qmgr");
        Mta.Reload();
        int[] added = [];
        Wait.Until(() => (added = [.. Mta.Pids("qmgr").Except(old)]).Length == 1, "a new qmgr");
        return added[0];
    }

    private void EndsWell(params string[] ids)
    {
        _sink.LetGo();
        Wait.Until(() =>
        {
            // where a process died or was stopped, the attempt of the next one found the recipient's record locked and waits for its time
            Mta.Command("postqueue", "", "-f").Succeeded();
            return Mta.Waiting().Length == 0;
        }, () => $"an empty queue; it has {string.Join(' ', Mta.Waiting())}");
        foreach (string id in ids) Mta.WaitForLog($"{id}: removed");
        Assert.That(_sink.Count, Is.EqualTo(ids.Length), "each message came once");
    }

    [Test]
    public void Other_mail_goes_on_and_the_queue_answers()
    {
        string id = SendToHang();
        int old = Mta.Pid("qmgr"), next = Reload();
        LocalMailIsDelivered();
        Assert.That(Mta.Pids("qmgr"), Is.EquivalentTo(new[] { old, next }), "the delivery hangs on");
        Mta.WaitForLog($@"qmgr\[{old}\]: leaving; still in delivery: {id}$");
        Wait.Until(() => Active().Contains(id), "the message to be listed as active");
        Assert.That(Mta.Command("mailq", "").Succeeded().Output,
            Does.Match($"(?m)^{id}\\*").And.Contain("in delivery since before the reload"));
        Mta.Command("postqueue", "", "-f").Succeeded();
        Mta.Command("mtasuite", "", "status").Succeeded();
        EndsWell(id);
        Assert.That(Mta.CountLog($"{id}: to=.*status=sent"), Is.EqualTo(1));
        Wait.Until(() => Mta.Pids("qmgr").SequenceEqual([next]), "the old process to leave");
    }

    [Test]
    public void Several_reloads_leave_several_processes_and_lose_nothing()
    {
        List<string> ids = [];
        for (int i = 0; i < 4; i++)
        {
            ids.Add(SendToHang());
            Reload();
            LocalMailIsDelivered();
        }
        Assert.That(Mta.Pids("qmgr"), Has.Length.EqualTo(5));
        Wait.Until(() => ids.All(Active().Contains), "all that hang to be listed by the newest");
        EndsWell([.. ids]);
        Wait.Until(() => Mta.Pids("qmgr").Length == 1, "the old processes to leave");
    }

    [Test]
    public void A_message_that_fails_after_the_reload_is_deferred_and_known()
    {
        string id = SendToHang();
        Reload();
        LocalMailIsDelivered();
        _sink.Dispose();
        Mta.WaitForLog($"{id}: to=.*status=deferred");
        _sink = new SmtpSink(IPAddress.Loopback, _port);
        Wait.Until(() => Mta.Pids("qmgr").Length == 1, "the old process to leave");
        Assert.That(Mta.Command("postqueue", "", "-j").Succeeded().Output, Does.Contain(id).And.Contain("next_retry_time"));
        Mta.Command("postqueue", "", "-i", id).Succeeded();
        EndsWell(id);
    }

    [Test]
    public void A_deleted_message_is_gone_when_the_delivery_ends()
    {
        string id = SendToHang();
        int next = Reload();
        Mta.Command("postsuper", "", "-d", id).Succeeded();
        Assert.That(Mta.Queued(), Does.Not.Contain(id));
        _sink.Dispose();
        Wait.Until(() => Mta.Pids("qmgr").SequenceEqual([next]), "the old process to leave");
        LocalMailIsDelivered();
        Assert.That(Mta.Queued(), Is.Empty);
    }

    [TestCase(true)]
    [TestCase(false)]
    public void Death_of_one_of_both_loses_nothing(bool old)
    {
        string id = SendToHang();
        int first = Mta.Pid("qmgr"), second = Reload();
        LocalMailIsDelivered();
        _ = Signals.Kill(old ? first : second, Instance.SIGKILL);
        LocalMailIsDelivered();
        EndsWell(id);
    }

    [Test]
    public void A_process_that_is_stopped_does_not_hold_up_the_next()
    {
        string id = SendToHang();
        int old = Mta.Pid("qmgr");
        _ = Signals.Kill(old, Instance.SIGSTOP);
        Reload();
        LocalMailIsDelivered();
        Mta.WaitForLog("did not say what they are delivering");
        LocalMailIsDelivered();
        _ = Signals.Kill(old, Instance.SIGCONT);
        EndsWell(id);
    }

    [Test]
    public void A_process_limit_holds_over_a_reload()
    {
        string id = SendToHang("single.example");
        Reload();
        string second = Send("other@single.example", "waits for its turn");
        LocalMailIsDelivered();
        Assert.That(_sink.Connections, Is.EqualTo(1));
        Assert.That(Mta.Command("mailq", "").Succeeded().Output, Does.Contain("all 1 deliveries of transport single are under way"));
        EndsWell(id, second);
    }

    [Test]
    public void A_slow_submission_neither_blocks_others_nor_breaks()
    {
        using Process slow = Process.Start(new ProcessStartInfo($"{Programs.Build}/sbin/sendmail", [Address])
        {
            RedirectStandardInput = true,
            Environment = { ["MAIL_CONFIG"] = Mta.Etc },
        })!;
        slow.StandardInput.Write("Subject: slow\n\nbegins\n");
        slow.StandardInput.Flush();
        Reload();
        LocalMailIsDelivered();
        slow.StandardInput.Write("and ends\n");
        slow.StandardInput.Close();
        Assert.That(slow.WaitForExit(Wait.Limit) && slow.ExitCode == 0);
        Assert.That(Mta.Delivered("begins").Text, Does.Contain("and ends"));
    }

    [Test]
    public void The_queue_is_listed_while_qmgr_is_stopped()
    {
        string id = SendToHang();
        int pid = Mta.Pid("qmgr");
        _ = Signals.Kill(pid, Instance.SIGSTOP);
        foreach (string option in (string[])["-p", "-j"])
        {
            ProgramResult listing = Mta.Command("postqueue", "", option).Succeeded();
            Assert.That(listing.Output, Does.Contain(id));
            Assert.That(listing.Error, Does.Contain("does not say which messages are being delivered"));
        }
        _ = Signals.Kill(pid, Instance.SIGCONT);
        EndsWell(id);
    }

    [Test]
    public void Removed_comes_behind_the_last_status()
    {
        _sink.LetGo();
        const int count = 200;
        int mark = Mta.LogMark();
        using (SmtpPeer peer = SmtpPeer.Open(Mta.SmtpPort))
        {
            for (int i = 0; i < count; i++) peer.Deliver("sender@client.example", Address, $"Subject: test\n\norder {i}\n").Is(250);
            peer.Quit();
        }
        Wait.Until(() => Mta.CountLog(": removed$", mark) == count, "all to be removed");
        HashSet<string> removed = new(StringComparer.Ordinal);
        foreach (string line in Mta.LogText()[mark..].Split('\n'))
        {
            string[] parts = line.Split(": ", 3);
            if (parts.Length < 3) continue;
            if (parts[2] == "removed") removed.Add(parts[1]);
            else if (parts[2].Contains("status=", StringComparison.Ordinal)) Assert.That(removed, Does.Not.Contain(parts[1]), line);
        }
    }
}
