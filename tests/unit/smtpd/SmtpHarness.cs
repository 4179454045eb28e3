using System.Net;
using System.Text;
using MtaSuite.Common.Config;
using MtaSuite.Common.Config.Params;
using MtaSuite.Common.Dns;
using MtaSuite.Common.Ipc;
using MtaSuite.Common.Ipc.Messages;
using MtaSuite.Common.Log;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Native;
using MtaSuite.Common.Net;
using MtaSuite.Common.Smtp;
using MtaSuite.Common.Tables;
using MtaSuite.Smtpd;
using MtaSuite.Smtpd.Access;

namespace MtaSuite.Tests.Unit.Smtpd;

/// <summary>
/// The server in this process: real sessions over socket pairs on a real loop, with a fake queue behind them and addresses known by rule:
/// domain local.test is ours and has the users "user", "a", "b", "c"; everything else is foreign.
/// </summary>
internal sealed class SmtpHarness : IDisposable
{
    private readonly string _log = Path.GetTempFileName();
    private readonly string _hosts = Path.GetTempFileName();

    public SmtpHarness(string config = "", string stress = "", IAddresses? addresses = null, string spool = "")
    {
        string text = "myhostname = mx.test\nmydomain = test\nsmtpd_error_sleep_time = 0\nsmtpd_sasl_failure_delay = 0\nmynetworks = "
            + "192.0.2.0/24\n" + config;
        Log.Configure(new LogSettings("smtpd") { File = _log });
        Loop = new EventLoop();
        Config = MailConfig.Parse(text).Config;
        SmtpdSettings normal = new(Config);
        SmtpdSettings stressed = new(MailConfig.Parse(text + "\nstress = yes\n" + stress).Config, normal.Tables);
        Settings = new SettingsPair(normal, stressed);
        Server = new SmtpServer(Loop, Settings, Queue.Open, addresses ?? Addresses, Names(),
            new DiskSpace("/tmp", TimeProvider.System), MaxSessions, spool)
        {
            Tls = normal.Tls.IsOn ? normal.Tls.TryStart(TimeProvider.System, out _) : null,
            Qmgr = new LinkClient(Loop, QmgrSocket),
        };
    }

    /// <summary>Where the queue manager is asked; nobody listens unless the test does.</summary>
    public string QmgrSocket => _hosts + ".qmgr";

    /// <summary>/etc/hosts of the test, and the name server that the configuration names; none answers without one.</summary>
    private NameServices Names()
    {
        File.WriteAllText(_hosts, "192.0.2.7 host.example\n");
        DnsOptions options = DnsOptions.Of(Config, Config.Get(SmtpdParams.SmtpdDnsReplyFilter));
        DnsResolver resolver = new(Loop, new DnsOptions
        {
            Servers = options.Servers.Count > 0 ? options.Servers : [new IPEndPoint(IPAddress.Loopback, 1)],
            ReplyFilter = options.ReplyFilter,
            Timeout = TestLimits.Answer,
            Attempts = 1,
        });
        return new NameServices(resolver, new HostLookupOptions { Sources = HostSources.Native, HostsFile = _hosts },
            Config.Get(SmtpdParams.SmtpdPeernameLookup));
    }

    public static int MaxSessions { get; set; }
    public EventLoop Loop { get; }
    public MailConfig Config { get; }
    public SettingsPair Settings { get; }
    public SmtpServer Server { get; }
    public FakeQueue Queue { get; } = new();
    public FakeAddresses Addresses { get; } = new();

    /// <summary>Runs client code on the loop to its end.</summary>
    public void Run(Func<Task> client)
    {
        Task? task = null;
        Loop.Post(() => task = RunAsync(client));
        LoopTimer limit = Loop.After(TestLimits.Long, Loop.Stop);
        Loop.Run();
        limit.Cancel();
        Assert.That(task!.IsCompleted, () => $"the client is stuck; log:\n{string.Join('\n', LogLines())}");
        task.GetAwaiter().GetResult();
    }

    private async Task RunAsync(Func<Task> client)
    {
        try
        {
            await client();
        }
        finally
        {
            Loop.Stop();
        }
    }

    /// <summary>Lets the loop go round.</summary>
    public async Task TurnAsync() => await Loop.Delay(TimeSpan.FromMilliseconds(1));

    /// <summary>A client connected from an address.</summary>
    /// <param name="early">What it says before anybody listens.</param>
    public TestClient Connect(string address = "192.0.2.7", int port = 4711, string early = "")
    {
        Assert.That(Sockets.TrySocketPair(out int a, out int b));
        foreach (int fd in new[] { a, b }) _ = FileIO.Fcntl(fd, FileIO.F_SETFL, FileIO.O_RDWR | FileIO.O_NONBLOCK);
        _ = Sockets.Send(b, Encoding.UTF8.GetBytes(early));
        Server.Accept(a, new IPEndPoint(IPAddress.Parse(address), port));
        return new TestClient(Loop, b);
    }

    /// <summary>A client that has been greeted, and has named a sender and a recipient.</summary>
    public async Task<TestClient> ConnectWithRecipientAsync()
    {
        TestClient client = Connect();
        await client.ReplyAsync();
        foreach (string command in (string[])["EHLO x", "MAIL FROM:<a@b>", "RCPT TO:<a@local.test>"]) await client.AskAsync(command);
        return client;
    }

    /// <summary>Sends everything, in two pieces, and returns all that the server says until it closes.</summary>
    public string Talk(string input, int split = 0, string address = "192.0.2.7")
    {
        string result = "";
        Run(async () =>
        {
            TestClient client = Connect(address);
            byte[] bytes = Encoding.Latin1.GetBytes(input);
            if (split > 0)
            {
                client.Send(bytes.AsSpan(0, split));
                await TurnAsync();
            }
            client.Send(bytes.AsSpan(split));
            client.Finish();
            result = await client.RestAsync();
        });
        return result;
    }

    /// <summary>The log so far, without time stamps.</summary>
    public string[] LogLines()
    {
        Log.Flush();
        return [.. File.ReadAllLines(_log).Select(l => l[(l.IndexOf("]: ", StringComparison.Ordinal) + 3)..])];
    }

    public void Dispose()
    {
        Loop.Dispose();
        Log.Configure(new LogSettings("test") { File = "/dev/null" });
        File.Delete(_log);
        File.Delete(_hosts);
        File.Delete(QmgrSocket);
    }
}

/// <summary>The other end of a session.</summary>
internal sealed class TestClient(EventLoop loop, int fd)
{
    private readonly Connection _connection = new(loop, fd);

    public Connection Connection => _connection;

    public void Send(ReadOnlySpan<byte> bytes)
    {
        _connection.Write(bytes);
        _connection.Flush();
    }

    public void Send(string text) => Send(Encoding.UTF8.GetBytes(text));

    /// <summary>No more input for the server.</summary>
    public void Finish() => Sockets.Shutdown(fd, Sockets.SHUT_WR);

    public void Close() => _connection.Dispose();

    /// <summary>Waits for a whole reply and returns it without line ends: "250-a|250 b"; "EOF" at the end.</summary>
    public async Task<string> ReplyAsync()
    {
        StringBuilder reply = new();
        while (true)
        {
            int end = _connection.Input.IndexOf((byte)'\n');
            if (end < 0)
            {
                if (await _connection.FillAsync() != ReadStatus.Data) return "EOF";
                continue;
            }
            string line = Encoding.UTF8.GetString(_connection.Input[..end]).TrimEnd('\r');
            _connection.Consume(end + 1);
            reply.Append(reply.Length > 0 ? "|" : "").Append(line);
            if (line.Length < 4 || line[3] == ' ') return reply.ToString();
        }
    }

    /// <summary>Sends a line and waits for the reply.</summary>
    public async Task<string> AskAsync(string line)
    {
        Send(line + "\r\n");
        return await ReplyAsync();
    }

    /// <summary>Sends bytes and waits for so many lines.</summary>
    public async Task ExchangeAsync(byte[] bytes, int lines)
    {
        Send(bytes);
        while (lines > 0)
        {
            if (_connection.Input.IsEmpty && await _connection.FillAsync() != ReadStatus.Data) return;
            lines -= _connection.Input.Count((byte)'\n');
            _connection.Consume(_connection.Input.Length);
        }
    }

    /// <summary>Everything until the server closes.</summary>
    public async Task<string> RestAsync()
    {
        StringBuilder all = new();
        while (await _connection.FillAsync() == ReadStatus.Data)
        {
            all.Append(Encoding.UTF8.GetString(_connection.Input));
            _connection.Consume(_connection.Input.Length);
        }
        _connection.Dispose();
        return all.ToString();
    }
}

/// <summary>A queue that keeps messages in memory.</summary>
internal sealed class FakeQueue
{
    public List<FakeMessage> Messages { get; } = [];
    /// <summary>What the next messages are answered with.</summary>
    public Outcome Answer { get; set; } = Outcome.Ok("queued");
    /// <summary>Why, when <see cref="Answer"/> is not Ok.</summary>
    public SubmitFailure Failure { get; set; } = SubmitFailure.Refused;
    /// <summary>Content is taken only after a wait.</summary>
    public bool Slow { get; set; }
    /// <summary>Finished messages.</summary>
    public IEnumerable<FakeMessage> Queued => Messages.Where(m => m.Finished && !m.Aborted);

    public ISubmission Open(SubmitRequest request)
    {
        FakeMessage message = new(request, this);
        Messages.Add(message);
        return message;
    }
}

internal sealed class FakeMessage(SubmitRequest request, FakeQueue queue) : ISubmission
{
    private readonly StringBuilder _content = new();
    private int _pending;

    public SubmitRequest Request { get; } = request;
    public string Content => _content.ToString();
    /// <summary>Without the Received: header.</summary>
    public string Body => Content[(Content.IndexOf('\n', Content.IndexOf(" id ", StringComparison.Ordinal) + 30) + 1)..];
    public int Writes { get; private set; }
    public bool Finished { get; private set; }
    public bool Aborted { get; private set; }
    public bool IsAnswered => Aborted;
    public bool HasRoom => !queue.Slow || _pending < 100;

    public Promise<bool> RoomAsync()
    {
        _pending = 0;
        return EventLoop.Current!.Delay(TimeSpan.Zero);
    }

    public void Write(ReadOnlySpan<byte> content)
    {
        Writes++;
        _pending += content.Length;
        _content.Append(Encoding.Latin1.GetString(content));
    }

    public SubmitEnd? Late { get; private set; }

    public Promise<SubmitReply> FinishAsync(SubmitEnd? late)
    {
        Finished = true;
        Late = late;
        Promise<SubmitReply> reply = new();
        SubmitFailure failure = queue.Answer.IsOk ? SubmitFailure.None : queue.Failure;
        reply.TrySet(new SubmitReply { QueueId = Request.Envelope.QueueId, Outcome = queue.Answer, Failure = failure });
        return reply;
    }

    public void Abort(string reason) => Aborted = true;
}

internal sealed class FakeAddresses : IAddresses
{
    private readonly BlockingQuestions _questions = new("slow.test", 4);

    /// <summary>Domain slow.test, whose recipients exist, asks this before it answers; null: it is as quick as others.</summary>
    public Action? Wait { get; set; }

    public ValueTask<LookupResult> FindAsync(Maps maps, string address) => maps.LookupAsync(address);

    public ValueTask<string> CompleteAsync(string address) => new(Complete(address));

    private static string Complete(string address) => address.Contains('@') ? address : address + "@local.test";

    public ValueTask<DestinationStatus> IsAuthorizedDestinationAsync(string sender, string recipient) => new(Whose(recipient));

    private static DestinationStatus Whose(string recipient) => Complete(recipient) switch
    {
        var r when r.EndsWith("@local.test", StringComparison.Ordinal) => DestinationStatus.Authorized,
        var r when r.EndsWith("@trouble.test", StringComparison.Ordinal) => DestinationStatus.Unknown,
        _ => DestinationStatus.Foreign,
    };

    public ValueTask<(DestinationStatus Whose, string Domain)> FindDomainAsync(string other, string address) =>
        new((Whose(address), Complete(address).Split('@')[^1]));

    public ValueTask<bool> IsSourceRoutedAsync(string sender, string recipient) => new(recipient.Contains('%'));

    public ValueTask<bool> IsLocalDomainAsync(string domain) => new(domain is "mx.test" or "[192.0.2.99]");

    public async ValueTask<SmtpReply> CheckListedAsync(string sender, string recipient, bool isSender)
    {
        string address = isSender ? sender : recipient;
        string full = Complete(address);
        if (Wait is { } wait && address.EndsWith("@slow.test", StringComparison.Ordinal))
            await _questions.AskAsync(wait, static wait =>
            {
                wait();
                return true;
            });
        if (!full.EndsWith("@local.test", StringComparison.Ordinal) || full.Split('@')[0] is "user" or "a" or "b" or "c") return default;
        return SmtpReply.Parse($"550 5.1.{(isSender ? 0 : 1)} <{address}>: {(isSender ? "Sender" : "Recipient")} address rejected: User "
            + $"unknown in local recipient table");
    }

    public void Forget() { }
}
