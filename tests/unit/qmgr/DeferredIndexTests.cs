using MtaSuite.Common.Config;
using MtaSuite.Common.Ipc.Messages;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Net;
using MtaSuite.Common.Spool;
using MtaSuite.Qmgr;

namespace MtaSuite.Tests.Unit.Qmgr;

/// <summary>The parts of the queue manager that are pure data.</summary>
public sealed class DeferredIndexTests
{
    [Test]
    public void Keys_keep_ids()
    {
        HashSet<QueueKey> keys = [];
        for (int i = 0; i < 1000; i++)
        {
            string id = QueueId.Next();
            Assert.That(QueueKey.Of(id).ToString(), Is.EqualTo(id));
            Assert.That(keys.Add(QueueKey.Of(id)));
        }
    }

    [Test]
    public void The_index_does_what_a_list_does([Values(1, 2, 3)] int seed)
    {
        Random random = new(seed);
        DeferredIndex index = new();
        Dictionary<QueueKey, long> slow = [];
        QueueKey[] keys = [.. Enumerable.Range(0, 40).Select(i => new QueueKey(i, -i))];
        for (int step = 0; step < 20_000; step++)
        {
            QueueKey key = keys[random.Next(keys.Length)];
            long time = random.Next(100);
            switch (random.Next(4))
            {
                case 0 or 1:
                    index.Set(key, time);
                    slow[key] = time;
                    break;
                case 2:
                    Assert.That(index.Remove(key), Is.EqualTo(slow.Remove(key)));
                    break;
                default:
                    bool any = slow.Count > 0 && slow.Values.Min() <= time;
                    Assert.That(index.TryTakeDue(time, out QueueKey due), Is.EqualTo(any));
                    if (!any) break;
                    Assert.That(slow[due], Is.EqualTo(slow.Values.Min()));
                    slow.Remove(due);
                    break;
            }
            Assert.That(index.Count, Is.EqualTo(slow.Count));
            Assert.That(index.Contains(key), Is.EqualTo(slow.ContainsKey(key)));
            if (slow.Count > 0) Assert.That(index.FirstTime, Is.LessThanOrEqualTo(slow.Values.Min()));
        }
        Assert.That(index.All, Is.EquivalentTo(slow));
    }

    [Test]
    public void Endless_flushes_do_not_make_it_grow()
    {
        DeferredIndex index = new();
        for (int round = 0; round < 500; round++)
            for (int i = 0; i < 100; i++) index.Set(new QueueKey(i, 0), round % 2 == 0 ? 0 : 1_000_000 + round);
        Assert.That(index.HeapCount, Is.LessThan(1300));
    }
}

/// <summary>A transport serves its destinations in turn, within its limits.</summary>
public sealed class TransportTests
{
    private static readonly MailConfig Config = MailConfig.Parse("t_destination_concurrency_limit = 2\nt_destination_recipient_limit = 3\nu_destination_recipient_limit = 1\n").Config;
    private EventLoop _loop = null!;

    [SetUp]
    public void MakeLoop() => _loop = new EventLoop();

    [TearDown]
    public void CloseLoop() => _loop.Dispose();

    private Transport Make(int limit, string name = "t") => new(_loop, new SpoolDirectory("/nonexistent"), Config, name, limit);

    private static Job Add(Transport t, string nexthop, string recipient = "x")
    {
        Job job = new(new QueuedMessage(new Envelope(), "incoming", 0, 0), t.DestinationOf(nexthop, recipient));
        job.Recipients.Add(new DeliverRecipient { Address = recipient });
        t.Enqueue(job);
        return job;
    }

    private static string Take(Transport t)
    {
        string taken = "";
        while (t.TryTake(out Job job)) taken += job.Destination.Nexthop;
        return taken;
    }

    [Test]
    public void A_long_list_does_not_delay_a_single_letter()
    {
        Transport t = Make(0);
        for (int i = 0; i < 100; i++) Add(t, "A");
        Add(t, "B");
        Add(t, "C");
        Assert.That(Take(t), Is.EqualTo("ABCA"), "each in turn, two at once for a destination");
        Assert.That((t.RecipientLimit, t.DestinationLimit, t.Running), Is.EqualTo((3, 2, 4)));
    }

    [Test]
    public void A_place_that_becomes_free_is_given_on_and_empty_destinations_are_forgotten()
    {
        Transport t = Make(1);
        Job[] jobs = [Add(t, "A"), Add(t, "A"), Add(t, "B")];
        Assert.That(Take(t), Is.EqualTo("A"));
        t.Release(jobs[0].Destination);
        Assert.That(Take(t), Is.EqualTo("B"));
        t.Release(jobs[2].Destination);
        Assert.That(Take(t), Is.EqualTo("A"));
        t.Release(jobs[1].Destination);
        Assert.That((t.DestinationCount, t.Running, Take(t)), Is.EqualTo((0, 0, "")));
    }

    [Test]
    public void Where_jobs_have_one_recipient_each_is_a_destination()
    {
        Transport t = Make(0, "u");
        Assert.That(t.DestinationOf("A", "x"), Is.Not.SameAs(t.DestinationOf("A", "y")));
    }

    [Test]
    public void A_job_that_comes_back_shares_its_destination_with_those_that_came_meanwhile()
    {
        Transport t = Make(0);
        Job first = Add(t, "A");
        Assert.That(Take(t), Is.EqualTo("A"));
        t.Release(first.Destination);
        Add(t, "A");
        Add(t, "A");
        Assert.That(Take(t), Is.EqualTo("AA"));
        t.Enqueue(first);
        Assert.That(Take(t), Is.EqualTo(""), "two run already");
        t.Release(first.Destination);
        Assert.That(Take(t), Is.EqualTo("A"));
    }

    [Test]
    public void Giving_everything_up_leaves_nothing_behind()
    {
        Transport t = Make(0, "u");
        for (int i = 0; i < 50; i++) Add(t, "A", $"r{i}");
        Assert.That((t.TakeAllWaiting().Count, t.DestinationCount, Take(t)), Is.EqualTo((50, 0, "")));
    }
}
