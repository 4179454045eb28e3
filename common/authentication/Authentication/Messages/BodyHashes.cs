using System.Security.Cryptography;

namespace MtaSuite.Common.Authentication.Messages;

/// <summary>A hash of a body, known when the body is complete.</summary>
public sealed class BodyHash
{
    internal BodyHash(long limit) => Limit = limit;

    /// <summary>Canonical bytes that are hashed at most (l=).</summary>
    public long Limit { get; }

    /// <summary>Empty until the body is complete.</summary>
    public byte[] Value { get; internal set; } = [];

    /// <summary>Canonical bytes of the whole body, before the limit.</summary>
    public long Length { get; internal set; }
}

/// <summary>
/// Hashes a message's body while it streams, for all signatures at once: each canonical form is made once, and hashed once, however many
/// signatures want it; a limit (l=) costs a copy of the hash's state. Nothing of the body is kept. First the requests, then the body.
/// </summary>
public sealed class BodyHashes : IDisposable
{
    private readonly List<Form> _forms = [];

    /// <summary>Asks for a hash; before the body's first byte.</summary>
    public BodyHash Request(Canonicalization canonicalization, HashKind kind = HashKind.Sha256, long limit = long.MaxValue)
    {
        Form? form = _forms.Find(f => f.Kind == canonicalization);
        if (form == null) _forms.Add(form = new Form(canonicalization));
        return form.Request(limit);
    }

    public void Append(ReadOnlySpan<byte> chunk)
    {
        foreach (Form form in _forms) form.Canonicalizer.Append(chunk);
    }

    /// <summary>The body is complete: the hashes have their values.</summary>
    public void Complete()
    {
        foreach (Form form in _forms) form.Complete();
    }

    public void Dispose()
    {
        foreach (Form form in _forms) form.Dispose();
    }

    /// <summary>One canonical form, with its hash at every limit that was asked for.</summary>
    private sealed class Form : IDisposable
    {
        private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        // in rising order of their limits
        private readonly List<BodyHash> _wanted = [];
        private int _next;
        private long _length;

        public Form(Canonicalization kind)
        {
            Kind = kind;
            Canonicalizer = BodyCanonicalizer.Create(kind, Take);
        }

        public Canonicalization Kind { get; }
        public BodyCanonicalizer Canonicalizer { get; }

        public BodyHash Request(long limit)
        {
            int at = _wanted.FindIndex(w => w.Limit >= limit);
            if (at >= 0 && _wanted[at].Limit == limit) return _wanted[at];
            BodyHash hash = new(limit);
            _wanted.Insert(at < 0 ? _wanted.Count : at, hash);
            return hash;
        }

        private void Take(ReadOnlySpan<byte> bytes)
        {
            while (_next < _wanted.Count && _wanted[_next].Limit <= _length + bytes.Length)
            {
                int part = (int)(_wanted[_next].Limit - _length);
                _hash.AppendData(bytes[..part]);
                _length += part;
                bytes = bytes[part..];
                _wanted[_next++].Value = _hash.GetCurrentHash();
            }
            if (_next < _wanted.Count) _hash.AppendData(bytes);
            _length += bytes.Length;
        }

        public void Complete()
        {
            Canonicalizer.Complete();
            for (; _next < _wanted.Count; _next++) _wanted[_next].Value = _hash.GetCurrentHash();
            foreach (BodyHash hash in _wanted) hash.Length = _length;
        }

        public void Dispose() => _hash.Dispose();
    }
}
