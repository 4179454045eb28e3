using System.Buffers;
using System.Buffers.Binary;
using System.Reflection;
using System.Text;
using MtaSuite.Common.Ipc;
using MtaSuite.Common.Ipc.Messages;
using MtaSuite.Common.Mail;

namespace MtaSuite.Tests.Unit.Ipc;

/// <summary>Messages on the wire: what one side fills in the other finds, and anything else is refused.</summary>
public sealed class AttributeCodecTests
{
    private static readonly MethodInfo EncodeMethod = typeof(AttributeCodecTests)
        .GetMethod(nameof(EncodeAny), BindingFlags.NonPublic | BindingFlags.Static)!;
    private static readonly MethodInfo DecodeMethod = typeof(AttributeCodecTests)
        .GetMethod(nameof(DecodeAny), BindingFlags.NonPublic | BindingFlags.Static)!;

    private static byte[]? EncodeAny<T>(T message) where T : IMessage<T>
    {
        ArrayBufferWriter<byte> output = new();
        return AttributeEncoder.Encode(output, message) ? output.WrittenSpan.ToArray() : null;
    }

    private static T? DecodeAny<T>(byte[] input) where T : class, IMessage<T>, new()
    {
        T message = new();
        return AttributeDecoder.TryDecode(input, message) ? message : null;
    }

    private static byte[]? Encode(object message) => (byte[]?)EncodeMethod.MakeGenericMethod(message.GetType()).Invoke(null, [message]);

    private static object? Decode(Type type, byte[] input) => DecodeMethod.MakeGenericMethod(type).Invoke(null, [input]);

    private sealed record Attribute(string Name, byte[] Value);

    private static List<Attribute> Parse(byte[] wire)
    {
        List<Attribute> result = [];
        for (int at = 0; at < wire.Length;)
        {
            string name = Encoding.ASCII.GetString(wire, at + 1, wire[at]);
            at += 1 + wire[at];
            int length = BinaryPrimitives.ReadInt32LittleEndian(wire.AsSpan(at));
            result.Add(new(name, wire.AsSpan(at + 4, length).ToArray()));
            at += 4 + length;
        }
        return result;
    }

    private static byte[] Join(IEnumerable<Attribute> attributes)
    {
        using MemoryStream stream = new();
        foreach (Attribute a in attributes)
        {
            stream.WriteByte((byte)a.Name.Length);
            stream.Write(Encoding.ASCII.GetBytes(a.Name));
            stream.Write(BitConverter.GetBytes(a.Value.Length));
            stream.Write(a.Value);
        }
        return stream.ToArray();
    }

    public static IEnumerable<Type> Kinds => MessageFiller.Kinds();

    [TestCaseSource(nameof(Kinds))]
    public void Every_field_arrives(Type kind)
    {
        object message = MessageFiller.Filled(kind);
        object? decoded = Decode(kind, Encode(message)!);
        Assert.That(decoded, Is.Not.Null);
        Assert.That(MessageFiller.Show(decoded), Is.EqualTo(MessageFiller.Show(message)));
    }

    [TestCaseSource(nameof(Kinds))]
    public void Defaults_arrive(Type kind)
    {
        object message = Activator.CreateInstance(kind)!;
        Assert.That(MessageFiller.Show(Decode(kind, Encode(message)!)), Is.EqualTo(MessageFiller.Show(message)));
    }

    [TestCaseSource(nameof(Kinds))]
    public void Cut_extended_reordered_or_renamed_it_is_refused(Type kind)
    {
        byte[] wire = Encode(MessageFiller.Filled(kind))!;
        for (int i = 0; i < wire.Length; i++) Assert.That(Decode(kind, wire[..i]), Is.Null, $"cut at {i}");
        Assert.That(Decode(kind, [.. wire, 0]), Is.Null, "one byte more");
        List<Attribute> attributes = Parse(wire);
        for (int i = 0; i < attributes.Count; i++)
        {
            Assert.That(Decode(kind, Join(attributes.Where((_, k) => k != i))), Is.Null, $"without {attributes[i].Name}");
            Assert.That(Decode(kind, Join(attributes.Take(i).Append(attributes[i]).Concat(attributes.Skip(i)))), Is.Null,
                $"{attributes[i].Name} twice");
            Assert.That(Decode(kind, Join(attributes.Select((a, k) => k == i ? a with { Name = a.Name + "x" } : a))), Is.Null,
                $"{attributes[i].Name} renamed");
        }
    }

    [TestCaseSource(nameof(Kinds))]
    public void Values_over_a_limit_or_of_the_wrong_shape_are_refused(Type kind)
    {
        byte[] wire = Encode(MessageFiller.Filled(kind))!;
        List<Attribute> attributes = Parse(wire);
        for (int i = 0; i < attributes.Count; i++)
        {
            byte[][] bad = attributes[i] switch
            {
                { Name: "recipients" or "entries" or "queues" or "ids" } =>
                    [BitConverter.GetBytes(-1L), BitConverter.GetBytes(long.MaxValue), BitConverter.GetBytes(50_001L), [1]],
                { Value.Length: 8 } => [[1], [], new byte[9]],
                { Name: "string" } => [new byte[200_000], [0xc3, 0x28], [0xff]], // of an argument list
                _ => [new byte[20_000], [0xc3, 0x28], [0xff]],
            };
            foreach (byte[] value in bad)
                Assert.That(Decode(kind, Join(attributes.Select((a, k) => k == i ? a with { Value = value } : a))), Is.Null,
                    $"{attributes[i].Name} with {value.Length} bytes");
        }
    }

    [TestCaseSource(nameof(Kinds))]
    public void What_no_decoder_would_take_is_not_encoded(Type kind)
    {
        object message = MessageFiller.Filled(kind);
        foreach ((object holder, FieldInfo field) in MessageFiller.Texts(message))
        {
            object before = field.GetValue(holder)!;
            foreach (string text in new[] { new string('x', 20_000), new string('\u20ac', 6000) })
            {
                field.SetValue(holder, text);
                Assert.That(Encode(message), Is.Null, $"{field.Name} of {text.Length}");
            }
            field.SetValue(holder, before);
        }
        Assert.That(Encode(message), Is.Not.Null);
    }

    [TestCase('x')]
    [TestCase('\u20ac')]
    public void What_a_remote_server_said_is_cut_instead(char c)
    {
        string endless = new(c, 40_000);
        SubmitReply reply = new() { Outcome = Outcome.Bounce("5.0.0", endless) with { Diagnostic = endless, Remote = endless } };
        Outcome arrived = DecodeAny<SubmitReply>(EncodeAny(reply)!)!.Outcome;
        Assert.That(arrived.Text, Has.Length.GreaterThan(5000));
        Assert.That(endless, Does.StartWith(arrived.Text).And.StartWith(arrived.Diagnostic).And.StartWith(arrived.Remote));
    }

    [Test]
    public void An_unknown_kind_of_outcome_is_temporary()
    {
        List<Attribute> attributes = Parse(EncodeAny(new SubmitReply { Outcome = Outcome.Bounce("5.1.1", "no") })!);
        byte[] wire = Join(attributes.Select(a => a.Name == "kind" ? a with { Value = BitConverter.GetBytes(77L) } : a));
        Assert.That(DecodeAny<SubmitReply>(wire)!.Outcome.IsTemporary);
    }

    [Test]
    public void One_kind_is_not_taken_for_another()
    {
        foreach (Type one in Kinds)
            foreach (Type other in Kinds)
                if (one != other) Assert.That(Decode(other, Encode(MessageFiller.Filled(one))!), Is.Null, $"{one.Name} as {other.Name}");
    }
}
