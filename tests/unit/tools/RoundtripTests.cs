using System.Text;
using MimeKit;
using MtaSuite.Tools.Doctor;
using MtaSuite.Tools.Roundtrip;

namespace MtaSuite.Tests.Unit.Tools;

/// <summary>What roundtrip reads in a mailbox, and what the doctor computes about zones.</summary>
public sealed class RoundtripTests
{
    [TestCase("from a.example (b.example [192.0.2.1]) by mx.example (MtaSuite) with ESMTPS id 0dZz for <x@y>; "
        + "Mon, 30 Nov 2026 09:38:49 +0000 (UTC)",
        "mx.example", "a.example", "ESMTPS", "0dZz", "2026-11-30T09:38:49Z")]
    [TestCase("by mx.example (from (nested \\) by no.example) with that) with LMTP id 7; Mon, 30 Nov 2026 10:38:49 +0100", "mx.example",
        "", "LMTP", "7",
        "2026-11-30T09:38:49Z")]
    [TestCase("(qmail 12 invoked by uid 89); 30 Nov 2026 09:38:49 -0000", "", "", "", "", "2026-11-30T09:38:49Z")]
    [TestCase("FROM a BY b", "b", "a", "", "", "")]
    [TestCase("from a by b; when it rained", "b", "a", "", "", "")]
    public void A_Received_field(string value, string by, string from, string with, string id, string time)
    {
        Hop hop = Hop.Parse(value);
        Assert.That((hop.By, hop.From, hop.With, hop.Id), Is.EqualTo((by, from, with, id)));
        Assert.That(hop.Time?.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ") ?? "", Is.EqualTo(time));
    }

    private const string Box = "From a@b Mon Nov 30 09:00:00 2026\nReceived: by one; x\nMessage-ID: <1@x>\n\nabout <2@x>\n\n"
        + "From c@d Mon Nov 30 09:00:01 2026\nReceived: by two; x\nReceived: by three; x\nMessage-ID: <2@x>\n"
        + "Subject: s\n\nabout <1@x> and <3@x>\n\n";

    [TestCase("1@x", "one")]
    [TestCase("2@x", "two three")]
    [TestCase("3@x", null)]
    [TestCase("4@x", null)]
    public void A_message_among_those_of_a_file(string id, string? hops)
    {
        HeaderList? header = MailboxWatch.FindHeader(Encoding.ASCII.GetBytes(Box), id);
        Assert.That(header == null ? null : string.Join(' ', Hop.Of(header).Select(h => h.By).Reverse()), Is.EqualTo(hops));
    }

    [Test]
    public void A_header_that_is_still_being_written_is_waited_for()
    {
        byte[] all = Encoding.ASCII.GetBytes(Box);
        int complete = Box.LastIndexOf("\n\nabout", StringComparison.Ordinal) + 2;
        for (int length = 0; length <= all.Length; length++)
            Assert.That(MailboxWatch.FindHeader(all.AsSpan(0, length), "2@x") != null, Is.EqualTo(length >= complete), $"{length}");
    }

    [TestCase(2u, 1u, true)]
    [TestCase(1u, 2u, false)]
    [TestCase(5u, 5u, false)]
    [TestCase(0u, uint.MaxValue, true)]
    [TestCase(100u, uint.MaxValue - 100, true)]
    [TestCase(uint.MaxValue, 0u, false)]
    public void Serial_numbers_go_round(uint a, uint b, bool newer) => Assert.That(ZoneSection.IsNewer(a, b), Is.EqualTo(newer));

    /// <summary>The key of RFC 4034 5.4.</summary>
    [Test]
    public void The_tag_of_a_key()
    {
        byte[] key = Convert.FromBase64String("AQOeiiR0GOMYkDshWoSKz9XzfwJr1AYtsmx3TGkJaNXVbfi/2pHm822aJ5iI9BMzNXxe"
            + "YCmZDRD99WYwYqUSdjMmmAphXdvxegXd/M5+X7OrzKBaMbCVdFLU"
            + "Uh6DhweJBjEVv5f2wwjM9XzcnOf+EPbtG9DMBmADjFDc2w/rljwvFw==");
        Assert.That(DnssecCheck.KeyTag([0x01, 0x00, 3, 5, .. key]), Is.EqualTo(60485));
    }

    [TestCase("mx.example", 587, "mx.example", 587)]
    [TestCase("mx.example:465", 587, "mx.example", 465)]
    [TestCase("[2001:db8::1]:25", 587, "2001:db8::1", 25)]
    [TestCase("2001:db8::1", 587, "2001:db8::1", 587)]
    [TestCase("mx.example:0", 587, null, 0)]
    [TestCase("mx.example:no-such-service", 587, null, 0)]
    public void A_server_with_a_port(string text, int otherwise, string? host, int port)
    {
        bool ok = Server.TryParse(text, otherwise, out string h, out int p);
        Assert.That(ok ? (h, p) : (null, 0), Is.EqualTo((host, port)));
    }
}
