namespace MtaSuite.Local.Mailboxes;

/// <summary>Lets one thread of this process at a time work on a path, so that our own deliveries queue here and don't spend lock attempts on each other.</summary>
/// <param name="waiting">Told true when a thread has to wait for long, and false afterwards.</param>
internal sealed class PathGates(Action<bool> waiting)
{
    private const int PatienceMilliseconds = 50;

    private sealed class Gate
    {
        public readonly Lock Lock = new();
        public int Users;
    }

    private readonly Dictionary<string, Gate> _gates = new(StringComparer.Ordinal);

    /// <summary>Waits for the path to be free; dispose the result to let the next one in.</summary>
    public Pass Enter(string path)
    {
        Gate? gate;
        lock (_gates)
        {
            if (!_gates.TryGetValue(path, out gate)) _gates[path] = gate = new Gate();
            gate.Users++;
        }
        if (!gate.Lock.TryEnter(PatienceMilliseconds))
        {
            waiting(true);
            gate.Lock.Enter();
            waiting(false);
        }
        return new Pass(this, path, gate);
    }

    private void Leave(string path, Gate gate)
    {
        gate.Lock.Exit();
        lock (_gates)
        {
            if (--gate.Users == 0) _gates.Remove(path);
        }
    }

    internal readonly ref struct Pass
    {
        private readonly PathGates _owner;
        private readonly string _path;
        private readonly Gate _gate;

        internal Pass(PathGates owner, string path, object gate)
        {
            _owner = owner;
            _path = path;
            _gate = (Gate)gate;
        }

        public void Dispose() => _owner.Leave(_path, _gate);
    }
}
