using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace MtaSuite.Common.Ipc;

/// <summary>
/// What a message's one description runs against: the encoder, the decoder and the dumper. Attributes go over the wire in the order of
/// the description, each as {u8 length of the name, name, u32 length of the value, value}; numbers are 8 bytes, little endian.
/// </summary>
public interface IAttributeCodec
{
    /// <summary>Values are being read from the wire.</summary>
    bool Decoding { get; }

    /// <summary>A broken or oversized message was met; everything after it is left as it was.</summary>
    bool Failed { get; }

    /// <param name="max">Most bytes of UTF-8.</param>
    void Text(ReadOnlySpan<byte> name, ref string value, int max);

    void Long(ReadOnlySpan<byte> name, ref long value);

    /// <summary>
    /// The number of items that follow: the encoder writes <paramref name="count"/>, the decoder returns what it read (at most <paramref
    /// name="max"/>).
    /// </summary>
    int Count(ReadOnlySpan<byte> name, int count, int max);
}

/// <summary>A message or a part of one, described once.</summary>
public interface IAttributes<T> where T : IAttributes<T>
{
    static abstract void Describe<C>(ref C codec, T message) where C : struct, IAttributeCodec, allows ref struct;
}

/// <summary>A whole message: its protocol's name goes first.</summary>
public interface IMessage<T> : IAttributes<T> where T : IMessage<T>
{
    static abstract ReadOnlySpan<byte> Protocol { get; }
}

/// <summary>Shorthands over the primitive attributes.</summary>
public static class AttributeCodecExtensions
{
    public static void Int<C>(this ref C codec, ReadOnlySpan<byte> name, ref int value) where C : struct, IAttributeCodec, allows ref struct
    {
        long v = value;
        codec.Long(name, ref v);
        value = (int)v;
    }

    public static void Byte<C>(this ref C codec, ReadOnlySpan<byte> name, ref byte value)
        where C : struct, IAttributeCodec, allows ref struct
    {
        long v = value;
        codec.Long(name, ref v);
        value = (byte)v;
    }

    public static void Bool<C>(this ref C codec, ReadOnlySpan<byte> name, ref bool value)
        where C : struct, IAttributeCodec, allows ref struct
    {
        long v = value ? 1 : 0;
        codec.Long(name, ref v);
        value = v != 0;
    }

    /// <summary>A list of texts. A decoded list replaces what was there.</summary>
    /// <param name="maxBytes">Most bytes of each.</param>
    public static void Texts<C>(this ref C codec, ReadOnlySpan<byte> name, List<string> texts, int max, int maxBytes)
        where C : struct, IAttributeCodec, allows ref struct
    {
        int count = codec.Count(name, texts.Count, max);
        if (codec.Decoding) texts.Clear();
        for (int i = 0; i < count && !codec.Failed; i++)
        {
            string text = codec.Decoding ? "" : texts[i];
            codec.Text("text"u8, ref text, maxBytes);
            if (codec.Decoding) texts.Add(text);
        }
    }

    /// <summary>A list of parts. A decoded list replaces what was there.</summary>
    public static void Items<C, T>(this ref C codec, ReadOnlySpan<byte> name, List<T> items, int max)
        where C : struct, IAttributeCodec, allows ref struct
        where T : class, IAttributes<T>, new()
    {
        int count = codec.Count(name, items.Count, max);
        if (!codec.Decoding)
        {
            foreach (T item in items) T.Describe(ref codec, item);
            return;
        }
        items.Clear();
        for (int i = 0; i < count && !codec.Failed; i++)
        {
            T item = new();
            T.Describe(ref codec, item);
            items.Add(item);
        }
    }
}

/// <summary>Writes a message into a buffer.</summary>
public static class AttributeEncoder
{
    /// <summary>
    /// Encodes one message with its protocol's name; false when a field or a list is over its limit, so that no decoder would take it.
    /// </summary>
    public static bool Encode<T>(IBufferWriter<byte> output, T message) where T : IMessage<T>
    {
        Codec codec = new(output);
        codec.Header(T.Protocol);
        T.Describe(ref codec, message);
        return !codec.Failed;
    }

    /// <summary>The encoding side of the description.</summary>
    public ref struct Codec(IBufferWriter<byte> output) : IAttributeCodec
    {
        public readonly bool Decoding => false;
        public bool Failed { get; private set; }

        internal readonly void Header(ReadOnlySpan<byte> protocol) => Name(protocol, 0);

        public void Text(ReadOnlySpan<byte> name, ref string value, int max)
        {
            if (Failed |= value.Length > max) return;
            int room = Encoding.UTF8.GetMaxByteCount(value.Length);
            Span<byte> span = output.GetSpan(5 + name.Length + room);
            int length = Encoding.UTF8.GetBytes(value, span[(5 + name.Length)..]);
            Failed |= length > max;
            WriteName(span, name, length);
            output.Advance(5 + name.Length + length);
        }

        public readonly void Long(ReadOnlySpan<byte> name, ref long value)
        {
            Name(name, 8);
            Span<byte> span = output.GetSpan(8);
            BinaryPrimitives.WriteInt64LittleEndian(span, value);
            output.Advance(8);
        }

        public int Count(ReadOnlySpan<byte> name, int count, int max)
        {
            long value = count;
            Failed |= count > max;
            Long(name, ref value);
            return count;
        }

        private readonly void Name(ReadOnlySpan<byte> name, int valueLength)
        {
            Span<byte> span = output.GetSpan(5 + name.Length);
            WriteName(span, name, valueLength);
            output.Advance(5 + name.Length);
        }

        private static void WriteName(Span<byte> span, ReadOnlySpan<byte> name, int valueLength)
        {
            span[0] = (byte)name.Length;
            name.CopyTo(span[1..]);
            BinaryPrimitives.WriteInt32LittleEndian(span[(1 + name.Length)..], valueLength);
        }
    }
}

/// <summary>Reads a message from the wire. Anything but the described attributes in their order is an error.</summary>
public static class AttributeDecoder
{
    /// <summary>
    /// Decodes one whole message; false when it is broken, of another protocol, over a limit, or has something left over.
    /// </summary>
    public static bool TryDecode<T>(ReadOnlySpan<byte> input, T message) where T : IMessage<T>
    {
        Codec codec = new(input);
        codec.Header(T.Protocol);
        T.Describe(ref codec, message);
        return !codec.Failed && codec.AtEnd;
    }

    /// <summary>The protocol's name at the start of a message; empty when there is none.</summary>
    public static ReadOnlySpan<byte> ProtocolOf(ReadOnlySpan<byte> input) =>
        input.Length > 1 && input.Length >= 1 + input[0] ? input.Slice(1, input[0]) : default;

    /// <summary>The decoding side of the description.</summary>
    public ref struct Codec(ReadOnlySpan<byte> input) : IAttributeCodec
    {
        private static readonly UTF8Encoding Strict = new(false, true);
        private ReadOnlySpan<byte> _rest = input;

        public readonly bool Decoding => true;
        public bool Failed { get; private set; }
        public readonly bool AtEnd => _rest.IsEmpty;

        internal void Header(ReadOnlySpan<byte> protocol)
        {
            if (!TryTake(protocol, out ReadOnlySpan<byte> value) || value.Length != 0) Failed = true;
        }

        public void Text(ReadOnlySpan<byte> name, ref string value, int max)
        {
            if (!TryTake(name, out ReadOnlySpan<byte> bytes)) return;
            if (bytes.Length > max || !System.Text.Unicode.Utf8.IsValid(bytes)) Failed = true;
            else value = bytes.IsEmpty ? "" : Strict.GetString(bytes);
        }

        public void Long(ReadOnlySpan<byte> name, ref long value)
        {
            if (!TryTake(name, out ReadOnlySpan<byte> bytes)) return;
            if (bytes.Length != 8) Failed = true;
            else value = BinaryPrimitives.ReadInt64LittleEndian(bytes);
        }

        public int Count(ReadOnlySpan<byte> name, int count, int max)
        {
            long value = 0;
            Long(name, ref value);
            if (value >= 0 && value <= max) return (int)value;
            Failed = true;
            return 0;
        }

        private bool TryTake(ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value)
        {
            value = default;
            int head = 5 + name.Length;
            if (!Failed && _rest.Length >= head && _rest[0] == name.Length && _rest.Slice(1, name.Length).SequenceEqual(name))
            {
                int length = BinaryPrimitives.ReadInt32LittleEndian(_rest[(1 + name.Length)..]);
                if (length >= 0 && length <= _rest.Length - head)
                {
                    value = _rest.Slice(head, length);
                    _rest = _rest[(head + length)..];
                    return true;
                }
            }
            Failed = true;
            return false;
        }
    }
}
