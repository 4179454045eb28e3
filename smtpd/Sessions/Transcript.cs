using System.Text;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Smtp;

namespace MtaSuite.Smtpd.Sessions;

/// <summary>
/// What was said in a session, for the postmaster (notify_classes). Content is not in it, nor are credentials. A long session keeps its
/// beginning and its latest part.
/// </summary>
internal sealed class Transcript
{
    private const int MaxLine = 250, MaxHead = 100, MaxTail = 100;
    private readonly List<string> _head = [];
    private readonly Queue<string> _tail = new();
    private int _left;

    public void In(ReadOnlySpan<byte> line) => Add(" In:  " + Harmless(line));

    /// <summary>A line as it may be shown: its beginning, escaped, without credentials.</summary>
    public static string Harmless(ReadOnlySpan<byte> line) => WithoutSecret(SessionLog.Escape(line[..Math.Min(line.Length, MaxLine)]));

    /// <param name="wire">A reply with its line ends.</param>
    public void Out(ReadOnlySpan<byte> wire)
    {
        while (!wire.IsEmpty)
        {
            int end = wire.IndexOf((byte)'\n');
            ReadOnlySpan<byte> line = (end < 0 ? wire : wire[..end]).TrimEnd((byte)'\r');
            Add(" Out: " + SessionLog.Escape(line[..Math.Min(line.Length, MaxLine)]));
            wire = end < 0 ? default : wire[(end + 1)..];
        }
    }

    private void Add(string line)
    {
        if (_head.Count < MaxHead)
        {
            _head.Add(line);
            return;
        }
        _tail.Enqueue(line);
        if (_tail.Count <= MaxTail) return;
        _tail.Dequeue();
        _left++;
    }

    /// <summary>AUTH may carry a password behind the mechanism (RFC 4954 4).</summary>
    private static string WithoutSecret(string line)
    {
        string[] words = line.Split(' ', 3, StringSplitOptions.RemoveEmptyEntries);
        return words.Length == 3
            && words[0].Equals("AUTH", StringComparison.OrdinalIgnoreCase) ? $"{words[0]} {words[1]} (left out)" : line;
    }

    /// <summary>The lines, each ended by LF.</summary>
    public override string ToString()
    {
        StringBuilder text = new();
        foreach (string line in _head) text.Append(line).Append('\n');
        if (_left > 0) text.Append(" ...  (").Append(_left).Append(" lines left out)\n");
        foreach (string line in _tail) text.Append(line).Append('\n');
        return text.ToString();
    }

    /// <summary>The classes of trouble that a refusal belongs to.</summary>
    public static NotifyClass ClassOf(SmtpReply reply)
    {
        if (reply.Code < 400) return NotifyClass.None;
        (int subject, int detail) = (reply.Status.Subject, reply.Status.Detail);
        if (subject == 3)
        {
            return detail switch
            {
                0 => NotifyClass.Resource | NotifyClass.Data, // a table that does not answer, a queue file that cannot be written
                1 => NotifyClass.Resource,
                5 => NotifyClass.Software,
                4 => NotifyClass.Policy,
                _ => NotifyClass.None,
            };
        }
        if (subject == 5 || reply.Code is (>= 500 and <= 504) or 555) return NotifyClass.Protocol;
        return subject is 1 or 2 or 6 or 7 ? NotifyClass.Policy : NotifyClass.None;
    }
}
