using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using System.Text.Encodings.Web;
using MtaSuite.Common.Tables;

namespace MtaSuite.Tools.Postmap;

/// <summary>Queries (-q) and lists (-s) tables.</summary>
internal sealed class PostmapReader(PostmapOptions options, TableOptions tableOptions, bool aliases, Stream input, PostmapOutput output,
    List<TableName> names) : IDisposable
{
    private readonly Table?[] _tables = new Table?[names.Count];

    private Table Open(int index)
    {
        Table table = _tables[index] ??= TableFactory.Open(names[index].Spec, tableOptions);
        return table.OpenError == null ? table : throw new PostmapFatalException(table.OpenError);
    }

    /// <summary>One key: prints the first value found. 0: found.</summary>
    public int Query(string key)
    {
        if (!TryFind(Bytes.FromArgument(key, tableOptions.Utf8), out string value)) return 1;
        if (options.Has('j')) PrintEntry(key, value);
        else Print(value, "\n");
        return 0;
    }

    /// <summary>
    /// Keys from standard input, one a line or taken from a message: prints those found with their values. 0: at least one was found.
    /// </summary>
    public int QueryAll()
    {
        bool message = options.Has('b') || options.Has('h');
        MessageKeys keys = new(options.Has('h'), options.Has('b'), options.Has('m'));
        int status = 1;
        foreach (byte[] line in message ? keys.Read(input) : Lines(new ByteLineReader(input)))
        {
            if (tableOptions.Utf8 && !Utf8.IsValid(line))
            {
                output.Warning($"non-UTF-8 key \"{new string([.. line.Select(b => b is >= 32 and < 127 ? (char)b : '?')])}\"");
                continue;
            }
            string key = Bytes.Decode(line, tableOptions.Utf8);
            if (!TryFind(key, out string value)) continue;
            PrintEntry(key, value);
            status = 0;
        }
        return status;
    }

    private static IEnumerable<byte[]> Lines(ByteLineReader lines)
    {
        while (lines.TryRead(out byte[] line)) yield return line;
    }

    private bool TryFind(string key, out string value)
    {
        value = "";
        if (key.Length == 0) return false;
        for (int i = 0; i < names.Count; i++)
        {
            LookupResult result = Open(i).LookupAsync(key).Completed();
            if (result.IsNotFound) continue;
            if (result.IsError) throw new PostmapFatalException($"table {names[i].Spec}: query error: {result.ErrorText}");
            value = result.Value;
            if (value.Length == 0)
            {
                output.Warning($"table {names[i].Spec}: key {key}: empty string result is not allowed");
                output.Warning($"table {names[i].Spec} should return NO RESULT in case of NOT FOUND");
            }
            if (options.Has('F') && !TryUnbase64(names[i], key, ref value))
                throw new PostmapFatalException($"table {names[i].Spec}: query error");
            return true;
        }
        return false;
    }

    /// <summary>Prints all entries of all tables.</summary>
    public int List()
    {
        for (int i = 0; i < names.Count; i++)
        {
            if (Open(i) is not IListable table)
                throw new PostmapFatalException($"table {names[i].Spec}: sequence operation is not supported");
            TableName name = names[i];
            string? trouble = table.List((key, value) =>
            {
                if (!options.Has('F') || TryUnbase64(name, key, ref value)) PrintEntry(key, value);
                return true;
            });
            if (trouble != null) throw new PostmapFatalException($"table {name.Spec}: sequence error: {trouble}");
        }
        return 0;
    }

    private bool TryUnbase64(TableName table, string key, ref string value)
    {
        byte[] bytes = new byte[value.Length];
        if (!Convert.TryFromBase64String(value, bytes, out int length))
        {
            output.Warning($"table {table.Spec}: key {key}: malformed BASE64 value: {value[..Math.Min(30, value.Length)]}");
            return false;
        }
        value = Bytes.Decode(bytes.AsSpan(0, length), tableOptions.Utf8);
        return true;
    }

    private void PrintEntry(string key, string value)
    {
        if (options.Has('j')) Print($"{{{Quote(key)}: {Quote(value)}}}", "\n");
        else Print(key + (aliases ? ":\t" : "\t") + value, "\n");
    }

    private static string Quote(string text) => $"\"{JsonEncodedText.Encode(text, JavaScriptEncoder.UnsafeRelaxedJsonEscaping)}\"";

    private void Print(string text, string end) => output.Result(Bytes.Encode(text + end, tableOptions.Utf8));

    public void Dispose()
    {
        foreach (Table? table in _tables) table?.Dispose();
    }
}
