using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using MtaSuite.Common.Dns;
using MtaSuite.Common.Net;

namespace MtaSuite.Tests.Unit.Dns;

/// <summary>A question that came to the server.</summary>
internal sealed record DnsRequest(byte[] Bytes, string Name, DnsType Type, bool Tcp)
{
    public bool HasEdns => Bytes[11] == 1;

    public bool WantsDnssec => HasEdns && (Bytes[^4] & 0x80) != 0;
}

/// <summary>
/// A name server on a port of 127.0.0.1, by UDP and TCP: answers from lines such as "mx.test 60 A 192.0.2.1", and by script where a name
/// has one. Names it has no line for do not exist.
/// </summary>
internal sealed class ScriptedDns : IDisposable
{
    private readonly Socket _udp;
    private readonly Socket _tcp;
    private readonly ConcurrentDictionary<string, List<(DnsType Type, int Ttl, byte[] Data)>> _zone = new(StringComparer.OrdinalIgnoreCase);
    private readonly ConcurrentDictionary<string, Func<DnsRequest, IEnumerable<byte[]>>> _scripts = new(StringComparer.OrdinalIgnoreCase);
    private readonly ConcurrentQueue<DnsRequest> _requests = [];

    public ScriptedDns(params string[] lines)
    {
        (_udp, _tcp) = Bind();
        EndPoint = (IPEndPoint)_udp.LocalEndPoint!;
        foreach (string line in lines) Add(line);
        new Thread(ServeUdp) { IsBackground = true }.Start();
        new Thread(ServeTcp) { IsBackground = true }.Start();
    }

    /// <summary>A port that is free for both.</summary>
    private static (Socket Udp, Socket Tcp) Bind()
    {
        while (true)
        {
            Socket udp = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp),
                tcp = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                udp.Bind(new IPEndPoint(IPAddress.Loopback, 0));
                tcp.Bind(udp.LocalEndPoint!);
                tcp.Listen(10);
                return (udp, tcp);
            }
            catch (SocketException)
            {
                udp.Dispose();
                tcp.Dispose();
            }
        }
    }

    public IPEndPoint EndPoint { get; }

    /// <summary>As a value of dns_servers.</summary>
    public string Address => EndPoint.ToString();

    /// <summary>The AD bit of answers to those who ask.</summary>
    public bool Validates { get; set; }

    public IReadOnlyList<DnsRequest> Requests => [.. _requests];

    public int Count(string name) => _requests.Count(r => r.Name.Equals(name, StringComparison.OrdinalIgnoreCase));

    public DnsOptions Options => new() { Servers = [EndPoint], Timeout = TestLimits.Answer, Attempts = 1 };

    public DnsResolver Resolver(EventLoop loop) => new(loop, Options);

    /// <summary>"name [ttl] TYPE data". TXT data is one text, in strings of 255 bytes; a name alone exists without records.</summary>
    public void Add(string line)
    {
        string[] words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        List<(DnsType, int, byte[])> records = _zone.GetOrAdd(words[0].TrimEnd('.'), _ => []);
        if (words.Length == 1) return;
        int at = int.TryParse(words[1], out int ttl) ? 2 : 1;
        DnsType type = Enum.Parse<DnsType>(words[at]);
        lock (records) records.Add((type, at == 2 ? ttl : 300, Data(type, words[(at + 1)..])));
    }

    public void Remove(string name) => _zone.TryRemove(name, out _);

    /// <summary>What is sent when a name is asked for: any number of messages.</summary>
    public void Script(string name, Func<DnsRequest, IEnumerable<byte[]>> script) => _scripts[name] = script;

    public void Rcode(string name, int code) => Script(name, r => [Message(r, code)]);

    public void Silent(string name) => Script(name, _ => []);

    public static byte[] Name(string name)
    {
        List<byte> bytes = [];
        foreach (string label in name.TrimEnd('.').Split('.', StringSplitOptions.RemoveEmptyEntries))
        {
            bytes.Add((byte)label.Length);
            bytes.AddRange(Encoding.Latin1.GetBytes(label));
        }
        return [.. bytes, 0];
    }

    public static byte[] Data(DnsType type, string[] words) => type switch
    {
        DnsType.A or DnsType.AAAA => IPAddress.Parse(words[0]).GetAddressBytes(),
        DnsType.MX => [.. Word(words[0]), .. Name(words[1])],
        DnsType.SRV => [.. Word(words[0]), .. Word(words[1]), .. Word(words[2]), .. Name(words[3])],
        DnsType.TXT =>
            [.. Encoding.UTF8.GetBytes(string.Join(' ', words)).Chunk(255).SelectMany(part => (byte[])[(byte)part.Length, .. part])],
        DnsType.TLSA =>
            [byte.Parse(words[0], CultureInfo.InvariantCulture), byte.Parse(words[1], CultureInfo.InvariantCulture),
            byte.Parse(words[2], CultureInfo.InvariantCulture), .. Convert.FromHexString(words[3])],
        _ => Name(words[0]),
    };

    private static byte[] Word(string number)
    {
        int value = int.Parse(number, CultureInfo.InvariantCulture);
        return [(byte)(value >> 8), (byte)value];
    }

    public static byte[] Record(string name, DnsType type, int ttl, byte[] data) =>
        [.. Name(name), (byte)((int)type >> 8), (byte)type, 0, 1, (byte)(ttl >> 24), (byte)(ttl >> 16), (byte)(ttl >> 8), (byte)ttl,
        (byte)(data.Length >> 8), (byte)data.Length, .. data];

    /// <summary>SOA with a TTL and MINIMUM.</summary>
    public static byte[] Soa(int ttl, int minimum) => Record("test", DnsType.SOA, ttl,
        [.. Name("ns.test"), .. Name("root.test"), .. new byte[16], (byte)(minimum >> 24), (byte)(minimum >> 16), (byte)(minimum >> 8),
            (byte)minimum]);

    /// <summary>A whole message: the question repeated, then records.</summary>
    public static byte[] Message(DnsRequest request, int rcode = 0, byte[][]? answers = null, byte[][]? authority = null,
        bool truncated = false, bool authentic = false)
    {
        int end = 12;
        while (request.Bytes[end] != 0) end += request.Bytes[end] + 1;
        byte[] head = request.Bytes[..(end + 5)];
        head[2] = (byte)(0x81 | (truncated ? 2 : 0));
        head[3] = (byte)(0x80 | (authentic ? 0x20 : 0) | rcode);
        (head[7], head[9], head[11]) = ((byte)(answers?.Length ?? 0), (byte)(authority?.Length ?? 0), 0);
        return [.. head, .. answers?.SelectMany(a => a) ?? [], .. authority?.SelectMany(a => a) ?? []];
    }

    /// <summary>The honest answer from the lines; aliases are followed as far as the lines go.</summary>
    public byte[] Answer(DnsRequest request)
    {
        List<byte[]> answers = [];
        string name = request.Name;
        for (int i = 0; i < 20; i++)
        {
            if (!_zone.TryGetValue(name, out List<(DnsType Type, int Ttl, byte[] Data)>? records))
                return Message(request, 3, [.. answers], [Soa(300, 60)], authentic: Validates);
            lock (records)
            {
                int before = answers.Count;
                answers.AddRange(records.Where(r => r.Type == request.Type).Select(r => Record(name, r.Type, r.Ttl, r.Data)));
                if (answers.Count > before) break;
                if (records.FirstOrDefault(r => r.Type == DnsType.CNAME) is not { Data: not null } alias)
                    return Message(request, 0, [.. answers], [Soa(300, 60)], authentic: Validates);
                answers.Add(Record(name, DnsType.CNAME, alias.Ttl, alias.Data));
                int at = 0;
                Common.Dns.Wire.DnsName.TryRead(alias.Data, ref at, out name);
            }
        }
        return Message(request, 0, [.. answers], authentic: Validates && request.WantsDnssec);
    }

    private IEnumerable<byte[]> Reply(byte[] bytes, bool tcp)
    {
        int at = 12;
        Common.Dns.Wire.DnsName.TryRead(bytes, ref at, out string name);
        DnsRequest request = new(bytes, name, (DnsType)(bytes[at] << 8 | bytes[at + 1]), tcp);
        _requests.Enqueue(request);
        return _scripts.TryGetValue(name, out Func<DnsRequest, IEnumerable<byte[]>>? script) ? script(request) : [Answer(request)];
    }

    private void ServeUdp()
    {
        byte[] buffer = new byte[4096];
        try
        {
            while (true)
            {
                EndPoint from = new IPEndPoint(IPAddress.Any, 0);
                int length = _udp.ReceiveFrom(buffer, ref from);
                foreach (byte[] message in Reply(buffer[..length], tcp: false)) _udp.SendTo(message, from);
            }
        }
        catch (SocketException) { }
        catch (ObjectDisposedException) { }
    }

    private void ServeTcp()
    {
        try
        {
            while (true)
            {
                using Socket peer = _tcp.Accept();
                byte[] length = new byte[2];
                if (peer.Receive(length) != 2) continue;
                byte[] bytes = new byte[length[0] << 8 | length[1]];
                for (int have = 0; have < bytes.Length;) have += peer.Receive(bytes, have, bytes.Length - have, SocketFlags.None);
                foreach (byte[] message in Reply(bytes, tcp: true))
                {
                    // split where it hurts
                    peer.Send([(byte)(message.Length >> 8)]);
                    peer.Send([(byte)message.Length, .. message[..(message.Length / 2)]]);
                    Thread.Sleep(5);
                    peer.Send(message[(message.Length / 2)..]);
                }
            }
        }
        catch (SocketException) { }
        catch (ObjectDisposedException) { }
    }

    public void Dispose()
    {
        _udp.Dispose();
        _tcp.Dispose();
    }
}
