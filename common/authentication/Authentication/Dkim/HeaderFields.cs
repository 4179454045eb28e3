using System.Buffers;
using MtaSuite.Common.Authentication.Messages;

namespace MtaSuite.Common.Authentication.Dkim;

/// <summary>
/// The fields of a header as signatures choose them (RFC 6376 5.4.2): by name, of several with one name the lowest first. One object
/// serves all signatures of a message; choosing is linear in the fields and names.
/// </summary>
internal sealed class HeaderFields
{
    private readonly IReadOnlyList<FieldBytes> _fields;
    private readonly Dictionary<string, List<int>> _byName = new(StringComparer.OrdinalIgnoreCase);

    public HeaderFields(MessageHeader header)
    {
        _fields = header.Fields;
        for (int i = 0; i < _fields.Count; i++)
        {
            if (!_byName.TryGetValue(_fields[i].Name, out List<int>? places)) _byName[_fields[i].Name] = places = [];
            places.Add(i);
        }
    }

    public int Count(string name) => _byName.TryGetValue(name, out List<int>? places) ? places.Count : 0;

    public IEnumerable<FieldBytes> Named(string name) =>
        _byName.TryGetValue(name, out List<int>? places) ? places.Select(i => _fields[i]) : [];

    /// <summary>Writes the fields that are named in canonical form. A name without a field (left) stands for nothing.</summary>
    /// <param name="except">The signature itself, which is never among them.</param>
    public void Write(ArrayBufferWriter<byte> output, Canonicalization kind, IReadOnlyList<string> names, FieldBytes except)
    {
        Dictionary<string, int> left = new(StringComparer.OrdinalIgnoreCase);
        foreach (string name in names)
        {
            if (!_byName.TryGetValue(name, out List<int>? places)) continue;
            int at = left.GetValueOrDefault(name, places.Count) - 1;
            // the same bytes at the same place: not an equal field, which may stand there twice
            while (at >= 0 && _fields[places[at]].Bytes.Equals(except.Bytes)) at--;
            left[name] = Math.Max(at, 0);
            if (at >= 0) CanonicalField.Write(output, kind, _fields[places[at]].Bytes.Span, withLineEnd: true);
        }
    }
}
