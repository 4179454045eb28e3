using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using MtaSuite.Tests.E2e.Harness;

namespace MtaSuite.Tests.Faults;

/// <summary>
/// Clients that keep sending whatever happens to the server, each message with an id of its own, and remember for which ones they were
/// promised delivery. A message whose answer was lost is not sent again: so what arrives twice was doubled by the server.
/// </summary>
public sealed class SteadyClients : IDisposable
{
    private static int s_run;
    private readonly string _run = $"load{Interlocked.Increment(ref s_run)}x";
    private readonly ConcurrentDictionary<string, bool> _accepted = new();
    private readonly ConcurrentQueue<string> _troubles = new();
    private readonly List<Thread> _threads = [];
    private readonly Func<string, bool> _send;
    private readonly Instance _instance;
    private volatile bool _stop;

    /// <summary>Where the mail ends; where it starts unless set otherwise.</summary>
    public Instance? Destination { get; init; }

    private int _sent, _broken;

    /// <summary>Messages for which a 250, or sendmail's exit status 0, was seen.</summary>
    public int Accepted => _accepted.Count;

    /// <summary>Sessions that ended otherwise than by our QUIT.</summary>
    public int Broken => _broken;

    public string Troubles => string.Join("; ", _troubles.Distinct().Take(10));

    private SteadyClients(Instance instance, int count, Func<SteadyClients, Func<string, bool>> send)
    {
        _instance = instance;
        _send = send(this);
        for (int i = 0; i < count; i++)
        {
            Thread thread = new(Run) { IsBackground = true, Name = $"client {i}" };
            _threads.Add(thread);
            thread.Start();
        }
    }

    /// <summary>Sessions of several messages each, with a pause after every message.</summary>
    public static SteadyClients OverSmtp(Instance instance, int sessions, string? to = null, int messagesPerSession = 5,
        int pauseMilliseconds = 20, int size = 300,
        Instance? destination = null) =>
        new(instance, sessions, me => first => me.Session(first, to ?? Instance.Address, messagesPerSession, pauseMilliseconds, size))
        {
            Destination = destination
        };

    /// <summary>One sendmail after the other.</summary>
    public static SteadyClients OverSendmail(Instance instance, int users) => new(instance, users, me => id =>
    {
        ProgramResult result = instance.Sendmail(Message(id, 300), "-i", "-f", Instance.Address, Instance.Address);
        if (result.ExitCode == 0) me._accepted[id] = true;
        else me._troubles.Enqueue($"sendmail: {result.ExitCode} {result.Error.Trim()}");
        return result.ExitCode == 0;
    });

    private string NextId() => $"<{_run}{Interlocked.Increment(ref _sent)}@client.example>";

    private static string Message(string id, int size) =>
        $"Subject: load\nMessage-ID: {id}\n\n{string.Join('\n', Enumerable.Repeat(new string('x', 70), size / 71 + 1))}\n";

    private void Run()
    {
        while (!_stop)
            if (!_send(NextId())) Thread.Sleep(20);
    }

    private bool Session(string id, string to, int messages, int pause, int size)
    {
        try
        {
            using SmtpPeer peer = SmtpPeer.Open(_instance.SmtpPort);
            for (int i = 0; i < messages && !_stop; i++, id = NextId())
            {
                peer.Deliver(Instance.Address, to, Message(id, size)).Is(250);
                _accepted[id] = true;
                Thread.Sleep(pause);
            }
            peer.Quit();
            return true;
        }
        catch (Exception e) when (e is IOException or SocketException or AssertionException)
        {
            Interlocked.Increment(ref _broken);
            _troubles.Enqueue(e.Message);
            return false;
        }
    }

    /// <summary>Waits until so many more messages were accepted.</summary>
    public void WaitForMore(int count)
    {
        int goal = Accepted + count;
        Wait.Until(() => Accepted >= goal, () => $"{goal} accepted messages; there are {Accepted}; {Troubles}");
    }

    /// <summary>
    /// Stops sending, waits until the queue is empty, and says how often each promised message lies in the mailbox of the user.
    /// </summary>
    public Dictionary<string, int> Finish()
    {
        Dispose();
        int flushed = Environment.TickCount;
        Wait.Until(() =>
        {
            if (_instance.Waiting().Length == 0 && (Destination == null || Destination.Waiting().Length == 0)) return true;
            // what was deferred while something was away is not worth a minute's wait
            if (Environment.TickCount - flushed < 2000) return false;
            _instance.Command("postqueue", "", "-f");
            _instance.Command("postkick", "", "public", "pickup", "W");
            flushed = Environment.TickCount;
            return false;
        }, () => $"an empty queue; it has {string.Join(' ', _instance.Waiting().Take(10))}");
        Dictionary<string, int> found = _accepted.Keys.ToDictionary(id => id, _ => 0, StringComparer.Ordinal);
        Regex mine = new($"<{_run}[0-9]+@client\\.example>");
        foreach (Mail mail in (Destination ?? _instance).Mailbox())
            if (mine.Match(mail.Text) is { Success: true } id && found.TryGetValue(id.Value, out int n)) found[id.Value] = n + 1;
        return found;
    }

    /// <summary>Finishes and checks that nothing promised was lost, and that nothing came twice unless that may be.</summary>
    public void FinishAndCheck(bool duplicatesAllowed = false)
    {
        Dictionary<string, int> found = Finish();
        string[] lost = [.. found.Where(f => f.Value == 0).Select(f => f.Key)],
            doubled = [.. found.Where(f => f.Value > 1).Select(f => f.Key)];
        TestContext.Out.WriteLine($"{found.Count} accepted, {lost.Length} lost, {doubled.Length} doubled, {_broken} sessions broken");
        Assert.That(found, Is.Not.Empty);
        Assert.That(lost, Is.Empty, "accepted and lost");
        if (!duplicatesAllowed) Assert.That(doubled, Is.Empty, "delivered twice");
    }

    public void Dispose()
    {
        _stop = true;
        foreach (Thread thread in _threads) thread.Join();
    }
}
