using System.Text;
using MtaSuite.Common.Log;

namespace MtaSuite.Relay.Sessions;

/// <summary>
/// Writes what is said in a session into the log (debug_peer_list, -v): "&gt;" are we, "&lt;" is the server. Neither content nor
/// credentials.
/// </summary>
internal sealed class ChatLog(string peer)
{
    private readonly List<byte> _line = [];

    /// <summary>The next line is a secret.</summary>
    public bool IsHidden { get; set; }

    /// <summary>A piece of a command; a line is logged when it is complete.</summary>
    public void Out(ReadOnlySpan<byte> bytes)
    {
        foreach (byte b in bytes)
        {
            if (b != '\n')
            {
                _line.Add(b);
                continue;
            }
            string line = Encoding.UTF8.GetString(_line.ToArray()).TrimEnd('\r');
            Log.Info($"> {peer}: {(IsHidden ? WithoutSecret(line) : line)}");
            _line.Clear();
            IsHidden = false;
        }
    }

    public void In(Reply reply, List<string>? lines)
    {
        if (lines is { Count: > 1 })
            foreach (string line in lines) Log.Info($"< {peer}: {reply.Code} {line}");
        else Log.Info($"< {peer}: {reply}");
    }

    /// <summary>"AUTH mechanism", and nothing of what follows.</summary>
    private static string WithoutSecret(string line)
    {
        string[] words = line.Split(' ', 3);
        return words[0] == "AUTH" && words.Length > 1 ? $"AUTH {words[1]}{(words.Length > 2 ? " (left out)" : "")}" : "(left out)";
    }
}
