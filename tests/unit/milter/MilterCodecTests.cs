using System.Buffers;
using System.Text;
using MtaSuite.Common.Milter;
using MtaSuite.Common.Milter.Server;
using MtaSuite.Common.Smtp;

namespace MtaSuite.Tests.Unit.Milter;

/// <summary>Packets, commands and replies of the milter protocol: what one side writes the other reads, however it is cut.</summary>
public sealed class MilterCodecTests
{
    private static byte[] Bytes(string text) => Encoding.Latin1.GetBytes(text);

    /// <summary>Every packet of both directions once.</summary>
    private static byte[] Everything(out List<(byte Code, byte[] Data)> packets)
    {
        ArrayBufferWriter<byte> w = new();
        MilterOptions options = new() { Actions = MilterActions.All, Steps = MilterSteps.Version6 };
        options.MacroLists[MacroStage.Rcpt] = "{rcpt_addr} i";
        options.Write(w);
        MilterWriter.WriteMacros(w, MilterCommand.Connect, ["j", "mx.test", "{daemon_name}", "d"]);
        MilterWriter.WriteMacros(w, MilterCommand.Mail, []);
        MilterWriter.WriteConnect(w, "host.example", MilterFamily.Inet6, 65535, "2001:db8::1");
        MilterWriter.WriteConnect(w, "unknown", MilterFamily.Unknown, 0, "");
        MilterWriter.Write(w, (byte)MilterCommand.Helo, "helo.example");
        MilterWriter.Write(w, (byte)MilterCommand.Mail, "<a@b.test>", "SIZE=10", "BODY=8BITMIME");
        MilterWriter.Write(w, (byte)MilterCommand.Header, "Subject"u8, " one\n two"u8);
        MilterWriter.Write(w, (byte)MilterCommand.Body, new byte[MilterPackets.ChunkSize]);
        MilterWriter.Write(w, (byte)MilterCommand.EndOfMessage);
        MilterWriter.Write(w, (byte)MilterReply.ChangeHeader, 7, "X-A"u8, "\xff"u8);
        MilterWriter.Write(w, (byte)MilterReply.ReplyCode, "550 5.7.1 no");
        packets = [];
        MilterPackets reader = new();
        ReadOnlySpan<byte> rest = w.WrittenSpan;
        while (!rest.IsEmpty)
        {
            PacketStatus status = reader.TryTake(rest, out byte code, out ReadOnlySpan<byte> data, out int consumed);
            Assert.That(status, Is.EqualTo(PacketStatus.Complete));
            packets.Add((code, data.ToArray()));
            rest = rest[consumed..];
        }
        return w.WrittenSpan.ToArray();
    }

    /// <summary>Feeds pieces of given sizes; what was found.</summary>
    private static List<(byte Code, byte[] Data)> Feed(byte[] stream, Func<int, int> pieceAt)
    {
        List<(byte Code, byte[] Data)> found = [];
        using MilterPackets reader = new();
        List<byte> pending = [];
        for (int at = 0; at < stream.Length;)
        {
            int size = Math.Min(pieceAt(at), stream.Length - at);
            pending.AddRange(stream.AsSpan(at, size));
            at += size;
            while (true)
            {
                byte[] input = [.. pending];
                PacketStatus status = reader.TryTake(input, out byte code, out ReadOnlySpan<byte> data, out int consumed);
                Assert.That(status, Is.Not.EqualTo(PacketStatus.Error));
                if (status == PacketStatus.Complete) found.Add((code, data.ToArray()));
                else Assert.That(consumed, Is.EqualTo(input.Length), "an incomplete packet takes all input over");
                pending.RemoveRange(0, consumed);
                if (status != PacketStatus.Complete) break;
            }
        }
        Assert.That(reader.IsEmpty);
        return found;
    }

    private static bool AreSame(List<(byte Code, byte[] Data)> a, List<(byte Code, byte[] Data)> b) =>
        a.Count == b.Count && a.Zip(b).All(p => p.First.Code == p.Second.Code && p.First.Data.AsSpan().SequenceEqual(p.Second.Data));

    [Test]
    public void A_stream_of_packets_means_the_same_cut_at_each_point()
    {
        byte[] stream = Everything(out List<(byte Code, byte[] Data)> packets);
        // the large chunk is not cut at each of its bytes: its ends are what matters
        foreach (int cut in Enumerable.Range(0, stream.Length).Where(i => i < 500 || i > stream.Length - 100 || i % 4001 == 0))
            Assert.That(AreSame(Feed(stream, at => at == 0 ? Math.Max(cut, 1) : stream.Length), packets), $"cut at {cut}");
        Assert.That(AreSame(Feed(stream, _ => 1009), packets));
        Assert.That(AreSame(Feed(stream, at => at < 400 || at >= stream.Length - 40 ? 1 : stream.Length - at - 40), packets));
    }

    [TestCase(0u), TestCase(0xffffffffu), TestCase(0x80000000u), TestCase(2_000_000u)]
    public void A_length_that_no_packet_has_is_an_error_at_once(uint length)
    {
        byte[] head = [(byte)(length >> 24), (byte)(length >> 16), (byte)(length >> 8), (byte)length];
        using MilterPackets whole = new(), cut = new();
        Assert.That(whole.TryTake(head, out _, out _, out _), Is.EqualTo(PacketStatus.Error));
        Assert.That(cut.TryTake(head.AsSpan(0, 3), out _, out _, out _), Is.EqualTo(PacketStatus.Incomplete));
        Assert.That(cut.TryTake(head.AsSpan(3), out _, out _, out _), Is.EqualTo(PacketStatus.Error));
    }

    [Test]
    public void What_the_server_writes_a_milter_reads()
    {
        Everything(out List<(byte Code, byte[] Data)> packets);
        MilterOptions options = MilterOptions.Parse(packets[0].Data, out _)!;
        Assert.That((options.Version, options.Actions, options.Steps), Is.EqualTo((6u, MilterActions.All, MilterSteps.Version6)));
        Assert.That(options.MacroLists[MacroStage.Rcpt], Is.EqualTo("{rcpt_addr} i"));
        Assert.That(Read(packets[1], out MilterRequest macros), Is.Empty);
        Assert.That(macros.MacrosFor, Is.EqualTo(MilterCommand.Connect));
        Assert.That(macros.Texts(), Is.EqualTo(new[] { "j", "mx.test", "{daemon_name}", "d" }));
        Assert.That(Read(packets[3], out MilterRequest connect), Is.Empty);
        Assert.That((connect.Texts()[0], connect.Family, connect.Port, connect.ClientAddress),
            Is.EqualTo(("host.example", MilterFamily.Inet6, 65535, "2001:db8::1")));
        Assert.That(Read(packets[4], out MilterRequest unknown), Is.Empty);
        Assert.That(unknown.Family, Is.EqualTo(MilterFamily.Unknown));
        Assert.That(Read(packets[6], out MilterRequest mail), Is.Empty);
        Assert.That(mail.Texts(), Is.EqualTo(new[] { "<a@b.test>", "SIZE=10", "BODY=8BITMIME" }));
        Assert.That(Read(packets[7], out MilterRequest header), Is.Empty);
        Assert.That(header.Texts(), Is.EqualTo(new[] { "Subject", " one\n two" }));
    }

    private static string Read((byte Code, byte[] Data) packet, out MilterRequest request)
    {
        bool ok = MilterRequest.TryParse(packet.Code, packet.Data, out request, out string error);
        Assert.That(ok, Is.EqualTo(error.Length == 0));
        return error;
    }

    [TestCase('c', "", true), TestCase('c', "x", false), TestCase('p', "", true), TestCase('p', "\0", false), TestCase('a', "", true),
        TestCase('d', "", true), TestCase('r', "", true), TestCase('t', "", true), TestCase('4', "", true), TestCase('s', "", true),
        TestCase('s', "1", false), TestCase('h', "N\0v\0", true), TestCase('h', "N\0v", false), TestCase('h', "N\0", false),
        TestCase('h', "", false), TestCase('h', "N\0v\0x", false), TestCase('h', "\0\0", true), TestCase('m', "\0\0\0\u0001N\0v\0", true),
        TestCase('m', "\0\0\0", false), TestCase('m', "\0\0\0\u0001N\0", false), TestCase('i', "\0\0\0\0N\0v\0", true),
        TestCase('i', "N\0v\0", false), TestCase('+', "<a@b>\0", true), TestCase('+', "<a@b>", false), TestCase('+', "<a@b>\0x\0", false),
        TestCase('-', "<a@b>\0", true), TestCase('2', "<a@b>\0", true), TestCase('2', "<a@b>\0SIZE=1\0", true),
        TestCase('2', "<a@b>\0SIZE=1", false), TestCase('e', "<>\0", true), TestCase('e', "", false), TestCase('b', "", true),
        TestCase('b', "any\0thing", true), TestCase('q', "why\0", true), TestCase('y', "550 no\0", true), TestCase('O', "", false),
        TestCase('f', "", false), TestCase('l', "", false), TestCase('\0', "", false), TestCase('\u00ff', "x", false)]
    public void An_answer_has_the_data_of_its_kind_or_is_an_error(char code, string data, bool good)
    {
        bool read = MilterResponse.TryParse((byte)code, Bytes(data), out _, out string error);
        Assert.That(read, Is.EqualTo(good), error);
        Assert.That(error.Length == 0, Is.EqualTo(good));
    }

    [Test]
    public void A_change_of_a_field_is_read_with_its_bytes()
    {
        Assert.That(MilterResponse.TryParse((byte)'m', Bytes("\0\0\u0001\u0002X-A\0v\u00e9\0"), out MilterResponse change, out _));
        Assert.That((change.Index, Encoding.Latin1.GetString(change.Name), Encoding.Latin1.GetString(change.Value), change.IsEdit),
            Is.EqualTo((258u, "X-A", "v\u00e9", true)));
    }

    [TestCase("550 5.7.1 no thanks", 550, "5.7.1", "no thanks")]
    [TestCase("451 4.7.1 later", 451, "4.7.1", "later")]
    [TestCase("550-5.7.1 one\r\n550 5.7.1 two", 550, "5.7.1", "one\ntwo")]
    [TestCase("550 no status", 550, "", "no status")]
    [TestCase("554 5.7.1 100%% sure", 554, "5.7.1", "100% sure")]
    [TestCase("554 5.7.1 50% off", 554, "5.7.1", "50 off")]
    [TestCase("421 4.7.0 bye%", 421, "4.7.0", "bye")]
    public void A_refusal_with_a_text_is_a_reply(string text, int code, string status, string expected)
    {
        Assert.That(ReplyText.TryParse(Bytes(text), out SmtpReply reply));
        Assert.That((reply.Code, reply.Status.IsEmpty ? "" : reply.Status.ToString(), reply.Text), Is.EqualTo((code, status, expected)));
    }

    [TestCase(""), TestCase("250 2.0.0 ok"), TestCase("55"), TestCase("550"), TestCase("5x0 no"), TestCase("550_no"),
        TestCase("550 4.7.1 of another class"), TestCase("no")]
    public void What_is_no_refusal_is_no_reply(string text) => Assert.That(ReplyText.TryParse(Bytes(text), out _), Is.False);

    [Test]
    public void Options_are_agreed_on_or_conflict()
    {
        MilterOptions offer = new() { Actions = MilterActions.AddHeaders, Steps = MilterSteps.Version6 };
        Assert.That(offer.Conflict(new() { Version = 7 }), Does.Contain("version 7"));
        Assert.That(offer.Conflict(new() { Version = 1 }), Does.Contain("version 1"));
        Assert.That(offer.Conflict(new() { Version = 2, Actions = MilterActions.AddHeaders }), Is.Null);
        Assert.That(offer.Conflict(new() { Actions = MilterActions.AddHeaders | MilterActions.Quarantine }), Does.Contain("request mask"));
        Assert.That(MilterOptions.Parse(new byte[11], out string error), Is.Null);
        Assert.That(error, Is.Not.Empty);
        Assert.That(MilterOptions.Parse([.. new byte[12], 0, 0, 0, 0, (byte)'x'], out _), Is.Null, "a list without its end");
        Assert.That(MilterOptions.Parse([.. new byte[12], 0, 0, 0, 99, (byte)'x', 0], out _)!.MacroLists, Is.Empty, "an unknown event");
    }
}
