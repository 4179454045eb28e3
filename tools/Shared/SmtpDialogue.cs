using System.Text;
using MtaSuite.Common.Net;

namespace MtaSuite.Tools.Shared;

/// <summary>A client's side of SMTP or LMTP, one command at a time. Null stands for a reply that did not come; why, was told.</summary>
/// <param name="chat">Gets every line, "&gt; " or "&lt; " in front.</param>
/// <param name="tell">Gets the reason when the connection ends.</param>
internal sealed class SmtpDialogue(Connection connection, Action<string> chat, Action<string> tell)
{
    private const int MaxLines = 200;

    /// <summary>Says a command and reads the reply.</summary>
    public async Task<List<string>?> AskAsync(string line, TimeSpan limit)
    {
        chat($"> {line}");
        connection.Write(Encoding.ASCII.GetBytes(line + "\r\n"));
        return await ReplyAsync(limit);
    }

    /// <summary>The lines of a reply, each at least four characters long.</summary>
    public async Task<List<string>?> ReplyAsync(TimeSpan limit)
    {
        List<string> lines = [];
        connection.SetDeadline(limit);
        while (lines.Count < MaxLines)
        {
            int end = connection.Input.IndexOf((byte)'\n');
            if (end < 0)
            {
                ReadStatus read = connection.InputIsFull ? ReadStatus.Failed : await connection.FillAsync();
                if (read == ReadStatus.Data) continue;
                tell(read == ReadStatus.TimedOut ? "timeout" : "lost connection");
                return null;
            }
            string line = Encoding.UTF8.GetString(connection.Input[..end]).TrimEnd('\r');
            connection.Consume(end + 1);
            chat($"< {line}");
            lines.Add(line.PadRight(4));
            if (line.Length < 4 || line[3] != '-') return lines;
        }
        tell("a reply without end");
        return null;
    }

    /// <summary>A reply to EHLO announces a keyword.</summary>
    public static bool Offers(List<string> reply, string keyword) => Parameters(reply, keyword) != null;

    /// <summary>What stands behind a keyword in the reply to EHLO; null: it is not announced.</summary>
    public static string? Parameters(List<string> reply, string keyword)
    {
        foreach (string line in reply.Skip(1))
        {
            string text = line[4..].Trim();
            if (text.Equals(keyword, StringComparison.OrdinalIgnoreCase)) return "";
            if (text.Length > keyword.Length && text[keyword.Length] is ' ' or '='
                && text.StartsWith(keyword, StringComparison.OrdinalIgnoreCase)) return text[(keyword.Length + 1)..];
        }
        return null;
    }
}
