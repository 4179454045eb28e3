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
    public void A_step_of_the_clock_moves_all_but_what_was_asked_for()
    {
        DeferredIndex index = new();
        for (int i = 1; i <= 20; i++) index.Set(new QueueKey(i, i), 1000 * i);
        index.Force(new QueueKey(7, 7));
        index.Shift(-4500);
        Assert.That(index.ForcedKeys, Is.EqualTo(new[] { new QueueKey(7, 7) }));
        Assert.That(index.FirstTime, Is.Zero);
        List<QueueKey> due = [];
        while (index.TryTakeDue(1500, out QueueKey key)) due.Add(key);
        Assert.That(due, Is.EquivalentTo(((int[])[7, 1, 2, 3, 4, 5, 6]).Select(i => new QueueKey(i, i))));
        Assert.That(index.FirstTime, Is.EqualTo(3500));
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
    public void Sites_lead_to_their_messages_and_to_no_others([Values(1, 2)] int seed)
    {
        Random random = new(seed);
        DeferredIndex index = new();
        Dictionary<QueueKey, HashSet<string>> slow = [];
        QueueKey[] keys = [.. Enumerable.Range(0, 60).Select(i => new QueueKey(i, i))];
        for (int step = 0; step < 5000; step++)
        {
            QueueKey key = keys[random.Next(keys.Length)];
            switch (random.Next(3))
            {
                case 0:
                    index.Set(key, 1000 + random.Next(100));
                    HashSet<string> sites = [.. Enumerable.Range(0, random.Next(1, 4)).Select(_ => $"site{random.Next(6)}")];
                    if (index.AddSites(key, sites)) slow[key] = sites;
                    break;
                case 1:
                    Assert.That(index.Remove(key), Is.EqualTo(slow.Remove(key)));
                    break;
                default:
                    string site = $"site{random.Next(7)}";
                    HashSet<QueueKey> expected = [.. slow.Where(p => p.Value.Contains(site)).Select(p => p.Key)];
                    Assert.That(index.ForceSite(site), Is.EqualTo(expected.Count));
                    HashSet<QueueKey> taken = [];
                    while (index.TryTakeDue(999, out QueueKey due, out bool forced))
                    {
                        Assert.That(forced && taken.Add(due));
                        slow.Remove(due);
                    }
                    Assert.That(taken, Is.EquivalentTo(expected));
                    break;
            }
        }
    }

    [Test]
    public void A_million_messages_take_two_hundred_bytes_each_at_most()
    {
        DeferredIndex index = new();
        for (int i = 0; i < 1_050_000; i++) // just after it has grown
        {
            QueueKey key = new(i, i * 31L);
            index.Set(key, i * 7919L % 1_000_003);
            index.AddSites(key, [$"site{i % 1000}.example"]);
        }
        Assert.That(index.Bytes / index.Count, Is.LessThan(200));
        long last = 0;
        for (int i = 0; i < 1000; i++)
        {
            Assert.That(index.FirstTime, Is.GreaterThanOrEqualTo(last));
            last = index.FirstTime!.Value;
            Assert.That(index.TryTakeDue(long.MaxValue, out _));
        }
        Assert.That(index.ForceSite("site7.example"), Is.InRange(1040, 1050));
    }

    [Test]
    public void A_flush_makes_everything_due_now()
    {
        DeferredIndex index = new();
        for (int i = 0; i < 100; i++) index.Set(new QueueKey(i, 0), 1_000_000 + i);
        index.ForceAll();
        int count = 0;
        while (index.TryTakeDue(1, out _, out bool forced))
        {
            Assert.That(forced);
            count++;
        }
        Assert.That((count, index.Count), Is.EqualTo((100, 0)));
    }
}
