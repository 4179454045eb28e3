using MtaSuite.Common.Ipc.Messages;

namespace MtaSuite.Anvil;

/// <summary>The connections that one process has, by client.</summary>
internal sealed class HeldConnections
{
    public Dictionary<string, int> Counts { get; } = new(StringComparer.Ordinal);
}

/// <summary>
/// Connections and events of clients. Events count within windows of one length that begin with a client's first event. Memory is bounded:
/// when the table is full, new clients are not counted (and so not limited) until others are forgotten.
/// </summary>
internal sealed class ClientTable(TimeSpan unit, TimeProvider time, int capacity = 500_000)
{
    private const int Kinds = (int)ClientEvent.Auth + 1;
    private readonly Dictionary<string, Client> _clients = new(StringComparer.Ordinal);
    private long _purged = time.GetTimestamp();

    private sealed class Client
    {
        public int Held;
        public long WindowStart;
        public readonly int[] Events = new int[Kinds];
    }

    /// <summary>Clients with connections or with events in their window.</summary>
    public int Size => _clients.Count;

    /// <summary>The highest values since they were last taken.</summary>
    public ClientStatistics Statistics { get; } = new(unit);

    /// <summary>A process has so many connections of a client now.</summary>
    public void Hold(HeldConnections holder, string ident, int held)
    {
        int before = holder.Counts.GetValueOrDefault(ident);
        if (Find(ident) is not { } client || held == before) return;
        client.Held += held - before;
        if (held > 0) holder.Counts[ident] = held;
        else holder.Counts.Remove(ident);
    }

    /// <summary>A process is gone with all its connections.</summary>
    public void Release(HeldConnections holder)
    {
        foreach ((string ident, int held) in holder.Counts)
            if (_clients.TryGetValue(ident, out Client? client)) client.Held -= held;
        holder.Counts.Clear();
    }

    /// <summary>Counts an event, unless it is only asked about, and says how many there are.</summary>
    public AnvilReply Count(ClientEvent kind, string ident, bool report)
    {
        if (Find(ident) is not { } client) return new AnvilReply();
        if (time.GetElapsedTime(client.WindowStart) >= unit) Open(client);
        ref int events = ref client.Events[(int)kind];
        if (!report && events < int.MaxValue) events++;
        DateTimeOffset now = time.GetLocalNow();
        Statistics.NoteRate(kind, events, ident, now);
        if (kind == ClientEvent.Connect) Statistics.NoteCount(client.Held, ident, now);
        Statistics.NoteSize(_clients.Count, now);
        return new AnvilReply { Count = client.Held, Rate = events };
    }

    private void Open(Client client)
    {
        client.WindowStart = time.GetTimestamp();
        Array.Clear(client.Events);
    }

    private Client? Find(string ident)
    {
        if (_clients.TryGetValue(ident, out Client? client)) return client;
        if (_clients.Count >= capacity && time.GetElapsedTime(_purged) >= TimeSpan.FromSeconds(1)) Purge();
        if (_clients.Count >= capacity) return null;
        Open(client = new Client());
        return _clients[ident] = client;
    }

    /// <summary>Removes clients that have no connection and whose window is over.</summary>
    public void Purge()
    {
        _purged = time.GetTimestamp();
        foreach ((string ident, Client client) in _clients)
            if (client.Held <= 0 && time.GetElapsedTime(client.WindowStart) >= unit) _clients.Remove(ident);
    }
}
