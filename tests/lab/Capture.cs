using System.Buffers.Binary;
using System.Diagnostics;
using System.Text;
using MtaSuite.Common.Native;
using MtaSuite.Tests.E2e.Harness;

namespace MtaSuite.Tests.Lab;

/// <summary>One direction of a TCP connection, as it passed the wire.</summary>
internal sealed record TcpStream(string From, int FromPort, string To, int ToPort)
{
    private byte[] _bytes = [];
    /// <summary>Which bytes were seen: a busy machine may lose packets, for the listener alone.</summary>
    private bool[] _seen = [];

    public uint First { get; init; }

    /// <summary>One character for each byte.</summary>
    public string Text => Encoding.Latin1.GetString(_bytes);

    public void Put(uint sequence, ReadOnlySpan<byte> data)
    {
        int offset = (int)(sequence - First);
        if (offset < 0 || data.IsEmpty) return; // a keep-alive, or an acknowledgement, also behind the end, which has a number too
        if (_bytes.Length < offset + data.Length)
            (_bytes, _seen) = (Grown(_bytes, offset + data.Length), Grown(_seen, offset + data.Length));
        data.CopyTo(_bytes.AsSpan(offset));
        _seen.AsSpan(offset, data.Length).Fill(true);
    }

    private static T[] Grown<T>(T[] array, int length)
    {
        Array.Resize(ref array, length);
        return array;
    }

    /// <summary>From here to the end, or to where a packet was missed, there are TLS records and nothing else (RFC 8446 5.1).</summary>
    public bool IsTls(int from)
    {
        while (from < _bytes.Length)
        {
            if (_seen.AsSpan(from, Math.Min(5, _seen.Length - from)).Contains(false)) return true;
            if (from + 5 > _bytes.Length || _bytes[from] is < 20 or > 23 || _bytes[from + 1] != 3 || _bytes[from + 2] > 4) return false;
            from += 5 + BinaryPrimitives.ReadUInt16BigEndian(_bytes.AsSpan(from + 3));
        }
        return from == _bytes.Length;
    }
}

/// <summary>What passes a host's network interface, taken down by tcpdump (pcap, Ethernet, IPv4).</summary>
internal sealed class Capture : IDisposable
{
    private const int SIGINT = 2;
    private readonly Process _tcpdump;
    private readonly string _file;

    public Capture(LabHost host)
    {
        _file = $"{host.Folder}/capture.pcap";
        _tcpdump = Programs.Start("nsenter",
            ["-t", host.Pid, "-n", Programs.Find("tcpdump")!, "-i", "eth0", "-U", "--immediate-mode", "-B", "16384", "-Z", "root", "-w",
                _file, "tcp"]);
        string? line;
        do line = _tcpdump.StandardError.ReadLine();
        while (line != null && !line.Contains("listening on", StringComparison.Ordinal));
        if (line == null) throw new AssertionException("tcpdump does not listen");
    }

    /// <summary>Ends it and returns all connections' directions in the order of their beginning.</summary>
    public List<TcpStream> Finish()
    {
        Thread.Sleep(300); // the last packets
        _ = Signals.Kill(_tcpdump.Id, SIGINT);
        _tcpdump.WaitForExit();
        byte[] file = File.ReadAllBytes(_file);
        Assert.That(BinaryPrimitives.ReadUInt32LittleEndian(file), Is.EqualTo(0xA1B2C3D4), "pcap with microseconds");
        List<TcpStream> streams = [];
        for (int at = 24; at + 16 <= file.Length;)
        {
            int length = BinaryPrimitives.ReadInt32LittleEndian(file.AsSpan(at + 8));
            Read(file.AsSpan(at + 16, length), streams);
            at += 16 + length;
        }
        return streams;
    }

    private static void Read(ReadOnlySpan<byte> frame, List<TcpStream> streams)
    {
        if (frame.Length < 54 || BinaryPrimitives.ReadUInt16BigEndian(frame[12..]) != 0x0800) return;
        ReadOnlySpan<byte> ip = frame[14..];
        ip = ip[..BinaryPrimitives.ReadUInt16BigEndian(ip[2..])];
        ReadOnlySpan<byte> tcp = ip[((ip[0] & 15) * 4)..];
        string from = new System.Net.IPAddress(ip.Slice(12, 4)).ToString(), to = new System.Net.IPAddress(ip.Slice(16, 4)).ToString();
        int fromPort = BinaryPrimitives.ReadUInt16BigEndian(tcp), toPort = BinaryPrimitives.ReadUInt16BigEndian(tcp[2..]);
        uint sequence = BinaryPrimitives.ReadUInt32BigEndian(tcp[4..]);
        if ((tcp[13] & 2) != 0) streams.Add(new TcpStream(from, fromPort, to, toPort) { First = sequence + 1 });
        else streams.FindLast(s => s.From == from && s.FromPort == fromPort && s.To == to && s.ToPort == toPort)?.Put(sequence,
            tcp[((tcp[12] >> 4) * 4)..]);
    }

    public void Dispose()
    {
        if (!_tcpdump.HasExited) _tcpdump.Kill();
        _tcpdump.Dispose();
    }
}
