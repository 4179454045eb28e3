using System.Text;
using System.Text.Unicode;

namespace MtaSuite.Common.Mail;

/// <summary>
/// The addresses of a header value that comes in pieces, cut anywhere, of any length: the grammar and the results of
/// <see cref="HeaderAddresses.Extract"/> without
/// its limits. Only the address that is being read and those found are kept; what stands in display names and comments passes by.
/// </summary>
/// <param name="limit">More addresses than this are counted, and not kept.</param>
public sealed class AddressListReader(int limit)
{
    private enum Stage : byte { Between, Atom, Quoted, Literal, Comment }

    private readonly List<string> _found = [];
    private readonly byte[] _address = new byte[Address.MaxLength];
    private Stage _stage;
    private int _depth;              // of comments
    private bool _escaped;           // a backslash came just before
    private bool _heldLf;            // a line end: part of the value only if something follows
    private int _length, _end;       // of the address in external form; behind _end stand brackets that belong to it only if it goes on
    private int _word;               // where the word being read began
    private bool _started, _tooLong, _lastWasWord, _afterWord, _angle, _route;
    // Addresses of an element that has not ended: a "<" or ":" makes them a display name.
    private int _count, _unusable, _keptCount, _keptFound, _keptUnusable;

    /// <summary>The addresses in internal form, in order; at most as many as the limit.</summary>
    public IReadOnlyList<string> Found => _found;

    /// <summary>How many there are, those above the limit too.</summary>
    public int Count => _count;

    /// <summary>
    /// Addresses that cannot be used: not UTF-8, longer than <see cref="Address.MaxLength"/>, with a line break or NUL inside.
    /// </summary>
    public int Unusable => _unusable;

    /// <summary>Takes some bytes of a value.</summary>
    public void Take(ReadOnlySpan<byte> value)
    {
        foreach (byte b in value)
        {
            if (_heldLf) Step((byte)'\n');
            _heldLf = b == '\n';
            if (!_heldLf) Step(b);
        }
    }

    /// <summary>The value is complete; another one may follow.</summary>
    public void EndValue()
    {
        _heldLf = false;
        if (_stage is Stage.Atom or Stage.Quoted or Stage.Literal) EndWord(closed: false);
        EndElement();
        (_stage, _escaped, _depth) = (Stage.Between, false, 0);
    }

    // ---- tokens ----------------------------------------------------------------------------------------------------

    private void Step(byte b)
    {
        switch (_stage)
        {
            case Stage.Comment: StepComment(b); break;
            case Stage.Quoted: StepEnclosed(b, (byte)'"'); break;
            case Stage.Literal: StepEnclosed(b, (byte)']'); break;
            case Stage.Atom when _escaped || !EndsAtom(b): PutEscaped(b); break;
            case Stage.Atom:
                EndWord(closed: true);
                Begin(b);
                break;
            default: Begin(b); break;
        }
    }

    private static bool EndsAtom(byte b) => b is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n' || "()<>@,;:.\"[]"u8.Contains(b);

    /// <summary>A byte between tokens.</summary>
    private void Begin(byte b)
    {
        _stage = Stage.Between;
        switch (b)
        {
            case (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n': break;
            case (byte)'(': (_stage, _depth) = (Stage.Comment, 1); break;
            case (byte)'<' or (byte)'>' or (byte)'@' or (byte)',' or (byte)';' or (byte)':' or (byte)'.' or (byte)')' or (byte)']':
                Special(b);
                break;
            default:
                BeginWord();
                _stage = b switch { (byte)'"' => Stage.Quoted, (byte)'[' => Stage.Literal, _ => Stage.Atom };
                if (_stage == Stage.Atom) PutEscaped(b);
                else Put(b);
                break;
        }
    }

    private void StepComment(byte b)
    {
        if (_escaped) _escaped = false;
        else if (b == '\\') _escaped = true;
        else if (b == '(') _depth++;
        else if (b == ')' && --_depth == 0) _stage = Stage.Between;
    }

    private void StepEnclosed(byte b, byte close)
    {
        bool ends = b == close && !_escaped;
        // line breaks inside quotes are folding and no part of the text (RFC 5322 3.2.4)
        if (_escaped || b is not ((byte)'\r' or (byte)'\n')) PutEscaped(b);
        if (ends) EndWord(closed: true);
    }

    private void PutEscaped(byte b)
    {
        Put(b);
        _escaped = b == '\\' && !_escaped;
    }

    private void Put(byte b)
    {
        if (_length < _address.Length) _address[_length++] = b;
        else _tooLong = true;
    }

    // ---- grammar, as in HeaderAddresses.Finder ----------------------------------------------------------------------

    private void BeginWord()
    {
        if (!_angle && _lastWasWord) EndAddress();
        if (_afterWord) Put((byte)' ');
        _word = _length;
        _started = true;
    }

    /// <param name="closed">False: the value ended within the word. What is not closed gets closed, a lone backslash is dropped.</param>
    private void EndWord(bool closed)
    {
        if (!closed && _escaped && _length > _word) _length--;
        if (!closed && _stage != Stage.Atom) Put(_stage == Stage.Quoted ? (byte)'"' : (byte)']');
        _end = _length;
        _lastWasWord = _afterWord = true;
        _escaped = false;
        _stage = Stage.Between;
    }

    private void Special(byte b)
    {
        switch (b)
        {
            case (byte)'<':
                Forget();
                (_angle, _route) = (true, false);
                return;
            case (byte)'>' when _angle: EndElement(); return;
            case (byte)'>': Skip(b); return;
            case (byte)',' when !_route:
            case (byte)';': EndElement(); return;
            // in a route "@a,@b:user@c" the colon starts the address proper; elsewhere it ends a group's name
            case (byte)':' when _angle && !_route: Skip(b); return;
            case (byte)':':
                _route = false;
                Forget();
                return;
        }
        if (_angle && !_started && b == '@') _route = true;
        _started = true;
        Put(b);
        _end = _length;
        _lastWasWord = _afterWord = false;
    }

    /// <summary>A bracket that means nothing here. It stays in an address that goes on behind it.</summary>
    private void Skip(byte b)
    {
        if (!_started) return;
        Put(b);
        _afterWord = false;
    }

    private void EndElement()
    {
        EndAddress();
        (_keptCount, _keptFound, _keptUnusable) = (_count, _found.Count, _unusable);
        _angle = _route = false;
    }

    private void EndAddress()
    {
        if (_started) Add(_address.AsSpan(0, _end));
        Clear();
    }

    private void Add(ReadOnlySpan<byte> external)
    {
        string? address = !_tooLong && Utf8.IsValid(external) ? Address.Unquote822(Encoding.UTF8.GetString(external)) : null;
        if (address is "") return;
        _count++;
        if (address is null || address.AsSpan().ContainsAny('\0', '\r', '\n')) _unusable++;
        else if (_found.Count < limit) _found.Add(address);
    }

    private void Forget()
    {
        (_count, _unusable) = (_keptCount, _keptUnusable);
        _found.RemoveRange(_keptFound, _found.Count - _keptFound);
        Clear();
    }

    private void Clear()
    {
        _length = _end = _word = 0;
        _started = _tooLong = _lastWasWord = _afterWord = false;
    }
}
