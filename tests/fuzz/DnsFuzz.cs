using System.Text;
using MtaSuite.Common.Dns;
using MtaSuite.Common.Dns.Wire;
using MtaSuite.Tests.Unit.Dns;

namespace MtaSuite.Tests.Fuzz;

/// <summary>Name servers' messages of every kind: read without fault, and names as a slow and obvious reader has them.</summary>
public static class DnsFuzz
{
    public static void One(ReadOnlySpan<byte> input)
    {
        Names(input);
        DnsResponse? response = DnsResponse.ReadHead(input, out int position, out _);
        if (response is null) return;
        if (position > input.Length) throw new InvalidOperationException("read beyond the end");
        if (!response.TryReadRecords(input, position)) return;
        foreach (DnsRecord record in response.Answers)
            if (record.Ttl < TimeSpan.Zero || record.Name.Length > 1020) throw new InvalidOperationException("bad record");
        int links = 0;
        foreach (DnsType type in new[] { DnsType.A, DnsType.MX, DnsType.PTR })
        {
            Finding finding = AnswerBuilder.Build(response, response.QuestionName, type, ref links);
            if (finding.Records.Count > AnswerBuilder.MaxRecords || finding.Records.Any(r => r.Type != type))
                throw new InvalidOperationException("wrong records");
            if (finding.Status == DnsStatus.Found != finding.Records.Count > 0) throw new InvalidOperationException("found nothing");
        }
    }

    private static void Names(ReadOnlySpan<byte> input)
    {
        for (int start = 0; start < Math.Min(input.Length, 40); start++)
        {
            int at = start;
            bool ok = DnsName.TryRead(input, ref at, out string name);
            string? slow = SlowName(input.ToArray(), start, start);
            if (slow is not null && slow.Length > 0 && WireLength(slow) > 255) slow = null;
            if (ok != slow is not null || (ok && slow != name))
                throw new InvalidOperationException($"name \"{name}\", expected \"{slow}\"");
            if (ok && (at <= start || at > input.Length)) throw new InvalidOperationException("position");
            if (!ok || name.Contains('\\') || name.Length == 0) continue;
            byte[] wire = new byte[300];
            int length = DnsName.Write(name, wire), back = 0;
            if (length == 0 || !DnsName.TryRead(wire.AsSpan(0, length), ref back, out string again) || again != name)
                throw new InvalidOperationException("round trip");
        }
    }

    private static int WireLength(string name) =>
        name.Split('.').Sum(l => System.Text.RegularExpressions.Regex.Replace(l, @"\\\d\d\d", "x").Length + 1) + 1;

    /// <summary>Label by label; a pointer leads to a name of its own that begins before this part.</summary>
    private static string? SlowName(byte[] message, int at, int part)
    {
        if (at >= message.Length) return null;
        int length = message[at];
        if (length == 0) return "";
        if (length >= 0xC0)
        {
            if (at + 1 >= message.Length) return null;
            int target = (length - 0xC0) * 256 + message[at + 1];
            return target < part ? SlowName(message, target, target) : null;
        }
        if (length > 63 || at + 1 + length > message.Length) return null;
        StringBuilder label = new();
        foreach (byte b in message[(at + 1)..(at + 1 + length)])
            label.Append(b > 32 && b < 127 && b != '.' && b != '\\' ? ((char)b).ToString() : $"\\{b:D3}");
        string? rest = SlowName(message, at + 1 + length, part);
        return rest is null ? null : rest.Length == 0 ? label.ToString() : $"{label}.{rest}";
    }
}

public sealed class DnsFuzzTests
{
    [Test]
    public void Random_and_mutated_messages()
    {
        int count = int.TryParse(Environment.GetEnvironmentVariable("FUZZ_COUNT"), out int n) ? n : 5000;
        Random random = new(11);
        byte[][] seeds = [.. Seeds()];
        MtaSuite.Common.Log.Log.Configure(new MtaSuite.Common.Log.LogSettings("test") { File = "/dev/null" });
        for (int i = 0; i < count; i++)
        {
            byte[] input = random.Next(5) == 0 ? new byte[random.Next(300)] : [.. seeds[random.Next(seeds.Length)]];
            if (input.Length > 0 && random.Next(5) == 0) random.NextBytes(input);
            for (int m = random.Next(6); m > 0 && input.Length > 0; m--)
            {
                int at = random.Next(input.Length);
                switch (random.Next(5))
                {
                    case 0: input[at] = (byte)random.Next(256); break;
                    case 1: input[at] = (byte)(0xC0 | random.Next(2)); break;
                    case 2: input = input[..at]; break;
                    case 3: input = [.. input[..at], .. input[random.Next(input.Length)..]]; break;
                    default: input[at] ^= (byte)(1 << random.Next(8)); break;
                }
            }
            try { DnsFuzz.One(input); }
            catch (Exception e) { Assert.Fail($"{Convert.ToHexString(input)}: {e}"); }
        }
    }

    private static IEnumerable<byte[]> Seeds()
    {
        DnsRequest Ask(string name, DnsType type)
        {
            byte[] bytes = new byte[DnsQuery.MaxLength];
            return new(bytes[..DnsQuery.Write(bytes, 4711, name, type, true, true)], name, type, false);
        }
        foreach ((DnsType type, string data) in new[] { (DnsType.A, "192.0.2.1"), (DnsType.AAAA, "2001:db8::1"), (DnsType.MX, "10 mx.test"),
            (DnsType.TXT, "v=spf1 -all"), (DnsType.SRV, "1 2 3 t.test"), (DnsType.TLSA, "3 1 1 abcd"), (DnsType.PTR, "p.test") })
        {
            DnsRequest q = Ask("name.example.test", type);
            byte[] record = ScriptedDns.Record("name.example.test", type, 60, ScriptedDns.Data(type, data.Split(' ')));
            byte[] pointer = [0xC0, 12, .. record[19..]];
            yield return ScriptedDns.Message(q, 0, [record, pointer, pointer], [ScriptedDns.Soa(60, 60)]);
            yield return ScriptedDns.Message(q, 0,
                [ScriptedDns.Record("name.example.test", DnsType.CNAME, 60, [3, (byte)'f', (byte)'o', (byte)'o', 0xC0, 17]), record]);
            yield return q.Bytes;
        }
    }

    [TestCase("C00C", TestName = "A_pointer_to_itself")]
    [TestCase("0161C00C", TestName = "A_pointer_to_the_start_of_its_own_name")]
    [TestCase("C00EC00C", TestName = "Two_pointers_to_each_other")]
    [TestCase("40", TestName = "A_reserved_kind_of_label")]
    [TestCase("05616263", TestName = "A_label_longer_than_the_message")]
    [TestCase("C0", TestName = "Half_a_pointer")]
    public void Names_that_are_none(string hex)
    {
        byte[] message = [.. new byte[12], .. Convert.FromHexString(hex)];
        int at = 12;
        Assert.That(DnsName.TryRead(message, ref at, out _), Is.False);
    }

    [Test]
    public void Names_and_labels_up_to_their_limits()
    {
        string label = new('a', 63), name = $"{label}.{label}.{label}.{new string('b', 61)}";
        byte[] wire = new byte[300];
        Assert.That(DnsName.Write(name, wire), Is.EqualTo(255));
        int at = 0;
        Assert.That(DnsName.TryRead(wire, ref at, out string read) && read == name && at == 255);
        Assert.That(DnsName.Write(name + "b", wire), Is.Zero);
        Assert.That(DnsName.Write(label + "a.test", wire), Is.Zero);
        byte[] tooLong = ScriptedDns.Name(name + "b");
        at = 0;
        Assert.That(DnsName.TryRead(tooLong, ref at, out _), Is.False);
    }
}
