using System.Buffers;
using MtaSuite.Common.Ipc.Messages;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Mime;
using MtaSuite.Common.Spool;
using MtaSuite.Relay.Content;
using MtaSuite.Relay.Mime;

namespace MtaSuite.Relay.Messages;

/// <summary>
/// The message of one delivery request: its envelope sender, the extensions that it needs, and its content as a server gets it. The queue
/// file stays the delivery's, which keeps it open as long as the message is used.
/// </summary>
internal sealed class OutgoingMessage(DeliverRequest request, ContentSettings settings)
{
    private const int BufferSize = 64 * 1024;
    private DeliveryFile? _file;
    private ConversionPlan? _conversion;

    public DeliverRequest Request { get; } = request;

    /// <summary>The sender as it goes into MAIL FROM, internal form.</summary>
    public string Sender { get; set; } = request.Sender;

    /// <summary>What decides which extensions are needed; known after <see cref="Examine"/>.</summary>
    public DeliveryFacts Facts { get; private set; }

    /// <summary>Nothing is delivered (sendmail -bv, address probes).</summary>
    public bool IsVerifyOnly => (Request.Flags & MessageFlags.VerifyOnly) != 0;

    public TimeSpan Age => TimeSpan.FromMicroseconds(Math.Max(0, QueueId.Microseconds() - Request.ArrivalMicroseconds));

    /// <summary>Where the content is.</summary>
    public void Attach(DeliveryFile file) => _file = file;

    /// <summary>Finds out what has to be known before a server is asked.</summary>
    public void Examine()
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        Facts = DeliveryFacts.Of(Request, Sender, _file!.Descriptor, buffer);
        ArrayPool<byte>.Shared.Return(buffer);
    }

    /// <summary>The content for one transaction.</summary>
    /// <param name="toSevenBit">For a server that takes 7 bits only.</param>
    public ContentSource OpenContent(bool toSevenBit)
    {
        IContentTransform? filter = settings.Generic == null && settings.Checks.IsEmpty ? null
            : new HeaderFilter(Request.QueueId, settings.Generic, settings.Checks);
        if (toSevenBit)
        {
            SevenBitConverter converter = new(Conversion);
            filter = filter == null ? converter : new FilterChain(converter, filter);
        }
        return new ContentSource(_file!.Descriptor, Request.Content, filter);
    }

    /// <summary>What the conversion to 7 bits does to each part. An unreadable file is noticed when the content is sent.</summary>
    public ConversionPlan Conversion => _conversion ??= PlanConversion();

    private ConversionPlan PlanConversion()
    {
        ConversionPlan plan = new();
        MimeWalker walker = new(plan);
        _ = ContentSource.TryWalk(_file!.Descriptor, Request.Content, walker.Write);
        walker.Finish();
        return plan;
    }
}
