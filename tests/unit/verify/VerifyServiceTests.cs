using MtaSuite.Common.Ipc;
using MtaSuite.Common.Ipc.Messages;
using MtaSuite.Common.Mail;
using MtaSuite.Tests.Unit.Anvil;
using MtaSuite.Tests.Unit.Net;
using MtaSuite.Verify;

namespace MtaSuite.Tests.Unit.Verify;

/// <summary>The service verify: probes go out, results come in and outlive the process.</summary>
public sealed class VerifyServiceTests
{
    private ServiceBench _bench = null!;

    [SetUp]
    public void Make() => _bench = new ServiceBench();

    [TearDown]
    public void Remove() => _bench.Dispose();

    [Test]
    public void A_question_sends_a_probe_that_delivers_nothing() => OnLoop.Run(async loop =>
    {
        _bench.StartCleanup(loop);
        _ = _bench.StartVerify(loop);
        VerifyClient client = _bench.VerifyClient(loop);
        Assert.That((await client.QueryAsync("User@EXAMPLE.com"))!.Text, Is.EqualTo("Address verification in progress"));
        await client.QueryAsync("User@example.com");
        await loop.UntilAsync(() => _bench.Submitted.Count > 0);
        Envelope probe = _bench.Submitted.Single();
        Assert.That(probe.Flags, Is.EqualTo(MessageFlags.VerifyOnly | MessageFlags.Probe));
        Assert.That((probe.Sender, probe.Recipients.Single().Address, probe.Recipients[0].Notify),
            Is.EqualTo(("double-bounce@test", "User@example.com", Notify.Never)));
        client.Tell(new VerifyUpdate { Address = "User@example.com", Status = ProbeStatus.Deliverable, Text = "250 ok" });
        VerifyReply reply = (await client.QueryAsync("User@example.COM"))!;
        Assert.That((reply.Status, reply.Text), Is.EqualTo((ProbeStatus.Deliverable, "250 ok")));
    });

    [Test]
    public void Results_outlive_the_process_even_with_a_torn_line_behind_them() => OnLoop.Run(async loop =>
    {
        VerifyService service = _bench.StartVerify(loop);
        VerifyClient client = _bench.VerifyClient(loop);
        client.Tell(new VerifyUpdate { Address = "a@b", Status = ProbeStatus.Undeliverable, Text = "first" });
        client.Tell(new VerifyUpdate { Address = "a@b", Status = ProbeStatus.Deliverable, Text = "second" });
        await client.QueryAsync("a@b");
        await loop.UntilAsync(() => File.Exists(_bench.Journal)
            && File.ReadAllText(_bench.Journal).EndsWith("second\n", StringComparison.Ordinal));
        await ServiceBench.DrainAsync(service);
        File.AppendAllText(_bench.Journal, "0 99 torn@b");
        service = _bench.StartVerify(loop);
        Assert.That((await client.QueryAsync("a@b"))!.Text, Is.EqualTo("second"));
        client.Tell(new VerifyUpdate { Address = "c@d", Status = ProbeStatus.Deliverable, Text = "third" });
        await client.QueryAsync("c@d");
        await ServiceBench.DrainAsync(service);
        _ = _bench.StartVerify(loop);
        Assert.That((await client.QueryAsync("c@d"))!.Text, Is.EqualTo("third"));
    });

    [Test]
    public void The_journal_does_not_grow_without_end() => OnLoop.Run(async loop =>
    {
        VerifyService service = _bench.StartVerify(loop);
        VerifyClient client = _bench.VerifyClient(loop);
        for (int i = 0; i < 5000; i++)
        {
            client.Tell(new VerifyUpdate { Address = $"{i % 10}@b", Status = ProbeStatus.Deliverable, Text = $"result {i}" });
            if (i % 500 == 499) await client.QueryAsync("0@b");
        }
        await client.QueryAsync("0@b");
        await ServiceBench.DrainAsync(service);
        Assert.That(File.ReadAllLines(_bench.Journal), Has.Length.LessThan(1500));
        _ = _bench.StartVerify(loop);
        for (int i = 0; i < 10; i++) Assert.That((await client.QueryAsync($"{i}@b"))!.Text, Is.EqualTo($"result {4990 + i}"));
    });

    [Test]
    public void A_file_that_is_no_journal_is_written_anew() => OnLoop.Run(async loop =>
    {
        File.WriteAllText(_bench.Journal, "something else\n");
        VerifyService service = _bench.StartVerify(loop);
        VerifyClient client = _bench.VerifyClient(loop);
        client.Tell(new VerifyUpdate { Address = "a@b", Status = ProbeStatus.Deliverable, Text = "x" });
        await client.QueryAsync("a@b");
        await ServiceBench.DrainAsync(service);
        Assert.That(File.ReadAllLines(_bench.Journal), Has.Length.EqualTo(2).And.Exactly(1).EqualTo("MTASUITE PROBES 1"));
    });

    [Test]
    public void When_cleanup_is_away_the_next_question_tries_again() => OnLoop.Run(async loop =>
    {
        VerifyService service = _bench.StartVerify(loop);
        VerifyClient client = _bench.VerifyClient(loop);
        Assert.That((await client.QueryAsync("a@b"))!.Status, Is.EqualTo(ProbeStatus.Unknown));
        await loop.UntilAsync(() => service.Active == 0);
        _bench.StartCleanup(loop);
        await client.QueryAsync("a@b");
        await loop.UntilAsync(() => _bench.Submitted.Count == 1);
    });
}
