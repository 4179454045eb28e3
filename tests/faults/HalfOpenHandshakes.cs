using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using MtaSuite.Tests.E2e.Harness;
using MtaSuite.Tests.Unit.Tls;

namespace MtaSuite.Tests.Faults;

/// <summary>
/// Clients that begin TLS, send half of their first message and then nothing: memory stays bounded, others are served meanwhile, and the
/// silent ones are dropped in time. HALF_OPEN=10000 is the full size.
/// </summary>
[TestFixture, NonParallelizable]
public class HalfOpenHandshakes : InstanceTest
{
    private const int KibOfEach = 25;
    private static readonly int s_count =
        int.Parse(Environment.GetEnvironmentVariable("HALF_OPEN") ?? "2000", CultureInfo.InvariantCulture);
    private readonly TestCa _ca = new();
    private readonly List<Socket> _sockets = [];

    protected override string[] Settings =>
    [
        $"smtpd_tls_chain_files={_ca.Chain(Instance.HostName)}", "smtpd_client_connection_count_limit=0", "smtpd_starttls_timeout=300s",
            $"default_process_limit={s_count + 100}",
    ];

    protected override void Prepare() =>
        Instance.Run("postconf", "-c", Mta.Etc, "-P",
        $"127.0.0.1:{Mta.SubmissionsPort}/inet/smtpd_relay_restrictions=permit_mynetworks,reject").Succeeded();

    [OneTimeTearDown]
    public void Close()
    {
        DropAll();
        _ca.Dispose();
    }

    private void DropAll()
    {
        foreach (Socket socket in _sockets) socket.Dispose();
        _sockets.Clear();
    }

    /// <summary>The first half of a ClientHello: what SslStream sends, cut in the middle of the record.</summary>
    private static byte[] HalfHello()
    {
        using MemoryStream sent = new();
        using SslStream stream = new(new OneWay(sent));
        try { stream.AuthenticateAsClient(Instance.HostName); }
        catch (IOException) { } // nobody answers
        return sent.ToArray()[..(int)(sent.Length / 2)];
    }

    private sealed class OneWay(MemoryStream sent) : Stream
    {
        public override bool CanRead => true;
        public override bool CanSeek => false;
        public override bool CanWrite => true;
        public override long Length => 0;
        public override long Position { get; set; }
        public override void Flush() { }
        public override int Read(byte[] buffer, int offset, int count) => 0;
        public override long Seek(long offset, SeekOrigin origin) => 0;
        public override void SetLength(long value) { }
        public override void Write(byte[] buffer, int offset, int count) => sent.Write(buffer, offset, count);
    }

    /// <summary>Opens so many, a thousand at a time; by STARTTLS, or from the first byte.</summary>
    private void Open(int count, bool starttls, byte[] hello)
    {
        byte[] reply = new byte[2000];
        for (int left = count; left > 0; left -= 1000)
        {
            Socket[] some =
                [.. Enumerable.Range(0, Math.Min(left, 1000)).Select(_ => Connect(starttls ? Mta.SmtpPort : Mta.SubmissionsPort))];
            _sockets.AddRange(some);
            foreach (string line in starttls ? (string[])["", "EHLO half.example\r\n", "STARTTLS\r\n"] : [])
            {
                byte[] bytes = System.Text.Encoding.ASCII.GetBytes(line);
                foreach (Socket socket in some)
                    if (line.Length > 0) socket.Send(bytes);
                foreach (Socket socket in some) Assert.That(socket.Receive(reply), Is.GreaterThan(0));
                Assert.That(reply[0], Is.EqualTo((byte)'2'));
            }
            foreach (Socket socket in some) socket.Send(hello);
        }
    }

    private static Socket Connect(int port)
    {
        Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp)
        {
            NoDelay = true,
            ReceiveTimeout = (int)TestLimits.Wait.TotalMilliseconds
        };
        socket.Connect(IPAddress.Loopback, port);
        return socket;
    }

    /// <summary>A message over a TLS session of its own; how long all of it took.</summary>
    private TimeSpan Deliver(bool starttls, string subject)
    {
        Stopwatch clock = Stopwatch.StartNew();
        using Socket socket = Connect(starttls ? Mta.SmtpPort : Mta.SubmissionsPort);
        using NetworkStream raw = new(socket);
        if (starttls) foreach (string line in (string[])["", "EHLO honest.example", "STARTTLS"]) Say(raw, line);
        using SslStream stream = new(raw, true, (_, _, _, _) => true);
        stream.AuthenticateAsClient(Instance.HostName);
        foreach (string line in (string[])[starttls ? "NOOP" : "", "EHLO honest.example", $"MAIL FROM:<{Address}>", $"RCPT TO:<{Address}>",
            "DATA", $"Subject: {subject}\r\n\r\nx\r\n.", "QUIT"])
            Say(stream, line);
        return clock.Elapsed;
    }

    private static void Say(Stream stream, string line)
    {
        byte[] reply = new byte[2000];
        if (line.Length > 0) stream.Write(System.Text.Encoding.ASCII.GetBytes(line + "\r\n"));
        int n = stream.Read(reply);
        string said = System.Text.Encoding.ASCII.GetString(reply, 0, n);
        if (said.Length == 0 || said[0] is not ('2' or '3')) throw new RefusedException($"{line}: {said}");
    }

    private sealed class RefusedException(string message) : Exception(message);

    /// <summary>How many of the open ones the server has closed.</summary>
    private int Dropped() => _sockets.Count(s => s.Poll(0, SelectMode.SelectRead));

    [Test, Order(1)]
    public void They_are_small_and_do_not_keep_others_out()
    {
        byte[] hello = HalfHello();
        foreach (bool starttls in (bool[])[true, false]) Deliver(starttls, "before");
        long before = Mta.ProportionalKib("smtpd");
        Stopwatch clock = Stopwatch.StartNew();
        Open(s_count / 2, starttls: true, hello);
        Open(s_count / 2, starttls: false, hello);
        TimeSpan opened = clock.Elapsed;
        TimeSpan[] others = [Deliver(true, "meanwhile by STARTTLS"), Deliver(false, "meanwhile by TLS")];
        double each = (Mta.ProportionalKib("smtpd") - before) / (double)s_count;
        TestContext.Out.WriteLine($"{s_count} half-open handshakes opened in {opened.TotalSeconds:0.0} s, {each:0.0} KiB each; a message "
            + $"beside them {others[0].TotalMilliseconds:0} and {others[1].TotalMilliseconds:0} ms");
        Mta.Delivered("Subject: meanwhile by STARTTLS");
        Mta.Delivered("Subject: meanwhile by TLS");
        Assert.That(Dropped(), Is.Zero);
        if (Programs.IsAheadOfTime) Assert.That(each, Is.LessThanOrEqualTo(KibOfEach));
        Assert.That(others.Max(), Is.LessThan(TimeSpan.FromSeconds(100)), "starttls takes 300 s to time out");
        DropAll();
    }

    // a reload leaves old processes listening for a moment
    private void Restart()
    {
        Mta.Stop();
        Mta.Start();
    }

    [Test, Order(2)]
    public void They_are_dropped_when_their_time_is_up()
    {
        Mta.Configure("smtpd_starttls_timeout=2s");
        Restart();
        byte[] hello = HalfHello();
        Open(100, starttls: true, hello);
        Open(100, starttls: false, hello);
        Wait.Until(() => Dropped() == 200, () => $"200 to be dropped; {Dropped()} are");
        Mta.WaitForLog(@"SSL_accept error from localhost\[127\.0\.0\.1\]: Connection timed out");
        DropAll();
    }

    [Test, Order(3)]
    public void When_there_are_too_many_they_give_way_to_others()
    {
        const int limit = 100;
        Mta.Configure("smtpd_starttls_timeout=${stress?{2}:{300}}s", "smtpd_timeout=${stress?{2}:{300}}s",
            $"default_process_limit={limit}");
        Restart();
        byte[] hello = HalfHello();
        Open(limit, starttls: true, hello);
        Open(limit, starttls: false, hello);
        foreach (bool starttls in (bool[])[true, false])
            Wait.Until(() =>
            {
                try { return Deliver(starttls, "between them") > TimeSpan.Zero; }
                catch (Exception e) when (e is IOException or RefusedException) { return false; } // all server ports are busy
            }, "a place for somebody else");
        Wait.Until(() => Dropped() == 2 * limit, () => $"all of them to be dropped; {Dropped()} are");
        DropAll();
    }
}
