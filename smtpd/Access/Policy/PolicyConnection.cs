using System.Text;
using MtaSuite.Common.Native;
using MtaSuite.Common.Net;

namespace MtaSuite.Smtpd.Access;

/// <summary>One connection to a policy server: one request at a time. Owns its socket.</summary>
internal sealed class PolicyConnection(Connection connection) : IDisposable
{
    /// <summary>Bytes of an answer that are taken.</summary>
    private const int MaxAnswer = 16 * 1024;
    private const string ActionName = "action=";

    public long Opened { get; } = connection.Loop.NowMilliseconds;
    public long LastUsed { get; private set; } = connection.Loop.NowMilliseconds;
    public int Requests { get; private set; }

    /// <summary>The <see cref="SmtpSession.Instance"/> that it was last used for.</summary>
    public string Instance { get; private set; } = "";

    /// <summary>It is open, and the server has sent nothing that nobody asked for, its end included.</summary>
    public bool IsUsable
    {
        get
        {
            if (!connection.IsOpen || connection.HasHungUp || !connection.Input.IsEmpty) return false;
            if (!connection.MayHaveInput) return true;
            Connection.FillAwaiter fill = connection.FillAsync();
            return !fill.IsCompleted;
        }
    }

    /// <summary>Sends a request and takes the answer; null, and why, when there is none.</summary>
    /// <param name="request">With its empty line.</param>
    public async Task<(string? Action, string Problem)> AskAsync(string instance, byte[] request, TimeSpan timeout)
    {
        Instance = instance;
        Requests++;
        connection.Write(request);
        connection.SetDeadline(timeout);
        while (true)
        {
            int end = connection.Input.IndexOf("\n\n"u8);
            if (end >= 0) return Take(end);
            if (connection.Input.Length > MaxAnswer) return (null, "the answer is too long");
            switch (await connection.FillAsync())
            {
                case ReadStatus.Data: break;
                case ReadStatus.TimedOut: return (null, Errno.Text(Errno.ETIMEDOUT));
                case ReadStatus.End: return (null, "the server closed the connection");
                default: return (null, connection.Error != 0 ? Errno.Text(connection.Error) : "the connection was lost");
            }
        }
    }

    /// <summary>answer = *( attribute LF ) LF; the attribute action counts.</summary>
    private (string? Action, string Problem) Take(int end)
    {
        byte[] answer = connection.Input[..end].ToArray();
        connection.Consume(end + 2);
        connection.SetDeadline(null);
        LastUsed = connection.Loop.NowMilliseconds;
        if (!System.Text.Unicode.Utf8.IsValid(answer) || answer.AsSpan().Contains((byte)0)) return (null, "the answer is no UTF-8 text");
        foreach (string line in Encoding.UTF8.GetString(answer).Split('\n'))
        {
            if (!line.StartsWith(ActionName, StringComparison.Ordinal)) continue;
            string action = line[ActionName.Length..].Trim();
            return action.Length > 0 ? (action, "") : (null, "the answer names no action");
        }
        return (null, "the answer has no attribute \"action\"");
    }

    public void Dispose() => connection.Dispose();
}
