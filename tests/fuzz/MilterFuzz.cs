using System.Buffers;
using System.Text;
using MtaSuite.Common.Milter;
using MtaSuite.Common.Milter.Server;
using MtaSuite.Tests.Unit.Milter;

namespace MtaSuite.Tests.Fuzz;

/// <summary>Packets of the milter protocol in both directions: cut anywhere they mean the same, and none is an exception.</summary>
public static class MilterFuzz
{
    public static void One(ReadOnlySpan<byte> input)
    {
        Packets(input);
        if (input.IsEmpty) return;
        Data(input[0], input[1..]);
    }

    private static void Packets(ReadOnlySpan<byte> input)
    {
        string whole = Read(input, input.Length);
        for (int size = 1; size < Math.Min(input.Length, 12); size++)
            if (Read(input, size) != whole) throw new InvalidOperationException($"cut to {size}: {Read(input, size)}, not {whole}");
    }

    private static string Read(ReadOnlySpan<byte> input, int piece)
    {
        StringBuilder found = new();
        using MilterPackets reader = new(200);
        ReadOnlySpan<byte> rest = input;
        int have = 0;
        while (have < input.Length)
        {
            have = Math.Min(input.Length, have + piece);
            while (true)
            {
                int unread = rest.Length - (input.Length - have);
                PacketStatus status = reader.TryTake(rest[..unread], out byte code, out ReadOnlySpan<byte> data, out int consumed);
                rest = rest[consumed..];
                if (status == PacketStatus.Error) return found + "error";
                if (status == PacketStatus.Incomplete) break;
                found.Append(code).Append(':').Append(Convert.ToHexString(data)).Append(';');
            }
        }
        return found.ToString();
    }

    private static void Data(byte code, ReadOnlySpan<byte> data)
    {
        if (MilterResponse.TryParse(code, data, out MilterResponse response, out string error) != (error.Length == 0))
            throw new InvalidOperationException("an error without a text, or a text without error");
        if (response.IsEdit && response.Name.Contains((byte)0)) throw new InvalidOperationException("a NUL in a name");
        if (MilterRequest.TryParse(code, data, out MilterRequest request, out error) != (error.Length == 0))
            throw new InvalidOperationException("an error without a text, or a text without error");
        if (error.Length == 0) Again(code, data, request);
        if (MilterOptions.Parse(data, out error) is { } options && options.MacroLists.Count > 7)
            throw new InvalidOperationException("lists");
        if (ReplyText.TryParse(data, out var reply) && reply.Code is < 400 or > 599) throw new InvalidOperationException("code");
    }

    /// <summary>What was read of texts is the same when it is written again, where it is UTF-8.</summary>
    private static void Again(byte code, ReadOnlySpan<byte> data, MilterRequest request)
    {
        if (request.Command is not (MilterCommand.Mail or MilterCommand.Rcpt or MilterCommand.Helo)) return;
        if (!System.Text.Unicode.Utf8.IsValid(data)) return;
        ArrayBufferWriter<byte> written = new();
        MilterWriter.Write(written, code, [.. request.Texts()]);
        if (!written.WrittenSpan[MilterPackets.HeaderSize..].SequenceEqual(data)) throw new InvalidOperationException("not the same again");
    }
}

public sealed class MilterFuzzTests
{
    [Test]
    public void Milter_packets() => FuzzRunner.Run(MilterFuzz.One, 29,
        "\0\0\0\0\u0001\u0005\u0010cahmi+-2ebrytqsdpRMHLDOBE45<>@. xN"u8, 60);
}
