using MtaSuite.Bounce;
using MtaSuite.Common.Ipc.Messages;
using MtaSuite.Common.Mail;

namespace MtaSuite.Tests.Bounce;

public class ErrorTransportTests
{
    [TestCase("error", "5.1.1 no such user", false, ExpectedResult = "Permanent 5.1.1 no such user")]
    [TestCase("error", "mail is not accepted", false, ExpectedResult = "Permanent 5.0.0 mail is not accepted")]
    [TestCase("error", "4.2.1 busy", false, ExpectedResult = "Permanent 5.2.1 busy")]
    [TestCase("error", "5.1.1", false, ExpectedResult = "Permanent 5.1.1 refused by configuration")]
    [TestCase("error", "", false, ExpectedResult = "Permanent 5.0.0 refused by configuration")]
    [TestCase("error", "5.1.10 has moved", true, ExpectedResult = "Temporary 4.1.10 has moved")]
    [TestCase("retry", "4.3.5 later", false, ExpectedResult = "Temporary 4.3.5 later")]
    [TestCase("retry", "5.3.5 later", false, ExpectedResult = "Temporary 4.3.5 later")]
    [TestCase("retry", "later", false, ExpectedResult = "Temporary 4.0.0 later")]
    [TestCase("discard", "2.6.0 unwanted", false, ExpectedResult = "Ok 2.6.0 unwanted")]
    [TestCase("discard", "5.1.1 unwanted", true, ExpectedResult = "Ok 2.1.1 unwanted")]
    [TestCase("discard", "unwanted", false, ExpectedResult = "Ok 2.0.0 unwanted")]
    [TestCase("error", "5.1.1x text", false, ExpectedResult = "Permanent 5.0.0 5.1.1x text")]
    public string The_next_hop_is_the_reason(string service, string nexthop, bool softBounce)
    {
        DeliverRequest request = new() { QueueId = "q", Nexthop = nexthop, Recipients = [new() { Offset = 7 }, new() { Offset = 9 }] };
        DeliverReply reply = ErrorTransport.Deliver(request, ErrorTransport.KindOf(service), softBounce);
        Assert.That(reply.Recipients.Select(r => r.Offset), Is.EqualTo(new[] { 7L, 9L }));
        Outcome outcome = reply.Recipients[1].Outcome;
        return $"{outcome.Kind} {outcome.Status} {outcome.Text}";
    }
}
