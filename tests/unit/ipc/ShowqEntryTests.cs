using System.Buffers;
using MtaSuite.Common.Ipc.Messages;
using MtaSuite.Common.Spool;

namespace MtaSuite.Tests.Unit.Ipc;

/// <summary>Entries of a listing, one behind the other.</summary>
public sealed class ShowqEntryTests
{
    [Test]
    public void An_entry_over_the_limits_is_cut_and_the_next_one_is_read()
    {
        QueueEntry large = new() { QueueId = "A", Reason = new string('r', 2 * Limits.Text) };
        for (int i = 0; i < Limits.Recipients + 5; i++)
            large.Recipients.Add(new QueueEntryRecipient
            {
                Address = $"{i}@example.com",
                Reason = i == 3 ? new string('ü', Limits.Text) : ""
            });
        ArrayBufferWriter<byte> output = new();
        ShowqEntry.Append(output, large);
        ShowqEntry.Append(output, new QueueEntry { QueueId = "B" });
        int taken = ShowqEntry.Take(output.WrittenSpan, out QueueEntry first);
        Assert.That((first.QueueId, first.Recipients.Count, first.Recipients[4].Address),
            Is.EqualTo(("A", Limits.Recipients, "4@example.com")));
        Assert.That(first.Reason, Has.Length.InRange(1000, Limits.Text));
        Assert.That(first.Recipients[3].Reason, Has.Length.InRange(1000, Limits.Text));
        Assert.That(ShowqEntry.Take(output.WrittenSpan[taken..], out QueueEntry second), Is.EqualTo(output.WrittenCount - taken));
        Assert.That(second.QueueId, Is.EqualTo("B"));
    }
}
