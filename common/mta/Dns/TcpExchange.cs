using System.Net;
using MtaSuite.Common.Native;
using MtaSuite.Common.Net;

namespace MtaSuite.Common.Dns;

/// <summary>
/// A question by TCP. RFC 1035 4.2.2: "The message is prefixed with a two byte length field which gives the message length".
/// </summary>
internal static class TcpExchange
{
    public static async Task<ExchangeResult> RunAsync(EventLoop loop, IPEndPoint server, Question question, TimeSpan timeout)
    {
        long deadline = Environment.TickCount64 + (long)timeout.TotalMilliseconds;
        ConnectResult connect = await Connector.Connect(loop, server, null, timeout);
        if (!connect.IsConnected)
            return new ExchangeResult(connect.Error == Errno.ETIMEDOUT ? ExchangeStatus.TimedOut : ExchangeStatus.Unreachable);
        using Connection connection = new(loop, connect.Release(), server);
        bool late = false;
        LoopTimer timer = loop.After(TimeSpan.FromMilliseconds(Math.Max(1, deadline - Environment.TickCount64)), () =>
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
                return question.Match(message) ?? new ExchangeResult(ExchangeStatus.Malformed);
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
