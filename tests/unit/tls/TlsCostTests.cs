using MtaSuite.Common.Native;
using MtaSuite.Common.Net;
using MtaSuite.Common.Tls;

namespace MtaSuite.Tests.Unit.Tls;

/// <summary>What a TLS session costs, counted in calls and bytes, which are the same on every machine.</summary>
[TestFixture]
public class TlsCostTests
{
    private readonly TestCa _ca = new();

    [OneTimeTearDown]
    public void Remove() => _ca.Dispose();

    [SetUp]
    public void ServeTickets()
    {
        Assert.That(OpenSsl.TryLoad(out string error), error);
        SslTickets.SetCipher("aes-256-cbc");
        new TicketKeys("", TimeSpan.FromHours(1), TimeProvider.System).Install();
    }

    /// <summary>A chain that does not fit into the library's buffer of 4 KiB.</summary>
    private string LongChain()
    {
        string file = _ca.Chain("mx.example");
        for (int i = 0; i < 12; i++)
        {
            string other = File.ReadAllText(_ca.Chain($"intermediate{i}.example"));
            File.AppendAllText(file, other[other.IndexOf("-----BEGIN CERT", StringComparison.Ordinal)..]);
        }
        return file;
    }

    // A call for each flight; the client's Finished and the server's ticket travel with the first command and its reply.
    [TestCase("", false, 2, 2)]
    [TestCase("", true, 2, 2)]
    [TestCase("<=TLSv1.2", false, 3, 3)]
    public void A_flight_is_one_call(string protocols, bool resumed, int client, int server)
    {
        using TlsContext serving = TlsPair.ServerContext(protocols, LongChain()), calling = TlsPair.ClientContext(_ca.RootFile);
        nint session = 0;
        for (int round = 0; round < (resumed ? 2 : 1); round++)
        {
            using TlsPair pair = new();
            pair.Run(async () =>
            {
                (TlsHandshake, TlsHandshake) done =
                    await pair.ShakeAsync(serving, calling, tls => { if (session != 0) SslSessions.Resume(tls.Ssl, session); }, "EHLO");
                Assert.That(done, Is.EqualTo((TlsHandshake.Done, TlsHandshake.Done)));
                Assert.That(await TlsPair.ReceiveAsync(pair.Server, 4), Has.Length.EqualTo(4));
                pair.Server.Write("250 hello"u8);
                _ = TlsPair.ReceiveAsync(pair.Server, 1); // looks for the next command before the reply is sent
                Assert.That(await TlsPair.ReceiveAsync(pair.Client, 9), Has.Length.EqualTo(9));
                Assert.That((pair.ClientTls!.Ssl.IsResumed, pair.ServerTls!.Ssl.IsResumed), Is.EqualTo((round == 1, round == 1)));
                Assert.That((pair.ClientTls.Ssl.SystemCalls.Sends, pair.ServerTls.Ssl.SystemCalls.Sends), Is.EqualTo((client, server)));
                if (protocols.Length == 0) Assert.That(pair.ServerTls.Ssl.SystemCalls.Receives, Is.EqualTo(2));
                session = SslSessions.Take(pair.ClientTls.Ssl);
            });
        }
        if (session != 0) SslSessions.Free(session);
    }

    [Test]
    public void The_end_of_a_handshake_is_sent_though_nobody_says_anything()
    {
        using TlsContext serving = TlsPair.ServerContext("", _ca.Chain("mx.example")), calling = TlsPair.ClientContext(_ca.RootFile);
        using TlsPair pair = new();
        pair.Run(async () =>
        {
            Assert.That(await pair.ShakeAsync(serving, calling), Is.EqualTo((TlsHandshake.Done, TlsHandshake.Done)));
            await pair.Loop.Delay(TimeSpan.FromMilliseconds(1));
            Assert.That((pair.ClientTls!.Ssl.IsHolding, pair.ServerTls!.Ssl.IsHolding, pair.ServerTls.Ssl.SystemCalls.Sends),
                Is.EqualTo((false, false, 2)));
            Task<byte[]> reading = TlsPair.ReceiveAsync(pair.Client, 1);
            pair.Server.Write("2"u8);
            await reading;
            nint session = SslSessions.Take(pair.ClientTls.Ssl);
            Assert.That(session, Is.Not.Zero, "the ticket came");
            SslSessions.Free(session);
        });
    }

    [Test]
    public void A_connection_that_ends_with_its_handshake_ends_in_order()
    {
        using TlsContext serving = TlsPair.ServerContext("", _ca.Chain("mx.example")), calling = TlsPair.ClientContext(_ca.RootFile);
        using TlsPair pair = new();
        pair.Run(async () =>
        {
            Assert.That(await pair.ShakeAsync(serving, calling, first: "QUIT"), Is.EqualTo((TlsHandshake.Done, TlsHandshake.Done)));
            pair.Client.Dispose();
            Assert.That(await TlsPair.ReceiveAsync(pair.Server, 4), Has.Length.Zero.Or.Length.EqualTo(4));
            Assert.That(await pair.Server.FillAsync(), Is.EqualTo(ReadStatus.End));
            Assert.That(pair.ServerTls!.Truncated, Is.False);
        });
    }

    [TestCase(10, 1)]
    [TestCase(40_000, 3)]
    [TestCase(4_000_000, 0)]
    public void The_last_words_and_the_end_go_out_together(int size, int calls)
    {
        using TlsContext serving = TlsPair.ServerContext("", _ca.Chain("mx.example")), calling = TlsPair.ClientContext(_ca.RootFile);
        using TlsPair pair = new();
        pair.Run(async () =>
        {
            await pair.ShakeAsync(serving, calling);
            await pair.Loop.Delay(TimeSpan.FromMilliseconds(1));
            int before = pair.ServerTls!.Ssl.SystemCalls.Sends;
            byte[] words = new byte[size];
            new Random(size).NextBytes(words);
            pair.Server.Write(words);
            pair.Server.CloseAfterFlush();
            // a large one waits for room, and closes later
            if (calls > 0) Assert.That(pair.Server.IsOpen, Is.False);
            Assert.That(await TlsPair.ReceiveAsync(pair.Client, size), Is.EqualTo(words));
            Assert.That(await pair.Client.FillAsync(), Is.EqualTo(ReadStatus.End));
            Assert.That((pair.ClientTls!.Truncated, pair.Server.IsOpen), Is.EqualTo((false, false)));
            if (calls > 0) Assert.That(pair.ServerTls.Ssl.SystemCalls.Sends - before, Is.EqualTo(calls));
        });
    }

    [Test]
    public void A_session_allocates_little()
    {
        using TlsContext serving = TlsPair.ServerContext("", _ca.Chain("mx.example")), calling = TlsPair.ClientContext(_ca.RootFile);
        long session = 0, facts = 0;
        for (int i = 0; i < 30; i++)
        {
            using TlsPair pair = new();
            pair.Run(async () =>
            {
                long before = GC.GetAllocatedBytesForCurrentThread();
                await pair.ShakeAsync(serving, calling);
                session = GC.GetAllocatedBytesForCurrentThread() - before;
                TlsFacts.Of(pair.ServerTls!, "sha256");
                facts = GC.GetAllocatedBytesForCurrentThread() - before - session;
            });
        }
        TestContext.Out.WriteLine($"both sides {session} bytes, facts {facts}");
        Assert.That(session, Is.LessThan(3500), "both sides, tasks of the test included");
        Assert.That(facts, Is.LessThan(300));
    }
}
