using System.Globalization;
using MtaSuite.Common.Ipc.Messages;

namespace MtaSuite.Anvil;

/// <summary>The highest counts and rates, for the log.</summary>
internal sealed class ClientStatistics(TimeSpan unit)
{
    private readonly Peak[] _rates = new Peak[(int)ClientEvent.Auth + 1];
    private Peak _count, _size;

    private record struct Peak(int Value, string Ident, DateTimeOffset At)
    {
        public void Note(int value, string ident, DateTimeOffset at)
        {
            if (value > Value) this = new Peak(value, ident, at);
        }

        // as ctime(3) without weekday and year
        public readonly string When => string.Create(CultureInfo.InvariantCulture, $"{At:MMM} {At.Day,2} {At:HH:mm:ss}");
    }

    public void NoteRate(ClientEvent kind, int rate, string ident, DateTimeOffset now) => _rates[(int)kind].Note(rate, ident, now);

    public void NoteCount(int count, string ident, DateTimeOffset now) => _count.Note(count, ident, now);

    public void NoteSize(int size, DateTimeOffset now) => _size.Note(size, "", now);

    /// <summary>The lines for the log, in Postfix's format; all counts are reset.</summary>
    public List<string> Take()
    {
        List<string> lines = [];
        for (int i = 0; i < _rates.Length; i++)
        {
            if (_rates[i].Value > 0) lines.Add($"statistics: max {Name((ClientEvent)i)} rate "
                + $"{_rates[i].Value}/{(long)unit.TotalSeconds}s for ({_rates[i].Ident}) at {_rates[i].When}");
            if (i == (int)ClientEvent.Connect && _count.Value > 0)
                lines.Add($"statistics: max connection count {_count.Value} for ({_count.Ident}) at {_count.When}");
        }
        if (_size.Value > 0) lines.Add($"statistics: max cache size {_size.Value} at {_size.When}");
        Array.Clear(_rates);
        _count = _size = default;
        return lines;
    }

    private static string Name(ClientEvent kind) => kind switch
    {
        ClientEvent.Connect => "connection",
        ClientEvent.Message => "message",
        ClientEvent.Recipient => "recipient",
        ClientEvent.NewTls => "newtls",
        _ => "auth",
    };
}
