using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace MtaSuite.Common.Milter;

/// <summary>
/// Writes packets: numbers are big endian, texts end with NUL. Texts are UTF-8; a NUL in them is left out, since it would end them.
/// </summary>
public static class MilterWriter
{
    /// <summary>A packet without data.</summary>
    public static void Write(IBufferWriter<byte> output, byte code) => Write(output, code, default(ReadOnlySpan<byte>));

    /// <summary>A packet with data as it is.</summary>
    public static void Write(IBufferWriter<byte> output, byte code, ReadOnlySpan<byte> data)
    {
        Span<byte> room = Begin(output, code, data.Length);
        data.CopyTo(room);
        output.Advance(MilterPackets.HeaderSize + data.Length);
    }

    /// <summary>A packet of texts.</summary>
    public static void Write(IBufferWriter<byte> output, byte code, params ReadOnlySpan<string> texts)
    {
        int length = 0;
        foreach (string text in texts) length += LengthOf(text);
        Span<byte> room = Begin(output, code, length);
        foreach (string text in texts) Put(ref room, text);
        output.Advance(MilterPackets.HeaderSize + length);
    }

    /// <summary>A packet of a number and two texts, as bytes: the edits of header fields.</summary>
    public static void Write(IBufferWriter<byte> output, byte code, uint number, ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        int length = 4 + name.Length + 1 + value.Length + 1;
        Span<byte> room = Begin(output, code, length);
        BinaryPrimitives.WriteUInt32BigEndian(room, number);
        Put(room[4..], name);
        Put(room[(4 + name.Length + 1)..], value);
        output.Advance(MilterPackets.HeaderSize + length);
    }

    /// <summary>A packet of two texts, as bytes: a header field.</summary>
    public static void Write(IBufferWriter<byte> output, byte code, ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        int length = name.Length + 1 + value.Length + 1;
        Span<byte> room = Begin(output, code, length);
        Put(room, name);
        Put(room[(name.Length + 1)..], value);
        output.Advance(MilterPackets.HeaderSize + length);
    }

    /// <summary>Macros for a command: names and values in turn. Nothing is written where there is none.</summary>
    public static void WriteMacros(IBufferWriter<byte> output, MilterCommand command, IReadOnlyList<string> macros)
    {
        int length = 1;
        foreach (string text in macros) length += LengthOf(text);
        Span<byte> room = Begin(output, (byte)MilterCommand.Macro, length);
        room[0] = (byte)command;
        room = room[1..];
        foreach (string text in macros) Put(ref room, text);
        output.Advance(MilterPackets.HeaderSize + length);
    }

    /// <summary>A client: <c>name NUL family [port:u16 address NUL]</c>.</summary>
    /// <param name="address">An address, or the path of a Unix socket; nothing for <see cref="MilterFamily.Unknown"/>.</param>
    public static void WriteConnect(IBufferWriter<byte> output, string name, MilterFamily family, int port, string address)
    {
        bool known = family != MilterFamily.Unknown;
        int length = LengthOf(name) + 1 + (known ? 2 + LengthOf(address) : 0);
        Span<byte> room = Begin(output, (byte)MilterCommand.Connect, length);
        Put(ref room, name);
        room[0] = (byte)family;
        if (known)
        {
            BinaryPrimitives.WriteUInt16BigEndian(room[1..], (ushort)port);
            room = room[3..];
            Put(ref room, address);
        }
        output.Advance(MilterPackets.HeaderSize + length);
    }

    internal static Span<byte> Begin(IBufferWriter<byte> output, byte code, int length)
    {
        Span<byte> room = output.GetSpan(MilterPackets.HeaderSize + length);
        BinaryPrimitives.WriteUInt32BigEndian(room, (uint)(1 + length));
        room[4] = code;
        return room.Slice(MilterPackets.HeaderSize, length);
    }

    private static int LengthOf(string text) => 1 + Encoding.UTF8.GetByteCount(text) - text.AsSpan().Count('\0');

    private static void Put(ref Span<byte> room, string text)
    {
        string clean = text.Contains('\0') ? text.Replace("\0", "") : text;
        int length = Encoding.UTF8.GetBytes(clean, room);
        room[length] = 0;
        room = room[(length + 1)..];
    }

    private static void Put(Span<byte> room, ReadOnlySpan<byte> text)
    {
        text.CopyTo(room);
        room[..text.Length].Replace((byte)0, (byte)' ');
        room[text.Length] = 0;
    }
}
