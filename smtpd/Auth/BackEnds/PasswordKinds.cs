using System.Buffers.Binary;
using System.Runtime.InteropServices;
using MtaSuite.Common.Sasl;
using MtaSuite.Common.Tables;

namespace MtaSuite.Smtpd.Auth.BackEnds;

/// <summary>
/// Which kinds of verifiers the tables of passwords have, so that the answer about a login that does not exist looks like that about
/// one that is:
/// how much work a refusal takes, and which salts and iterations SCRAM shows. Tables that can be listed are read through, again when a
/// minute has passed; of the
/// others, and of changes in between, counts what lookups have found since the process began. Safe on several threads.
/// </summary>
internal sealed class PasswordKinds(Maps passwords, TimeProvider clock)
{
    // A table of this size is read in about a second.
    private const int MostEntries = 250_000, MostParameters = 64, RestFactor = 100;
    private static readonly TimeSpan s_age = TimeSpan.FromMinutes(1);
    private static readonly ScramParameters s_default = new(ScramVerifier.DefaultIterations, ScramVerifier.SaltBytes);

    /// <summary>What SCRAM shows of a verifier.</summary>
    internal readonly record struct ScramParameters(int Iterations, int SaltBytes);

    private sealed class Seen
    {
        public readonly long[] Units = new long[PasswordCost.Kinds];
        public readonly Dictionary<(ScramHash, ScramParameters), int> Scram = [];

        public void Add(StoredPassword stored)
        {
            foreach (PasswordCost cost in stored.Costs()) Units[(int)cost.Kind] = Math.Max(Units[(int)cost.Kind], cost.Units);
            foreach (ScramVerifier verifier in stored.Scram)
            {
                (ScramHash, ScramParameters) key = (verifier.Hash, new ScramParameters(verifier.Iterations, verifier.Salt.Length));
                if (Scram.Count < MostParameters || Scram.ContainsKey(key)) CollectionsMarshal.GetValueRefOrAddDefault(Scram, key, out _)++;
            }
        }
    }

    private readonly Lock _gate = new(), _reading = new();
    private readonly bool _listed = passwords.Tables.Count > 0 && passwords.Tables.All(t => t is IListable);
    private Seen _seen = new();
    private bool _begun;
    private long _readAt;
    private TimeSpan _rest = s_age;

    /// <summary>A value that a lookup found.</summary>
    public void Note(StoredPassword stored)
    {
        lock (_gate)
        {
            // how often somebody logs in is not how many there are: for the picture of a listed table its listing counts
            if (!_listed || stored.Costs().Any(c => c.Units > _seen.Units[(int)c.Kind])) _seen.Add(stored);
        }
    }

    /// <summary>
    /// The work that each refusal takes, a kind once: for each kind the most that any value needs. Where all of it is above the limit
    /// for one login the
    /// costliest kinds count.
    /// </summary>
    public List<PasswordCost> Costs()
    {
        Refresh();
        List<PasswordCost> costs = [];
        lock (_gate)
            for (int kind = 0; kind < PasswordCost.Kinds; kind++)
                if (_seen.Units[kind] > 0) costs.Add(new PasswordCost((HashKind)kind, _seen.Units[kind]));
        if (costs.Count == 0) return [new PasswordCost(HashKind.ScramSha256, ScramVerifier.DefaultIterations)];
        costs.Sort((a, b) => b.Milliseconds.CompareTo(a.Milliseconds));
        double total = 0;
        return [.. costs.TakeWhile(c => (total += c.Milliseconds) <= PasswordCost.MaxMilliseconds)];
    }

    /// <summary>
    /// What SCRAM shows of a login that has no verifier of its own: as the others are, as often as they are, the same each time.
    /// </summary>
    /// <param name="random">At least four bytes that depend on the login.</param>
    public ScramParameters Pick(ScramHash hash, ReadOnlySpan<byte> random)
    {
        Refresh();
        lock (_gate)
        {
            var own = _seen.Scram.Where(e => e.Key.Item1 == hash)
                .OrderBy(e => e.Key.Item2.Iterations).ThenBy(e => e.Key.Item2.SaltBytes).ToArray();
            // a fraction of the whole, so that an added login changes few picks
            double left = BinaryPrimitives.ReadUInt32BigEndian(random) / (double)(1L << 32) * own.Sum(e => (long)e.Value);
            foreach (((_, ScramParameters parameters), int count) in own)
                if ((left -= count) < 0) return parameters;
            return s_default;
        }
    }

    private void Refresh()
    {
        if (!_listed || (Volatile.Read(ref _begun) && clock.GetElapsedTime(Volatile.Read(ref _readAt)) < _rest)) return;
        if (!_begun) _reading.Enter();
        else if (!_reading.TryEnter()) return;
        try
        {
            if (!_begun || clock.GetElapsedTime(_readAt) >= _rest) Read();
        }
        finally { _reading.Exit(); }
    }

    private void Read()
    {
        long start = clock.GetTimestamp();
        Seen seen = new();
        int entries = 0;
        bool complete = true;
        foreach (IListable table in passwords.Tables.OfType<IListable>())
        {
            complete &= table.List((_, value) =>
            {
                seen.Add(StoredPassword.Parse(value));
                return ++entries < MostEntries;
            }) is null;
        }
        TimeSpan took = clock.GetElapsedTime(start) * RestFactor;
        _rest = took > s_age ? took : s_age;
        // a table that cannot be read, or is only read in part, has what it had
        if (_begun && (!complete || entries >= MostEntries)) Keep(seen);
        lock (_gate) _seen = seen;
        Volatile.Write(ref _readAt, clock.GetTimestamp());
        Volatile.Write(ref _begun, true);
    }

    private void Keep(Seen seen)
    {
        lock (_gate)
        {
            for (int kind = 0; kind < PasswordCost.Kinds; kind++) seen.Units[kind] = Math.Max(seen.Units[kind], _seen.Units[kind]);
            if (seen.Scram.Count > 0) return;
            foreach (var (key, count) in _seen.Scram) seen.Scram[key] = count;
        }
    }
}
