using System.Buffers;
using MtaSuite.Common.Ipc;
using MtaSuite.Common.Ipc.Messages;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Routing;
using MtaSuite.Common.Spool;
using MtaSuite.Common.Tables;
using MtaSuite.Tests.Unit.Routing;

namespace MtaSuite.Tests.Unit.House;

/// <summary>
/// What every message passes through must stay cheap: bytes allocated, not time, so that the figure is the same on every machine.
/// </summary>
public sealed class AllocationTests
{
    private static long Measure(Action action)
    {
        const int rounds = 100;
        for (int i = 0; i < 50; i++) action();
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < rounds; i++) action();
        return (GC.GetAllocatedBytesForCurrentThread() - before) / rounds;
    }

    private static DeliverRequest Request() => new()
    {
        QueueId = "0dZGDFPPfc06k7",
        QueueName = "incoming",
        Transport = "local",
        Nexthop = "example.com",
        Sender = "sender@example.org",
        ClientName = "client.example.org",
        ClientAddress = "192.0.2.1",
        ClientPort = "12345",
        ClientHelo = "client.example.org",
        ClientProtocol = "ESMTP",
        Recipients = [new() { Address = "user@example.com", Offset = 200 }],
    };

    [Test]
    public void A_request_to_an_agent()
    {
        ArrayBufferWriter<byte> output = new(4096);
        DeliverRequest request = Request();
        Assert.That(Measure(() =>
        {
            output.ResetWrittenCount();
            AttributeEncoder.Encode(output, request);
        }), Is.Zero, "encoding");
        Assert.That(Measure(() => AttributeDecoder.TryDecode(output.WrittenSpan, new DeliverRequest())), Is.LessThan(1400), "decoding");
    }

    [Test]
    public void Text_that_may_be_shown()
    {
        byte[] line = System.Text.Encoding.UTF8.GetBytes("to=<gr\u00fc\u00dfe@example.org>, relay=local, status=sent (delivered)");
        Assert.That(Measure(() => Common.Log.Printable.Clean(line)), Is.Zero);
        string text = string.Concat(Enumerable.Repeat("to=<gr\u00fc\u00dfe@example.org>, ", 100));
        Assert.That(Measure(() => Common.Log.Printable.Text(text)), Is.LessThan(text.Length), "no copy is made");
    }

    [Test]
    public void The_envelope_of_a_queue_file()
    {
        ArrayBufferWriter<byte> output = new(4096);
        Envelope e = new()
        {
            ArrivalMicroseconds = 1_772_443_815_000_000,
            Sender = "sender@example.org",
            Origin = "smtpd",
            ClientName = "client.example.org",
            Recipients = [new() { Address = "user@example.com" }]
        };
        Assert.That(Measure(() =>
        {
            output.ResetWrittenCount();
            QueueFileFormat.Write(output, e);
        }), Is.LessThan(100));
    }

    [Test]
    public void Routing_and_rewriting_of_a_message()
    {
        using RoutingCore core =
            RoutingFor.With("virtual_alias_maps = inline:{x@y.test=z@y.test}\ntransport_maps = inline:{x.test=smtp:}\n");
        AddressResolver resolver = new(core);
        CleanupRewriter rewriter = new(core);
        HeaderAddressRewriter sender = rewriter.ForHeader(HeaderName.From, RewriteContext.Local)!;
        HeaderRewriting header = new();
        List<string> results = [];
        Assert.That(Measure(() =>
        {
            header.Find(" Joe <joe@example.org>"u8, sender);
            header.LookUpAsync(sender).Completed();
        }), Is.Zero, "a complete address in a header");
        Assert.That(Measure(() => rewriter.SenderAsync("sender@example.org").Completed()), Is.LessThan(100), "the envelope sender");
        long aliases = Measure(() => rewriter.ExpandRecipientAsync("user@example.com", results).Completed());
        Assert.That(aliases, Is.LessThan(850), "aliases");
        long route = Measure(() => resolver.ResolveAsync("sender@example.org", "user@example.com").Completed());
        Assert.That(route, Is.LessThan(800), "a route");
    }
}
