using System.Buffers;
using System.Buffers.Binary;
using MtaSuite.Common.Spool;

namespace MtaSuite.Common.Ipc.Messages;

/// <summary>
/// Asks showq for the queue. The answer is content, <see cref="ShowqEntry"/> messages one after the other, each behind its length (u32,
/// little endian), so that a slow reader is waited for; then a <see cref="ShowqReply"/>.
/// </summary>
public sealed class ShowqRequest : IMessage<ShowqRequest>
{
    public static ReadOnlySpan<byte> Protocol => "showq"u8;

    private const int MaxIds = 10_000;

    /// <summary>The status expression stays with the asker, who applies it: expressions of other users are not run in a daemon.</summary>
    public QueueFilter Filter = new();

    public static void Describe<C>(ref C c, ShowqRequest m) where C : struct, IAttributeCodec, allows ref struct
    {
        QueueFilter f = m.Filter;
        c.Text("from"u8, ref f.From, Limits.Address);
        c.Text("to"u8, ref f.To, Limits.Address);
        c.Text("domain"u8, ref f.Domain, Limits.Address);
        c.Long("older"u8, ref f.OlderThan);
        c.Long("newer"u8, ref f.NewerThan);
        Names(ref c, "queues"u8, f.Queues);
        Names(ref c, "ids"u8, f.Ids);
    }

    private static void Names<C>(ref C c, ReadOnlySpan<byte> name, List<string> names) where C : struct, IAttributeCodec, allows ref struct
    {
        int count = c.Count(name, names.Count, MaxIds);
        if (c.Decoding) names.Clear();
        for (int i = 0; i < count && !c.Failed; i++)
        {
            string text = c.Decoding ? "" : names[i];
            c.Text("name"u8, ref text, Limits.Name);
            if (c.Decoding) names.Add(text);
        }
    }
}

/// <summary>One message of the queue.</summary>
public sealed class ShowqEntry : IMessage<ShowqEntry>
{
    public static ReadOnlySpan<byte> Protocol => "queue_entry"u8;

    public QueueEntry Entry = new();

    public static void Describe<C>(ref C c, ShowqEntry m) where C : struct, IAttributeCodec, allows ref struct
    {
        QueueEntry e = m.Entry;
        c.Text("queue_name"u8, ref e.QueueName, Limits.Name);
        c.Text("queue_id"u8, ref e.QueueId, Limits.Name);
        c.Long("arrival"u8, ref e.ArrivalMicroseconds);
        c.Long("size"u8, ref e.Size);
        c.Text("sender"u8, ref e.Sender, Limits.Address);
        c.Enum("flags"u8, ref e.Flags);
        c.Long("next"u8, ref e.NextMicroseconds);
        c.Text("reason"u8, ref e.Reason, Limits.Text);
        int count = c.Count("recipients"u8, e.Recipients.Count, Limits.Recipients);
        if (c.Decoding) e.Recipients.Clear();
        for (int i = 0; i < count && !c.Failed; i++)
        {
            if (c.Decoding) e.Recipients.Add(new QueueEntryRecipient());
            c.Text("address"u8, ref e.Recipients[i].Address, Limits.Address);
            c.Text("reason"u8, ref e.Recipients[i].Reason, Limits.Text);
        }
    }

    /// <summary>Appends an entry with its length in front. One that is over a limit is cut.</summary>
    public static void Append(ArrayBufferWriter<byte> output, QueueEntry entry)
    {
        ArrayBufferWriter<byte> body = t_body ??= new ArrayBufferWriter<byte>(4096);
        body.ResetWrittenCount();
        if (!AttributeEncoder.Encode(body, new ShowqEntry { Entry = entry }))
        {
            body.ResetWrittenCount();
            if (!AttributeEncoder.Encode(body, new ShowqEntry { Entry = Cut(entry) })) return;
        }
        BinaryPrimitives.WriteInt32LittleEndian(output.GetSpan(4), body.WrittenCount);
        output.Advance(4);
        output.Write(body.WrittenSpan);
    }

    [ThreadStatic] private static ArrayBufferWriter<byte>? t_body;

    /// <summary>
    /// What of an entry fits into a message: a listing that lacks a part of one message is better than one that lacks the message.
    /// </summary>
    private static QueueEntry Cut(QueueEntry entry)
    {
        QueueEntry cut = new()
        {
            QueueName = entry.QueueName,
            QueueId = entry.QueueId,
            ArrivalMicroseconds = entry.ArrivalMicroseconds,
            Size = entry.Size,
            Sender = MailAttributes.Cut(entry.Sender, Limits.Address),
            Flags = entry.Flags,
            NextMicroseconds = entry.NextMicroseconds,
            Reason = MailAttributes.Cut(entry.Reason, Limits.Text),
        };
        foreach (QueueEntryRecipient r in entry.Recipients.Take(Limits.Recipients))
            cut.Recipients.Add(new QueueEntryRecipient
            {
                Address = MailAttributes.Cut(r.Address, Limits.Address),
                Reason = MailAttributes.Cut(r.Reason, Limits.Text)
            });
        return cut;
    }

    /// <summary>Takes the first entry off what was received; 0 bytes when it is not whole yet, -1 when it is broken.</summary>
    public static int Take(ReadOnlySpan<byte> input, out QueueEntry entry)
    {
        ShowqEntry message = new();
        entry = message.Entry;
        if (input.Length < 4) return 0;
        int length = BinaryPrimitives.ReadInt32LittleEndian(input);
        if (length is < 0 or > MaxEntry) return -1;
        if (input.Length < 4 + length) return 0;
        return AttributeDecoder.TryDecode(input.Slice(4, length), message) ? 4 + length : -1;
    }

    /// <summary>Fifty thousand recipients with a reason each fit.</summary>
    private const int MaxEntry = 64 * 1024 * 1024;
}

/// <summary>The end of a listing.</summary>
public sealed class ShowqReply : IMessage<ShowqReply>
{
    public static ReadOnlySpan<byte> Protocol => "showq_reply"u8;

    public bool Ok = true;
    /// <summary>Why there is no listing, or not a whole one.</summary>
    public string Text = "";

    public static void Describe<C>(ref C c, ShowqReply m) where C : struct, IAttributeCodec, allows ref struct
    {
        c.Bool("ok"u8, ref m.Ok);
        c.Text("text"u8, ref m.Text, Limits.Text);
    }
}
