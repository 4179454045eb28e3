using System.Net;
using MtaSuite.Common.Dns.Wire;
using MtaSuite.Common.Native;
using MtaSuite.Common.Net;

namespace MtaSuite.Common.Dns;

/// <summary>How one exchange with one server ended.</summary>
internal enum ExchangeStatus : byte
{
    Answered,
    /// <summary>Nothing came in time.</summary>
    TimedOut,
    /// <summary>The server cannot be reached, or hung up.</summary>
    Unreachable,
    /// <summary>Our question was answered with something unreadable.</summary>
    Malformed,
    /// <summary>Many answers to questions that were not asked: somebody is guessing. Ask by TCP.</summary>
    Suspicious,
}

/// <summary>The result of an exchange. <see cref="Response"/> is there when answered.</summary>
internal readonly record struct ExchangeResult(ExchangeStatus Status, DnsResponse? Response = null);

/// <summary>One question on its way to one server.</summary>
internal sealed record Question(string Name, DnsType Type, ushort Id, byte[] Bytes)
{
    /// <summary>A question that can be sent, or null for a name that has no wire form. The ID cannot be guessed (RFC 5452 9.2).</summary>
    public static Question? Make(string name, DnsType type, bool edns, bool dnssec)
    {
        Span<byte> buffer = stackalloc byte[DnsQuery.MaxLength];
        Span<byte> id = stackalloc byte[2];
        System.Security.Cryptography.RandomNumberGenerator.Fill(id);
        ushort number = (ushort)(id[0] << 8 | id[1]);
        int length = DnsQuery.Write(buffer, number, name, type, edns, dnssec);
        return length == 0 ? null : new Question(name, type, number, buffer[..length].ToArray());
    }

    /// <summary>What a message is to this question: null when it is something else, or an answer that may be malformed.</summary>
    public ExchangeResult? Judge(ReadOnlySpan<byte> message)
    {
        DnsResponse? response = DnsResponse.ReadHead(message, out int position, out bool hasQuestion);
        if (response is null)
        {
            bool isOurs = message.Length > 2 && (message[0] << 8 | message[1]) == Id && message[2] >= 0x80;
            return isOurs ? new ExchangeResult(ExchangeStatus.Malformed) : null;
        }
        if (response.Id != Id) return null;
        // A refusal of the whole message may come without the question.
        bool same = hasQuestion
            ? response.QuestionType == Type && response.QuestionName.Equals(Name, StringComparison.OrdinalIgnoreCase)
            : response.Rcode is not (DnsRcode.NoError or DnsRcode.NameError);
        if (!same) return null;
        if (!response.IsTruncated && !response.TryReadRecords(message, position)) return new ExchangeResult(ExchangeStatus.Malformed);
        return new ExchangeResult(ExchangeStatus.Answered, response);
    }
}

/// <summary>
/// A question by UDP, from a socket of its own: the kernel chooses an unpredictable port (RFC 5452 9.2) and lets only the server's datagrams
/// through. Owns the socket.
/// </summary>
internal sealed class UdpExchange : IReadiness
{
    private const int MaxStrangers = 10;
    private readonly EventLoop _loop;
    private readonly Question _question;
    private readonly byte[] _buffer;
    private readonly int _fd;
    private readonly Promise<ExchangeResult> _promise = new();
    private LoopTimer? _timer;
    private int _strangers;

    private UdpExchange(EventLoop loop, Question question, byte[] buffer, int fd) => (_loop, _question, _buffer, _fd) = (loop, question, buffer, fd);

    /// <param name="buffer">Room for a datagram, free to be used whenever no exchange is looking at one.</param>
    public static Promise<ExchangeResult> Run(EventLoop loop, IPEndPoint server, Question question, TimeSpan timeout, byte[] buffer)
    {
        int family = server.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6 ? Libc.AF_INET6 : Libc.AF_INET;
        int fd = Libc.Socket(family, Libc.SOCK_DGRAM | Libc.SOCK_NONBLOCK | Libc.SOCK_CLOEXEC, 0);
        UdpExchange exchange = new(loop, question, buffer, fd);
        if (fd < 0 || Libc.Connect(fd, server) < 0 || Libc.Send(fd, question.Bytes) < 0 || !loop.Watch(fd, Libc.EPOLLIN, exchange))
        {
            if (fd >= 0) _ = Libc.Close(fd);
            exchange._promise.TrySet(new ExchangeResult(ExchangeStatus.Unreachable));
        }
        else exchange._timer = loop.After(timeout, () => exchange.End(new ExchangeResult(ExchangeStatus.TimedOut)));
        return exchange._promise;
    }

    public void OnReady(uint events)
    {
        while (true)
        {
            int length = Libc.Recv(_fd, _buffer);
            if (length < 0)
            {
                if (Libc.Errno == Libc.EINTR) continue;
                if (Libc.Errno != Libc.EAGAIN) End(new ExchangeResult(ExchangeStatus.Unreachable));
                return;
            }
            ExchangeResult? result = _question.Judge(_buffer.AsSpan(0, length));
            if (result is null && ++_strangers >= MaxStrangers) result = new ExchangeResult(ExchangeStatus.Suspicious);
            if (result is null) continue;
            End(result.Value);
            return;
        }
    }

    private void End(ExchangeResult result)
    {
        _timer?.Cancel();
        _loop.Unwatch(_fd);
        _ = Libc.Close(_fd);
        _promise.TrySet(result);
    }
}

/// <summary>A question by TCP. RFC 1035 4.2.2: "The message is prefixed with a two byte length field which gives the message length".</summary>
internal static class TcpExchange
{
    public static async Task<ExchangeResult> RunAsync(EventLoop loop, IPEndPoint server, Question question, TimeSpan timeout)
    {
        int family = server.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6 ? Libc.AF_INET6 : Libc.AF_INET;
        int fd = Libc.Socket(family, Libc.SOCK_STREAM | Libc.SOCK_NONBLOCK | Libc.SOCK_CLOEXEC, 0);
        if (fd < 0) return new ExchangeResult(ExchangeStatus.Unreachable);
        if (Libc.Connect(fd, server) < 0 && Libc.Errno != Libc.EINPROGRESS)
        {
            _ = Libc.Close(fd);
            return new ExchangeResult(ExchangeStatus.Unreachable);
        }
        using Connection connection = new(loop, fd, server);
        bool late = false;
        LoopTimer timer = loop.After(timeout, () =>
        {
            late = true;
            connection.Dispose();
        });
        connection.Write([(byte)(question.Bytes.Length >> 8), (byte)question.Bytes.Length]);
        connection.Write(question.Bytes);
        ExchangeResult result = await ReceiveAsync(connection, question);
        timer.Cancel();
        return late ? new ExchangeResult(ExchangeStatus.TimedOut) : result;
    }

    private static async Task<ExchangeResult> ReceiveAsync(Connection connection, Question question)
    {
        while (true)
        {
            // A message of full length is longer than the input buffer by its length field: collect it aside.
            if (connection.Input.Length >= 2)
            {
                int length = connection.Input[0] << 8 | connection.Input[1];
                connection.Consume(2);
                byte[]? message = await ReceiveAsync(connection, length);
                if (message is null) return new ExchangeResult(ExchangeStatus.Unreachable);
                return question.Judge(message) ?? new ExchangeResult(ExchangeStatus.Malformed);
            }
            if (await connection.FillAsync() != ReadStatus.Data) return new ExchangeResult(ExchangeStatus.Unreachable);
        }
    }

    private static async Task<byte[]?> ReceiveAsync(Connection connection, int length)
    {
        byte[] message = new byte[length];
        int have = 0;
        while (true)
        {
            int take = Math.Min(connection.Input.Length, length - have);
            connection.Input[..take].CopyTo(message.AsSpan(have));
            connection.Consume(take);
            have += take;
            if (have == length) return message;
            if (await connection.FillAsync() != ReadStatus.Data) return null;
        }
    }
}
