using System.Text;
using System.Text.Unicode;

namespace MtaSuite.Common.Tables.Text;

/// <summary>One entry of a table's source text: key (folded, if that is wanted) and value as they go into the table.</summary>
public readonly record struct SourceEntry(byte[] Key, byte[] Value, int Line);

/// <summary>Reads the entries of a source text, one at a time. Lines that are no entry are reported and left out.</summary>
public sealed class SourceReader
{
    private readonly LogicalLineReader _lines;
    private readonly string _name;
    private readonly SourceFormat _format;
    private readonly TableOptions _options;
    private readonly Action<string> _warn;

    /// <param name="name">The file, for messages.</param>
    /// <param name="warn">Receives "FILE, line N: what is wrong".</param>
    public SourceReader(Stream input, string name, SourceFormat format, TableOptions options, Action<string> warn)
    {
        (_name, _format, _options, _warn) = (name, format, options, warn);
        _lines = new LogicalLineReader(input, name, warn);
    }

    /// <summary>Why reading ended early; null at a proper end.</summary>
    public string? Error => _lines.Error;

    /// <summary>The next entry; false at the end of the text or on an <see cref="Error"/>.</summary>
    public bool TryRead(out SourceEntry entry)
    {
        while (_lines.TryRead(out ReadOnlySpan<byte> line))
        {
            string? complaint = Parse(line, out entry);
            if (complaint == null) return true;
            _warn($"{_name}, line {_lines.LineNumber}: {complaint}");
        }
        entry = default;
        return false;
    }

    private string? Parse(ReadOnlySpan<byte> line, out SourceEntry entry)
    {
        entry = default;
        if (_options.Utf8 && !Utf8.IsValid(line)) return $"non-UTF-8 input \"{Log.Printable.Text(line)}\" -- ignoring this line";
        // a NUL would end the text for programs in C that read the table
        if (line.Contains((byte)0)) return $"NUL character in \"{Log.Printable.Text(line)}\" -- ignoring this line";
        byte[] key;
        if (_format == SourceFormat.Map)
        {
            string? complaint = EntryParser.ParseMap(line, out ReadOnlySpan<byte> keySlice, out ReadOnlySpan<byte> value);
            if (complaint != null) return complaint;
            if (keySlice[^1] == ':')
                _warn($"{_name}, line {_lines.LineNumber}: record is in \"key: value\" format; is this an alias file?");
            key = keySlice.ToArray();
            entry = new SourceEntry(Fold(key), value.ToArray(), _lines.LineNumber);
        }
        else
        {
            string? complaint = EntryParser.ParseAlias(line, out key, out ReadOnlySpan<byte> value);
            if (complaint != null) return complaint;
            entry = new SourceEntry(Fold(key), value.ToArray(), _lines.LineNumber);
        }
        return null;
    }

    private byte[] Fold(byte[] key)
    {
        if (!_options.FoldKeys) return key;
        if (_options.Utf8 && !Ascii.IsValid(key)) return Encoding.UTF8.GetBytes(Table.FoldKey(Encoding.UTF8.GetString(key)));
        for (int i = 0; i < key.Length; i++)
            if (key[i] is >= (byte)'A' and <= (byte)'Z') key[i] |= 0x20;
        return key;
    }
}
