using MtaSuite.Common.Config;
using MtaSuite.Common.Native;
using MtaSuite.Common.Net;
using MtaSuite.Common.Tables;
using MtaSuite.Common.Tls;

namespace MtaSuite.Tests.Unit.Tls;

[TestFixture]
public class TlsSessionTests
{
    [TestCase("", "TLSv1.3")]
    [TestCase("<=TLSv1.2", "TLSv1.2")]
    public void Data_arrives_whole_in_both_directions(string protocols, string version)
    {
        using TestCa ca = new();
        using TlsPair pair = new();
        using TlsContext server = TlsPair.ServerContext(protocols, ca.Chain("mx.example"), ca.Chain("mx.example", ecdsa: false)),
            client = TlsPair.ClientContext(ca.RootFile);
        pair.Run(async () =>
        {
            Assert.That(await pair.ShakeAsync(server, client), Is.EqualTo((TlsHandshake.Done, TlsHandshake.Done)));
            TlsFacts facts = TlsFacts.Of(pair.ClientTls!, "sha256");
            Assert.That((facts.Trust, facts.PeerName, facts.PeerIssuer, facts.Agreement.Protocol),
                Is.EqualTo((TlsTrust.Trusted, "mx.example", "Test CA", version)));
            foreach (int size in new[] { 1, 100, 16384, 16385, 1_000_000 })
            {
                byte[] data = new byte[size];
                new Random(size).NextBytes(data);
                Task<byte[]> received = TlsPair.ReceiveAsync(pair.Server, size);
                pair.Client.Write(data);
                Assert.That(await received, Is.EqualTo(data));
                received = TlsPair.ReceiveAsync(pair.Client, size);
                pair.Server.Write(data);
                Assert.That(await received, Is.EqualTo(data));
            }
            pair.Client.Write("last"u8);
            pair.Client.CloseAfterFlush();
            Assert.That(await TlsPair.ReceiveAsync(pair.Server, 100), Is.EqualTo("last"u8.ToArray()));
            Assert.That(await pair.Server.FillAsync(), Is.EqualTo(ReadStatus.End));
            Assert.That(pair.ServerTls!.Truncated, Is.False);
        });
    }

    [Test]
    public void An_end_without_close_notify_is_seen()
    {
        using TestCa ca = new();
        using TlsPair pair = new();
        using TlsContext server = TlsPair.ServerContext("", ca.Chain("mx.example")), client = TlsPair.ClientContext();
        pair.Run(async () =>
        {
            await pair.ShakeAsync(server, client);
            pair.Client.Write("x"u8);
            pair.Client.Flush();
            Sockets.Shutdown(pair.Client.Descriptor, Sockets.SHUT_WR);
            Assert.That(await TlsPair.ReceiveAsync(pair.Server, 100), Has.Length.EqualTo(1));
            Assert.That(pair.ServerTls!.Truncated);
        });
    }

    [Test]
    public void Output_after_the_peers_end_fails_instead_of_being_tried_for_ever()
    {
        using TestCa ca = new();
        using TlsPair pair = new();
        using TlsContext server = TlsPair.ServerContext("", ca.Chain("mx.example")), client = TlsPair.ClientContext();
        pair.Run(async () =>
        {
            await pair.ShakeAsync(server, client);
            Sockets.Shutdown(pair.Client.Descriptor, Sockets.SHUT_WR);
            Assert.That(await pair.Server.FillAsync(), Is.EqualTo(ReadStatus.End));
            pair.Server.Write("250 too late\r\n"u8);
            pair.Server.Flush();
            Assert.That(pair.Server.IsOpen, Is.False);
        });
    }

    [Test]
    public void Bytes_that_are_not_tls_end_the_connection_with_a_reason()
    {
        using TestCa ca = new();
        using TlsPair pair = new();
        using TlsContext server = TlsPair.ServerContext("", ca.Chain("mx.example")), client = TlsPair.ClientContext();
        pair.Run(async () =>
        {
            await pair.ShakeAsync(server, client);
            Sockets.Send(pair.Client.Descriptor,
                new byte[] { 23, 3, 3, 0, 20, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20 });
            Assert.That(await pair.Server.FillAsync(), Is.EqualTo(ReadStatus.Failed));
            Assert.That(pair.ServerTls!.Error, Does.StartWith("error:"));
        });
    }

    [Test]
    public void A_handshake_may_be_aborted_after_any_byte()
    {
        using TestCa ca = new();
        using TlsContext server = TlsPair.ServerContext("", ca.Chain("mx.example"));
        for (int length = 0; length < 300; length += 37)
        {
            using TlsPair pair = new();
            pair.Run(async () =>
            {
                TlsSession session = TlsSession.TryCreate(server, pair.Server, server: true, out _)!;
                byte[] hello = new byte[400];
                (hello[0], hello[1], hello[2], hello[3], hello[4], hello[5]) = (22, 3, 1, 1, 0x8B, 1);
                Sockets.Send(pair.Client.Descriptor, hello.AsSpan(0, length));
                Sockets.Shutdown(pair.Client.Descriptor, Sockets.SHUT_WR);
                Assert.That(await session.HandshakeAsync(TestLimits.Wait), Is.AnyOf(TlsHandshake.Lost, TlsHandshake.Failed), $"{length}");
            });
        }
    }

    [Test]
    public void A_handshake_has_a_time_limit()
    {
        using TestCa ca = new();
        using TlsPair pair = new();
        using TlsContext server = TlsPair.ServerContext("", ca.Chain("mx.example"));
        pair.Run(async () =>
        {
            TlsSession session = TlsSession.TryCreate(server, pair.Server, server: true, out _)!;
            Assert.That(await session.HandshakeAsync(TimeSpan.FromMilliseconds(10)), Is.EqualTo(TlsHandshake.TimedOut));
        });
    }

    [TestCase("")]
    [TestCase("<=TLSv1.2")]
    public void Tickets_are_good_in_other_processes_until_their_key_is_too_old(string protocols)
    {
        using TestCa ca = new();
        FakeClock clock = new();
        using TlsContext server = TlsPair.ServerContext(protocols, ca.Chain("mx.example")), client = TlsPair.ClientContext(ca.RootFile);
        SslTickets.SetCipher("aes-256-cbc");
        new TicketKeys(ca.Folder, TimeSpan.FromHours(1), clock).Install();
        nint session = 0;
        Assert.That(Shake(), Is.False);
        Assert.That(File.GetUnixFileMode($"{ca.Folder}/tls_ticket_keys"), Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite));
        new TicketKeys(ca.Folder, TimeSpan.FromHours(1), clock).Install(); // another process
        Assert.That(Shake(), Is.True);
        clock.Now += TimeSpan.FromMinutes(61); // a new key is made, the old one still opens
        new TicketKeys(ca.Folder, TimeSpan.FromHours(1), clock).Install();
        Assert.That(Shake(), Is.True);
        clock.Now += TimeSpan.FromHours(2.1);
        Assert.That(Shake(), Is.False);
        SslSessions.Free(session);

        bool Shake()
        {
            using TlsPair pair = new();
            bool resumed = false;
            pair.Run(async () =>
            {
                Assert.That(await pair.ShakeAsync(server, client, tls => { if (session != 0) SslSessions.Resume(tls.Ssl, session); }),
                    Is.EqualTo((TlsHandshake.Done, TlsHandshake.Done)));
                pair.Server.Write("220 hello"u8);
                await TlsPair.ReceiveAsync(pair.Client, 9);
                resumed = TlsFacts.Of(pair.ClientTls!, "sha256").Agreement.Resumed;
                if (session == 0) session = SslSessions.Take(pair.ClientTls!.Ssl);
                Assert.That(session, Is.Not.Zero);
            });
            return resumed;
        }
    }

    [Test]
    public void The_certificate_is_that_of_the_name_asked_for()
    {
        using TestCa ca = new();
        string table = $"inline:{{{{a.example={ca.Chain("a.example")}}}, {{.b.example={ca.Chain("*.b.example", ecdsa: false, cn: "b")}}}}}";
        using TlsServer server = new(new TlsContextSettings { Server = true }, new KeyPairFiles([ca.Chain("default.example")], []),
            Maps.Open(table), TimeProvider.System);
        Assert.That(server.TryLoad(out string error), error);
        using TlsContext client = TlsPair.ClientContext(ca.RootFile);
        foreach ((string name, string expected) in new[] { ("a.example", "a.example"), ("x.b.example", "b"),
            ("b.example", "default.example"), ("", "default.example"), ("bad_\n", "default.example") })
        {
            using TlsPair pair = new();
            pair.Run(async () =>
            {
                await pair.ShakeAsync(server.Context!, client, tls => { if (name.Length > 0) SslServerName.Set(tls.Ssl, name); });
                Assert.That(TlsFacts.Of(pair.ClientTls!, "sha256").PeerName, Is.EqualTo(expected), name);
                Assert.That(TlsFacts.Matches(pair.ClientTls!, ["nowhere.example", name], 0, out _),
                    Is.EqualTo(expected != "default.example"), name);
            });
        }
    }

    /// <summary>
    /// Keys of names that only root may read, in a table that names them: what was read before root's rights were given up is used.
    /// </summary>
    [TestCase("inline:{{ {{a.example = KEY, CERT}} }}")]
    [TestCase("texthash:FOLDER/names")]
    [TestCase("static:{{KEY, CERT}}")]
    public void Keys_of_names_that_cannot_be_read_any_more_are_those_read_at_the_start(string table)
    {
        using TestCa ca = new();
        string[] parts = File.ReadAllText(ca.Chain("a.example")).Split("-----BEGIN CERTIFICATE", 2);
        string key = $"{ca.Folder}/key.pem", certificate = $"{ca.Folder}/cert.pem";
        File.WriteAllText(key, parts[0]);
        File.WriteAllText(certificate, "-----BEGIN CERTIFICATE" + parts[1]);
        File.WriteAllText($"{ca.Folder}/names", $"a.example {key}, {certificate}\n");
        string spec = table.Replace("{{", "{", StringComparison.Ordinal).Replace("}}", "}", StringComparison.Ordinal).Replace("KEY", key,
            StringComparison.Ordinal)
            .Replace("CERT", certificate, StringComparison.Ordinal).Replace("FOLDER", ca.Folder, StringComparison.Ordinal);
        using TlsServer server = new(new TlsContextSettings { Server = true }, new KeyPairFiles([ca.Chain("default.example")], []),
            Maps.Open(spec), TimeProvider.System,
            Maps.Open(spec, TableOptions.Default with { ValuesNameFiles = true }));
        Assert.That(server.TryLoad(out string error), error);
        // as for a process that has become mail_owner; root itself may read whatever its mode
        File.Delete(key);
        using TlsContext client = TlsPair.ClientContext(ca.RootFile);
        using TlsPair pair = new();
        pair.Run(async () =>
        {
            await pair.ShakeAsync(server.Context!, client, tls => SslServerName.Set(tls.Ssl, "a.example"));
            Assert.That(TlsFacts.Of(pair.ClientTls!, "sha256").PeerName, Is.EqualTo("a.example"));
        });
    }

    [Test]
    public void The_files_of_names_are_looked_after()
    {
        using TestCa ca = new();
        string chain = ca.Chain("a.example");
        File.WriteAllText($"{ca.Folder}/names", $"a.example {chain}, {ca.Folder}/none\n");
        TlsServerSettings settings = new(MailConfig.Parse($"tls_server_sni_maps = texthash:{ca.Folder}/names, "
            + $"inline:{{b.example={ca.RootFile}}}\n").Config);
        Assert.That(settings.ServerNameFiles(), Is.EquivalentTo(new[] { $"{ca.Folder}/names", chain, ca.RootFile }));
    }

    [Test]
    public void Renewed_certificates_are_taken_up_and_broken_ones_are_not()
    {
        using TestCa ca = new();
        FakeClock clock = new();
        string file = ca.Chain("first.example");
        using TlsServer server = new(new TlsContextSettings { Server = true }, new KeyPairFiles([file], []), Maps.Empty, clock);
        Assert.That(server.TryLoad(out string error), error);
        using TlsContext client = TlsPair.ClientContext();
        Assert.That(Name(), Is.EqualTo("first.example"));
        ca.Chain("second.example", file: file);
        Assert.That(Name(), Is.EqualTo("first.example"), "not looked at yet");
        clock.Now += TimeSpan.FromSeconds(2);
        Assert.That(Name(), Is.EqualTo("second.example"));
        string other = File.ReadAllText(ca.Chain("other.example")), mine = File.ReadAllText(file);
        File.WriteAllText(file, mine[..mine.IndexOf("-----BEGIN CERT", StringComparison.Ordinal)]
            + other[other.IndexOf("-----BEGIN CERT", StringComparison.Ordinal)..]);
        clock.Now += TimeSpan.FromSeconds(2);
        Assert.That(Name(), Is.EqualTo("second.example"), "the key is not the certificate's");
        ca.Chain("third.example", file: file);
        clock.Now += TimeSpan.FromSeconds(2);
        Assert.That(Name(), Is.EqualTo("third.example"));

        string Name()
        {
            using TlsPair pair = new();
            string name = "";
            pair.Run(async () =>
            {
                await pair.ShakeAsync(server.Context!, client);
                name = TlsFacts.Of(pair.ClientTls!, "sha256").PeerName;
            });
            return name;
        }
    }

    [Test]
    public void The_summary_has_the_known_shape()
    {
        using TestCa ca = new();
        using TlsPair pair = new();
        using TlsContext server = TlsPair.ServerContext("", ca.Chain("mx.example", ecdsa: false)), client = TlsPair.ClientContext();
        pair.Run(async () =>
        {
            await pair.ShakeAsync(server, client);
            Assert.That(TlsFacts.Of(pair.ServerTls!, "sha256").Summary("from", "host[192.0.2.1]"),
                Is.EqualTo("Anonymous TLS connection established from host[192.0.2.1]: "
                + "TLSv1.3 with cipher TLS_AES_256_GCM_SHA384 (256/256 bits) key-exchange X25519 server-signature RSA-PSS (2048 bits) "
                + "server-digest SHA256"));
            Assert.That(TlsFacts.Of(pair.ClientTls!, "sha256").Summary("to", "mx[192.0.2.1]:25"),
                Does.StartWith("Untrusted TLS connection established to mx[192.0.2.1]:25: TLSv1.3")
                .And.EndsWith("server-signature RSA-PSS (2048 bits) server-digest SHA256"));
        });
    }

    /// <summary>A clock that is moved by hand.</summary>
    private sealed class FakeClock : TimeProvider
    {
        public DateTimeOffset Now = DateTimeOffset.UtcNow;
        public override DateTimeOffset GetUtcNow() => Now;
        public override long GetTimestamp() => Now.Ticks;
        public override long TimestampFrequency => TimeSpan.TicksPerSecond;
    }
}
