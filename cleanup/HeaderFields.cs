using System.Buffers;
using System.Text;
using MtaSuite.Common.Mail;

namespace MtaSuite.Cleanup;

/// <summary>
/// The fields of a header section, to be changed one by one. Fields with the same name are told apart by their number, from 1 on, in the
/// order in which they stand. A field that is not touched stays as it is, byte by byte.
/// </summary>
internal sealed class HeaderFields
{
    private readonly List<ReadOnlyMemory<byte>> _fields = [];

    /// <param name="section">Whole fields, lines end in LF, with or without the empty line behind them. Must stay as it is.</param>
    public HeaderFields(ReadOnlyMemory<byte> section)
    {
        for (int start = 0; start < section.Length;)
        {
            int end = EndOf(section.Span, start);
            if (section.Span[start] != '\n') _fields.Add(section[start..end]);
            start = end;
        }
    }

    private static int EndOf(ReadOnlySpan<byte> section, int start)
    {
        int end = start;
        do
        {
            int line = section[end..].IndexOf((byte)'\n');
            end = line < 0 ? section.Length : end + line + 1;
        }
        while (end < section.Length && section[start] != '\n' && section[end] is (byte)' ' or (byte)'\t');
        return end;
    }

    /// <summary>How many there are.</summary>
    public int Count => _fields.Count;

    /// <summary>Something was changed.</summary>
    public bool IsChanged { get; private set; }

    /// <summary>A field as it stands, with its last line end.</summary>
    public ReadOnlySpan<byte> this[int index] => _fields[index].Span;

    /// <summary>The same, to be kept while something is waited for.</summary>
    public ReadOnlyMemory<byte> Field(int index) => _fields[index];

    /// <summary>A name that can stand in a header: printable ASCII without a colon (RFC 5322 2.2).</summary>
    public static bool IsName(string name) => name.Length > 0 && name.AsSpan().IndexOfAnyExceptInRange('!', '~') < 0 && !name.Contains(':');

    /// <summary>A field that is not counted when fields are told apart by their number: this server's own Received. -1: none.</summary>
    public int HiddenIndex { get; private set; } = -1;

    /// <summary>Hides the Received field that this server wrote, the first one.</summary>
    public void HideOwnReceived() => HiddenIndex = HiddenIndex >= 0 ? HiddenIndex : Find("Received", 1);

    /// <summary>Adds a field behind all others.</summary>
    public void Add(string name, string value) => Insert(_fields.Count, name, value);

    /// <summary>Inserts a field; an index behind the last one adds it there.</summary>
    /// <param name="index">The fields that stand before it, 0 or more.</param>
    public void Insert(int index, string name, string value) => Insert(index, name, Encoding.UTF8.GetBytes(value), exact: false);

    /// <param name="exact">The value begins right behind the colon.</param>
    public void Insert(int index, string name, ReadOnlySpan<byte> value, bool exact) => Insert(index, Make(name, value, exact));

    /// <param name="field">A whole field, as of <see cref="Make"/>.</param>
    public void Insert(int index, ReadOnlyMemory<byte> field)
    {
        index = Math.Clamp(index, 0, _fields.Count);
        _fields.Insert(index, field);
        if (HiddenIndex >= index) HiddenIndex++;
        IsChanged = true;
    }

    /// <summary>Gives a field another value; false when there is none of that name and number.</summary>
    public bool TryChange(string name, int number, string value) => TryChange(name, number, Encoding.UTF8.GetBytes(value), exact: false);

    /// <param name="exact">The value begins right behind the colon.</param>
    public bool TryChange(string name, int number, ReadOnlySpan<byte> value, bool exact) =>
        TryChange(name, number, Make(name, value, exact));

    /// <param name="field">A whole field, as of <see cref="Make"/>; it may have another name.</param>
    public bool TryChange(string name, int number, ReadOnlyMemory<byte> field)
    {
        int index = Find(name, number);
        if (index < 0) return false;
        _fields[index] = field;
        return IsChanged = true;
    }

    /// <summary>Takes a field out; false when there is none of that name and number.</summary>
    public bool TryDelete(string name, int number)
    {
        int index = Find(name, number);
        if (index < 0) return false;
        _fields.RemoveAt(index);
        if (HiddenIndex > index) HiddenIndex--;
        return IsChanged = true;
    }

    /// <summary>Where a field stands; -1: there is none of that name and number.</summary>
    public int Find(string name, int number)
    {
        byte[] wanted = Encoding.ASCII.GetBytes(name);
        for (int i = 0; i < _fields.Count; i++)
            if (i != HiddenIndex && Ascii.EqualsIgnoreCase(HeaderNames.NameOf(_fields[i].Span), wanted) && --number == 0) return i;
        return -1;
    }

    /// <summary>
    /// A field of a name and a value, which may have several lines. Whatever ends a line in the value, the next one begins with white
    /// space, so that no value becomes another field or the end of the section; NUL is dropped.
    /// </summary>
    /// <param name="exact">The value begins right behind the colon.</param>
    public static byte[] Make(string name, ReadOnlySpan<byte> value, bool exact)
    {
        ArrayBufferWriter<byte> field = new(name.Length + value.Length + 4);
        field.Write(Encoding.ASCII.GetBytes(name));
        field.Write(":"u8);
        if (!exact && (value.IsEmpty || value[0] is not ((byte)' ' or (byte)'\t'))) field.Write(" "u8);
        bool begins = true;
        while (!value.IsEmpty)
        {
            int end = value.IndexOfAny((byte)'\r', (byte)'\n');
            ReadOnlySpan<byte> line = end < 0 ? value : value[..end];
            value = end < 0 ? default : value[(end + 1)..];
            if (line.IsEmpty) continue;
            if (!begins && line[0] is not ((byte)' ' or (byte)'\t')) field.Write("\t"u8);
            foreach (Range part in line.Split((byte)0)) field.Write(line[part]);
            field.Write("\n"u8);
            begins = false;
        }
        if (begins) field.Write("\n"u8);
        return field.WrittenSpan.ToArray();
    }

    /// <summary>The section, with the empty line behind it.</summary>
    public ReadOnlyMemory<byte> ToSection()
    {
        ArrayBufferWriter<byte> section = new(_fields.Sum(f => f.Length) + 1);
        foreach (ReadOnlyMemory<byte> field in _fields) section.Write(field.Span);
        section.Write("\n"u8);
        return section.WrittenMemory;
    }
}
