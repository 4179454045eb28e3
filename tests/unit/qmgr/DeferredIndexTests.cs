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
